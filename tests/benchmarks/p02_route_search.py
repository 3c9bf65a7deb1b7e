"""P2: the search of circuits, against a scan with LIKE and the database's own time.

Both answer as the contract says (5.1): full circuits in insertion order, as JSON. Ours is what the
front end's address calls. There are as many channels as circuits, since a circuit is found by the
UCN of a channel too (12.3). The third search has three texts that many circuits have and few share.
On SQLite all is done in this thread, and its CPU time counts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection

from inventory_site.core.api.fast import found_statement, json_found
from networkroutes.api.clients.network_inventory import wire
from networkroutes.models import NetworkRoute
from networkroutes.selectors.search import search_by_index
from tests.benchmarks import register
from tests.benchmarks.measure import interleaved

GOAL = ">= 30x the scan where the filter is selective; p50 <= the database's own time + 3 ms"
SEARCHES: tuple[Mapping[str, str], ...] = (
    {"circuit_id": "ABC0"},
    {"circuit_id": "zzz"},
    {"cable_system": "system 17", "underlying_carrier": "pelagia", "location_a": "LON3"},
)
TABLE, CHANNELS = "networkroutes_networkroute", "networkroutes_darkfibrechannel"


def run(size: int = 100_000, rounds: int = 7) -> dict[str, Any]:
    """Search `size` circuits with each of the filters."""
    result: dict[str, Any] = {"name": "P2", "goal": GOAL, "size": size, "rounds": rounds}
    short = []
    clock = time.thread_time if connection.vendor == "sqlite" else time.perf_counter
    with register.database():
        register.add_circuits(size)
        register.add_channels(size)
        for number, params in enumerate(SEARCHES, start=1):
            if _ids(_ours(params)) != _ids(_scan(params)):
                short.append(f"the answers of search {number} differ.")
            ours, theirs = (lambda p=params: _ours(p)), (lambda p=params: _scan(p))
            scan = interleaved(ours, theirs, rounds, clock=clock)
            bare = interleaved(ours, _bare(params), rounds, clock=clock)
            result[f"times_scan_{number}"] = scan.times_faster.as_dict()
            result[f"over_database_ms_{number}"] = round(bare.ours_ms - bare.other_ms, 2)
            if scan.times_faster.as_dict()["median"] < 30:
                short.append(f"search {number} is less than 30 times the scan.")
            if bare.ours_ms - bare.other_ms > 3:
                short.append(f"search {number} is more than 3 ms over the database's own time.")
    return {**result, "short": short}


def _ours(params: Mapping[str, str]) -> bytes:
    return json_found(NetworkRoute, wire.ROUTE, *search_by_index(params))


def _scan(params: Mapping[str, str]) -> bytes:
    """What the replaced system does: LIKE on every row, every column of those that match."""
    where = " AND ".join(f"LOWER({column}) LIKE %s" for column in params)
    values = [f"%{text.lower()}%" for text in params.values()]
    if "circuit_id" in params:
        where += f" OR id IN (SELECT route_id FROM {CHANNELS} WHERE LOWER(dwdm_ucn) LIKE %s)"  # noqa: S608  own names
        values *= 2
    columns = [field.column for field in NetworkRoute._meta.concrete_fields if not field.generated]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM {TABLE} WHERE {where} ORDER BY id",  # noqa: S608  own names
            values,
        )
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return json.dumps(rows, default=str).encode()


def _ids(answer: bytes) -> list[str]:
    return [circuit["circuit_id"] for circuit in json.loads(answer)]


def _bare(params: Mapping[str, str]) -> Callable[[], Any]:
    """The same statement as ours, ready made, by cursor."""
    asked = search_by_index(params)
    statement = found_statement(NetworkRoute, wire.ROUTE, *asked, DEFAULT_DB_ALIAS)

    def ask() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(*statement)
            return cursor.fetchall()

    return ask
