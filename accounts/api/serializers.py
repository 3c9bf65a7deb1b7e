"""Shapes of identity on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.permissions import PERMISSION_NAMES


class SignInSerializer(serializers.Serializer):
    """Input of a sign-in; `username` may be the e-mail address."""

    username = serializers.CharField(max_length=255)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class SecondStepSerializer(serializers.Serializer):
    """Input of the second step; without `challenge` the cookie of the first step counts."""

    user_id = serializers.CharField()
    code = serializers.CharField()
    challenge = serializers.CharField(required=False)


class RefreshSerializer(serializers.Serializer):
    """Input of a renewal."""

    refresh_token = serializers.CharField(max_length=255)


class MeSerializer(serializers.ModelSerializer):
    """The signed-in account with its roles and the contracts' permission names."""

    roles = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()
    module_visibility = serializers.DictField(source="visible_modules", read_only=True)
    display_name = serializers.CharField(source="shown_name")
    last_login_at = serializers.DateTimeField(source="last_login")

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "first_name",
            "last_name",
            "display_name",
            "avatar_url",
            "status",
            "auth_method",
            "email_verified",
            "two_factor_enabled",
            "two_factor_method",
            "timezone",
            "preferences",
            "created_at",
            "last_login_at",
            "roles",
            "permissions",
            "module_visibility",
        ]

    def get_roles(self, user: User) -> list[str]:
        return sorted(user.held_roles)

    def get_permissions(self, user: User) -> list[str]:
        return [name for name, perms in PERMISSION_NAMES.items() if user.has_perms(list(perms))]


class UserRowSerializer(serializers.ModelSerializer):
    """An account in a list; `roles` are display names, or names where the context says so."""

    display_name = serializers.CharField(source="shown_name")
    last_login_at = serializers.DateTimeField(source="last_login")
    roles = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "first_name",
            "last_name",
            "display_name",
            "status",
            "auth_method",
            "two_factor_enabled",
            "email_verified",
            "created_at",
            "last_login_at",
            "roles",
        ]

    def get_roles(self, user: User) -> list[str]:
        return [
            row.role.name if self.context.get("by_name") else row.role.display_name
            for row in user.valid_roles  # type: ignore[attr-defined]  # prefetched by the view
        ]


class SignedInSerializer(serializers.Serializer):
    """Answer of a sign-in; the tokens are shown here once."""

    user = MeSerializer()
    session_token = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    password_expired = serializers.BooleanField(required=False)


class TokensSerializer(serializers.Serializer):
    """Answer of a renewal."""

    session_token = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class CurrentUserSerializer(serializers.Serializer):
    """Answer of `/api/auth/me`."""

    user = MeSerializer()


class SaidSerializer(serializers.Serializer):
    """A sentence."""

    message = serializers.CharField()


def tokens_of(tokens: Any) -> dict[str, Any]:
    """Return the part of the answer that holds the tokens."""
    return {
        "session_token": tokens.session_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": tokens.expires_at,
    }
