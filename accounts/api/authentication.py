"""Three ways to say who you are: bearer token, API key, session cookie."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.errors import PasswordExpired
from accounts.middleware import may_use_limited, touch
from accounts.models import ApiKey, Session, User
from accounts.models.sessions import token_hash
from accounts.services import api_keys
from inventory_site.core import context


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <session token>`; first, so that missing credentials are 401."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        """Return the session's user; a bearer token that does not hold is refused, not ignored."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        row = (
            Session.objects.opening()
            .select_related("user")
            .filter(token_hash=token_hash(token.strip()), user__isnull=False)
            .first()
        )
        if row is None or row.user is None or not row.user.is_active:
            raise exceptions.AuthenticationFailed("Invalid or expired token")
        if row.is_limited and not may_use_limited(request.path):
            raise PasswordExpired
        touch(row)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """`X-API-Key: <key>`; the owner acts within the key's scopes."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Return the key's owner, narrowed to its scopes."""
        secret = request.headers.get("X-API-Key", "")
        if not secret:
            return None
        found = api_keys.user_of_key(secret, address=context.current().address)
        if found is None:
            raise exceptions.AuthenticationFailed("Invalid or expired API key")
        return found


class CookieAuthentication(authentication.SessionAuthentication):
    """The cookie `session_id`, with the pair `XSRF-TOKEN` / `X-XSRF-TOKEN` on unsafe methods."""


class _Scheme(OpenApiAuthenticationExtension):
    definition: dict[str, Any] = {}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return self.definition


class BearerScheme(_Scheme):
    """How the schema names the bearer token."""

    target_class = BearerAuthentication
    name = "bearer"
    definition = {"type": "http", "scheme": "bearer"}


class ApiKeyScheme(_Scheme):
    """How the schema names the API key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"
    definition = {"type": "apiKey", "in": "header", "name": "X-API-Key"}


class CookieScheme(_Scheme):
    """How the schema names the session cookie."""

    target_class = CookieAuthentication
    name = "cookie"
    definition = {"type": "apiKey", "in": "cookie", "name": "session_id"}
