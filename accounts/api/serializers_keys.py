"""Shapes of API keys on the wire."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import ApiKey
from inventory_site.core.api.serializers import StrictSerializer


class ApiKeySerializer(serializers.ModelSerializer):
    """A key as it is listed; the secret is not stored and so not here."""

    user = serializers.CharField(source="user.username", read_only=True)
    is_usable = serializers.BooleanField(read_only=True)

    class Meta:
        model = ApiKey
        fields = (
            "id",
            "user",
            "name",
            "prefix",
            "scopes",
            "allowed_ips",
            "created_at",
            "expires_at",
            "last_used_at",
            "last_used_ip",
            "revoked_at",
            "is_usable",
        )
        read_only_fields = fields


class NewApiKeySerializer(StrictSerializer):
    """What a new key is asked for; `scopes` are permission names that the owner holds."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=100), allow_empty=False, max_length=200
    )
    allowed_ips = serializers.ListField(
        child=serializers.CharField(max_length=50), required=False, max_length=100
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    user = serializers.CharField(max_length=255, required=False)


class ShownApiKeySerializer(ApiKeySerializer):
    """The answer to the making of a key, the only one that holds it."""

    key = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields: tuple[str, ...] = (*ApiKeySerializer.Meta.fields, "key")  # type: ignore[assignment]  # one more
        read_only_fields = fields  # type: ignore[assignment]  # the parent has fewer
