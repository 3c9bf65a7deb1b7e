"""Counting calls: gathered in the process, written to the table at intervals by a thread.

No call waits for the table; a process that dies loses the counts of its last interval.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connections, router, transaction
from django.utils import timezone

from accounts.models import UsageTally

KEEP_DAYS = 400
UNKNOWN = "(unknown)"
Key = tuple[date, str, int]


class Gathered:
    """Counts of this process that are not in the table yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Key, tuple[int, float]] = {}
        self._since = time.monotonic()

    def add(self, key: Key, calls: int, took_ms: float) -> None:
        """Count calls."""
        with self._lock:
            known, spent = self._counts.get(key, (0, 0.0))
            self._counts[key] = (known + calls, spent + took_ms)

    def is_due(self) -> bool:
        """Whether the interval is over; says so once, then the next one runs."""
        with self._lock:
            if not time.monotonic() - self._since >= settings.USAGE_FLUSH_SECONDS > 0:
                return False
            self._since = time.monotonic()
        return True

    def take(self) -> dict[Key, tuple[int, float]]:
        """Return the counts and begin anew."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return taken


gathered = Gathered()


def note(*, endpoint: str, status: int, took_ms: float) -> None:
    """Count one call; has what was gathered written when the interval is over."""
    gathered.add((datetime.now(UTC).date(), (endpoint or UNKNOWN)[:200], status), 1, took_ms)
    if gathered.is_due():
        threading.Thread(target=_write_aside, name="usage", daemon=True).start()


def write() -> None:
    """Add what was gathered to the table; on a busy database it stays for the next time."""
    taken = gathered.take()
    if not taken:
        return
    try:
        _add(sorted((*key, *counts) for key, counts in taken.items()))
    except OperationalError:
        for key, counts in taken.items():
            gathered.add(key, *counts)


def remove_old() -> int:
    """Remove tallies older than `KEEP_DAYS`; return how many."""
    limit = timezone.now().date() - timedelta(days=KEEP_DAYS)
    removed, _ = UsageTally.objects.filter(day__lt=limit).delete()
    return removed


def _write_aside() -> None:
    """Write on a connection of the thread's own."""
    try:
        write()
    finally:
        connections.close_all()


@transaction.atomic
def _add(rows: list[tuple[date, str, int, int, float]]) -> None:
    connection = connections[router.db_for_write(UsageTally)]
    table = connection.ops.quote_name(UsageTally._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (day, endpoint, status, calls, took_ms)"  # noqa: S608  names of our own
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (day, endpoint, status) DO UPDATE"
            f" SET calls = {table}.calls + excluded.calls,"
            f" took_ms = {table}.took_ms + excluded.took_ms",
            [(connection.ops.adapt_datefield_value(row[0]), *row[1:]) for row in rows],
        )
