"""Row locks with one spelling and a limit on waiting.

PostgreSQL locks the rows; SQLite, which has no row locks, takes its one write lock when the
transaction begins (`transaction_mode=IMMEDIATE`), so the same code is right on both.
"""

import contextlib
import fcntl
import time
import zlib
from collections.abc import Iterator
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, connection, models, transaction

from inventory_site.core.errors import BusyError

WAIT_MS = 3000
LOOK_S = 0.02
PG_LOCK_NOT_AVAILABLE = "55P03"
PG_DEADLOCK = "40P01"

Row = TypeVar("Row", bound=models.Model)


def lock(rows: models.QuerySet[Row], *, skip_locked: bool = False) -> models.QuerySet[Row]:
    """Return the rows for update, ordered by primary key; only inside a transaction.

    Waits at most `WAIT_MS`; wrap the transaction in `busy_is_an_answer` where people wait.
    """
    if connection.vendor == "postgresql" and not skip_locked:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {WAIT_MS}")
    return rows.order_by("pk").select_for_update(of=("self",), skip_locked=skip_locked)


@contextlib.contextmanager
def busy_is_an_answer() -> Iterator[None]:
    """Turn a lock that was not free in time into `BusyError`."""
    try:
        yield
    except OperationalError as err:
        state = getattr(err.__cause__, "sqlstate", "")
        if state in {PG_LOCK_NOT_AVAILABLE, PG_DEADLOCK} or "database is locked" in str(err):
            raise BusyError("Somebody else is changing this; try again in a moment.") from err
        raise


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Open a transaction whose lock waits end in `BusyError`."""
    with busy_is_an_answer(), transaction.atomic():
        yield


@contextlib.contextmanager
def only_if_free(*, wait_ms: int = 0) -> Iterator[None]:
    """Write what may be left out: while SQLite's one writer is another, no longer is waited."""
    if connection.vendor != "sqlite":
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {wait_ms}")
        try:
            with contextlib.suppress(OperationalError):
                yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


@contextlib.contextmanager
def alone(name: str) -> Iterator[bool]:
    """Hold a name for the block, across processes, without a transaction; say whether we have it.

    For long work that talks before it writes. The name is free again when its holder ends, however
    it ends: PostgreSQL drops a session's lock, the system a closed file's.
    """
    held = _alone_by_database if connection.vendor == "postgresql" else _alone_by_file
    with held(name) as is_ours:
        yield is_ours


@contextlib.contextmanager
def in_turn(name: str, *, wait_s: float = 60) -> Iterator[None]:
    """Hold a name for the block as `alone` does, once nobody else does; else raise `BusyError`."""
    ends = time.monotonic() + wait_s
    while True:
        with alone(name) as is_ours:
            if is_ours:
                yield
                return
        if time.monotonic() > ends:
            raise BusyError("Somebody else is at this; try again in a moment.")
        time.sleep(LOOK_S)


@contextlib.contextmanager
def _alone_by_database(name: str) -> Iterator[bool]:
    key = zlib.crc32(name.encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextlib.contextmanager
def _alone_by_file(name: str) -> Iterator[bool]:
    folder = settings.PATCHBAY_VAR / "locks"
    folder.mkdir(exist_ok=True)
    with (folder / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
