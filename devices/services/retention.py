"""What is too old goes, its hours stay: light levels, traffic, reachability, runs.

Work goes hour by hour and slice by slice, so that memory and locks stay small however many samples
a day brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection, models, transaction
from django.db.models import Max, Min
from django.utils import timezone

from devices import measures
from devices.models import (
    AvailabilitySample,
    HealthScore,
    InterfaceHour,
    InterfaceSample,
    OpticalHour,
    OpticalSample,
    PollData,
    PollExecution,
)
from devices.models.metrics import NO_INDEX
from devices.services import runs, scans

RAW_DAYS, HOUR_DAYS, AVAILABILITY_DAYS, RUN_DAYS = 7, 90, 90, 30
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, SLICE = timedelta(hours=1), timedelta(minutes=5)
PORT = f"COALESCE(interface_index, {NO_INDEX})"  # as the tables' unique keys have it
WAYS = ("MIN", "AVG", "MAX")
COUNTED = {"interface_index": "MIN(interface_index)", "samples": "COUNT(*)"}
LIGHT = {
    f"{side}_{way.lower()}": f"{way}({side}_power)" for side in ("rx", "tx") for way in WAYS
} | {"temperature_avg": "AVG(temperature)"}
TRAFFIC = {
    f"{side}_bps_{way.lower()}": f"{way}({side}_bps)" for side in ("rx", "tx") for way in WAYS
}
ROLLED: tuple[tuple[type[models.Model], type[models.Model], dict[str, str]], ...] = (
    (OpticalSample, OpticalHour, LIGHT | COUNTED),
    (InterfaceSample, InterfaceHour, TRAFFIC | COUNTED),
)
KEPT: tuple[tuple[str, type[models.Model], str, int], ...] = (
    ("optical", OpticalSample, "recorded_at", RAW_DAYS),
    ("interfaces", InterfaceSample, "recorded_at", RAW_DAYS),
    ("hours", OpticalHour, "hour", HOUR_DAYS),
    ("traffic_hours", InterfaceHour, "hour", HOUR_DAYS),
    ("availability", AvailabilitySample, "recorded_at", AVAILABILITY_DAYS),
    ("health", HealthScore, "calculated_at", RUN_DAYS),
    ("data", PollData, "collected_at", RUN_DAYS),
)


def roll_up(at: datetime | None = None) -> int:
    """Work out the hours that have ended, and return how many ports they had.

    The newest hour that is known is worked out anew: samples may have come late.
    """
    now = measures.hour_of(at or timezone.now())
    return sum(_roll_up(*rolled, now) for rolled in ROLLED)


def sum_up_late(model: type[models.Model], rows: Iterable[tuple[str, datetime]]) -> None:
    """Work out anew the hours of samples, by device and moment, that came after their hour's sum.

    Hours whose samples may be removed in part keep their sums, but for one of more samples.
    """
    rolled = next((one for one in ROLLED if one[0] is model), None)
    now = measures.hour_of(timezone.now())
    whole, kept = now - timedelta(days=RAW_DAYS) + HOUR, now - timedelta(days=HOUR_DAYS)
    late: dict[datetime, set[str]] = {}
    for ip, at in rows:
        if rolled is not None and kept <= at < now:
            late.setdefault(measures.hour_of(at), set()).add(ip)
    if rolled is None or not late:
        return
    newest = rolled[1]._default_manager.aggregate(top=Max("hour"))["top"]
    for hour, ips in late.items():
        if newest is not None and hour < newest:
            _roll_up_hour(*rolled, hour, sorted(ips), only_more=hour < whole)


def _roll_up(
    samples: type[models.Model], hours: type[models.Model], sums: Mapping[str, str], now: datetime
) -> int:
    newest = hours._default_manager.aggregate(top=Max("hour"))["top"]
    since = newest or BEGINNING
    done = 0
    while True:
        rows = samples._default_manager.filter(recorded_at__gte=since, recorded_at__lt=now)
        first = rows.aggregate(first=Min("recorded_at"))["first"]
        if first is None:
            return done
        hour = measures.hour_of(first)
        done += _roll_up_hour(samples, hours, sums, hour)
        since = hour + HOUR


def _roll_up_hour(
    samples: type[models.Model],
    hours: type[models.Model],
    sums: Mapping[str, str],
    hour: datetime,
    ips: Sequence[str] = (),
    *,
    only_more: bool = False,
) -> int:
    """Sum up one hour, of all devices or of some, in the database; return how many ports it had."""
    of_devices = f" AND device_ip IN ({', '.join(['%s'] * len(ips))})" if ips else ""
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in sums)
    where = f" WHERE EXCLUDED.samples > {hours._meta.db_table}.samples" if only_more else ""
    statement = (
        f"INSERT INTO {hours._meta.db_table}"  # noqa: S608  names of this module alone
        f" (device_ip, interface_name, hour, {', '.join(sums)})"
        f" SELECT device_ip, interface_name, {_moment_mark()}, {', '.join(sums.values())}"
        f" FROM {samples._meta.db_table} WHERE recorded_at >= %s AND recorded_at < %s{of_devices}"
        f" GROUP BY device_ip, interface_name, {PORT}"
        f" ON CONFLICT (device_ip, interface_name, hour, ({PORT})) DO UPDATE SET {changed}{where}"
    )
    moments = [connection.ops.adapt_datetimefield_value(one) for one in (hour, hour, hour + HOUR)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [*moments, *ips])
        return int(cursor.rowcount)


def _moment_mark() -> str:
    """Return the mark of a moment that is selected: PostgreSQL has to be told its type."""
    return "%s::timestamptz" if connection.vendor == "postgresql" else "%s"


def remove_old(at: datetime | None = None) -> dict[str, int]:
    """Remove what is past its time: raw samples after a week, hours after 90 days."""
    now = at or timezone.now()
    roll_up(now)
    gone = {
        name: remove_before(model, column, now - timedelta(days=days))
        for name, model, column, days in KEPT
    }
    old_polls = PollExecution.objects.filter(started_at__lt=now - timedelta(days=RUN_DAYS))
    gone["polls"] = old_polls.delete()[0]
    gone["runs"] = runs.remove_older_than(RUN_DAYS)
    gone["scans"] = scans.remove_older_than(RUN_DAYS)
    return gone


def remove_before(model: type[models.Model], column: str, limit: datetime) -> int:
    """Remove rows older than a moment, a slice at a time, oldest first; return how many."""
    done = 0
    while True:
        old = model._default_manager.filter(**{f"{column}__lt": limit})
        first = old.aggregate(first=Min(column))["first"]
        if first is None:
            return done
        rows = model._default_manager.filter(**{f"{column}__lt": min(limit, first + SLICE)})
        done += int(rows._raw_delete(rows.db))


def remove_optical(days: int) -> int:
    """Remove light levels older than the days, and the hours that they made; return how many."""
    limit = timezone.now() - timedelta(days=days)
    remove_before(OpticalHour, "hour", measures.hour_of(limit))
    return remove_before(OpticalSample, "recorded_at", limit)
