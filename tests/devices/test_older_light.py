"""Light levels beyond the week that raw samples live: the hours speak for them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import InterfaceHour, InterfaceSample, OpticalHour, OpticalSample
from devices.selectors import metrics
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


@pytest.fixture
def month():
    """Hours of 10 and 9 days ago, and a sample of 20 days ago that came after the clean-up."""
    now = timezone.now()
    hours = [
        (now - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
        for days in (20, 10, 9)
    ]
    for hour, rx in zip(hours[1:], (-5.5, -4.5), strict=True):
        OpticalHour.objects.create(**PORT, hour=hour, samples=12, rx_avg=rx, rx_min=rx, rx_max=rx)
        InterfaceHour.objects.create(**PORT, hour=hour, samples=12, rx_bps_avg=rx * -100)
    late = hours[0]
    OpticalSample.objects.create(**PORT, rx_power=-9, recorded_at=late)
    InterfaceSample.objects.create(**PORT, rx_bytes=1, rx_bps=900, recorded_at=late)


def test_a_late_sample_hides_no_hour_but_its_own(api, month):
    history = api("viewer").get(f"{HISTORY}&hours=720").json()["data"]
    trends = api("viewer").get(f"{TRENDS}&days=30").json()["data"]
    query = "device_ip=10.0.0.1&range=30d"
    light = api("viewer").get(f"/api/metrics/optical?{query}").json()["data"]
    traffic = api("viewer").get(f"/api/metrics/interface?{query}").json()["data"]
    newest = api("viewer").get(f"/api/metrics/optical?{query}&limit=2").json()["data"]

    assert [row["rx_power"] for row in history] == [-4.5, -5.5, -9.0]
    assert (trends["reading_count"], trends["rx_power"]["min"]) == (25, -9.0)
    assert trends["rx_power"]["avg"] == pytest.approx((-12 * 5.5 - 12 * 4.5 - 9) / 25)
    assert [row["rx_power"] for row in light] == [-4.5, -5.5, -9.0]
    assert [row["rx_bps"] for row in traffic] == [450.0, 550.0, 900]
    assert [row["rx_power"] for row in newest] == [-4.5, -5.5]


def test_a_history_that_is_cut_says_so_and_a_file_is_whole(api, month, monkeypatch):
    monkeypatch.setattr(metrics, "MAX_READINGS", 2)
    viewer = api("viewer")

    cut = viewer.get(f"{HISTORY}&hours=720").json()
    whole = viewer.get(f"{HISTORY}&hours=456").json()
    several = {"ip_addresses": ["10.0.0.1", "no"], "hours": 720}
    posted = viewer.post("/api/scans/optical/power-history", several, format="json").json()
    old = viewer.post("/power_history", {"ip": "10.0.0.1", "hours": 720}, format="json").json()
    file = viewer.get(f"{HISTORY}&hours=720&format=csv")

    assert ([row["rx_power"] for row in cut["data"]], cut["message"]) == ([-4.5, -5.5], metrics.CUT)
    assert (len(whole["data"]), "message" in whole) == (2, False)
    assert (len(posted["data"]["10.0.0.1"]), posted["data"]["no"]) == (2, [])
    assert posted["message"] == metrics.CUT == old["message"]
    assert len(b"".join(file.streaming_content).decode().strip().splitlines()) == 1 + 3


@pytest.mark.parametrize(
    ("minutes", "zone", "levels_told"),
    [(5, "Z", []), (30, "Z", [-6.0]), (60, "Z", [-5.0]), (335, "%2B05:30", []), (-1, "Z", [])],
)
def test_the_mean_of_an_hour_does_not_tell_of_what_came_after_the_end(
    api, month, minutes, zone, levels_told
):
    hour = OpticalHour.objects.earliest("hour").hour
    for at, rx in ((10, -6), (50, -4)):
        moment = hour + timedelta(minutes=at)
        OpticalSample.objects.create(**PORT, rx_power=rx, recorded_at=moment)
    if minutes == 60:
        OpticalSample.objects.filter(recorded_at__gte=hour).delete()
        OpticalHour.objects.filter(hour=hour).update(rx_avg=-5)
    start = (hour - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    end = (hour + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S")

    path = f"/api/devices/10.0.0.1/power-history?start={start}&end={end}{zone}"
    rows = api("viewer").get(path).json()["data"]

    assert [row["rx_power"] for row in rows] == levels_told
