"""Search of circuits by the text of their fields (contract 5.1).

The whole search is one condition of plain SQL: with 100,000 circuits, finding a few takes less time
than building the same question as a queryset.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Case, IntegerField, QuerySet, When

from inventory_site.core.search import (
    Asked,
    Condition,
    Wanted,
    all_of,
    as_filter,
    asked_first,
    holding,
    in_one,
    in_text,
    matching,
)
from networkroutes.models import DarkFibreChannel, Location, NetworkRoute

TEXT_FIELDS = (
    "circuit_id",
    "kmz_file_path",
    "test_results_link",
    "cable_system",
    "underlying_carrier",
    "location_a",
    "location_b",
    "bandwidth",
    "more_details",
)
WHOLE = "CAST({} AS TEXT)"
FLAG = "CASE WHEN {0} THEN '1' WHEN NOT {0} THEN '0' END"
TEXT = "CAST({0} AS TEXT)"  # SQLite writes `1.25e-07`
DIGITS = f"REPLACE(SUBSTR({TEXT}, 1, INSTR({TEXT}, 'e') - 1), '.', '')"
EXPONENT = f"CAST(SUBSTR({TEXT}, INSTR({TEXT}, 'e') + 2) AS INTEGER)"
REAL = {  # fifteen digits at most, integral values with `.0`, never with an exponent
    "sqlite": (
        f"CASE WHEN {TEXT} LIKE '%%e-%%' "
        f"THEN '0.' || PRINTF('%%.*c', {EXPONENT} - 1, '0') || RTRIM({DIGITS}, '0') "
        f"WHEN {TEXT} LIKE '%%e+%%' "
        f"THEN SUBSTR({DIGITS} || PRINTF('%%.*c', {EXPONENT}, '0'), 1, {EXPONENT} + 1) || '.0' "
        f"ELSE {TEXT} END"
    ),
    "postgresql": (
        "({0})::numeric::text || CASE WHEN ({0})::numeric = TRUNC(({0})::numeric) "
        "THEN '.0' ELSE '' END"
    ),
}
WHOLE_FIELDS = ("outage_tickets_last_30d", "maintenance_tickets_last_30d", "mtu")
REAL_FIELDS = {
    "live_latency": "live_latency_ms",
    "expected_latency": "expected_latency_ms",
    "sla_latency": "sla_latency_ms",
    "capacity_usage_percent": "capacity_usage_percent",
}
FILTERS = (*TEXT_FIELDS, *WHOLE_FIELDS, *REAL_FIELDS, "is_special", "location")
LONGEST_FILTER = 1000
WORDS = {"true": "1", "false": "0"}
NOTHING: Condition = ("FALSE", [])
ROUTES = NetworkRoute._meta.db_table


def search_routes(params: Mapping[str, str]) -> QuerySet[NetworkRoute]:
    """Return the circuits that match every filter given, in insertion order."""
    rows: QuerySet[NetworkRoute] = NetworkRoute.objects.in_order()
    return rows.filter(as_filter(search_condition(params, rows.db)))


def search_condition(params: Mapping[str, str], using: str = DEFAULT_DB_ALIAS) -> Condition:
    """Return what holds for the circuits that match every filter given."""
    return in_one(*search_by_index(params, using))


def search_by_index(
    params: Mapping[str, str], using: str = DEFAULT_DB_ALIAS
) -> tuple[Asked | None, Condition]:
    """Return the question to SQLite's index, where there is one, and what else holds.

    A match is a case-insensitive substring of the value's text form; null never matches, `%` and
    `_` are themselves, blank filters and unknown names are ignored.
    """
    given = {name: text for name in FILTERS if (text := params.get(name, "")).strip()}
    if any("\x00" in text or len(text) > LONGEST_FILTER for text in given.values()):
        return None, NOTHING
    circuit_id, texts = given.pop("circuit_id", ""), _texts(given)
    parts = [_by_ucn(circuit_id, using)] if circuit_id else []
    asked = None
    if texts:
        asked, condition = asked_first(NetworkRoute, texts, using)
        parts.append(condition)
    values = (_by_value(name, text, using) for name, text in given.items())
    return asked, all_of([*parts, *values])


def _texts(given: dict[str, str]) -> list[Wanted]:
    """Take out the texts; `location`, or one text for both ends, may match at either end."""
    either = [given.pop("location")] if "location" in given else []
    if "location_a" in given and given.get("location_a") == given.get("location_b"):
        either.append(given.pop("location_a"))
        del given["location_b"]
    ends = [Wanted(("location_a", "location_b"), text) for text in either]
    return ends + [Wanted((name,), given.pop(name)) for name in TEXT_FIELDS if name in given]


def _by_ucn(text: str, using: str) -> Condition:
    """Match the UCN of a circuit, or of one of its channels."""
    circuits, values = holding(NetworkRoute, [Wanted(("circuit_id",), text)], using)
    channels, more = _channels_by_ucn(text, using)
    key, table = f'"{ROUTES}"."id"', f'"{DarkFibreChannel._meta.db_table}"'
    sql = (
        f'{key} IN (SELECT {key} FROM "{ROUTES}" WHERE {circuits} '  # noqa: S608  names of models
        f"UNION ALL SELECT route_id FROM {table} WHERE {channels})"
    )
    return sql, values + more


def _channels_by_ucn(text: str, using: str) -> Condition:
    return holding(DarkFibreChannel, [Wanted(("dwdm_ucn",), text)], using, "dwdm_ucn")


def _by_value(name: str, text: str, using: str) -> Condition:
    """Match the text form of a number or a flag."""
    vendor = connections[using].vendor
    if name == "is_special":
        form, text = FLAG, WORDS.get(text.strip().lower(), text.strip())
    else:
        form = WHOLE if name in WHOLE_FIELDS else REAL[vendor]
    return in_text(form.format(f'"{ROUTES}"."{REAL_FIELDS.get(name, name)}"'), text, vendor)


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
    found = rows.filter(as_filter(_channels_by_ucn(text, rows.db))).annotate(match_rank=rank)
    return found.order_by("match_rank", "dwdm_ucn", "pk")
