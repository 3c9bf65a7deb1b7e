"""The envelope, and the formats of exports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework import renderers
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from inventory_site.core.errors import DomainError

ORJSON_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z


def plain(value: Any) -> Any:
    """Turn what orjson does not know into JSON: decimals to numbers, lazy text to text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, (ReturnDict, Mapping)):
        return dict(value)
    if isinstance(value, (ReturnList, set, frozenset, tuple)):
        return list(value)
    return str(value)


def dumps(value: Any) -> bytes:
    """Return compact JSON, of any depth that can be stored and with whole numbers of any size."""
    try:
        return orjson.dumps(value, default=plain, option=ORJSON_OPTIONS)
    except orjson.JSONEncodeError as err:
        if not any(word in str(err) for word in ("ecursion", "64-bit")):
            raise
    return json.dumps(value, default=_known, ensure_ascii=False, separators=(",", ":")).encode()


def _known(value: Any) -> Any:
    """Turn what `json` does not know into what it does, in orjson's words."""
    if isinstance(value, (Mapping, set, frozenset, Decimal)):
        return plain(value)
    return orjson.loads(orjson.dumps(value, default=plain, option=ORJSON_OPTIONS))


class EnvelopeRenderer(renderers.BaseRenderer):
    """`{"success": true, "data": …, "message"?, "meta"?}` around plain data.

    Views return plain data; the paginator puts `meta`, a view may put `message` on the response.
    Error bodies are made by the exception handler and pass as they are, and so does everything of a
    view with `envelope = False`.
    """

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body; nothing for 204."""
        found = renderer_context or {}
        response, view = found.get("response"), found.get("view")
        if response is not None and response.status_code == 204:
            return b""
        raw = getattr(response, "exception", False) or not getattr(view, "envelope", True)
        return dumps(data if raw else enveloped(data, response))


def enveloped(data: Any, response: Any) -> dict[str, Any]:
    """Wrap data with the message and meta that the response carries; null is left out."""
    body: dict[str, Any] = {"success": True}
    if data is not None:
        body["data"] = data
    for key in ("message", "meta"):
        value = getattr(response, key, None)
        if value:
            body[key] = value
    return body


class BrowsableRenderer(renderers.BrowsableAPIRenderer):
    """Django REST framework's pages for people who look around."""

    def get_default_renderer(self, view: Any) -> renderers.BaseRenderer:
        return EnvelopeRenderer()

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> Any:
        """Show no form for what the person may not do, whoever the refusal is from."""
        with suppress(DomainError):
            return super().show_form_for_method(view, method, request, obj)
        return False

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Any) -> Any:
        """Draw a form, or nothing where the view refuses to say which."""
        with suppress(DomainError):
            return super().get_rendered_html_form(data, view, method, request)
        return None


class _ExportRenderer(renderers.BaseRenderer):
    """Names a format of lists; the list mixin streams the body itself, so this renders errors
    only."""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return dumps(data)


class CSVRenderer(_ExportRenderer):
    """`?format=csv` of a list."""

    media_type = "text/csv"
    format = "csv"


class XLSXRenderer(_ExportRenderer):
    """`?format=xlsx` of a list."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
