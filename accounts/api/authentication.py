"""Three ways to say who you are: bearer token, API key, session cookie."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.errors import PasswordExpired
from accounts.middleware import may_use_limited, touch
from accounts.models import ApiKey, Session, User
from accounts.models.sessions import token_hash
from accounts.services import api_keys
from inventory_site.core import context
from inventory_site.core.errors import NotAllowed

OWN_PAGE = "same-origin"  # "none" is no page's: typed, or opened by a mail or a prefetch


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


def require_own_page(request: Request) -> None:
    """Raise `NotAllowed` where no page of ours has a browser ask with the session cookie.

    For reads that do something: a visit is enough to send one, and it asks for no pair. Browsers
    say where a request comes from (W3C Fetch Metadata); over plain HTTP only by the page's address.
    """
    if not isinstance(request.successful_authenticator, CookieAuthentication):
        return
    scheme, host = _page_of(request)
    if f"{scheme}://{host}" in {*settings.CORS_ALLOWED_ORIGINS, *settings.CSRF_TRUSTED_ORIGINS}:
        return
    site = request.headers.get("Sec-Fetch-Site")
    is_browser = request.headers.get("User-Agent", "").startswith("Mozilla/")
    is_own = host == request.get_host() or not is_browser
    if not (is_own if site is None else site == OWN_PAGE):
        raise NotAllowed("No page of this site asked for this; ask from one, or with a token")


def _page_of(request: Request) -> tuple[str, str]:
    """Return scheme and host of the page that a browser says a request comes from, or blanks."""
    try:
        page = urlsplit(request.headers.get("Origin") or request.headers.get("Referer") or "")
    except ValueError:
        return "", ""
    return page.scheme, page.netloc


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
