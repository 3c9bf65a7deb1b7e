"""What every stock view stands on: who may, how pages are cut, how refusals are said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from django.db import IntegrityError
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.errors import as_refusal, exception_handler, flat_fields
from inventory_site.core.api.idempotency import KeyReused
from inventory_site.core.errors import AuthenticationRequired, DomainError, InvalidInput, NotAllowed
from inventory_site.core.whole import whole_number
from parts import policy
from parts.choices.stock import MAX_QUANTITY
from parts.errors.stock import RecordNotFound, ResourceConflict, RowChanged, StockInvalid

View = TypeVar("View", bound=Callable[..., Any])
DEFAULT_LIMIT, MAX_LIMIT = 50, 500
LONGEST_KEY = 64
PG_UNIQUE, PG_FOREIGN_KEY = "23505", "23503"
SQLITE_RACES = ("UNIQUE constraint failed", "FOREIGN KEY constraint failed")
READ_METHODS = {"GET", "HEAD", "OPTIONS"}


class StockPermission(permissions.BasePermission):
    """Reading needs `stock.view`, all else `stock.change`; `reading` names POSTs that only read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer true, or raise what is missing."""
        reads = request.method in READ_METHODS or getattr(view, "action", "") in view.reading
        if request.user is None or not request.user.is_authenticated:
            raise AuthenticationRequired
        policy.require(request.user, policy.VIEW_STOCK if reads else policy.CHANGE_STOCK)
        return True


class StockView(viewsets.ViewSet):
    """A group of stock endpoints."""

    permission_classes = (StockPermission,)
    permissions: ClassVar[dict[str, str]] = {"*": policy.CHANGE_STOCK}
    reading: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what no question of the stock holds before anything is looked up."""
        super().initial(request, *args, **kwargs)
        for name, values in request.query_params.lists():
            if "\x00" in "".join((name, *values)):
                raise StockInvalid(query="No parameter may hold a null character.")
        if len(request.headers.get("Idempotency-Key", "")) > LONGEST_KEY:
            raise StockInvalid(**{"Idempotency-Key": f"At most {LONGEST_KEY} characters."})

    def get_exception_handler(self) -> Callable[..., Any]:
        """Refusals in the stock contract's words."""
        return stock_exception_handler


def says(
    request: type[serializers.Serializer] | None = None, status: int = 200
) -> Callable[[View], View]:
    """Describe an endpoint in the schema: its body, and an object as its answer."""
    answer = {status: None if status == 204 else OpenApiTypes.OBJECT}
    return extend_schema(request=request, responses=answer)


