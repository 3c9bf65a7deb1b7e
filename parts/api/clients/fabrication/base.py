"""What every view of the fabrication surface shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponseBase
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import BearerAuthentication, CookieAuthentication
from inventory_site.core.api.parsers import MultiPartParser, loads_json
from inventory_site.core.api.plain import PlainView
from inventory_site.core.api.views import expected_version
from inventory_site.core.errors import AuthenticationRequired, InvalidInput, TooLarge
from inventory_site.core.files.limits import body_length
from parts import policy
from parts.api.clients.fabrication import errors, wire
from parts.api.clients.fabrication.access import MISSING, KeyAuthentication
from parts.errors.fabrication import NothingSent
from parts.models import FabricationPart

MOST_BODY_BYTES = 1024 * 1024
MULTIPART = "multipart/form-data"
NO_VERSION = -1


class RawParser(BaseParser):
    """Leaves bodies to `sent`, which tells what a verb needs from what it can do without."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return nothing; the raw body is read once, by the request itself."""
        return {}


class FabricationView(PlainView):
    """Base of the surface: keys first, plain JSON, one error shape.

    `failures` names the sentence of an unexpected failure by method, `needs` the permission of
    reads; verbs ask the policy inside their services.
    """

    authentication_classes = (KeyAuthentication, BearerAuthentication, CookieAuthentication)
    parser_classes = (MultiPartParser, RawParser)
    needs: ClassVar[str | None] = policy.VIEW_FABRICATION
    failures: ClassVar[Mapping[str, str]] = {}
    shapes: ClassVar[Mapping[str, str]] = {"POST": errors.ACTION, "PUT": errors.UPDATE}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse bodies that are too large and callers without a key, before anything else."""
        is_form = (request.content_type or "").lower().startswith(MULTIPART)
        if not is_form and body_length(request._request) > MOST_BODY_BYTES:
            raise TooLarge("Request too large")
        super().initial(request, *args, **kwargs)
        if not request.user or not request.user.is_authenticated:
            raise AuthenticationRequired(MISSING)
        if self.needs and request.method in {"GET", "HEAD"}:
            policy.require(request.user, self.needs)

    def get_exception_handler(self) -> Any:
        return errors.exception_handler

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer an OPTIONS that is no preflight."""
        return Response(status=204)

    @property
    def shape(self) -> str:
        """How a refused field is said for this method."""
        return self.shapes.get(self.request.method or "", errors.UPDATE)

    def failure_text(self) -> str:
        """Return the sentence of an unexpected failure."""
        method = self.request.method or ""
        return self.failures.get("GET" if method == "HEAD" else method, "Internal server error")


def sent(request: Request, *, leniently: bool = False) -> dict[str, Any]:
    """Return the JSON object of the body without the key.

    Raises `ParseError` for what cannot be read and `NothingSent` for what is no object; where a
    verb can do without a body, those count as `{}`.
    """
    is_json = "json" in (request.content_type or "").lower()
    try:
        found = loads_json(request._request.body) if is_json else {}
    except Exception:
        if leniently:
            return {}
        raise
    if not isinstance(found, dict):
        if leniently:
            return {}
        raise NothingSent
    found.pop("api_key", None)
    return found


def answer(part: FabricationPart, status: int = 200) -> Response:
    """Answer a part with its version as the tag."""
    return Response(wire.part_json(part), status=status, headers={"ETag": f'"{part.version}"'})


def version_of(request: Request) -> int | None:
    """Read `If-Match`; None when the caller does not care, no version for a tag not ours."""
    if not request.headers.get("If-Match", "").strip():
        return None
    try:
        return expected_version(request)
    except InvalidInput:
        return NO_VERSION


def plain_cache(response: HttpResponseBase) -> HttpResponseBase:
    """Let browsers keep a file and ask each time whether it is still the same."""
    response["Cache-Control"] = "no-cache"
    return response
