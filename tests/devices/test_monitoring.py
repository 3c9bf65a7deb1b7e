"""Polls, rates, thresholds, health."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from devices import measures
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.measures import Thresholds
from devices.models import (
    AvailabilitySample,
    InterfaceSample,
    ManagementAddress,
    OpticalHour,
    OpticalSample,
    PollConfig,
    PollExecution,
    Site,
)
from devices.services import health, inventory, poll_rows, polling, retention, scans, vault
from tests.factories.devices import DeviceFactory, SiteFactory


def test_rates_keep_their_precision_and_know_what_they_do_not_know():
    rate = measures.rate_bps

    assert rate(4_294_960_000, 10_000, 103.4, bits=32) == 1338
    assert rate(5_000, 25_005_000, 103.36) == 1_934_985
    assert rate(100, 50, 10, bits=64) is None
    assert rate(100, 200, 10, uptime_before=500, uptime_after=20) is None
    assert rate(0, 10**12, 10, speed_mbps=1000) is None
    assert rate(None, 5, 10) is None
    assert rate(0, 0, 10) == 0


def test_transforms_leave_what_they_cannot_do():
    assert measures.transformed(-57839, "divide:10000") == -5.7839
    assert measures.transformed(7, "divide:0") == 7
    assert measures.transformed(None, "divide:10") is None
    assert measures.transformed("x", "multiply:3") == "x"
    assert measures.transformed(12345, "timeticks_to_seconds") == 123.45
    assert measures.transformed("0x001A2B", "hex_to_mac") == "00:1a:2b"
    assert measures.transformed("00:1A:2B", "hex_to_mac") == "00:1a:2b"
    assert measures.transformed("none", "hex_to_mac") == "none"


def test_microwatts_are_dbm_and_nothing_is_none():
    assert [measures.microwatt_dbm(one) for one in (2512, 794, 198, 5, 0, -1)] == [
        4.0,
        -1.0,
        -7.03,
        -23.01,
        None,
        None,
    ]


def test_dark_and_down_ports_raise_no_alarm_and_zero_is_a_value():
    limits = Thresholds(tx_high=-0.5, tx_low=-5, rx_high=0, rx_low=-14)

    assert measures.power_alarms(0.0, -15.0, limits, is_up=True) == ["tx_high", "rx_low"]
    assert measures.power_alarms(-1.0, -40.0, limits, is_up=True) == []
    assert measures.power_alarms(9.0, 9.0, limits, is_up=False) == []


@pytest.mark.django_db
def test_health_is_the_recorded_one():
    now = timezone.now()
    for ms, snmp in ((20, "up"), (40, "down")):
        AvailabilitySample.objects.create(
            device_ip="10.0.0.1",
            ping_status="up",
            snmp_status=snmp,
            ping_latency_ms=ms,
            recorded_at=now,
        )

    found = health.health_of("10.0.0.1")

    assert (found.availability, found.performance, found.errors, found.capacity) == (
        85.0,
        95.0,
        100,
        100,
    )
    assert found.overall == 92.75
    assert health.health_of("10.0.0.2").overall == 100
    assert measures.availability_score([("up", "down"), ("up", "down")]) == 70


@pytest.fixture
def found_devices(db, simulated):
    row = scans.start_scan(actor=None, targets=["127.0.10.1-11"], options=simulated.options)
    scans.perform_scan(row.pk)
    inventory.save_address(
        actor=None,
        ip_address="127.0.10.12",
        facts={"snmp_data": {}, "snmp_vendor_name": "Ciena", "snmp_port": simulated.snmp_port},
    )


def run(name, at):
    row = PollConfig.objects.get(name=name)
    PollConfig.objects.filter(pk=row.pk).update(snmp_timeout=2, snmp_retries=0)
    return polling.poll(row.pk, at)


@pytest.mark.django_db
def test_default_polls_collect_and_one_silent_device_fails_no_other(found_devices, api):
    at = timezone.now().replace(microsecond=0)

    optical = run("Ciena Optical Power", at)

    assert (optical.status, optical.devices_success, optical.devices_failed) == ("partial", 11, 1)
    assert OpticalSample.objects.count() == optical.records_collected == 23
    assert run("Ciena Optical Power", at) is None, "the same scheduled time happens once"
    assert OpticalSample.objects.count() == 23
    sample = OpticalSample.objects.filter(device_ip="127.0.10.1", interface_index=5).get()
    assert sample.interface_name == "port5"
    assert -10 < float(sample.rx_power) < 0
    dark = OpticalSample.objects.get(device_ip="127.0.10.11", interface_index=6)
    assert dark.no_light is True
    reached = run("Network Availability", at)
    assert (reached.devices_targeted, reached.devices_success) == (12, 11)
    assert (reached.status, reached.devices_failed, reached.records_collected) == ("partial", 1, 12)
    assert reached.device_results.get(success=False).device_ip == "127.0.10.12"
    assert AvailabilitySample.objects.filter(snmp_status="up").count() == 11
    silent = ManagementAddress.objects.exclude(ping_status="online").values_list("ip", flat=True)
    assert list(silent) == ["127.0.10.12"], "on loopback a ping alone makes no device be up"
    client = api("operator")
    limits = client.get("/api/metrics/optical/thresholds?device_ip=127.0.10.1").json()
    assert limits["thresholds"]["5"]["rx_low_alarm"] == -14.0
    rows = client.get("/monitoring/v1/metrics/optical?device_ip=127.0.10.1").json()
    assert isinstance(rows["data"][0]["rx_power"], float)
    missing = client.get("/api/metrics/optical")
    assert (missing.status_code, missing.json()["error"]) == (400, "device_ip is required")


@pytest.mark.django_db
def test_traffic_gets_rates_from_its_second_sample(found_devices):
    at = timezone.now()

    run("Ciena Port Traffic", at - timedelta(seconds=60))
    run("Ciena Port Traffic", at)

    rows = InterfaceSample.objects.filter(device_ip="127.0.10.1", interface_index=5)
    first, second = rows.order_by("recorded_at")
    assert first.rx_bps is None
    assert second.rx_bps is not None
    assert second.rx_bps >= 0


@pytest.mark.django_db
def test_an_unknown_poll_type_is_a_failed_run():
    row = PollConfig.objects.create(name="odd", poll_type="nope")

    done = polling.poll(row.pk, timezone.now())

    assert (done.status, done.error_message) == ("failed", "Poll type 'nope' not found")
    empty = PollConfig.objects.create(
        name="nobody", poll_type="ciena_optical", target_type="site", target_site_name="none"
    )
    assert polling.poll(empty.pk, timezone.now()).status == "success"


@pytest.mark.django_db
def test_a_poll_whose_credential_has_ended_is_a_failed_run_with_that_reason():
    now = timezone.now()
    ended = vault.create_credential(
        actor=None,
        body={"name": "old", "credential_type": "snmp", "community": "c", "valid_until": str(now)},
    ).credential
    config = PollConfig.objects.create(
        name="p", poll_type="snmp_availability", target_type="all", credential=ended
    )

    run = polling.poll(config.pk, now)

    assert (run.status, run.error_message) == ("failed", "Credential old is expired")


@pytest.mark.django_db
def test_a_poll_that_was_lost_with_its_worker_is_marked_when_it_comes_again():
    row, at = PollConfig.objects.create(name="p", poll_type="snmp_interfaces"), timezone.now()
    lost = PollExecution.objects.create(config=row, config_name="p", scheduled_for=at)

    assert polling.poll(row.pk, at) is None

    lost.refresh_from_db()
    row.refresh_from_db()
    assert (lost.status, lost.error_message) == ("failed", "The worker was lost")
    assert (row.last_run_status, row.last_run_error) == ("failed", "The worker was lost")


@pytest.mark.django_db
def test_a_due_poll_is_queued_once(commits):
    PollConfig.objects.update(enabled=False)
    PollConfig.objects.filter(name="Network Availability").update(enabled=True)
    now = timezone.now()

    with commits():
        assert polling.run_due(now) == 1
        assert polling.run_due(now) == 0
    assert PollExecution.objects.count() == 1
    assert polling.run_due(now + timedelta(seconds=61)) == 1


@pytest.mark.django_db
def test_a_poll_of_a_site_shows_its_id_and_the_changed_one_of_both_wins(api):
    admin = api("admin")
    lab, hub = (Site.objects.create(name=name) for name in ("Lab", "Hub"))
    body = {"name": "S", "poll_type": "snmp_interfaces", "target_type": "site"}

    at = admin.post("/api/polling/configs", {**body, "target_site_id": lab.pk}, format="json")
    url = f"/api/polling/configs/{at.json()['data']['id']}"

    def shown(**sent):
        assert not sent or admin.put(url, sent, format="json").status_code == 200
        data = admin.get(url).json()["data"]
        return data["target_site_id"], data["target_site_name"]

    assert shown() == (lab.pk, "Lab")
    assert shown(target_site_id=hub.pk) == (hub.pk, "Hub")
    assert shown(target_site_id=lab.pk, target_site_name="Hub") == (lab.pk, "Lab")
    assert shown(target_site_id=lab.pk, target_site_name="HUB") == (hub.pk, "HUB")
    assert shown(target_site_name="Nowhere") == (None, "Nowhere")
    assert shown(target_site_id=None) == (None, "")


def test_polls_are_managed_over_rest(api, commits):
    admin = api("admin")
    missing = admin.post("/api/polling/configs", {"name": "x"}, format="json")
    assert missing.json()["error"]["message"] == "'poll_type' is required"
    body = {
        "name": "mine",
        "poll_type": "snmp_availability",
        "target_type": "all",
        "snmp_community": "s3cret-c",
    }
    pk = admin.post("/api/polling/configs", body, format="json").json()["data"]["id"]
    again = admin.post("/monitoring/v1/polling/configs", body, format="json")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "DUPLICATE")
    shown = {
        role: api(role).get(f"/api/polling/configs/{pk}").json()["data"]["snmp_community"]
        for role in ("admin", "viewer")
    }
    assert shown == {"admin": "s3cret-c", "viewer": "••••••••"}
    listed = api("operator").get("/api/polling/configs").content.decode()
    assert "s3cret-c" not in listed
    empty = admin.put(f"/api/polling/configs/{pk}", {}, format="json")
    assert empty.json()["error"]["message"] == "No fields to update"
    off = admin.post(f"/api/polling/configs/{pk}/toggle", {}, format="json").json()
    assert (off["message"], off["data"]) == ("Config disabled", {"enabled": False})
    with commits():
        ran = admin.post(f"/api/polling/configs/{pk}/run")
    assert (ran.status_code, ran.json()["message"]) == (202, "Polling task dispatched")
    assert admin.get("/api/polling/executions").json()["data"]["count"] == 1
    assert admin.get(f"/api/polling/configs/{pk}").json()["data"]["last_run_at"] is not None
    types = admin.get("/api/polling/poll-types").json()["data"]["poll_types"]
    assert {"snmp_availability", "ciena_optical"} <= {row["id"] for row in types}
    assert admin.delete(f"/api/polling/configs/{pk}").json()["message"] == "Config deleted"


@pytest.mark.django_db
def test_hours_are_rolled_up_once_and_old_samples_go():
    start = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
    for minute, power in ((0, -5), (30, 0)):
        OpticalSample.objects.create(
            device_ip="10.0.0.1",
            interface_name="port1",
            rx_power=power,
            recorded_at=start + timedelta(minutes=minute),
        )

    assert retention.roll_up(start + timedelta(hours=2)) == 1
    assert retention.roll_up(start + timedelta(hours=2)) == 1
    hour = OpticalHour.objects.get()
    assert (hour.rx_min, hour.rx_avg, hour.rx_max, hour.samples) == (-5, -2.5, 0, 2)
    retention.remove_old(start + timedelta(days=8))
    assert not OpticalSample.objects.exists()
    assert OpticalHour.objects.count() == 1


def plan_for(target, **columns):
    found = tuple(poll_rows.Column(parse_oid(oid), name) for name, oid in columns.items())
    return poll_rows.Plan("mine", target, (), found)


def stored(plan, at, *rows):
    answer = poll_rows.Answer("10.0.0.1", [VarBind(parse_oid(oid), *rest) for oid, *rest in rows])
    config = PollConfig.objects.first()
    return poll_rows.store(plan, [], [answer], at=at, config=config, execution=None)


@pytest.mark.django_db
def test_the_type_on_the_wire_says_whether_a_counter_wraps():
    plan = plan_for("interface_metrics", rx_bytes="1.3.6.1.9.2", tx_bytes="1.3.6.1.9.16")
    now = timezone.now()
    for seconds, rx, tx in ((100, 2**32 - 1000, 5000), (0, 2000, 4000)):
        stored(
            plan,
            now - timedelta(seconds=seconds),
            ("1.3.6.1.9.2.7", "Counter32", rx),
            ("1.3.6.1.9.16.7", "Counter32", tx),
        )

    newest = InterfaceSample.objects.order_by("recorded_at").last()
    assert (newest.rx_bps, newest.counter_bits) == (240, 32)
    assert newest.tx_bps == round((2**32 - 1000) * 8 / 100)


@pytest.mark.django_db
def test_numbers_that_no_column_holds_are_none_and_fail_no_poll():
    at, huge = timezone.now(), 2**64 - 1
    counts = stored(
        plan_for("interface_metrics", rx_bytes="1.3.6.1.9.2", oper_status="1.3.6.1.9.3",
                 speed_mbps="1.3.6.1.9.4", rx_errors="1.3.6.1.9.5"),
        at,
        ("1.3.6.1.9.2.7", "Counter64", huge),
        ("1.3.6.1.9.3.7", "Integer", 2**40),
        ("1.3.6.1.9.4.7", "Gauge32", huge),
        ("1.3.6.1.9.5.7", "Counter64", huge),
    )  # fmt: skip
    light = plan_for("optical_metrics", rx_power_dbm="1.3.6.1.9.2", tx_power_dbm="1.3.6.1.9.3")
    stored(light, at, ("1.3.6.1.9.2.7", "Integer", -214_748), ("1.3.6.1.9.3.7", "Integer", 0))

    traffic, level = InterfaceSample.objects.get(), OpticalSample.objects.get()
    assert counts == {"10.0.0.1": 1}
    assert float(traffic.rx_bytes) == pytest.approx(huge)
    assert (traffic.oper_status, traffic.rx_errors) == (None, None)
    assert (level.rx_power, level.tx_power, level.no_light) == (None, 0, False)


@pytest.mark.django_db
def test_a_score_counts_for_the_devices_site_and_unknown_counters_for_nothing(api):
    site = SiteFactory(name="North")
    device = DeviceFactory(site=site)
    at = timezone.now()
    AvailabilitySample.objects.create(device_ip=device.ip, ping_status="up", recorded_at=at)
    for minutes, errors in ((2, None), (1, 900_000)):
        InterfaceSample.objects.create(
            device_ip=device.ip,
            interface_name="p1",
            rx_errors=errors,
            rx_packets=1_000_000,
            recorded_at=at - timedelta(minutes=minutes),
        )

    client = api("operator")
    client.post(f"/api/health/device/{device.ip}/calculate", {}, format="json")

    answer = client.get("/api/health/site/North").json()
    assert (answer["device_count"], answer["health"]["overall_score"]) == (1, 100.0)


@pytest.mark.django_db
def test_limits_of_samples_stand_under_both_names(api):
    body = {
        "device_ip": "10.0.0.1",
        "interface_name": "p21",
        "interface_index": 21,
        "rx_power": -3,
        "rx_power_low_warn": 0,
        "recorded_at": timezone.now().isoformat(),
    }
    client = api("admin")
    first = client.post("/api/metrics/optical", body, format="json")
    again = client.post("/api/metrics/optical", body, format="json")
    assert (first.status_code, again.status_code) == (201, 409)

    answer = client.get("/api/metrics/optical/thresholds?device_ip=10.0.0.1").json()

    assert answer["thresholds"] == {"21": {"rx_low_alarm": 0.0, "rx_low_warn": 0.0}}


@pytest.mark.django_db
def test_a_poll_of_chosen_devices_asks_these_and_the_one_at_the_address(api):
    chosen, named, other = DeviceFactory.create_batch(3)
    admin = api("admin")
    body = {
        "name": "these",
        "poll_type": "snmp_availability",
        "target_type": "device",
        "target_device_ids": [chosen.pk],
        "target_device_ip": named.ip,
    }

    made = admin.post("/api/polling/configs", body, format="json").json()["data"]
    wrong = admin.put(
        f"/api/polling/configs/{made['id']}", {"target_device_ids": ["x"]}, format="json"
    )

    config = PollConfig.objects.get(pk=made["id"])
    assert {asked.ip for asked in polling.targets_of(config)} == {chosen.ip, named.ip}
    shown = admin.get(f"/api/polling/configs/{made['id']}").json()["data"]
    assert shown["target_device_ids"] == [chosen.pk]
    assert wrong.status_code == 400
    assert wrong.json()["error"]["message"] == "target_device_ids must be a whole number"
    assert other.ip not in {chosen.ip, named.ip}
