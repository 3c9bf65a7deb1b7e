"""What every view of the network-inventory surface shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework import authentication
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import (
    ApiKeyAuthentication,
    BearerAuthentication,
    CookieAuthentication,
)
from inventory_site.core.api.parsers import MultiPartParser, loads_json
from inventory_site.core.api.plain import PlainRenderer, PlainView
from inventory_site.core.errors import AuthenticationRequired, NotAllowed
from inventory_site.core.whole import whole_number
from networkroutes import policy
from networkroutes.api.clients.network_inventory.errors import exception_handler
from networkroutes.errors import InvalidField

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
JSON = "application/json; charset=utf-8"


class Utf8Renderer(PlainRenderer):
    """Bare JSON that says its character set."""

    charset = "utf-8"


class ObjectParser(BaseParser):
    """A JSON object; no body, or a body of another kind, counts as `{}`."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the object, or refuse with 400."""
        body = stream.read()
        found = loads_json(body) if "json" in (media_type or "") else {}
        if not isinstance(found, dict):
            raise InvalidField("body", "Request body must be a JSON object")
        return found


class TextRequest(Request):
    """A request whose `data` holds the text fields of a form; its files stand in `FILES` only."""

    def _load_data_and_files(self) -> None:
        super()._load_data_and_files()
        self._full_data = self._data  # type: ignore[attr-defined]  # set by DRF's loader


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


class ClientView(PlainView):
    """Base of the surface: one error shape, plain JSON, three ways to sign in and the open mode.

    Each verb asks the policy inside its service; reads name their permission in `reads`, and
    `writes` names that of each other method, so that nobody learns what is wrong with a body who
    may not send it.
    """

    authentication_classes = (
        BearerAuthentication,
        ApiKeyAuthentication,
        CookieAuthentication,
        OpenAccess,
    )
    parser_classes = (MultiPartParser, ObjectParser)
    renderer_classes = (Utf8Renderer,)
    reads = "view_networkroute"
    writes: ClassVar[Mapping[str, str]] = {}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Wrap a request so that a file is never taken for a field."""
        return TextRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse strangers before anything is looked up; check the permission."""
        super().initial(request, *args, **kwargs)
        actor = request.user
        if not (actor.is_authenticated or isinstance(actor, policy.OpenActor)):
            raise AuthenticationRequired
        method = request.method or ""
        needed = self.reads if method in {"GET", "HEAD"} else self.writes.get(method)
        if needed:
            policy.require(actor, needed)

    def get_exception_handler(self) -> Any:
        return exception_handler

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer an OPTIONS that is no preflight."""
        return Response(status=204)


def json_response(body: bytes) -> HttpResponse:
    """Return JSON that the database built."""
    return HttpResponse(body, content_type=JSON)


def whole_id(text: str) -> int:
    """Read an id of a path; what cannot be one becomes 0, which no row has."""
    return whole_number(text) or 0
