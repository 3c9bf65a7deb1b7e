"""Filters and order of the list of parts (contract 4.3)."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from rest_framework.request import Request

from parts.api.stock_base import flagged, whole
from parts.errors.stock import StockInvalid
from parts.models import PartParameter, StockPart
from parts.selectors import stock_search
from parts.services.units import NotAValue, parse_value

ORDERINGS = ("created_at", "id4", "description", "total_quantity", "updated_at")
EXACT = {"gte": "gte", "lte": "lte", "gt": "gt", "lt": "lt"}


def filtered(request: Request, rows: QuerySet[StockPart]) -> QuerySet[StockPart]:
    """Apply every filter of the query; raises `StockInvalid` for a value it cannot read."""
    archived = request.query_params.get("archived", "false").strip().lower() or "false"
    if archived not in {"false", "true", "all"}:
        raise StockInvalid(archived="archived must be false, true or all.")
    if archived != "all":
        rows = rows.filter(archived_at__isnull=archived == "false")
    if request.query_params.get("type_id") is not None:
        rows = rows.filter(type=whole(request, "type_id", 0, 1))
    in_stock = flagged(request, "in_stock", None)
    if in_stock is not None:
        rows = rows.filter(total_quantity__gt=0) if in_stock else rows.filter(total_quantity=0)
    if tag := request.query_params.get("tag", "").strip():
        rows = rows.filter(pk__in=_tagged(rows, tag))
    if text := request.query_params.get("q", "").strip():
        if len(text) > stock_search.LONGEST_QUERY or "\x00" in text:
            raise StockInvalid(q=f"q may have {stock_search.LONGEST_QUERY} characters.")
        rows = rows.filter(pk__in=stock_search.matching_parts(text))
    return _measured(request, rows)


def _tagged(rows: QuerySet[StockPart], tag: str) -> list[int]:
    """Parts with a tag in any letter case; the database narrows, Python decides."""
    near = rows.filter(tags__icontains=tag) if tag.isascii() else rows
    pairs = near.values_list("pk", "tags")
    return [pk for pk, tags in pairs if tag.lower() in {known.lower() for known in tags}]


def _measured(request: Request, rows: QuerySet[StockPart]) -> QuerySet[StockPart]:
    """Apply `param.<name>[__gte|__lte|__gt|__lt]=<value>`; exact means within 0.1 %."""
    for key, text in request.query_params.items():
        if not key.startswith("param."):
            continue
        name, _, lookup = key.removeprefix("param.").partition("__")
        values = PartParameter.objects.filter(definition__name__iexact=name)
        wanted = Q(pk__in=[])
        for unit in values.values_list("definition__unit", flat=True).distinct().order_by():
            wanted |= Q(definition__unit=unit) & _range(key, text, unit, lookup)
        rows = rows.filter(pk__in=values.filter(wanted).values("part_id"))
    return rows


def _range(key: str, text: str, unit: str, lookup: str) -> Q:
    try:
        value = parse_value(text, unit)
    except NotAValue as err:
        raise StockInvalid(**{key: str(err)}) from err
    if lookup in EXACT:
        return Q(**{f"value__{EXACT[lookup]}": value})
    if lookup:
        raise StockInvalid(**{key: "Known comparisons are gte, lte, gt and lt."})
    reach = abs(value) / 1000
    return Q(value__gte=value - reach, value__lte=value + reach)


def ordered(request: Request, rows: QuerySet[StockPart]) -> QuerySet[StockPart]:
    """Apply `ordering`, ties by the key; raises `StockInvalid` for another name."""
    sent_order = request.query_params.get("ordering", "-created_at").strip() or "-created_at"
    name = sent_order.removeprefix("-")
    if name not in ORDERINGS:
        raise StockInvalid(ordering=f"ordering must be one of {', '.join(ORDERINGS)}.")
    tie = "-pk" if sent_order.startswith("-") else "pk"
    return rows.order_by(F(name).desc() if sent_order.startswith("-") else F(name).asc(), tie)
