"""P3: the register as CSV, against COPY (PostgreSQL) and a streamed loop over rows."""

from __future__ import annotations

import csv
import gc
import io
import time
from typing import Any

from django.db import connection

from networkroutes.api.clients.network_inventory.export import COLUMNS, csv_of_routes
from networkroutes.models import NetworkRoute
from tests.benchmarks import register
from tests.benchmarks.measure import interleaved
from tests.benchmarks.p20_child import status_kib

GOAL = (
    ">= 2.0x a streamed loop; >= 0.35 of COPY's rows/s on PostgreSQL; first byte < 100 ms; memory "
    "grows < 20 MiB from 10,000 rows to all"
)
FIRST_BYTE_MS = 100
FEW = 10_000
MORE_MIB = 20


def run(size: int = 100_000, rounds: int = 7) -> dict[str, Any]:
    """Export all circuits to nowhere; a few of them first."""
    with register.database():
        register.add_circuits(FEW)
        few_mib, at_few = _peak_mib(), interleaved(_ours, _loop, rounds).times_faster
        register.add_circuits(size, after=FEW)
        more_mib = _peak_mib() - few_mib
        lines = sum(chunk.count(b"\n") for chunk in csv_of_routes(NetworkRoute.objects.in_order()))
        against_loop = interleaved(_ours, _loop, rounds)
        found: dict[str, Any] = {
            "name": "P3",
            "goal": GOAL,
            "size": size,
            "rounds": rounds,
            "same_row_count": lines == size,
            "times_faster_than_a_streamed_loop": against_loop.times_faster.as_dict(),
            f"times_faster_with_{FEW}_rows": at_few.as_dict(),
            "memory_growth_mib": round(more_mib, 1),
            "first_byte_ms": round(_first_byte_s() * 1000, 1),
            "ours_ms": against_loop.ours_ms,
            "short": [],
        }
        if connection.vendor == "postgresql":
            share = interleaved(_ours, _copy, rounds).times_faster.as_dict()
            found["share_of_copy"] = share
            if share["median"] < 0.35:
                found["short"].append("less than 0.35 of COPY's rate.")
    if found["times_faster_than_a_streamed_loop"]["median"] < 2:
        found["short"].append("less than twice the streamed loop.")
    if found["first_byte_ms"] > FIRST_BYTE_MS:
        found["short"].append(f"the first byte takes more than {FIRST_BYTE_MS} ms.")
    if more_mib >= MORE_MIB:
        found["short"].append(f"memory grows by {MORE_MIB} MiB or more.")
    return found


def _peak_mib() -> float:
    """What an export needs at its highest, above what the process has."""
    gc.collect()
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    before = status_kib("VmRSS")
    _ours()
    return (status_kib("VmHWM") - before) / 1024


def _ours() -> int:
    return sum(len(chunk) for chunk in csv_of_routes(NetworkRoute.objects.in_order()))


def _loop() -> int:
    columns, total = [column for _, column, _ in COLUMNS], 0
    for row in NetworkRoute.objects.in_order().values_list(*columns).iterator(2000):
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_NONNUMERIC).writerow(row)
        total += len(line.getvalue().encode())
    return total


def _copy() -> int:
    columns = ", ".join(column for _, column, _ in COLUMNS)
    statement = f"COPY (SELECT {columns} FROM networkroutes_networkroute ORDER BY id) TO STDOUT CSV"  # noqa: S608  our own names
    with connection.cursor() as cursor, cursor.copy(statement) as copied:  # type: ignore[attr-defined]  # psycopg's
        return sum(len(chunk) for chunk in copied)


def _first_byte_s() -> float:
    began = time.perf_counter()
    chunks = csv_of_routes(NetworkRoute.objects.in_order())
    next(chunks), next(chunks)
    return time.perf_counter() - began