def stock_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Say refusals with the codes and sentences of the stock contract."""
    return exception_handler(_in_stock_words(error), context)


def _in_stock_words(error: Exception) -> Exception:
    if isinstance(error, exceptions.ValidationError):
        return _invalid(flat_fields(error.detail))
    if isinstance(error, InvalidInput) and error.fields:
        return _invalid(error.fields)
    if isinstance(error, KeyReused):
        return ResourceConflict(error.message)
    if isinstance(error, exceptions.ParseError):
        return _coded("INVALID_JSON", 400, "Invalid JSON", "Request body must be valid JSON")
    if isinstance(error, exceptions.MethodNotAllowed):
        return _coded("METHOD_NOT_ALLOWED", 405, "Method not allowed", str(error.detail))
    if isinstance(error, (AuthenticationRequired, exceptions.NotAuthenticated)):
        return _coded("AUTHENTICATION_REQUIRED", 401, "Authentication required")
    if isinstance(error, exceptions.AuthenticationFailed):
        return _coded("AUTHENTICATION_REQUIRED", 401, str(error.detail))
    if isinstance(error, (NotAllowed, exceptions.PermissionDenied)):
        required = getattr(error, "details", {}).get("required")
        return _coded("AUTHORIZATION_FAILED", 403, "Permission denied", required=required)
    if isinstance(error, IntegrityError) and _is_race(error):
        return RowChanged()
    refusal = as_refusal(error)
    if refusal is None:
        return error
    refusal.details.setdefault("message", refusal.message)
    return refusal


def _is_race(error: IntegrityError) -> bool:
    """Whether a row was taken or went away between a check and the commit."""
    state = getattr(error.__cause__, "sqlstate", "")
    return state in {PG_UNIQUE, PG_FOREIGN_KEY} or str(error).startswith(SQLITE_RACES)


def _invalid(fields: dict[str, list[str]]) -> InvalidInput:
    refusal = InvalidInput("Validation failed", fields=fields)
    refusal.details |= {
        "message": "Validation failed",
        "errors": [{"field": name, "message": texts[0]} for name, texts in fields.items()],
    }
    return refusal


def _coded(code: str, status: int, text: str, why: str = "", **details: Any) -> DomainError:
    refusal = DomainError(text)
    refusal.details = {"message": why or text, **details}
    refusal.code, refusal.status_code = code, status
    return refusal


def sent(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """Return the validated body; a body that is no object is refused."""
    if not isinstance(request.data, dict):
        raise StockInvalid(body="The body must be a JSON object.")
    form = serializer(data=request.data, context={"request": request})
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def present(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """Return only the fields that the body names; for PATCH."""
    if not isinstance(request.data, dict):
        raise StockInvalid(body="The body must be a JSON object.")
    form = serializer(data=request.data, partial=True, context={"request": request})
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def number_in_path(text: str, what: str) -> int:
    """Return the number of a path, or raise `RecordNotFound`."""
    if not is_number(text):
        raise RecordNotFound(what, text)
    return int(text)


def is_number(text: str) -> bool:
    """Whether a text is a whole number that a key of the stock may have."""
    number = whole_number(text)
    return number is not None and number <= MAX_QUANTITY


def id4_in_path(text: str) -> str:
    """Return the id of a path in upper case, or raise `RecordNotFound`."""
    if len(text) != 4 or not text.isascii() or not text.isalpha():
        raise RecordNotFound("Part", text)
    return text.upper()


def whole(request: Request, name: str, default: int, low: int, high: int = MAX_QUANTITY) -> int:
    """Read a query parameter as a whole number within bounds, or raise `StockInvalid`."""
    raw = request.query_params.get(name)
    if raw is None:
        return default
    if not is_number(raw) or not low <= int(raw) <= high:
        raise StockInvalid(**{name: f"{name} must be a whole number from {low} to {high}."})
    return int(raw)


def flagged(request: Request, name: str, default: bool | None = False) -> bool | None:
    """Read a query parameter as true or false; blank is the default, other words are refused."""
    raw = request.query_params.get(name, "").strip().lower()
    if raw in {"true", "1", "yes"}:
        return True
    if raw in {"false", "0", "no"}:
        return False
    if raw:
        raise StockInvalid(**{name: f"{name} must be true or false."})
    return default


def page(
    request: Request, rows: QuerySet[Any], default: int = DEFAULT_LIMIT, high: int = MAX_LIMIT
) -> tuple[list[Any], dict[str, int]]:
    """Cut a page; returns its rows and `meta`."""
    limit = whole(request, "limit", default, 1, high)
    offset = whole(request, "offset", 0, 0)
    total = rows.count()
    found = list(rows[offset : offset + limit]) if offset < total else []
    return found, {"count": len(found), "total": total, "limit": limit, "offset": offset}


def listed_whole(request: Request, data: Sequence[Any]) -> Response:
    """Answer all of a short list, or the piece that `limit` and `offset` ask for."""
    limit = whole(request, "limit", max(len(data), 1), 1, max(MAX_LIMIT, len(data)))
    offset = whole(request, "offset", 0, 0)
    found = data[offset : offset + limit]
    return listed(
        found, {"count": len(found), "total": len(data), "limit": limit, "offset": offset}
    )


def listed(data: Sequence[Any], meta: dict[str, Any] | None = None) -> Response:
    """Answer a list; without `meta` it is whole."""
    response = Response(list(data))
    response.meta = meta or {"count": len(data), "total": len(data)}  # type: ignore[attr-defined]  # read by the envelope renderer
    return response
