"""What the lab's account views share: bare JSON, `{"detail": …}`, origins in place of tokens."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from rest_framework import authentication, exceptions
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.api.authentication import ApiKeyAuthentication, BearerAuthentication
from accounts.api.clients.lab.forms import Unprocessable
from accounts.errors import TooManyGuesses
from accounts.models import User
from accounts.selectors.lab_people import Standing, standing_of
from inventory_site.core.api.errors import as_refusal, headers_of
from inventory_site.core.api.parsers import loads_json
from inventory_site.core.api.plain import PlainView
from inventory_site.core.errors import AuthenticationRequired, InvalidInput, NotAllowed

SAFE = {"GET", "HEAD", "OPTIONS"}
FRONT_END_PORTS = {25001, 25002, 25003, 3000, 3001}
SIGNED_OUT = "Not authenticated"
NO_RIGHT = "Insufficient permissions"
DISABLED = "Your admin account is disabled. Contact a Super Admin."
WORDS = {exceptions.NotFound: "Not Found", exceptions.MethodNotAllowed: "Method Not Allowed"}


class LabCookie(authentication.BaseAuthentication):
    """The session cookie; origins are checked in place of a token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the signed-in account."""
        user = getattr(request._request, "user", None)
        if user is None or not user.is_authenticated or not user.is_active:
            return None
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class LabJSONParser(BaseParser):
    """A JSON body; one that cannot be read is a 422."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the decoded body."""
        try:
            return loads_json(stream.read())
        except exceptions.ParseError as err:
            raise Unprocessable("body", "value is not valid JSON") from err


class LabSurface(PlainView):
    """Base of the surface; open to strangers unless a subclass asks for more."""

    authentication_classes: tuple[type[authentication.BaseAuthentication], ...] = (
        BearerAuthentication,
        ApiKeyAuthentication,
        LabCookie,
    )
    parser_classes: tuple[type[BaseParser], ...] = (LabJSONParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unsafe calls of strange pages."""
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE and not origin_is_ours(request._request):
            raise NotAllowed("Origin not allowed")

    def get_exception_handler(self) -> Any:
        return lab_errors


class LabAdminView(LabSurface):
    """A view of `/admin/v2`: signed in, not disabled, with the capability in `needs`."""

    needs: str | None = None
    standing: Standing

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse strangers and those who may not."""
        super().initial(request, *args, **kwargs)
        self.standing = require_capability(request.user, self.needs)


def require_capability(user: Any, capability: str | None) -> Standing:
    """Return the person's standing, or raise with the contract's sentences."""
    if not isinstance(user, User):
        raise AuthenticationRequired(SIGNED_OUT)
    standing = standing_of(user)
    if standing.is_disabled:
        raise NotAllowed(DISABLED)
    if capability is not None and not standing.permissions[capability]:
        raise NotAllowed(NO_RIGHT)
    return standing


def lab_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer `{"detail": text}`, or the list of wrong fields with 422."""
    set_rollback()
    if isinstance(error, Unprocessable):
        return Response({"detail": error.entries}, status=422)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Response({"detail": SIGNED_OUT}, status=401)
    refusal = as_refusal(error)
    if refusal is None:
        return None
    if isinstance(refusal, InvalidInput) or refusal.code == "VALIDATION_ERROR":
        field = str(refusal.details.get("field") or "body")
        return Response({"detail": Unprocessable(field, refusal.message).entries}, status=422)
    headers = headers_of(error)
    if isinstance(error, TooManyGuesses):
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    text = WORDS.get(type(error), refusal.message)
    return Response({"detail": text}, status=refusal.status_code, headers=headers)


def origin_is_ours(request: HttpRequest) -> bool:
    """Whether a call comes from no page, our own host, or an allowed origin."""
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if not origin:
        return True
    parts = urlsplit(origin)
    if f"{parts.scheme}://{parts.netloc}" in settings.CORS_ALLOWED_ORIGINS:
        return True
    own = request.get_host()
    if parts.netloc == own:
        return True
    host = re.sub(r":\d+\Z", "", own)
    try:
        return parts.hostname == host and parts.port in FRONT_END_PORTS
    except ValueError:
        return False
