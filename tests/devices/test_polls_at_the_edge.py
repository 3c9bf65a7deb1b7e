"""Rules of polls where two meet: names that are taken, types switched off, tables in part."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices import measures
from devices.choices import PollTarget
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import (
    InterfaceSample,
    MibProfile,
    OidGroup,
    OpticalHour,
    OpticalSample,
    PollConfig,
    PollType,
    Scan,
)
from devices.services import mib_seeds, poll_rows, polling, retention
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
TYPES = "/api/mib/poll-types"


@pytest.fixture
def seeded():
    mib_seeds.seed_profiles()
    return MibProfile.objects.get()


def test_a_poll_type_takes_no_name_of_a_built_in(api, seeded):
    admin, before = api("admin"), sorted(PollType.objects.values_list("name", flat=True))
    body = {"name": "snmp_availability", "profile_id": seeded.pk}
    pk = PollType.objects.get(name="ciena_raps").pk

    made = admin.post(TYPES, body, format="json")
    renamed = admin.put(f"{TYPES}/{pk}", {"name": " snmp_optical "}, format="json")

    for answer in (made, renamed):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (409, "DUPLICATE")
        assert error["details"]["field"] == "name"
    assert sorted(PollType.objects.values_list("name", flat=True)) == before


def test_a_name_that_is_taken_is_the_field_at_fault(api, seeded):
    group = OidGroup.objects.get(name="xcvr")
    column = group.mappings.get(name="oper_state")
    bodies = {
        "profiles": ({"name": seeded.name, "vendor": "x"}, "name"),
        "groups": ({"name": group.name, "profile_id": seeded.pk}, "name"),
        "mappings": ({"name": column.name, "group_id": group.pk, "oid": "1.3.6.1.9"}, "name"),
        "enums": ({"mapping_id": column.pk, "int_value": 1, "string_value": "x"}, "int_value"),
        "poll-types": ({"name": "ciena_raps", "profile_id": seeded.pk}, "name"),
    }

    for resource, (body, field) in bodies.items():
        answer = api("admin").post(f"/api/mib/{resource}", body, format="json")
        assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (409, field)


@pytest.mark.parametrize("asked", ["ciena_optical", "snmp_ciena_optical"])
def test_a_poll_type_that_is_switched_off_polls_nothing(seeded, asked):
    PollType.objects.filter(name="ciena_optical").update(enabled=False)
    config = PollConfig.objects.create(name="p", poll_type=asked, target_type="all")

    run = polling.poll(config.pk, timezone.now())

    config.refresh_from_db()
    text = "Poll type 'ciena_optical' is disabled"
    assert (run.status, run.error_message) == ("failed", text)
    assert (config.last_run_status, config.last_run_error) == ("failed", text)


def test_a_poll_is_due_when_more_than_its_interval_has_passed():
    now = timezone.now()
    config = PollConfig(interval_seconds=300, last_run_at=now - timedelta(seconds=300))

    assert not polling.is_due(config, now)
    assert polling.is_due(config, now + timedelta(microseconds=1))


def test_counters_of_32_bits_wrap_in_the_poll_of_light_and_traffic_too(seeded):
    plan, now = poll_rows.plan_of("snmp_ciena_full", None), timezone.now()
    column = parse_oid(f"{mib_seeds.STATS64}.2.9")
    for seconds, octets in ((100, 2**32 - 1_000), (0, 250)):
        answer = poll_rows.Answer("10.0.0.1", [VarBind(column, "Counter32", octets)])
        at = now - timedelta(seconds=seconds)
        poll_rows.store(plan, [], [answer], at=at, config=PollConfig(), execution=None)

    newest = InterfaceSample.objects.order_by("recorded_at").last()
    assert (newest.counter_bits, newest.rx_bps) == (32, 100)


def test_a_clean_up_takes_the_hours_of_old_light_along(api):
    now = timezone.now()
    for days in (40, 31, 20):
        at = now - timedelta(days=days)
        OpticalSample.objects.create(
            device_ip="10.0.0.1", interface_name="port1", rx_power=-days, recorded_at=at
        )
    retention.roll_up()
    assert OpticalHour.objects.count() == 3

    body = {"optical_days": 30}
    answer = api("admin").post("/api/scans/cleanup", body, format="json").json()
    left = api("viewer").get("/api/metrics/optical?device_ip=10.0.0.1&hours=2000").json()

    assert answer["data"] == {"optical_readings_deleted": 2}
    assert [row["rx_power"] for row in left["metrics"]] == [-20]
    assert OpticalHour.objects.count() == 1


@pytest.mark.parametrize(
    ("samples", "score"),
    [
        ([(None, None)], 100.0),
        ([(None, "down")], 0.0),
        ([(None, "up"), (None, "down")], 50.0),
        ([("up", None), ("down", None)], 50.0),
        ([("up", "down"), ("up", None)], 70.0),
        ([("up", None), (None, "up"), ("down", None)], 65.0),
    ],
)
def test_reachability_is_told_by_what_was_asked(samples, score):
    assert measures.availability_score(samples) == score


@pytest.mark.parametrize("speed", [1, 3, 7, 10, 19, 100, 1_000])
def test_a_rate_of_just_five_percent_more_than_the_speed_is_one(speed):
    top = speed * 1_050_000

    rates = [measures.rate_bps(0, top // 8 * 10 + more, 10, speed_mbps=speed) for more in (0, 10)]

    assert rates == [top, None]


def test_an_account_that_cannot_be_fails_its_device_and_not_the_poll():
    device = DeviceFactory(address__ip="127.0.0.9")
    config = PollConfig.objects.create(
        name="p", poll_type="snmp_interfaces", target_type="all", snmp_version="3"
    )

    run = polling.poll(config.pk, timezone.now())

    [row] = run.device_results.values_list("device_ip", "success", "error_message")
    assert row == (device.ip, False, "security_name is required for version 3")
    assert (run.status, run.devices_failed) == ("failed", 1)


def test_a_scan_with_version_3_says_who_asks(api):
    body = {"targets": ["127.0.0.9"], "options": {"snmp_version": "3"}}
    refused = api("admin").post("/api/scans", body, format="json")
    silent = api("admin").post(
        "/api/scans", {**body, "options": {"snmp_version": "3", "snmp": False}}, format="json"
    )

    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["message"] == "security_name is required for version 3"
    assert (silent.status_code, Scan.objects.count()) == (202, 1)


def test_one_object_fills_all_columns_that_name_it_and_a_scalar_may_be_named_with_its_zero(seeded):
    group = OidGroup.objects.get(name="system")
    for name, oid, transform in (
        ("ticks", "1.3.6.1.2.1.1.3.0", ""),
        ("hours", "1.3.6.1.2.1.1.3", "divide:360000"),
    ):
        group.mappings.create(name=name, oid=oid, transform=transform)
    plan = poll_rows.plan_of("ciena_system", PollType.objects.get(name="ciena_system"))

    found = poll_rows.by_index(
        plan, [VarBind(parse_oid("1.3.6.1.2.1.1.3.0"), "TimeTicks", 720_000)]
    )

    assert found == {0: {"uptime_seconds": 7_200, "ticks": 720_000, "hours": 2}}
    assert plan.walks.count("1.3.6.1.2.1.1.3") == 1


def test_a_poll_needs_a_name_that_can_be_read(api):
    body = {"name": "  ", "poll_type": "snmp_optical", "target_type": "all"}

    answer = api("admin").post("/api/polling/configs", body, format="json")
    made = api("admin").post("/api/polling/configs", {**body, "name": " a "}, format="json")

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "'name' is required")
    assert made.status_code == 201
    own = PollConfig.objects.exclude(created_by="")
    assert list(own.values_list("name", flat=True)) == ["a"]


@pytest.mark.parametrize(("sent", "kept"), [(1.9325, 1.933), (-5.7845, -5.785), (-5.7839, -5.784)])
def test_half_a_thousandth_goes_away_from_zero_however_light_comes_in(api, sent, kept):
    port, now = {"device_ip": "10.0.0.1", "interface_name": "port9"}, timezone.now()
    body = {**port, "rx_power": sent, "recorded_at": (now - timedelta(minutes=1)).isoformat()}
    plan = poll_rows.Plan(
        "mine",
        "optical_metrics",
        (),
        (poll_rows.Column(parse_oid("1.3.6.1.9.1"), "rx_power_dbm", "divide:10000"),),
    )
    said = VarBind(parse_oid("1.3.6.1.9.1.9"), "Integer", round(sent * 10_000))
    answer = poll_rows.Answer("10.0.0.1", [said])

    api("admin").post("/api/metrics/optical", body, format="json")
    poll_rows.store(plan, [], [answer], at=now, config=PollConfig(), execution=None)

    rows = api("viewer").get("/api/metrics/optical?device_ip=10.0.0.1").json()["metrics"]
    assert [row["rx_power"] for row in rows] == [kept, kept]


def test_shares_have_two_places_and_times_all_they_came_with(api):
    admin, ip = api("admin"), "10.0.0.1"
    port = {"device_ip": ip, "interface_name": "port9", "error_rate_ppm": 0.00012}
    admin.post("/api/metrics/interface", {**port, "rx_utilization_pct": 12.345}, format="json")
    body = {"device_ip": ip, "ping_status": "up", "ping_latency_ms": 0.04321}
    admin.post("/api/metrics/availability", body, format="json")

    [traffic] = admin.get(f"/api/metrics/interface?device_ip={ip}").json()["metrics"]
    [seen] = admin.get(f"/api/metrics/availability?device_ip={ip}").json()["metrics"]

    assert (traffic["rx_utilization_pct"], traffic["error_rate_ppm"]) == (12.35, 0.00012)
    assert seen["ping_latency_ms"] == 0.04321


@pytest.mark.parametrize("kind", ["optical", "interfaces"])
def test_a_devices_metrics_are_asked_for_by_days_too(api, kind):
    now, port = timezone.now(), {"device_ip": "10.0.0.1", "interface_name": "port1"}
    for days in (0.5, 2.5, 3.5):
        at = now - timedelta(days=days)
        OpticalSample.objects.create(**port, rx_power=-days, recorded_at=at)
        InterfaceSample.objects.create(**port, rx_bps=days, recorded_at=at)

    path = f"/monitoring/v1/devices/10.0.0.1/metrics/{kind}"
    counts = [len(api("viewer").get(path + end).json()) for end in ("", "?days=3", "?hours=80")]

    assert counts == [1, 2, 2]
    assert api("viewer").get(f"{path}?days=0").status_code == 400


@pytest.mark.parametrize("kind", [kind for kind in PollTarget.values if kind != "all"])
def test_a_poll_whose_target_is_blank_asks_nobody(kind):
    address = ManagementAddressFactory(ip="127.0.0.9", snmp_vendor_name="Ciena")
    DeviceFactory(role="", site=None, address=address)
    config = PollConfig(poll_type="snmp_interfaces", target_type=kind)

    assert polling.targets_of(config) == []
    assert len(polling.targets_of(PollConfig(target_type="all"))) == 1


def test_light_is_asked_for_by_the_name_of_a_port_and_by_its_index(api):
    ip, now = "10.0.0.1", timezone.now()
    for index, name in ((7, "port7"), (8, "7"), (9, "port9")):
        port = {"device_ip": ip, "interface_name": name, "interface_index": index}
        OpticalSample.objects.create(**port, rx_power=-index, recorded_at=now)

    found = {
        asked: [
            row["interface_index"]
            for row in api("viewer")
            .get(f"/api/metrics/optical?device_ip={ip}&interface={asked}")
            .json()["metrics"]
        ]
        for asked in ("port7", "7", "9", "8x", "")
    }

    assert found == {"port7": [7], "7": [8, 7], "9": [9], "8x": [], "": [9, 8, 7]}


def test_groups_are_walked_in_the_order_of_their_poll_type(api, seeded):
    names = ("alarms", "system", "xcvr")
    groups = {name: OidGroup.objects.get(name=name) for name in names}
    sent = {"name": "own", "profile_id": seeded.pk, "group_ids": [groups[n].pk for n in names]}
    pk = api("admin").post(TYPES, sent, format="json").json()["data"]["id"]

    plan = poll_rows.plan_of("own", PollType.objects.get(pk=pk))

    expected = [one.oid for name in names for one in groups[name].mappings.order_by("pk")]
    assert list(plan.walks) == expected
    assert len(plan.columns) == len(expected)


def test_a_run_is_found_among_the_executions_by_its_task(api, commits):
    admin, path = api("admin"), "/api/polling/executions"
    body = {"name": "mine", "poll_type": "snmp_availability", "target_type": "all"}
    config = admin.post("/api/polling/configs", body, format="json").json()["data"]["id"]
    tasks = []
    for _ in range(2):
        with commits():
            ran = admin.post(f"/api/polling/configs/{config}/run")
        tasks.append(ran.json()["data"]["task_id"])

    rows = admin.get(path).json()["data"]["executions"]
    one = admin.get(f"{path}/{rows[0]['id']}").json()["data"]
    admin.delete(f"/api/polling/configs/{config}")
    left = admin.get(path).json()["data"]["executions"]

    assert [row["celery_task_id"] for row in rows] == tasks[::-1]
    assert len(set(tasks)) == 2
    assert (one.get("execution") or one)["celery_task_id"] == tasks[1]
    assert [(row["config_id"], row["celery_task_id"]) for row in left] == [(None, None)] * 2
