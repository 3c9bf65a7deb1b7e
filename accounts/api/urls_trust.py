"""Paths of API keys and of the audit trail."""

from rest_framework.routers import SimpleRouter

from accounts.api.views.api_keys import ApiKeyViewSet
from accounts.api.views.audit import AuditEntryViewSet, AuditSealViewSet

router = SimpleRouter(trailing_slash=False)
router.register("api/api-keys", ApiKeyViewSet, basename="api-key")
router.register("api/audit-entries", AuditEntryViewSet, basename="audit-entry")
router.register("api/audit-seals", AuditSealViewSet, basename="audit-seal")

urlpatterns = router.urls
