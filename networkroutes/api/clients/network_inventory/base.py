"""What every view of the network-inventory surface shares."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework import authentication, exceptions
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import (
    ApiKeyAuthentication,
    BearerAuthentication,
    CookieAuthentication,
)
from inventory_site.core.api.renderers import dumps
from inventory_site.core.errors import AuthenticationRequired, NotAllowed
from networkroutes import policy
from networkroutes.api.clients.network_inventory.errors import exception_handler
from networkroutes.errors import InvalidField

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
JSON = "application/json; charset=utf-8"


class PlainRenderer(BaseRenderer):
    """Bare JSON, never the envelope."""

    media_type = "application/json"
    format = "json"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """Return the body."""
        return dumps(data)


class ObjectParser(BaseParser):
    """A JSON object; no body, or a body of another kind, counts as `{}`."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the object, or refuse with 400."""
        body = stream.read()
        if "json" not in (media_type or "") or not body.strip():
            return {}
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError as err:
            raise exceptions.ParseError from err
        if not isinstance(found, dict):
            raise InvalidField("body", "Request body must be a JSON object")
        return found


class OpenAccess(authentication.BaseAuthentication):
    """Lets anybody act as the configured role while an operator has switched the surface open."""

    def authenticate(self, request: Request) -> tuple[policy.OpenActor, None] | None:
        """Return the open mode's actor, unless a strange page asks for a change."""
        actor = policy.open_actor(settings.NETWORKROUTES_OPEN_ACCESS)
        if actor is None:
            return None
        if request.method not in SAFE_METHODS and not origin_is_known(request._request):
            raise NotAllowed("Origin not allowed")
        return actor, None


def origin_is_known(request: HttpRequest) -> bool:
    """Whether a call comes from no page, our own, or one of `CORS_ALLOWED_ORIGINS`."""
    origin = request.headers.get("Origin")
    if not origin:
        return True
    own = f"{request.scheme}://{request.get_host()}"
    return origin == own or origin in settings.CORS_ALLOWED_ORIGINS


class ClientView(APIView):
    """Base of the surface: one error shape, plain JSON, three ways to sign in and the open mode.

    Each verb asks the policy inside its service; reads name their permission in `reads`.
    """

    authentication_classes = (
        BearerAuthentication,
        ApiKeyAuthentication,
        CookieAuthentication,
        OpenAccess,
    )
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = (MultiPartParser, ObjectParser)
    renderer_classes = (PlainRenderer,)
    in_schema = False
    reads = "view_networkroute"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse strangers before anything is looked up; check the read permission."""
        super().initial(request, *args, **kwargs)
        actor = request.user
        if not (actor.is_authenticated or isinstance(actor, policy.OpenActor)):
            raise AuthenticationRequired
        if request.method in {"GET", "HEAD"}:
            policy.require(actor, self.reads)

    def get_exception_handler(self) -> Any:
        return exception_handler

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer JSON whatever `Accept` says, as the original did."""
        return PlainRenderer(), PlainRenderer.media_type

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer an OPTIONS that is no preflight."""
        return Response(status=204)


def json_response(body: bytes) -> HttpResponse:
    """Return JSON that the database built."""
    return HttpResponse(body, content_type=JSON)


def whole_id(text: str) -> int:
    """Read an id of a path; what cannot be one becomes 0, which no row has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
