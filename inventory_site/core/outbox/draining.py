"""Doing rows in the calling process: for commands, trials and sites without a worker."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator

from django.utils import timezone

from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.running import Outcome, run_row
from inventory_site.core.outbox.sending import nothing_sent
from inventory_site.core.outbox.sweeping import recover_lost

LOOK_AGAIN_S = 0.2


class StillRunning(Exception):
    """Rows that other processes hold did not end in time."""

    def __init__(self, rows: list[QueuedTask]) -> None:
        super().__init__(", ".join(map(str, rows)))
        self.rows = rows


def drain(*, wait_s: float) -> Counter[Outcome]:
    """Do every ready row of every queue, also those that come in meanwhile; count how they ended.

    Rows for later stay where they are. Waits for rows that other processes are doing, at most
    `wait_s` seconds without any progress, then raises `StillRunning`.
    """
    ended: Counter[Outcome] = Counter()
    patience = time.monotonic() + wait_s
    with nothing_sent():
        while True:
            done = _do_ready()
            ended += done
            running = list(QueuedTask.objects.running()[:20])
            if not running and not QueuedTask.objects.ready().exists():
                return ended
            if done:
                patience = time.monotonic() + wait_s
            elif time.monotonic() > patience:
                raise StillRunning(running)
            elif not recover_lost():
                time.sleep(LOOK_AGAIN_S)


def do_rows(rows: Iterable[QueuedTask]) -> Iterator[tuple[QueuedTask, Outcome]]:
    """Do these rows here, once each; yield each as it is afterwards, with what became of it."""
    for row in rows:
        outcome = run_row(row.pk)
        yield QueuedTask.objects.filter(pk=row.pk).first() or row, outcome


def _do_ready() -> Counter[Outcome]:
    outcomes: Counter[Outcome] = Counter()
    pks = QueuedTask.objects.ready(timezone.now()).order_by("pk").values_list("pk", flat=True)
    for pk in list(pks[:500]):
        outcome = run_row(pk)
        if outcome is not Outcome.NOT_OURS:
            outcomes[outcome] += 1
    return outcomes
