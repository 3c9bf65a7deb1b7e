"""Light levels beyond the week that raw samples live: the hours speak for them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import OpticalHour, OpticalSample
from devices.services import retention

pytestmark = pytest.mark.django_db
PORT = {"device_ip": "10.0.0.1", "interface_name": "Port 5", "interface_index": 10005}
TRENDS = "/api/scans/optical/trends?ip_address=10.0.0.1&interface_index=10005"
HISTORY = "/api/scans/optical/power-history?ip_address=10.0.0.1"


@pytest.fixture
def levels():
    """Two samples of one hour 20 days ago, whose sum is all that is left, and one of now."""
    now = timezone.now()
    old = (now - timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    for minutes, rx, tx in ((0, -6, 0), (30, -4, None)):
        at = old + timedelta(minutes=minutes)
        OpticalSample.objects.create(**PORT, rx_power=rx, tx_power=tx, recorded_at=at)
    OpticalSample.objects.create(**PORT, rx_power=-2, temperature=40, recorded_at=now)
    retention.remove_old(now)
    assert (OpticalSample.objects.count(), OpticalHour.objects.count()) == (1, 1)
    return old


def test_trends_of_a_month_count_the_hours(api, levels):
    month = api("viewer").get(f"{TRENDS}&days=30").json()["data"]
    week = api("viewer").get(TRENDS).json()["data"]

    assert month == {
        "rx_power": {"min": -6.0, "max": -2.0, "avg": -4.0},
        "tx_power": {"min": 0.0, "max": 0.0, "avg": 0.0},
        "temperature": {"min": 40.0, "max": 40.0, "avg": 40.0},
        "reading_count": 3,
    }
    assert (week["rx_power"]["min"], week["reading_count"]) == (-2.0, 1)


def test_a_history_of_a_month_ends_in_means_of_hours(api, levels):
    rows = api("viewer").get(f"{HISTORY}&hours=720&interface_index=10005").json()["data"]

    assert [row["rx_power"] for row in rows] == [-2.0, -5.0]
    assert (rows[1]["id"], rows[1]["tx_power"], rows[1]["cli_port"]) == (None, 0.0, None)
    assert rows[1]["measurement_timestamp"].startswith(f"{levels:%Y-%m-%dT%H:00:00}")
    assert len(api("viewer").get(f"{HISTORY}&hours=168").json()["data"]) == 1
    assert len(api("viewer").get(f"{HISTORY}&hours=720&interface_index=7").json()["data"]) == 0


def test_an_hour_that_still_has_samples_counts_once(api, levels):
    OpticalSample.objects.create(**PORT, rx_power=-4, recorded_at=levels + timedelta(minutes=30))

    found = api("viewer").get(f"{TRENDS}&days=30").json()["data"]

    assert (found["reading_count"], found["rx_power"]["avg"]) == (2, -3.0)
