"""Request bodies: strict JSON, an object or nothing; forms whose files keep their names."""

from __future__ import annotations

import json
from typing import IO, Any

import orjson
from django.http.multipartparser import MultiPartParserError
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from inventory_site.core.errors import InvalidInput
from inventory_site.core.files.forms import AsSentMultiPartParser

BOM = b"\xef\xbb\xbf"
MOST_LEVELS = 100


def loads_json(body: bytes) -> Any:
    """Decode JSON; a blank body counts as `{}`.

    A byte order mark is skipped. Raises `ParseError` (400) when it is not JSON, or when objects and
    lists lie deeper than 100 levels: what is read must also be storable and writable.
    """
    body = body.removeprefix(BOM)
    if not body.strip():
        return {}
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as err:
        raise ParseError(f"Invalid JSON: {_reason(err)}") from err
    if body.count(b"[") + body.count(b"{") > MOST_LEVELS and _is_too_deep(found):
        raise ParseError(f"Invalid JSON: more than {MOST_LEVELS} levels deep")
    return found


class StrictJSONParser(parsers.BaseParser):
    """A JSON object without NaN or Infinity; an empty body counts as `{}`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the object; 400 when the body is not JSON or no object."""
        found = loads_json(stream.read())
        if not isinstance(found, dict):
            raise InvalidInput(fields={"body": ["The body must be a JSON object"]})
        return found


class MultiPartParser(parsers.MultiPartParser):
    """Forms with files."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: dict[str, Any] | None = None,
    ) -> parsers.DataAndFiles:
        """Return the fields and the files; `ParseError` (400) when the form is broken."""
        request = (parser_context or {})["request"]
        encoding = (parser_context or {}).get("encoding", "utf-8")
        meta = {**request.META, "CONTENT_TYPE": media_type}
        try:
            reader = AsSentMultiPartParser(meta, stream, request.upload_handlers, encoding)
            return parsers.DataAndFiles(*reader.parse())
        except MultiPartParserError as err:
            raise ParseError(f"Multipart form parse error - {err}") from err


def _reason(err: json.JSONDecodeError) -> str:
    return f"{err.msg} (line {err.lineno}, column {err.colno})"


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        boxes = [item for item in level if isinstance(item, (dict, list))]
        if not boxes:
            return False
        level = [item for box in boxes for item in (box.values() if isinstance(box, dict) else box)]
    return True
