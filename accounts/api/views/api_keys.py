"""API keys over REST: everyone's own; those who see keys of all may end them."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.api.serializers_keys import (
    ApiKeySerializer,
    NewApiKeySerializer,
    ShownApiKeySerializer,
)
from accounts.models import ApiKey, User
from accounts.services import api_keys
from inventory_site.core.api.exports import Column
from inventory_site.core.api.views import ServiceViewSet
from inventory_site.core.errors import InvalidInput


class ApiKeyViewSet(ServiceViewSet):
    """Keys by their first letters, newest first; the secret is in the answer of POST alone."""

    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)  # type: ignore[assignment]  # own keys need no permission
    queryset = ApiKey.objects.select_related("user")
    serializer_class = ApiKeySerializer
    resource = "API key"
    search_fields = ("name", "prefix", "user__username")
    ordering_fields = ("created_at", "last_used_at", "expires_at", "name")
    ordering = ("-created_at", "-pk")
    export_name = "api-keys"
    export_columns = tuple(
        Column(name, "user__username" if name == "user" else name)
        for name in ApiKeySerializer.Meta.fields
        if name != "is_usable"
    )

    def get_queryset(self) -> QuerySet[ApiKey]:
        """One's own keys, or all with the permission to see them."""
        rows = super().get_queryset()
        user = self.request.user
        return rows if policy.may(user, api_keys.VIEW) else rows.filter(user_id=user.pk)

    @extend_schema(request=NewApiKeySerializer, responses={201: ShownApiKeySerializer})
    def create(self, request: Request) -> Response:
        """Make a key for oneself, or for `user` with the permission to add keys."""
        sent = NewApiKeySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(sent.validated_data)
        owner = self._owner(data.pop("user", None))
        key, secret = api_keys.create_api_key(actor=request.user, user=owner, **data)
        body = {**ApiKeySerializer(key).data, "key": secret}
        return Response(body, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(responses={200: ApiKeySerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke the key; a second call changes nothing."""
        key = self.get_object()
        api_keys.revoke_api_key(actor=request.user, key=key)
        key.refresh_from_db()
        return Response(ApiKeySerializer(key).data)

    def _owner(self, username: str | None) -> User:
        user = cast("User", self.request.user)
        if username is None or username.lower() == user.username.lower():
            return user
        policy.require(user, api_keys.ADD)
        owner = User.objects.filter(username__iexact=username).first()
        if owner is None:
            raise InvalidInput(fields={"user": ["No such user."]})
        return owner
