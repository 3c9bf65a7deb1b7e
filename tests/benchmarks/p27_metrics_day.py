"""P27: a generated day of light levels at 2,000 devices of 50 ports, each every five minutes.

No goal of the design: the device wing's own promise that storage stays fast. What is read of one
device must not grow with the number of devices; what is worked out of all must end long before the
next five minutes are over. On PostgreSQL the day is written without its indexes, which are then
made; the poll after it is written as polls are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

from django.db import connection

from devices.models import OpticalHour, OpticalSample
from devices.selectors import charts, metrics, monitoring
from devices.services import health, plain_rows, retention
from tests.benchmarks import register

PORTS, MOMENTS, EVERY = 50, 288, timedelta(minutes=5)
START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=1)
SMALL, HOURS = 100, 4
GOAL = (
    "reads of one device grow by less than 1.5x from 100 devices to all; one poll's samples, one "
    "hour's sums and the newest light of all ports take less than 60 s each"
)
GROWTH, LIMIT_S = 1.5, 60
COUNTED = (  # for SQLite, whose series function is not always there
    "WITH RECURSIVE c(n) AS (SELECT {} UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT n FROM c"
)
UNIQUE = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'devices_opticalsample'::regclass AND contype = 'u'
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'devices_opticalsample' AND indexname NOT LIKE '%_pkey'
"""
FILL = """
INSERT INTO devices_opticalsample
    (device_ip, interface_name, interface_index, rx_power, tx_power, rx_power_low_warn, no_light,
     recorded_at)
SELECT '10.' || (d.n / 250) || '.' || (d.n %% 250) || '.1', 'port' || p.n, p.n, -p.n - %s, 1, -30,
    {no}, {at}
FROM {numbers}
"""


def fill(first: int, last: int, at: datetime, darker: float) -> None:
    """Write what one poll of the devices `first` to `last` brings."""
    is_postgres = connection.vendor == "postgresql"
    if is_postgres:
        numbers = "generate_series(%s, %s) AS d(n), generate_series(1, 50) AS p(n)"
    else:
        numbers = f"({COUNTED.format('%s', '%s')}) AS d, ({COUNTED.format(1, PORTS)}) AS p"
    statement = FILL.format(
        numbers=numbers,
        no="false" if is_postgres else "0",
        at="%s::timestamptz" if is_postgres else "%s",
    )
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(statement, [darker, moment, first, last])


