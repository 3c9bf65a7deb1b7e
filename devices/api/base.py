"""What the native views of devices share."""

from __future__ import annotations

import functools
from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from devices.api.files import FileMixin
from devices.errors import Invalid
from devices.selectors.metrics import CUT, Readings
from devices.values import truth, wanted_id, within
from inventory_site.core.api.plain import PlainRenderer
from inventory_site.core.api.schema import EnvelopeSchema
from inventory_site.core.api.views import GuardedMixin
from inventory_site.core.errors import DomainError


class ObjectSchema(EnvelopeSchema):
    """Describes bodies as JSON objects where a view declares no serializer."""

    def get_request_serializer(self) -> Any:
        return OpenApiTypes.OBJECT

    def get_response_serializers(self) -> Any:
        return OpenApiTypes.OBJECT

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False


class DeviceView(FileMixin, GuardedMixin, APIView):
    """A view whose `permissions` names a Django permission per method; bodies are objects."""

    schema = ObjectSchema()
    takes_null_characters = False  # only where devices' own text comes in

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse null characters of the query, which PostgreSQL cannot look for."""
        super().initial(request, *args, **kwargs)
        for name, values in request.query_params.lists():
            if any("\x00" in value for value in values):
                raise Invalid(name, f"{name} may not hold null characters")

    @property
    def body(self) -> dict[str, Any]:
        """The request's JSON object; a list or a text is refused, and so is a null character."""
        data = self.request.data
        if hasattr(data, "dict"):
            data = dict(data.dict())
        if not isinstance(data, dict):
            raise Invalid("body", "The body must be a JSON object")
        if not self.takes_null_characters:
            for name, value in data.items():
                if _holds_null(name) or _holds_null(value):
                    shown = name.replace("\x00", "")
                    raise Invalid(shown, f"{shown} may not hold null characters")
        return data


def _holds_null(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_null(key) or _holds_null(one) for key, one in value.items())
    return isinstance(value, list) and any(_holds_null(one) for one in value)


class FlatView(DeviceView):
    """A view that answers bare JSON; its errors keep their shape."""

    envelope = False
    renderer_classes = (PlainRenderer,)
    in_schema = False


class BareView(FlatView):
    """A view that answers bare JSON, and errors as `{"error": text}`."""

    def handle_exception(self, exc: Exception) -> Response:
        """Answer the sentence alone."""
        response = super().handle_exception(exc)
        error = response.data.get("error") if isinstance(response.data, dict) else None
        if isinstance(error, dict):
            response.data = {"error": error["message"]}
        return response


Ends = tuple[tuple[str, type[APIView]], ...]  # the end of a path and its view


def listed(rows: list[Any], **meta: Any) -> Response:
    """Answer a list with its count in `meta`."""
    response = Response(rows)
    response.meta = {"count": len(rows), **meta}  # type: ignore[attr-defined]  # for the envelope
    return response


def readings_listed(found: Readings) -> Response:
    """Answer light levels; where older ones were left out, a sentence says so."""
    response = listed(found.rows)
    if found.is_cut:
        response.message = CUT  # type: ignore[attr-defined]  # for the envelope
    return response


def said(data: Any, message: str, status: int = 200) -> Response:
    """Answer data with a sentence."""
    response = Response(data, status=status)
    response.message = message  # type: ignore[attr-defined]  # for the envelope
    return response


def flat(body: dict[str, Any], status: int = 200) -> Response:
    """Answer `{"success": true, …}` without `data`, where the front end reads it so."""
    response = Response({"success": True, **body}, status=status)
    response.exception = True  # the renderer leaves such a body alone
    return response


class _Alias:
    """Adds `detail` to an error below a versioned name, where that front end looks for it."""

    in_schema = False

    def handle_exception(self, exc: Exception) -> Response:
        """Answer the error, twice where the path is a versioned name."""
        response: Response = super().handle_exception(exc)  # type: ignore[misc]  # of the view
        path = self.request._request.path  # type: ignore[attr-defined]  # of the view
        return response if path.startswith("/api/") else with_detail(response)


def with_detail(response: Response) -> Response:
    """Repeat an error's code and message under `detail`."""
    error = response.data.get("error") if isinstance(response.data, dict) else None
    if isinstance(error, dict):
        response.data["detail"] = {"code": error["code"], "message": error["message"]}
    return response


@functools.cache
def alias(view: type[APIView]) -> type[APIView]:
    """Return the same view under another name of its path, left out of the schema."""
    return type(f"{view.__name__}Alias", (_Alias, view), {"__doc__": view.__doc__})


def whole(value: Any, name: str, default: int, low: int, high: int) -> int:
    """Read a whole number within bounds from a query or a body, or raise `Invalid`."""
    if value in (None, ""):
        return default
    return within(value, name, low, high)


def query_text(request: Request, name: str, default: str = "") -> str:
    """Read a text of the query."""
    return request.query_params.get(name, default).strip()


__all__ = [
    "BareView",
    "DeviceView",
    "DomainError",
    "alias",
    "flat",
    "listed",
    "query_text",
    "readings_listed",
    "said",
    "truth",
    "wanted_id",
    "whole",
    "with_detail",
]
