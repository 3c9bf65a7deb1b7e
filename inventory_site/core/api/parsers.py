"""Request bodies: strict JSON, an object or nothing."""

from __future__ import annotations

import json
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """JSON without NaN or Infinity; an empty body counts as `{}`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: dict[str, Any] | None = None,
    ) -> Any:
        """Return the decoded body; `ParseError` (400) when it is not JSON."""
        body = stream.read()
        if not body.strip():
            return {}
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as err:
            raise ParseError(f"Invalid JSON: {_reason(err)}") from err


def _reason(err: json.JSONDecodeError) -> str:
    return f"{err.msg} (line {err.lineno}, column {err.colno})"
