"""Shapes of the audit trail on the wire."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import AuditEntry, AuditSeal
from accounts.services import audit


class AuditEntrySerializer(serializers.ModelSerializer):
    """One entry; `before` and `after` hold what changed, secrets masked."""

    class Meta:
        model = AuditEntry
        fields = ("id", *audit.COLUMNS)
        read_only_fields = fields


class AuditSealSerializer(serializers.ModelSerializer):
    """One seal; `digest` covers its entries and the seal before."""

    class Meta:
        model = AuditSeal
        fields = (
            "id",
            "number",
            "first_id",
            "last_id",
            "count",
            "last_at",
            "previous",
            "digest",
            "sealed_at",
            "emptied_at",
        )
        read_only_fields = fields
