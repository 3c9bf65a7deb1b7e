"""P2: the search of circuits, against a scan with LIKE and the database's own time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from networkroutes.selectors.search import search_routes
from tests.benchmarks import register
from tests.benchmarks.measure import interleaved

GOAL = ">= 30x the scan where the filter is selective; p50 <= the database's own time + 3 ms"
SELECTIVE: tuple[Mapping[str, str], ...] = (
    {"circuit_id": "ABC0"},
    {"circuit_id": "zzz"},
    {"cable_system": "system 17", "underlying_carrier": "pelagia", "location_a": "LON3"},
)
TABLE = "networkroutes_networkroute"


def run(size: int = 100_000, rounds: int = 7) -> dict[str, Any]:
    """Search `size` circuits with each of the filters."""
    result: dict[str, Any] = {"name": "P2", "goal": GOAL, "size": size, "rounds": rounds}
    short = []
    with register.database():
        register.add_circuits(size)
        for number, params in enumerate(SELECTIVE, start=1):
            if sorted(_ours(params)) != sorted(_scan(params)):
                short.append(f"the answers of search {number} differ.")
            scan = interleaved(lambda p=params: _ours(p), lambda p=params: _scan(p), rounds)
            bare = interleaved(lambda p=params: _ours(p), _bare(params), rounds)
            result[f"times_scan_{number}"] = scan.times_faster.as_dict()
            result[f"over_database_ms_{number}"] = round(bare.ours_ms - bare.other_ms, 2)
            if scan.times_faster.as_dict()["median"] < 30:
                short.append(f"search {number} is less than 30 times the scan.")
            if bare.ours_ms - bare.other_ms > 3:
                short.append(f"search {number} is more than 3 ms over the database's own time.")
    return {**result, "short": short}


def _ours(params: Mapping[str, str]) -> list[str]:
    return list(search_routes(params).values_list("circuit_id", flat=True))


def _scan(params: Mapping[str, str]) -> list[str]:
    """What the replaced system does: every row, every column, LIKE."""
    where = " AND ".join(f"LOWER({column}) LIKE %s" for column in params)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT circuit_id FROM {TABLE} WHERE {where} ORDER BY id",  # noqa: S608  own names
            [f"%{text.lower()}%" for text in params.values()],
        )
        return [row[0] for row in cursor.fetchall()]


def _bare(params: Mapping[str, str]) -> Any:
    """The same query as ours, by cursor."""
    query = search_routes(params).values_list("circuit_id", flat=True).query
    statement, arguments = query.sql_with_params()

    def ask() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, arguments)
            return list(cursor.fetchall())

    return ask
