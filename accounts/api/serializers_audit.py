"""Shapes of the audit trail on the wire."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import AuditEntry, AuditSeal


class AuditEntrySerializer(serializers.ModelSerializer):
    """One entry; `before` and `after` hold what changed, secrets masked."""

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "at",
            "actor_id",
            "actor_name",
            "channel",
            "verb",
            "object_type",
            "object_id",
            "object_label",
            "before",
            "after",
            "request_id",
            "address",
            "outcome",
        )
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
