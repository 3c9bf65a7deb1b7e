"""Search of circuits by the text of their fields (contract 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import (
    Case,
    Expression,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    When,
)
from django.db.models.functions import Cast

from inventory_site.core.search import containing, containing_all, matching
from networkroutes.models import DarkFibreChannel, Location, NetworkRoute

TEXT_FIELDS = {
    "circuit_id": "circuit_id",
    "kmz_file_path": "kmz_file_path",
    "test_results_link": "test_results_link",
    "cable_system": "cable_system",
    "underlying_carrier": "underlying_carrier",
    "location_a": "location_a",
    "location_b": "location_b",
    "bandwidth": "bandwidth",
    "more_details": "more_details",
}
WHOLE_FIELDS = {
    "outage_tickets_last_30d": "outage_tickets_last_30d",
    "maintenance_tickets_last_30d": "maintenance_tickets_last_30d",
    "mtu": "mtu",
}
REAL_FIELDS = {
    "live_latency": "live_latency_ms",
    "expected_latency": "expected_latency_ms",
    "sla_latency": "sla_latency_ms",
    "capacity_usage_percent": "capacity_usage_percent",
}
FILTERS = (*TEXT_FIELDS, *WHOLE_FIELDS, *REAL_FIELDS, "is_special", "location")
LONGEST_FILTER = 1000
WORDS = {"true": "1", "false": "0"}


class RealText(Func):
    """A real number as its shortest decimal, integral values with `.0`, on both databases."""

    output_field = TextField()
    template = "CAST(%(expressions)s AS TEXT)"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Add the `.0` that SQLite writes by itself."""
        template = (
            "CASE WHEN %(expressions)s = TRUNC(%(expressions)s) AND ABS(%(expressions)s) < 1e15 "
            "THEN (%(expressions)s)::bigint::text || '.0' ELSE (%(expressions)s)::text END"
        )
        return super().as_sql(compiler, connection, template=template, **context)


def search_routes(params: Mapping[str, str]) -> QuerySet[NetworkRoute]:
    """Return the circuits that match every filter given, in insertion order.

    A match is a case-insensitive substring of the value's text form; null never matches, `%` and
    `_` are themselves, blank filters and unknown names are ignored.
    """
    rows: QuerySet[NetworkRoute] = NetworkRoute.objects.in_order()
    given = {name: params[name] for name in FILTERS if params.get(name, "").strip()}
    if any("\x00" in text or len(text) > LONGEST_FILTER for text in given.values()):
        return rows.none()
    either = _either_end(given)
    indexed = [text for name, text in given.items() if name in TEXT_FIELDS and name != "circuit_id"]
    rows = containing_all(rows, [*either, *indexed])
    for text in either:
        rows = rows.filter(location_a__icontains=text) | rows.filter(location_b__icontains=text)
    for name, text in given.items():
        rows = _narrowed(rows, name, text)
    return rows


def _either_end(given: dict[str, str]) -> list[str]:
    """Take out what may match at either end: `location`, or one text for both ends."""
    texts = [given.pop("location")] if "location" in given else []
    if "location_a" in given and given.get("location_a") == given.get("location_b"):
        texts.append(given.pop("location_a"))
        del given["location_b"]
    return texts


def _narrowed(rows: QuerySet[NetworkRoute], name: str, text: str) -> QuerySet[NetworkRoute]:
    if name == "circuit_id":
        return _by_ucn(rows, text)
    if name in TEXT_FIELDS:
        return rows.filter(**{f"{TEXT_FIELDS[name]}__icontains": text})
    if name == "is_special":
        wanted = WORDS.get(text.strip().lower(), text.strip())
        values = [value for value in (True, False) if wanted in str(int(value))]
        return rows.filter(is_special__in=values)
    expression: Expression
    if name in WHOLE_FIELDS:
        expression = Cast(F(WHOLE_FIELDS[name]), TextField())
    else:
        expression = RealText(F(REAL_FIELDS[name]))
    return rows.annotate(**{f"{name}_text": expression}).filter(**{f"{name}_text__icontains": text})


def _by_ucn(rows: QuerySet[NetworkRoute], text: str) -> QuerySet[NetworkRoute]:
    """Match the UCN of a circuit, or of one of its channels."""
    channels = DarkFibreChannel.objects.filter(dwdm_ucn__icontains=text)
    carrying = list(channels.order_by().values_list("route_id", flat=True).distinct())
    found = containing(rows, text).filter(circuit_id__icontains=text)
    if not carrying:
        return found
    return rows.filter(Q(pk__in=found.order_by().values("pk")) | Q(pk__in=carrying))


def find_routes(rows: QuerySet[NetworkRoute], text: str) -> QuerySet[NetworkRoute]:
    """Narrow circuits to those that hold every word of the text in any of their texts."""
    return matching(rows, text)


def find_locations(rows: QuerySet[Location], text: str) -> QuerySet[Location]:
    """Narrow locations to those that hold every word in code, city, country or data centre."""
    return matching(rows, text)


def find_channels(rows: QuerySet[DarkFibreChannel], text: str) -> QuerySet[DarkFibreChannel]:
    """Narrow channels to those that hold the text in their UCN; exact, prefix, inside."""
    rank = Case(
        When(dwdm_ucn__iexact=text, then=0),
        When(dwdm_ucn__istartswith=text, then=1),
        default=2,
        output_field=IntegerField(),
    )
    found = rows.filter(dwdm_ucn__icontains=text).annotate(match_rank=rank)
    return found.order_by("match_rank", "dwdm_ucn", "pk")
