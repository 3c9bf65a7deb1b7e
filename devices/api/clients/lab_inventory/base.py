"""What every lab view shares: bare JSON, `{"detail": …}`, the cookie without a CSRF token.

The front ends send no token, so an unsafe call from a strange page is refused by its origin.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from rest_framework import authentication, exceptions
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from accounts.api.authentication import ApiKeyAuthentication, BearerAuthentication
from devices import policy
from devices.api.base import BareRenderer
from devices.api.clients.lab_inventory.forms import Unprocessable
from inventory_site.core.api.errors import as_refusal, headers_of
from inventory_site.core.api.parsers import MultiPartParser, loads_json
from inventory_site.core.errors import AuthenticationRequired, InvalidInput, NotAllowed

SAFE = {"GET", "HEAD", "OPTIONS"}
FRONT_END_PORTS = {25001, 25002, 25003, 3000, 3001}


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


class LabView(APIView):
    """Signed in, else 401; changes of the register need `devices:write`."""

    authentication_classes = (BearerAuthentication, ApiKeyAuthentication, LabCookie)
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = (LabJSONParser, MultiPartParser)
    renderer_classes = (BareRenderer,)
    in_schema = False
    envelope = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse strangers, strange pages and those who may not write."""
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE and not origin_is_ours(request._request):
            raise NotAllowed("Origin not allowed")
        if not request.user or not request.user.is_authenticated:
            raise AuthenticationRequired("Not authenticated")
        if request.method not in SAFE and not policy.may_write_inventory(request.user):
            raise NotAllowed("Insufficient permissions")

    def get_exception_handler(self) -> Any:
        return lab_errors

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer JSON whatever `Accept` says."""
        return BareRenderer(), BareRenderer.media_type


def lab_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer `{"detail": text}`, or the list of wrong fields with 422."""
    set_rollback()
    if isinstance(error, Unprocessable):
        return Response({"detail": error.entries}, status=422)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Response({"detail": "Not authenticated"}, status=401)
    refusal = as_refusal(error)
    if refusal is None:
        return None
    if isinstance(refusal, InvalidInput) or refusal.code == "VALIDATION_ERROR":
        field = refusal.details.get("field") or "body"
        entries = Unprocessable(str(field), refusal.message).entries
        return Response({"detail": entries}, status=422)
    words = {
        exceptions.NotFound: "Not Found",
        exceptions.MethodNotAllowed: "Method Not Allowed",
    }
    text = words.get(type(error), refusal.message)
    status = 400 if refusal.status_code == 409 and refusal.code in BAD_REQUESTS else None
    return Response(
        {"detail": text}, status=status or refusal.status_code, headers=headers_of(error)
    )


BAD_REQUESTS = {
    "DEVICE_CONFLICT",
    "DEVICE_TYPE_CONFLICT",
    "MANUFACTURER_CONFLICT",
    "SITE_CONFLICT",
    "TAG_CONFLICT",
    "IN_USE",
    "ADDRESS_TAKEN",
}


def origin_is_ours(request: HttpRequest) -> bool:
    """Whether a call comes from no page, our own host, or an allowed origin."""
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if not origin:
        return True
    parts = urlsplit(origin)
    base = f"{parts.scheme}://{parts.netloc}"
    if base in settings.CORS_ALLOWED_ORIGINS:
        return True
    own = request.get_host()
    if parts.netloc == own:
        return True
    host = re.sub(r":\d+\Z", "", own)
    try:
        return parts.hostname == host and parts.port in FRONT_END_PORTS
    except ValueError:
        return False
