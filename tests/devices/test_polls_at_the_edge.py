"""Rules of polls where two meet: names that are taken, types switched off, tables in part."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices import measures
from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import (
    InterfaceSample,
    MibProfile,
    OidGroup,
    OpticalHour,
    OpticalSample,
    PollConfig,
    PollType,
)
from devices.services import mib_seeds, poll_rows, polling, retention

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
