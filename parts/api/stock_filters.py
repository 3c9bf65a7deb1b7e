"""Filters and order of the list of parts (contract 4.3)."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import F, Q, QuerySet
from rest_framework.request import Request

from parts.api.stock_base import flagged, whole
from parts.errors.stock import StockInvalid
from parts.models import ParameterDefinition, PartParameter, StockPart
from parts.selectors import search_archived, stock_search
from parts.selectors.tagged import with_tag
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
        rows = with_tag(rows, tag)
    if text := request.query_params.get("q", "").strip():
        if len(text) > stock_search.LONGEST_QUERY or "\x00" in text:
            raise StockInvalid(q=f"q may have {stock_search.LONGEST_QUERY} characters.")
        rows = rows.filter(_matching(text, archived))
    return _measured(request, rows)


def _matching(text: str, archived: str) -> Q:
    """Parts that match as in the search, archived ones where they are asked for."""
    if archived == "false":
        return Q(pk__in=stock_search.matching_parts(text))
    gone = Q(pk__in=search_archived.matching_archived(text))
    return gone if archived == "true" else gone | Q(pk__in=stock_search.matching_parts(text))


def _measured(request: Request, rows: QuerySet[StockPart]) -> QuerySet[StockPart]:
    """Apply `param.<name>[__gte|__lte|__gt|__lt]=<value>`; exact means within 0.1 %."""
    for key, text in request.query_params.items():
        if not key.startswith("param."):
            continue
        name, _, lookup = key.removeprefix("param.").partition("__")
        if lookup and lookup not in EXACT:
            raise StockInvalid(**{key: "Known comparisons are gte, lte, gt and lt."})
        values = PartParameter.objects.filter(definition__name__iexact=name)
        wanted = _in_its_units(key, name, text, lookup)
        rows = rows.filter(pk__in=values.filter(wanted).values("part_id"))
    return rows


def _in_its_units(key: str, name: str, text: str, lookup: str) -> Q:
    """Read a value in each unit that the types give the name; refused when none has it."""
    known = ParameterDefinition.objects.filter(name__iexact=name)
    if not known.exists():
        raise StockInvalid(**{key: f"No type has a parameter called {name[:50]!r}."})
    ranges, refusal = [], None
    for unit in known.values_list("unit", flat=True).distinct().order_by("unit"):
        try:
            ranges.append(Q(definition__unit=unit) & _range(parse_value(text, unit), lookup))
        except NotAValue as err:
            refusal = err
    if refusal is not None and not ranges:
        raise StockInvalid(**{key: str(refusal)}) from refusal
    return reduce(or_, ranges, Q(pk__in=[]))


def _range(value: Decimal, lookup: str) -> Q:
    if lookup:
        return Q(**{f"value__{EXACT[lookup]}": value})
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
