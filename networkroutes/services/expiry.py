"""Expiry of reservations: exactly one EXPIRED row each, however many workers run."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from accounts.services import audit
from networkroutes.choices import ReservationAction, ReservationStatus
from networkroutes.models import DarkFibreChannel, NetworkRoute, Reservation, ReservationLog

CHUNK = 10_000
NOTE = "Automatically expired after 60 days"

LOG_COLUMNS = "channel_id, circuit_id, dwdm_ucn, action, reserved_by, logged_at, expiry_date, notes"
LOG_VALUES = "d.channel_id, n.circuit_id, c.dwdm_ucn, %s, d.reserved_by, %s, d.expires_at, %s"


def expire_overdue(*, now: datetime | None = None) -> int:
    """Expire all that is due, in chunks so that others wait little; return how many were
    expired."""
    moment, total = now or timezone.now(), 0
    while True:
        with transaction.atomic():
            done = expire(now=moment)
            if done:
                audit.record(None, "reservation.expired", after={"count": done})
        total += done
        if done < CHUNK:
            return total


def expire_before_reading() -> None:
    """Expire what is due before reservations or their log are shown; one question when nothing
    is."""
    if Reservation.objects.overdue().exists():
        expire_overdue()


def expire(*, now: datetime, channel_id: int | None = None, limit: int = CHUNK) -> int:
    """Expire up to `limit` overdue reservations (of one channel) inside the caller's transaction.

    One statement on PostgreSQL, which leaves rows that another worker holds to it; two on SQLite,
    under its one write lock. The log row is written from what the update really changed.
    """
    if connection.vendor == "postgresql":
        return _in_one_statement(now, channel_id, limit)
    return _in_two_statements(now, channel_id, limit)


def expire_of_route(circuit_id: str) -> int:
    """Expire what is due on one circuit before it is shown."""
    now = timezone.now()
    due = Reservation.objects.overdue(now).filter(channel__route__circuit_id=circuit_id)
    ids = list(due.values_list("channel_id", flat=True))
    done = 0
    for channel_id in ids:
        with transaction.atomic():
            done += expire(now=now, channel_id=channel_id)
    return done


def _tables() -> dict[str, str]:
    return {
        "reservation": Reservation._meta.db_table,
        "log": ReservationLog._meta.db_table,
        "channel": DarkFibreChannel._meta.db_table,
        "route": NetworkRoute._meta.db_table,
    }


def _due(channel_id: int | None) -> str:
    one = "" if channel_id is None else f" AND r.channel_id = {int(channel_id)}"
    return (
        f"r.status = '{ReservationStatus.OPEN}' AND r.expires_at < %s{one} ORDER BY r.id LIMIT %s"
    )


def _in_one_statement(now: datetime, channel_id: int | None, limit: int) -> int:
    names = _tables()
    wait = "" if channel_id is not None else " SKIP LOCKED"
    statement = f"""
        WITH due AS (
            SELECT r.id FROM {names["reservation"]} r
            JOIN {names["channel"]} held ON held.id = r.channel_id
            WHERE {_due(channel_id)} FOR UPDATE OF held, r{wait}
        ), d AS (
            UPDATE {names["reservation"]} r SET status = %s, ended_at = %s
            FROM due WHERE r.id = due.id
            RETURNING r.channel_id, r.reserved_by, r.expires_at
        )
        INSERT INTO {names["log"]} ({LOG_COLUMNS})
        SELECT {LOG_VALUES} FROM d
        JOIN {names["channel"]} c ON c.id = d.channel_id
        JOIN {names["route"]} n ON n.id = c.route_id
    """  # noqa: S608  table names are our own
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [now, limit, ReservationStatus.EXPIRED, now, ReservationAction.EXPIRED, now, NOTE],
        )
        return int(cursor.rowcount)


def _in_two_statements(now: datetime, channel_id: int | None, limit: int) -> int:
    names = _tables()
    due = f"SELECT r.id FROM {names['reservation']} r WHERE {_due(channel_id)}"  # noqa: S608  table names are our own
    log = f"""
        INSERT INTO {names["log"]} ({LOG_COLUMNS})
        SELECT {LOG_VALUES} FROM {names["reservation"]} d
        JOIN {names["channel"]} c ON c.id = d.channel_id
        JOIN {names["route"]} n ON n.id = c.route_id
        WHERE d.id IN ({due})
    """  # noqa: S608  table names are our own
    end = f"UPDATE {names['reservation']} SET status = %s, ended_at = %s WHERE id IN ({due})"  # noqa: S608  table names are our own
    at = connection.ops.adapt_datetimefield_value(now)  # times as all other rows hold them
    with connection.cursor() as cursor:
        cursor.execute(log, [ReservationAction.EXPIRED, at, NOTE, at, limit])
        cursor.execute(end, [ReservationStatus.EXPIRED, at, at, limit])
        return int(cursor.rowcount)
