"""What is too old goes, its hours stay: light levels, traffic, reachability, runs.

Work goes hour by hour and slice by slice, so that memory and locks stay small however many samples
a day brings.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.db.models import Max, Min
from django.utils import timezone

from devices import measures
from devices.models import (
    AvailabilitySample,
    HealthScore,
    InterfaceSample,
    OpticalHour,
    OpticalSample,
    PollData,
    PollExecution,
)
from devices.services.runs import remove_older_than

RAW_DAYS, HOUR_DAYS, AVAILABILITY_DAYS, RUN_DAYS = 7, 90, 90, 30
HOUR, SLICE = timedelta(hours=1), timedelta(minutes=5)
SUMS = {
    "interface_index": "MIN(interface_index)",
    "rx_min": "MIN(rx_power)",
    "rx_avg": "AVG(rx_power)",
    "rx_max": "MAX(rx_power)",
    "tx_min": "MIN(tx_power)",
    "tx_avg": "AVG(tx_power)",
    "tx_max": "MAX(tx_power)",
    "temperature_avg": "AVG(temperature)",
    "samples": "COUNT(*)",
}
KEPT: tuple[tuple[str, type[models.Model], str, int], ...] = (
    ("optical", OpticalSample, "recorded_at", RAW_DAYS),
    ("interfaces", InterfaceSample, "recorded_at", RAW_DAYS),
    ("hours", OpticalHour, "hour", HOUR_DAYS),
    ("availability", AvailabilitySample, "recorded_at", AVAILABILITY_DAYS),
    ("health", HealthScore, "calculated_at", RUN_DAYS),
    ("data", PollData, "collected_at", RUN_DAYS),
)


def roll_up(at: datetime | None = None) -> int:
    """Work out the hours that have ended; an hour is worked out anew while its samples are kept."""
    now = measures.hour_of(at or timezone.now())
    newest = OpticalHour.objects.aggregate(top=Max("hour"))["top"]
    since = newest or now - timedelta(days=RAW_DAYS)
    done = 0
    while True:
        rows = OpticalSample.objects.filter(recorded_at__gte=since, recorded_at__lt=now)
        first = rows.aggregate(first=Min("recorded_at"))["first"]
        if first is None:
            return done
        hour = measures.hour_of(first)
        done += _roll_up_hour(hour)
        since = hour + HOUR


def _roll_up_hour(hour: datetime) -> int:
    """Sum up one hour in the database; return how many ports it had."""
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in SUMS)
    statement = (
        f"INSERT INTO {OpticalHour._meta.db_table}"  # noqa: S608  names of this module alone
        f" (device_ip, interface_name, hour, {', '.join(SUMS)})"
        f" SELECT device_ip, interface_name, {_moment_mark()}, {', '.join(SUMS.values())}"
        f" FROM {OpticalSample._meta.db_table} WHERE recorded_at >= %s AND recorded_at < %s"
        " GROUP BY device_ip, interface_name"
        f" ON CONFLICT (device_ip, interface_name, hour) DO UPDATE SET {changed}"
    )
    moments = [connection.ops.adapt_datetimefield_value(one) for one in (hour, hour, hour + HOUR)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, moments)
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
    gone["runs"] = remove_older_than(RUN_DAYS)
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
    """Remove light levels older than the days; return how many."""
    return remove_before(OpticalSample, "recorded_at", timezone.now() - timedelta(days=days))
