"""Other kinds of inventory on the native wire."""

from __future__ import annotations

from rest_framework import serializers

from inventory_site.core.api.serializers import SparseSerializer
from networkroutes.models import InventoryRecord, RepositoryField


class RepositoryFieldSerializer(SparseSerializer):
    """A typed field of a kind of inventory."""

    choices = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=200, required=False
    )

    class Meta:
        model = RepositoryField
        names = ("slug", "label")
        fields = [
            "id",
            "repository_type",
            "slug",
            "label",
            "kind",
            "unit",
            "choices",
            "is_required",
            "position",
            "help_text",
        ]
        validators: list[object] = []


class InventoryRecordSerializer(SparseSerializer):
    """A record; `values` holds one value per typed field of its kind, by the field's `slug`."""

    values = serializers.DictField(required=False)

    class Meta:
        model = InventoryRecord
        names = ("name",)
        fields = [
            "id",
            "repository_type",
            "name",
            "values",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["version", "created_at", "updated_at"]
        validators: list[object] = []
