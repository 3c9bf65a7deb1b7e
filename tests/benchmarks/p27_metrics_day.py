"""P27: a generated day of light levels at 2,000 devices of 50 ports, each every five minutes.

No goal of the design: the device wing's own promise that storage stays fast. What is read of one
device must not grow with the number of devices; what is worked out of all must end long before the
next five minutes are over. The day is written a moment at a time, as polls do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
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
SMALL = 100
GOAL = (
    "reads of one device grow by less than 1.5x from 100 devices to all; one poll's samples, one "
    "hour's sums and the newest light of all ports take less than 60 s each"
)
GROWTH, LIMIT_S = 1.5, 60
COUNTED = (  # for SQLite, whose series function is not always there
    "WITH RECURSIVE c(n) AS (SELECT {} UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT n FROM c"
)
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


def day(first: int, last: int) -> list[float]:
    """Write the day of these devices; return the seconds of each moment."""
    taken = []
    for number in range(MOMENTS):
        at = START + EVERY * number
        taken.append(seconds(lambda at=at, number=number: fill(first, last, at, number / 1000), 1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE devices_opticalsample")
    return taken


def seconds(work: Callable[[], object], times: int = 5) -> float:
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
        day(0, SMALL - 1)
        few = reads()
        few_hour = seconds(lambda: retention.roll_up(START + timedelta(hours=1)), 1)
        moments = day(SMALL, size - 1)
        result["rows"] = OpticalSample.objects.count()
        result["bytes_per_row"] = round((stored_bytes() - empty) / result["rows"])
        result["first_and_last_moment_s"] = [round(moments[0], 2), round(moments[-1], 2)]
        many = reads()
        result["ms_of_one_device"] = many
        result["growth_from_100_devices"] = {
            name: round(many[name] / few[name], 2) for name in many
        }
        rows = polled(size, END)
        everybody = {row["device_ip"] for row in rows}
        result["rows_of_a_poll"] = len(rows)
        result["write_of_a_poll_s"] = round(
            seconds(lambda: plain_rows.insert(OpticalSample, rows), 1), 2
        )
        result["newest_of_all_ports_s"] = round(
            seconds(lambda: health.newest_levels(everybody), 1), 2
        )
        result["hour_of_100_devices_s"] = round(few_hour, 2)
        OpticalHour.objects.all().delete()
        result["hours_of_the_day_s"] = round(seconds(lambda: retention.roll_up(END), 1), 1)
        result["rows_of_hours"] = OpticalHour.objects.count()
        result["removal_of_the_day_s"] = round(
            seconds(lambda: retention.remove_before(OpticalSample, "recorded_at", END), 1), 1
        )
        assert OpticalSample.objects.count() == len(rows)
    return {**result, "short": _short(result)}


def _short(result: dict[str, Any]) -> list[str]:
    short = [
        f"{name.replace('_', ' ')} grows by {times}."
        for name, times in result["growth_from_100_devices"].items()
        if times >= GROWTH and result["ms_of_one_device"][name] >= 5
    ]
    hour = result["hours_of_the_day_s"] / 24
    slow = {
        "a poll's writing": result["write_of_a_poll_s"],
        "an hour's sums": hour,
        "the newest light of all": result["newest_of_all_ports_s"],
        "an hour's removal": result["removal_of_the_day_s"] / 24,
    }
    return short + [
        f"{name} takes {taken:.0f} s." for name, taken in slow.items() if taken > LIMIT_S
    ]
