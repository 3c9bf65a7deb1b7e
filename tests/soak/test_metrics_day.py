"""The long proof of storage: a day of light levels, every port each five minutes."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from devices.models import OpticalHour, OpticalSample
from devices.selectors import charts, monitoring
from devices.services import plain_rows, retention

pytestmark = [pytest.mark.soak, pytest.mark.django_db, pytest.mark.xdist_group("devices-many")]
DEVICES, PORTS, MOMENTS, EVERY = 100, 50, 288, timedelta(minutes=5)
START = datetime(2026, 11, 1, tzinfo=UTC)
COPY = """
INSERT INTO devices_opticalsample (device_ip, interface_name, interface_index, rx_power, tx_power,
    no_light, recorded_at)
SELECT device_ip, interface_name, interface_index, rx_power - %s, tx_power, no_light, {mark}
FROM devices_opticalsample WHERE recorded_at = {mark}
"""
MAX_GROWTH_KIB = 64 * 1024


def a_moment(at: datetime) -> list[dict[str, Any]]:
    """What one poll of all devices brings."""
    return [
        {
            "device_ip": f"10.{device // 250}.{device % 250}.1",
            "interface_name": f"port{port}",
            "interface_index": port,
            "rx_power": Decimal(-port),
            "tx_power": Decimal(1),
            "recorded_at": at,
        }
        for device in range(DEVICES)
        for port in range(1, PORTS + 1)
    ]


def a_day() -> None:
    """Copy the first moment to all others, each a little darker."""
    mark = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    first = connection.ops.adapt_datetimefield_value(START)
    with connection.cursor() as cursor:
        for number in range(1, MOMENTS):
            at = connection.ops.adapt_datetimefield_value(START + EVERY * number)
            cursor.execute(COPY.format(mark=mark), [number / 1000, at, first])
        cursor.execute("ANALYZE")


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """Return the best time of some tries."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def test_a_day_of_samples_keeps_writes_reads_and_upkeep_fast(monkeypatch) -> None:
    end = START + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: end + timedelta(minutes=30))
    read = {
        "chart": lambda: charts.chart("10.0.7.1", "light", "port9", "24h"),
        "limits": lambda: monitoring.thresholds("10.0.7.1", None),
        "readings": lambda: monitoring.optical("10.0.7.1", "", 24, 100),
    }
    write_empty = seconds(lambda: plain_rows.insert(OpticalSample, a_moment(START)), 1)

    a_day()

    rows = DEVICES * PORTS * MOMENTS
    assert OpticalSample.objects.count() == rows
    write_full = seconds(lambda: plain_rows.insert(OpticalSample, a_moment(end)), 1)
    reads = {name: seconds(work) for name, work in read.items()}
    assert write_full < write_empty * 4, (write_empty, write_full)
    assert max(reads.values()) < 0.25, reads

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert retention.roll_up(end) == DEVICES * PORTS * 24
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_GROWTH_KIB
    hour = OpticalHour.objects.get(device_ip="10.0.7.1", interface_name="port9", hour=START)
    assert (hour.samples, hour.rx_max, hour.rx_min) == (12, -9, -9.011)
    assert hour.rx_avg == pytest.approx(-9.0055)

    gone = retention.remove_old(end + timedelta(days=7, minutes=1))
    assert gone["optical"] == rows + DEVICES * PORTS
    assert OpticalHour.objects.count() == DEVICES * PORTS * 25
