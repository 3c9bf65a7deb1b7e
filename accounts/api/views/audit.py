"""The audit trail over REST: search, pages by cursor, CSV and XLSX."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.api.serializers_audit import AuditEntrySerializer, AuditSealSerializer
from accounts.filtersets import AuditEntryFilterSet
from accounts.models import AuditEntry, AuditSeal
from accounts.selectors.audit import visible_to
from accounts.services import audit
from inventory_site.core.api.exports import Column
from inventory_site.core.api.pagination import Keyset
from inventory_site.core.api.views import ServiceViewSet


class AuditEntryViewSet(ServiceViewSet):
    """Entries, newest first; nobody changes them."""

    queryset = AuditEntry.objects.all()
    serializer_class = AuditEntrySerializer
    filterset_class = AuditEntryFilterSet
    pagination_class = Keyset
    search_fields = ("actor_name", "object_label", "verb")
    resource = "Audit entry"
    export_name = "audit"
    export_columns = tuple(Column(name, name) for name in audit.EXPORTED)
    permissions = {"*": "accounts.view_auditentry"}

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """Leave what the caller may read."""
        return visible_to(self.request.user, super().get_queryset())


class AuditSealViewSet(ServiceViewSet):
    """Seals, newest first; `digest` of the first is what to keep elsewhere."""

    queryset = AuditSeal.objects.defer("leaves")
    serializer_class = AuditSealSerializer
    ordering_fields = ("number", "sealed_at")
    ordering = ("-number",)
    export_name = "audit-seals"
    export_columns = tuple(Column(name, name) for name in AuditSealSerializer.Meta.fields)
    resource = "Audit seal"
    permissions = {"*": "accounts.view_auditseal"}
