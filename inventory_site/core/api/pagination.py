"""Pages of lists: limit and offset, or a keyset cursor where a table grows large."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core import whole
from inventory_site.core.errors import InvalidInput

DEFAULT_LIMIT, MAX_LIMIT = 50, 1000


def whole_number(request: Request, name: str, default: int, low: int, high: int | None) -> int:
    """Read a query parameter as a whole number within bounds, or raise `InvalidInput`."""
    raw = request.query_params.get(name, "")
    if raw == "":
        return default
    top = "" if high is None else f" and at most {high}"
    refusal = InvalidInput(
        fields={name: [f"{name} must be a whole number of at least {low}{top}."]}
    )
    number = whole.whole_number(raw)
    if number is None or number < low or (high is not None and number > high):
        raise refusal
    return number


class LimitOffset(BasePagination):
    """`limit` (1 to 1000, default 50) and `offset`; meta tells count, total, limit, offset."""

    default_limit: int | None = DEFAULT_LIMIT
    max_limit = MAX_LIMIT

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return the rows of the page; one query counts, one reads."""
        self.offset = whole_number(request, "offset", 0, 0, None)
        self.limit = whole_number(request, "limit", self.default_limit or 0, 1, self.max_limit)
        self.total = queryset.count()
        if self.offset >= self.total:
            return []
        end = self.offset + self.limit if self.limit else None
        return list(queryset[self.offset : end])

    def get_paginated_response(self, data: Any) -> Response:
        """Return the rows with `meta` for the envelope."""
        response = Response(data)
        response.meta = {  # type: ignore[attr-defined]  # read by the envelope renderer
            "count": len(data),
            "total": self.total,
            "limit": self.limit or None,
            "offset": self.offset,
        }
        return response

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("limit", f"Rows on a page, 1 to {self.max_limit}.", self.default_limit),
            _parameter("offset", "Rows to skip.", 0),
        ]


class Unpaged(LimitOffset):
    """All rows unless `limit` is sent."""

    default_limit = None


class Keyset(BasePagination):
    """`cursor` from the previous page's `meta.next`; never counts, never skips.

    The view orders by one unique column, `keyset_field` (default `-id`, newest first).
    """

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return the rows after the cursor."""
        field = getattr(view, "keyset_field", "-id")
        self.name, self.descending = field.lstrip("-"), field.startswith("-")
        self.limit = whole_number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        rows = queryset.order_by(field)
        cursor = request.query_params.get("cursor", "")
        if cursor:
            step = "lt" if self.descending else "gt"
            try:
                rows = rows.filter(**{f"{self.name}__{step}": read_cursor(cursor)})
            except (ValueError, TypeError) as err:
                raise _strange_cursor() from err
        page = list(rows[: self.limit + 1])
        self.more = len(page) > self.limit
        return page[: self.limit]

    def get_paginated_response(self, data: Any) -> Response:
        """Return the rows with `meta.next`, null on the last page."""
        response = Response(data)
        last = data[-1].get(self.name) if data and self.more else None
        response.meta = {  # type: ignore[attr-defined]  # read by the envelope renderer
            "count": len(data),
            "limit": self.limit,
            "next": write_cursor(last) if last is not None else None,
        }
        return response

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("limit", f"Rows on a page, 1 to {MAX_LIMIT}.", DEFAULT_LIMIT),
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "`meta.next` of the previous page.",
                "schema": {"type": "string"},
            },
        ]


def write_cursor(last: Any) -> str:
    """Return the opaque form of the last key of a page: base64 of `{"last_id": …}`."""
    return base64.urlsafe_b64encode(orjson.dumps({"last_id": last})).decode()


def read_cursor(cursor: str) -> Any:
    """Return the key inside a cursor, or raise `InvalidInput`."""
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))["last_id"]
    except (ValueError, KeyError, TypeError, binascii.Error) as err:
        raise _strange_cursor() from err
    if not isinstance(found, (int, str)) or isinstance(found, bool) or "\x00" in str(found):
        raise _strange_cursor()
    return found


def _strange_cursor() -> InvalidInput:
    return InvalidInput(fields={"cursor": ["cursor is not one that this list gave out."]})


def _parameter(name: str, description: str, default: int | None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    if default is not None:
        schema["default"] = default
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }
