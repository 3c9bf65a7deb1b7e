"""Bulk uploads on the native wire."""

from __future__ import annotations

from rest_framework import serializers

from inventory_site.core.api.serializers import SparseSerializer
from networkroutes.models import BulkUpload
from networkroutes.services.bulk import MODULES


class BulkUploadSerializer(SparseSerializer):
    """One upload: how far it is, and what came of it."""

    class Meta:
        model = BulkUpload
        fields = [
            "id",
            "module",
            "filename",
            "uploaded_at",
            "user_name",
            "outcome",
            "is_dry_run",
            "checked_rows",
            "total_rows",
            "rows_imported",
            "rows_updated",
            "invalid_rows",
            "errors",
            "preview",
            "ended_at",
        ]


class BulkFileSerializer(serializers.Serializer):
    """Multipart input of an upload."""

    module = serializers.ChoiceField(choices=list(MODULES))
    file = serializers.FileField(allow_empty_file=True)
    upsert = serializers.BooleanField(default=False)
    dry_run = serializers.BooleanField(default=False)
    background = serializers.BooleanField(default=False)


class BulkAnswerSerializer(serializers.Serializer):
    """What an upload did, or in a dry run would do."""

    module = serializers.CharField()
    dry_run = serializers.BooleanField()
    total_rows = serializers.IntegerField()
    inserted = serializers.IntegerField()
    updated = serializers.IntegerField()
    ignored_columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.DictField())
