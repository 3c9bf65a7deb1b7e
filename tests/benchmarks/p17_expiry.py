"""P17: expiring reservations, against a loop that saves each and against bare SQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from networkroutes.models import Reservation, ReservationLog
from networkroutes.services import expiry
from tests.benchmarks import register
from tests.benchmarks.measure import Ratio

GOAL = ">= 30x the loop on PostgreSQL, >= 100x on SQLite, >= 0.7 of bare SQL; exact log rows"
LOOP_SHARE = 50


def run(size: int = 20_000, rounds: int = 5) -> dict[str, Any]:
    """Expire `size` reservations; the loop does a fiftieth of them, its rate is what counts."""
    faster, share, exact = [], [], True
    with register.database():
        for _ in range(rounds):
            ours = _rate(size, expiry.expire_overdue)
            exact = exact and ReservationLog.objects.filter(action="EXPIRED").count() == size
            loop = _rate(max(200, size // LOOP_SHARE), _loop)
            bare = _rate(size, _bare)
            faster.append(ours / loop)
            share.append(ours / bare)
    result = {
        "name": "P17",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "exact_log_rows": exact,
        "times_the_loop": Ratio(tuple(faster)).as_dict(),
        "share_of_bare_sql": Ratio(tuple(share)).as_dict(),
    }
    least = 30 if connection.vendor == "postgresql" else 100
    short = [] if exact else ["the log rows are not exact."]
    if result["times_the_loop"]["median"] < least:
        short.append(f"less than {least} times the loop.")
    if result["share_of_bare_sql"]["median"] < 0.7:
        short.append("less than 0.7 of bare SQL.")
    return {**result, "short": short}


def _rate(size: int, work: Callable[[], Any]) -> float:
    """Reservations expired per second; the table holds just those."""
    ReservationLog.objects.all().delete()
    Reservation.objects.all().delete()
    register.add_overdue(size)
    began = time.perf_counter()
    work()
    return size / (time.perf_counter() - began)


def _loop() -> None:
    for held in Reservation.objects.overdue().select_related("channel__route"):
        with transaction.atomic():
            held.status, held.ended_at = "expired", timezone.now()
            held.save()
            ReservationLog.objects.create(
                channel=held.channel,
                circuit_id=held.channel.route.circuit_id,
                dwdm_ucn=held.channel.dwdm_ucn,
                action="EXPIRED",
                reserved_by=held.reserved_by,
                expiry_date=held.expires_at,
                notes=expiry.NOTE,
            )


def _bare() -> None:
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO networkroutes_reservationlog (channel_id, circuit_id, dwdm_ucn, action, "
            "reserved_by, logged_at, expiry_date, notes) "
            "SELECT r.channel_id, n.circuit_id, c.dwdm_ucn, 'EXPIRED', r.reserved_by, %s, "
            "r.expires_at, %s FROM networkroutes_reservation r "
            "JOIN networkroutes_darkfibrechannel c ON c.id = r.channel_id "
            "JOIN networkroutes_networkroute n ON n.id = c.route_id "
            "WHERE r.status = 'open' AND r.expires_at < %s",
            [now, expiry.NOTE, now],
        )
        cursor.execute(
            "UPDATE networkroutes_reservation SET status = 'expired', ended_at = %s "
            "WHERE status = 'open' AND expires_at < %s",
            [now, now],
        )
