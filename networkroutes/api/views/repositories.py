"""Native typed fields and records of other kinds of inventory."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column
from inventory_site.core.api.views import ServiceViewSet, expected_version
from inventory_site.core.errors import InvalidInput
from networkroutes.api.serializers.repositories import (
    InventoryRecordSerializer,
    RepositoryFieldSerializer,
)
from networkroutes.api.views.carriers import body_of
from networkroutes.filtersets_design import InventoryRecordFilterSet, RepositoryFieldFilterSet
from networkroutes.models import InventoryRecord, RepositoryField
from networkroutes.services import repositories


class RepositoryFieldViewSet(ServiceViewSet):
    """The typed fields of kinds of inventory, in their order."""

    queryset = RepositoryField.objects.select_related("repository_type")
    serializer_class = RepositoryFieldSerializer
    filterset_class = RepositoryFieldFilterSet
    resource = "Repository field"
    search_fields = ("slug", "label")
    ordering_fields = ("position", "label")
    ordering = ("repository_type", "position", "pk")
    permissions = {
        "list": "networkroutes.view_repositoryfield",
        "retrieve": "networkroutes.view_repositoryfield",
        "create": "networkroutes.add_repositoryfield",
        "partial_update": "networkroutes.change_repositoryfield",
        "destroy": "networkroutes.delete_repositoryfield",
    }
    export_name = "repository-fields"
    export_columns = (
        Column("repository_type", "repository_type__name"),
        *(
            Column(name, name)
            for name in ("slug", "label", "kind", "unit", "choices", "is_required", "position")
        ),
    )

    def create(self, request: Request) -> Response:
        """Define a field."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        kind = values.pop("repository_type")
        made = repositories.define_field(actor=request.user, repository_type=kind, values=values)
        return Response(self.get_serializer(made).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a field; its name and kind stay once a record has a value of it."""
        field = self.get_object()
        sent = self.get_serializer(field, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        if values.pop("repository_type", field.repository_type) != field.repository_type:
            raise InvalidInput(fields={"repository_type": ["A field stays with its kind."]})
        changed = repositories.change_field(actor=request.user, field_id=field.pk, values=values)
        return Response(self.get_serializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a field that no record has a value of."""
        repositories.remove_field(actor=request.user, field_id=self.get_object().pk)
        return Response(status=204)


class InventoryRecordViewSet(ServiceViewSet):
    """Records of other kinds of inventory."""

    queryset = InventoryRecord.objects.all()
    serializer_class = InventoryRecordSerializer
    filterset_class = InventoryRecordFilterSet
    resource = "Inventory record"
    search_fields = ("name",)
    ordering_fields = ("name", "updated_at")
    ordering = ("repository_type", "name", "pk")
    permissions = {
        "list": "networkroutes.view_inventoryrecord",
        "retrieve": "networkroutes.view_inventoryrecord",
        "create": "networkroutes.add_inventoryrecord",
        "partial_update": "networkroutes.change_inventoryrecord",
        "destroy": "networkroutes.delete_inventoryrecord",
    }
    export_name = "inventory-records"
    export_columns = tuple(
        Column(name, name) for name in ("repository_type__name", "name", "values", "updated_at")
    )

    def create(self, request: Request) -> Response:
        """Add a record; each value is read by its field."""
        data = self._read(request)
        made = repositories.create_record(
            actor=request.user,
            repository_type=data["repository_type"],
            name=data["name"],
            values=data.get("values", {}),
        )
        return Response(self.get_serializer(made).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the name and the values that are sent; a null value takes one away."""
        record = self.get_object()
        sent = self.get_serializer(record, data=body_of(request), partial=True)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        if data.get("repository_type", record.repository_type) != record.repository_type:
            raise InvalidInput(fields={"repository_type": ["A record stays of its kind."]})
        changed = repositories.update_record(
            actor=request.user,
            record_id=record.pk,
            name=data.get("name"),
            values=data.get("values"),
            expected_version=expected_version(request),
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a record."""
        repositories.delete_record(actor=request.user, record_id=self.get_object().pk)
        return Response(status=204)

    def _read(self, request: Request) -> dict[str, Any]:
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        found: dict[str, Any] = sent.validated_data
        return found