def day(first: int, last: int) -> None:
    """Write the day of these devices."""
    with without_indexes():
        for number in range(MOMENTS):
            fill(first, last, START + EVERY * number, number / 1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE devices_opticalsample")


@contextmanager
def without_indexes() -> Iterator[None]:
    """Take the indexes but the primary key away, and make them afterwards; on PostgreSQL."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(UNIQUE)
        unique = cursor.fetchall()
        for name, _ in unique:
            cursor.execute(f"ALTER TABLE devices_opticalsample DROP CONSTRAINT {name}")
        cursor.execute(INDEXES)
        others = cursor.fetchall()
        for name, _ in others:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for name, text in unique:
            cursor.execute(f"ALTER TABLE devices_opticalsample ADD CONSTRAINT {name} {text}")
        for _, text in others:
            cursor.execute(text)


def seconds(work: Callable[[], object], times: int = 15) -> float:
    """Return the best time of some tries."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def reads() -> dict[str, float]:
    """Milliseconds of what pages and lists read of one device."""
    ip = "10.0.7.1"
    works = {
        "chart_24h": lambda: charts.chart(ip, "light", "port9", "24h"),
        "chart_7d": lambda: charts.chart(ip, "light", "port9", "7d"),
        "ports_of_chart": lambda: charts.ports_of(ip, "light"),
        "limits": lambda: monitoring.thresholds(ip, 9),
        "list_of_100": lambda: monitoring.optical(ip, "", 24, 100),
        "list_of_port": lambda: monitoring.optical(ip, "port9", 24, 288),
        "trend_of_port": lambda: metrics.trends(ip, 9, 1),
        "readings_1h": lambda: metrics.readings([ip], hours=1),
    }
    return {name: round(seconds(work) * 1000, 2) for name, work in works.items()}


def polled(devices: int, at: datetime) -> list[dict[str, Any]]:
    """What one poll hands over for writing."""
    return [
        {
            "device_ip": f"10.{device // 250}.{device % 250}.1",
            "interface_name": f"port{port}",
            "interface_index": port,
            "rx_power": Decimal(-port),
            "tx_power": Decimal(1),
            "recorded_at": at,
        }
        for device in range(devices)
        for port in range(1, PORTS + 1)
    ]


def stored_bytes() -> int:
    """Return what the samples take with their indexes; in SQLite, what the database takes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_total_relation_size('devices_opticalsample')")
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(cursor.fetchone()[0])


def run(size: int = 2000, rounds: int = 5) -> dict[str, Any]:
    """Write the day of 100 devices, then of all; time reads, sums and removal."""
    result: dict[str, Any] = {"name": "P27", "goal": GOAL, "size": size, "rounds": rounds}
    now = mock.patch("django.utils.timezone.now", return_value=END + timedelta(minutes=30))
    cold = mock.patch("django.core.cache.cache.get", return_value=None)
    with register.database(), now, cold:
        empty = stored_bytes()
        rows = polled(size, END)
        everybody = {row["device_ip"] for row in rows}
        write_s = seconds(lambda: plain_rows.insert(OpticalSample, rows), 1)
        result["rows_of_a_poll"], result["first_poll_s"] = len(rows), round(write_s, 2)
        OpticalSample.objects.all()._raw_delete("default")
        day(0, SMALL - 1)
        few = reads()
        few_hour = seconds(lambda: retention.roll_up(START + timedelta(hours=1)), 1)
        day(SMALL, size - 1)
        result["rows"] = OpticalSample.objects.count()
        result["bytes_per_row"] = round((stored_bytes() - empty) / result["rows"])
        many = reads()
        result["ms_of_one_device"] = many
        result["growth_from_100_devices"] = {
            name: round(many[name] / few[name], 2) for name in many
        }
        write_s = seconds(lambda: plain_rows.insert(OpticalSample, rows), 1)
        result["poll_after_the_day_s"] = round(write_s, 2)
        result["newest_of_all_ports_s"] = round(
            seconds(lambda: health.newest_levels(everybody), 1), 2
        )
        result["hour_of_100_devices_s"] = round(few_hour, 2)
        OpticalHour.objects.all().delete()
        sums = seconds(lambda: retention.roll_up(START + timedelta(hours=HOURS)), 1)
        result["sums_of_an_hour_s"] = round(sums / HOURS, 1)
        assert OpticalHour.objects.count() == size * PORTS * HOURS
        hour = START + timedelta(hours=1)
        gone = seconds(lambda: retention.remove_before(OpticalSample, "recorded_at", hour), 1)
        result["removal_of_an_hour_s"] = round(gone, 1)
        assert OpticalSample.objects.count() == size * PORTS * (MOMENTS - 12 + 1)
    return {**result, "short": _short(result)}


def _short(result: dict[str, Any]) -> list[str]:
    short = [
        f"{name.replace('_', ' ')} grows by {times}."
        for name, times in result["growth_from_100_devices"].items()
        if times >= GROWTH and result["ms_of_one_device"][name] >= 5
    ]
    slow = {
        "a poll's writing": result["poll_after_the_day_s"],
        "an hour's sums": result["sums_of_an_hour_s"],
        "the newest light of all": result["newest_of_all_ports_s"],
        "an hour's removal": result["removal_of_an_hour_s"],
    }
    return short + [
        f"{name} takes {taken:.0f} s." for name, taken in slow.items() if taken > LIMIT_S
    ]
