"""What counters tell besides rates: speeds by either table, shares of errors over wraps, scores."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import (
    HealthScore,
    InterfaceSample,
    InterfaceState,
    MibProfile,
    PollConfig,
    PollType,
    Site,
)
from devices.services import health, poll_rows
from tests.factories.devices import DeviceFactory

pytestmark = pytest.mark.django_db
IP = "10.20.0.10"
BYTES = "1.3.6.1.2.1.31.1.1.1.6"
IF_SPEED, IF_HIGH_SPEED = "1.3.6.1.2.1.2.2.1.5", "1.3.6.1.2.1.31.1.1.1.15"


def sampled(at, **speeds):
    """Store a poll of port 7 by IF-MIB, and return its row."""
    rows = [VarBind(parse_oid(f"{BYTES}.7"), "Counter64", 0 if "first" in speeds else 125_000_000)]
    for name, oid in (("bps", IF_SPEED), ("mbps", IF_HIGH_SPEED)):
        if name in speeds:
            rows.append(VarBind(parse_oid(f"{oid}.7"), "Gauge32", speeds[name]))
    poll_rows.store(
        poll_rows.plan_of("snmp_interfaces", None),
        [],
        [poll_rows.Answer(IP, rows)],
        at=at,
        config=PollConfig.objects.first(),
        execution=None,
    )
    return InterfaceSample.objects.get(recorded_at=at)


@pytest.mark.parametrize(
    ("speeds", "known", "share"),
    [
        ({"mbps": 1000, "bps": 10_000_000}, 1000, 1.0),
        ({"bps": 100_000_000}, 100, 10.0),
        ({"mbps": 0, "bps": 100_000_000}, 100, 10.0),
        ({"bps": 2**32 - 1}, None, None),
        ({}, None, None),
    ],
)
def test_a_speed_is_the_high_one_else_the_plain_one(speeds, known, share):
    now = timezone.now()
    sampled(now - timedelta(seconds=100), first=True)

    row = sampled(now, **speeds)

    assert (row.rx_bps, row.speed_mbps) == (10_000_000, known)
    assert (None if share is None else float(row.rx_utilization_pct)) == share


def test_a_speed_of_the_shell_counts_for_the_index_of_the_standard_table():
    InterfaceState.objects.create(
        ip_address=IP, interface_index=7, cli_port=3, interface_name="Port 3", speed_mbps=100
    )

    assert sampled(timezone.now()).speed_mbps == 100


def counted(minutes, packets, **more):
    at = timezone.now() - timedelta(minutes=minutes)
    values = {"interface_name": "port1", "rx_packets": packets, "rx_errors": 0, **more}
    InterfaceSample.objects.create(device_ip=IP, recorded_at=at, **values)


@pytest.mark.parametrize(
    ("bits", "score"),
    [
        (32, 50.0),  # 100 errors in 10^5 packets over the wrap
        (64, 100.0),  # began anew: no packets are no data
    ],
)
def test_packets_of_32_bits_count_over_their_wrap(bits, score):
    counted(20, 2**32 - 50_000, counter_bits=bits)
    counted(10, 50_000, rx_errors=100, counter_bits=bits)

    assert health.health_of(IP).errors == score


def test_after_a_restart_packets_tell_nothing():
    counted(20, 4_000_000_000, counter_bits=32, sys_uptime_ticks=900)
    counted(10, 50_000, rx_errors=0, counter_bits=32, sys_uptime_ticks=100)
    counted(5, 150_000, rx_errors=100, counter_bits=32, sys_uptime_ticks=400)

    assert health.health_of(IP).errors == 50.0


def test_ports_of_one_name_in_two_tables_are_not_compared():
    for minutes, index, packets, errors in (
        (40, 1, 1_000, 0),
        (30, 10_001, 900_000_000, 0),
        (20, 1, 101_000, 100),
        (10, 10_001, 900_000_000, 0),
    ):
        counted(minutes, packets, rx_errors=errors, interface_index=index)

    assert health.health_of(IP).errors == 50.0


def test_a_first_look_at_a_device_says_that_it_was_worked_out(api):
    path = f"/api/health/device/{IP}"

    first = api("operator").get(path).json()
    second = api("operator").get(f"{path}?history=0").json()
    third = api("operator").get(f"{path}?history=1&recalculate=1").json()

    assert [one["calculated"] for one in (first, second, third)] == [True, False, True]
    assert (second["count"], third["count"]) == (0, 2)
    assert HealthScore.objects.count() == 2


def test_a_site_whose_name_is_a_number_is_found_by_it(api):
    site = Site.objects.create(name="4100")

    by_name = api("viewer").get("/api/health/site/4100").json()
    by_id = api("viewer").get(f"/api/health/site/{site.pk}").json()

    assert by_name == by_id == {"site": "4100", "device_count": 0, "health": None}


def reached(client, **values):
    body = {"device_ip": IP, "ping_status": "up", **values}
    assert client.post("/api/metrics/availability", body, format="json").status_code == 201


def test_reachability_of_a_site_is_found_by_the_number_that_was_sent_and_by_ours(api):
    site = Site.objects.create(name="North")
    device = DeviceFactory(site=site)
    client, path = api("admin"), "/api/metrics/availability?site_id="
    reached(client, site_id=site.pk + 900)
    reached(client, device_ip=device.ip)
    reached(client, device_ip="10.20.0.77", site_name="South")

    sent, ours, none = (client.get(f"{path}{pk}").json() for pk in (site.pk + 900, site.pk, 2**40))

    assert [row["device_ip"] for row in sent["data"]] == [IP]
    assert [(row["device_ip"], row["site_name"]) for row in ours["data"]] == [(device.ip, "North")]
    assert (none["count"], none["data"]) == (0, [])


def test_a_device_that_nobody_pinged_is_neither_up_nor_down(api):
    client = api("admin")
    for ip, status in (("10.1.0.1", "up"), ("10.1.0.2", "down"), ("10.1.0.3", None)):
        reached(client, device_ip=ip, ping_status=status, site_name="West", snmp_status="up")

    found = client.get("/api/metrics/site/West/summary").json()

    assert (found["device_count"], found["devices_up"], found["devices_down"]) == (3, 1, 1)


def test_a_poll_may_be_made_before_its_type_and_says_so_when_it_runs(api, commits):
    client, path = api("admin"), "/api/polling/configs"
    body = {"name": "later", "poll_type": "mine", "target_type": "all"}
    made = client.post(path, body, format="json")
    pk = made.json()["data"]["id"]

    def ran():
        with commits():
            client.post(f"{path}/{pk}/run")
        row = client.get(f"/api/polling/executions?config_id={pk}").json()["data"]["executions"][0]
        return row["status"], row["error_message"]

    first = ran()
    saos = MibProfile.objects.get(name="ciena_saos6")
    kind = PollType.objects.create(name="mine", profile=saos)
    second = ran()
    kind.groups.add(saos.groups.get(name="raps"))

    assert made.status_code == 201
    assert first == ("failed", "Poll type 'mine' not found")
    assert second == ("failed", "No OID mappings configured")
    assert ran() == ("success", None)


def test_a_laser_that_is_off_tells_no_loss():
    lit = health.Level(Decimal("0"), Decimal("-5.5"), False)
    off = health.Level(Decimal("-40"), Decimal("-5.5"), False)

    assert (health._loss(lit, lit), health._loss(off, lit)) == (5.5, None)
