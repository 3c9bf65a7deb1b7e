"""P22: audited writes, in bulk and one by one, against writes without an audit.

The rival is django-auditlog as it comes: registered for the model, it compares and notes each save.
Ours in bulk is what an upload does; plain is Django's own `bulk_update` without an audit.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.services import audit
from inventory_site.core.bulk import update_rows
from networkroutes.models import NetworkRoute
from tests.benchmarks import register
from tests.benchmarks.measure import interleaved

BATCH = 100  # each row of a batch is compared with each of its keys
GOAL = "bulk of 10k >= 10x an auditlog loop, >= 0.3 of plain bulk; single save >= 0.5 of plain"


def run(size: int = 10_000, rounds: int = 7) -> dict[str, Any]:
    """Change a field of `size` circuits."""
    with register.database():
        register.add_circuits(size)
        rows = list(NetworkRoute.objects.in_order())
        few = rows[: max(100, size // 10)]
        share = interleaved(lambda: _bulk(rows), lambda: _plain_bulk(rows), rounds)
        loop = interleaved(lambda: _bulk(few), lambda: _by_signals(few), rounds)
        single = interleaved(lambda: _loop(rows[:300]), lambda: _plain_single(rows[:300]), rounds)
    result = {
        "name": "P22",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "bulk_times_a_loop": loop.times_faster.as_dict(),
        "bulk_share_of_plain": share.times_faster.as_dict(),
        "single_share_of_plain": single.times_faster.as_dict(),
    }
    limits = {"bulk_times_a_loop": 10, "bulk_share_of_plain": 0.3, "single_share_of_plain": 0.5}
    short = [
        f"{name.replace('_', ' ')} is below {least}."
        for name, least in limits.items()
        if result[name]["median"] < least  # type: ignore[index]  # the ratios are dicts
    ]
    return {**result, "short": short}


def _plain_bulk(rows: list[NetworkRoute]) -> None:
    with transaction.atomic():
        for row in rows:
            row.mtu = 9000
        NetworkRoute.objects.bulk_update(rows, ["mtu"], batch_size=BATCH)


def _bulk(rows: list[NetworkRoute]) -> None:
    with transaction.atomic():
        for row in rows:
            row.mtu = 9000
        update_rows(rows, ["mtu"])
        facts = (audit.Fact(row, before={"mtu": 1500}, after={"mtu": 9000}) for row in rows)
        audit.record_bulk(None, "route.updated", facts)


def _by_signals(rows: list[NetworkRoute]) -> None:
    from auditlog.registry import auditlog  # an app of the benchmarks' settings only

    auditlog.register(NetworkRoute)
    try:
        for row in rows:
            row.mtu = 1500 if row.mtu == 9000 else 9000
            with transaction.atomic():
                row.save()
    finally:
        auditlog.unregister(NetworkRoute)


def _loop(rows: list[NetworkRoute]) -> None:
    for row in rows:
        _save(row)


def _save(row: NetworkRoute) -> None:
    with transaction.atomic():
        row.save()
        audit.record(None, "route.updated", row, before={"mtu": 1500}, after={"mtu": 9000})


def _plain_single(rows: list[NetworkRoute]) -> None:
    for row in rows:
        with transaction.atomic():
            row.save()
