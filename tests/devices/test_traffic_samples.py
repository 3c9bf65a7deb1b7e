"""What a sample of traffic tells beside its counters, and what stays of it after a week."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import (
    InterfaceHour,
    InterfaceSample,
    OpticalHour,
    OpticalSample,
    PollConfig,
    PollType,
)
from devices.services import ingest, mib_seeds, poll_rows, poll_times, retention

pytestmark = pytest.mark.django_db
OIDS = {name: f"1.3.6.1.9.{at}" for at, name in enumerate(("rx_bytes", "rx_pkts", "rx_errors"), 2)}
PATHS = ("optical", "interface", "availability")


def poll(at, rx_bytes, packets, errors, *, kind="Counter64"):
    columns = tuple(poll_rows.Column(parse_oid(oid), name) for name, oid in OIDS.items())
    values = zip(OIDS.values(), (rx_bytes, packets, errors), strict=True)
    rows = [VarBind(parse_oid(f"{oid}.7"), kind, value) for oid, value in values]
    poll_rows.store(
        poll_rows.Plan("mine", "interface_metrics", (), columns),
        [],
        [poll_rows.Answer("10.0.0.1", rows)],
        at=at,
        config=PollConfig.objects.first(),
        execution=None,
    )
    return InterfaceSample.objects.get(recorded_at=at)


def test_packets_and_errors_get_rates_from_the_second_sample():
    now = timezone.now()

    first = poll(now - timedelta(seconds=100), 1_000, 10_000, 3)
    second = poll(now, 26_000, 60_000, 8)

    assert (first.rx_pps, first.error_rate_ppm) == (None, None)
    assert (second.rx_bps, second.rx_pps, second.error_rate_ppm) == (2_000, 500, 100.0)
    assert (second.tx_bps, second.tx_pps) == (None, None)


@pytest.mark.parametrize(
    ("kind", "rates"), [("Counter32", (2_000, 500)), ("Counter64", (None,) * 2)]
)
def test_packets_of_32_bits_wrap_as_the_bytes_beside_them_do(kind, rates):
    now, top = timezone.now(), 2**32

    poll(now - timedelta(seconds=100), top - 1_000, top - 10_000, 3, kind=kind)
    second = poll(now, 24_000, 40_000, 3, kind=kind)

    assert (second.rx_bps, second.rx_pps) == rates


def test_ports_of_one_number_in_two_tables_keep_rates_of_their_own():
    now = timezone.now()
    counter, name = parse_oid("1.3.6.1.9.2"), parse_oid("1.3.6.1.9.9")
    columns = (poll_rows.Column(counter, "rx_bytes"), poll_rows.Column(name, "if_descr"))

    def of_management(at, count):
        rows = [VarBind((*counter, 7), "Counter64", count)]
        rows.append(VarBind((*name, 7), "OctetString", b"mgmt0"))
        poll_rows.store(
            poll_rows.Plan("other", "interface_metrics", (), columns),
            [],
            [poll_rows.Answer("10.0.0.1", rows)],
            at=at,
            config=PollConfig.objects.first(),
            execution=None,
        )
        return InterfaceSample.objects.get(recorded_at=at).rx_bps

    poll(now - timedelta(seconds=200), 1_000_000_000, 1, 0)
    of_management(now - timedelta(seconds=199), 5_000)
    port = poll(now - timedelta(seconds=100), 2_000_000_000, 2, 0)

    assert (port.interface_name, port.rx_bps) == ("port7", 80_000_000)
    assert of_management(now - timedelta(seconds=99), 15_000) == 800


def test_after_a_restart_nothing_is_said_of_packets():
    now = timezone.now()
    poll(now - timedelta(seconds=100), 9_000, 10_000, 3)

    restarted = poll(now, 500, 20, 0)

    assert (restarted.rx_bps, restarted.rx_pps, restarted.error_rate_ppm) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("optical", {"interface_name": "p1", "rx_power": -3, "signal_quality_pct": 99.5}),
        (
            "interface",
            {
                **{"interface_name": "p1", "rx_pps": 5, "tx_pps": 6, "collisions": 7},
                **{"error_rate_ppm": 12.5, "duplex": "full"},
            },
        ),
        ("availability", {"poe_power_watts": 61.5, "poe_power_available_watts": 370}),
    ],
)
def test_a_sample_from_outside_keeps_every_column(api, kind, sent):
    body = {"device_ip": "10.0.0.9", "netbox_device_id": 41, "site_id": 7, **sent}
    client = api("admin")

    made = client.post(f"/api/metrics/{kind}", body, format="json")

    assert made.status_code == 201
    answer = client.get(f"/api/metrics/{kind}?device_ip=10.0.0.9").json()
    [row] = answer["metrics"] if "metrics" in answer else answer["data"]["metrics"]
    assert {name: row[name] for name in body} == body


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("optical", {"interface_name": "p1", "signal_quality_pct": 100.1}),
        ("optical", {"interface_name": "p1", "site_id": -1}),
        ("interface", {"interface_name": "p1", "collisions": "many"}),
        ("interface", {"interface_name": "p1", "error_rate_ppm": 10**7}),
        ("availability", {"netbox_device_id": 2**31}),
    ],
)
def test_a_wrong_column_is_named_and_nothing_is_kept(api, kind, wrong):
    answer = api("admin").post(
        f"/api/metrics/{kind}", {"device_ip": "10.0.0.9", **wrong}, format="json"
    )

    assert answer.status_code == 400
    assert list(wrong)[-1] in answer.content.decode()
    assert [model.objects.count() for model in (OpticalSample, InterfaceSample)] == [0, 0]


def test_hours_of_traffic_outlive_its_samples(api):
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=9)
    for minute, bps in ((0, 100), (20, 300), (40, None)):
        InterfaceSample.objects.create(
            device_ip="10.0.0.1",
            interface_name="p7",
            interface_index=7,
            rx_bps=bps,
            recorded_at=start + timedelta(minutes=minute),
        )

    retention.remove_old()

    assert not InterfaceSample.objects.exists()
    hour = InterfaceHour.objects.get()
    kept = (hour.hour, hour.rx_bps_min, hour.rx_bps_avg, hour.rx_bps_max, hour.samples)
    assert kept == (start, 100, 200, 300, 3)
    answer = api("viewer").get("/api/metrics/interface?device_ip=10.0.0.1&hours=720").json()
    [row] = answer["metrics"] if "metrics" in answer else answer["data"]["metrics"]
    assert (row["rx_bps"], row["rx_bps_max"], row["tx_bps"], row["samples"]) == (200, 300, None, 3)


def counted(at, value, kind, **config):
    column = poll_rows.Column(parse_oid(OIDS["rx_bytes"]), "rx_bytes")
    rows = [VarBind(parse_oid(f"{OIDS['rx_bytes']}.9"), kind, value)]
    poll_rows.store(
        poll_rows.Plan("mine", "interface_metrics", (), (column,)),
        [],
        [poll_rows.Answer("10.0.0.2", rows)],
        at=at,
        config=PollConfig(**config),
        execution=None,
    )
    return InterfaceSample.objects.get(recorded_at=at).rx_bps


def test_a_counter_that_changes_its_width_tells_no_rate_once():
    now = timezone.now()
    counted(now - timedelta(seconds=200), 4_294_960_000, "Counter32")

    wider = counted(now - timedelta(seconds=100), 8_589_934_592, "Counter64")
    after = counted(now, 8_589_934_592 + 1_250, "Counter64")

    assert (wider, after) == (None, 100)


@pytest.mark.parametrize(
    "config", [{"interval_seconds": 6 * 3600}, {"cron_expression": "0 6 * * *"}]
)
def test_a_rare_poll_has_rates_too(config):
    now = timezone.now()
    counted(now - timedelta(hours=6), 1_000, "Counter64", **config)

    assert counted(now, 1_000 + 2_700, "Counter64", **config) == 1


@pytest.mark.parametrize(
    ("given", "hours"),
    [
        ({"interval_seconds": 300}, 2),
        ({"interval_seconds": 6 * 3600}, 18),
        ({"cron_expression": "*/5 * * * *"}, 2),
        ({"cron_expression": "0 */4 * * *"}, 12),
        ({"cron_expression": "0 8 * * 1-5"}, 5 * 24),
        ({"cron_expression": "0 8 * * 1"}, 7 * 24),
        ({"cron_expression": "*/5 8-9 * * *"}, 22.25),
        ({"cron_expression": "*/5 7-9 * * *"}, 2),
        ({"cron_expression": "no cron"}, 2),
    ],
)
def test_the_row_before_is_looked_for_as_far_as_the_poll_is_rare(given, hours):
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert poll_times.looking_back(PollConfig(**given), monday) == timedelta(hours=hours)


def test_samples_that_come_late_are_in_their_hours_all_the_same():
    now = timezone.now().replace(minute=30, second=0, microsecond=0)
    early, late = now - timedelta(hours=4), now - timedelta(hours=2)

    def light(ip, at, dbm):
        ingest.take(
            "optical",
            {"device_ip": ip, "interface_name": "p1", "rx_power": dbm, "recorded_at": str(at)},
            actor=None,
        )

    light("10.0.0.1", early, -3)
    light("10.0.0.2", late, -3)
    retention.roll_up(now)
    light("10.0.0.1", early + timedelta(minutes=1), -5)
    light("10.0.0.3", early, -7)

    hours = OpticalHour.objects.order_by("device_ip").values_list("device_ip", "samples", "rx_avg")
    assert list(hours) == [("10.0.0.1", 2, -4), ("10.0.0.2", 1, -3), ("10.0.0.3", 1, -7)]
    assert retention.roll_up(now) == 1, "only the newest hour is worked out anew"


def test_sums_of_hours_whose_samples_are_gone_stay():
    old = (timezone.now() - timedelta(days=8)).replace(minute=0, second=0, microsecond=0)
    for hour in (old, old + timedelta(days=7)):
        OpticalHour.objects.create(
            device_ip="10.0.0.1", interface_name="p1", hour=hour, samples=12, rx_avg=-3
        )
    row = {"device_ip": "10.0.0.1", "interface_name": "p1", "rx_power": -9}

    ingest.take("optical", {**row, "recorded_at": str(old + timedelta(minutes=1))}, actor=None)

    assert list(OpticalHour.objects.values_list("samples", "rx_avg")) == [(12, -3)] * 2


def test_samples_of_weeks_ago_outlive_the_week_in_hours_of_their_own():
    now = timezone.now()
    old = (now - timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    OpticalHour.objects.create(device_ip="10.0.0.9", interface_name="p1", hour=now, samples=1)
    row = {"device_ip": "10.0.0.1", "interface_name": "p1"}

    def sent(*minutes, days=0):
        for minute in minutes:
            at = old + timedelta(minutes=minute, days=days)
            body = {**row, "rx_power": -minute, "recorded_at": str(at)}
            ingest.take("optical", body, actor=None)
        return list(hours.values_list("samples", "rx_avg"))

    hours = OpticalHour.objects.filter(device_ip="10.0.0.1").order_by("hour")
    first = sent(2, 4)
    sent(5, days=-80)
    retention.remove_old(now)

    assert first == [(2, -3.0)]
    assert not OpticalSample.objects.exists()
    assert sent(9) == [(2, -3.0)], "one sample is less than the sum of two"


def test_samples_known_already_are_not_counted_as_inserted(api):
    row = {"device_ip": "10.0.0.1", "interface_name": "p1", "rx_power": -9, "rx_bytes": 5}
    times = [f"2026-11-20T10:0{minute}:00Z" for minute in range(3)]
    rows = [{**row, "recorded_at": at} for at in times]
    client = api("admin")

    def inserted(kind, sent):
        answer = client.post(f"/api/metrics/{kind}", {"metrics": sent}, format="json")
        return answer.json()["inserted"]

    for kind in ("optical", "interface"):
        assert [inserted(kind, rows[:2]), inserted(kind, rows), inserted(kind, rows)] == [2, 1, 0]
        assert inserted(kind, []) == 0
    assert (OpticalSample.objects.count(), InterfaceSample.objects.count()) == (3, 3)


def test_switches_without_the_64_bit_table_have_traffic_and_crc_errors_count():
    mib_seeds.seed_profiles()
    plan = poll_rows.plan_of("ciena_traffic", PollType.objects.get(name="ciena_traffic"))
    short, long = "1.3.6.1.4.1.6141.2.60.3.1.1.2.1", "1.3.6.1.4.1.6141.2.60.3.1.1.4.1"
    told = {
        "10.0.0.1": [(f"{short}.2", "Counter32", 100), (f"{short}.4", "Counter32", 3)],
        "10.0.0.2": [
            *((f"{short}.2", "Counter32", 100), (f"{short}.4", "Counter32", 3)),
            *((f"{long}.2", "Counter64", 2**40), (f"{long}.53", "Counter64", 4)),
        ],
    }
    answers = [
        poll_rows.Answer(
            ip, [VarBind(parse_oid(f"{oid}.7"), kind, value) for oid, kind, value in rows]
        )
        for ip, rows in told.items()
    ]

    poll_rows.store(
        plan, [], answers, at=timezone.now(), config=PollConfig.objects.first(), execution=None
    )

    kept = InterfaceSample.objects.order_by("device_ip")
    found = kept.values_list("counter_bits", "rx_bytes", "rx_errors", "rx_crc_errors")
    assert list(found) == [(32, 100, 3, 3), (64, 2**40, 7, 3)]


@pytest.mark.parametrize("has_long", [False, True])
def test_the_32_bit_table_tells_what_the_64_bit_one_does_not_but_packets_that_wrap(has_long):
    mib_seeds.seed_profiles()
    plan = poll_rows.plan_of("ciena_traffic", PollType.objects.get(name="ciena_traffic"))
    columns = {2: 1000, 3: 11, 4: 104, 16: 500, 18: 7, 55: 21, 63: 163}
    rows = [
        VarBind(parse_oid(f"{mib_seeds.STATS32}.{column}.9"), "Counter32", value)
        for column, value in columns.items()
    ]
    if has_long:
        long = f"{mib_seeds.STATS64}.2.9"
        rows.append(VarBind(parse_oid(long), "Counter64", 2**40))
    answer, now = poll_rows.Answer("10.0.0.1", rows), timezone.now()

    poll_rows.store(plan, [], [answer], at=now, config=PollConfig.objects.first(), execution=None)

    row = InterfaceSample.objects.get()
    told = (row.rx_packets, row.tx_packets, row.rx_errors, row.rx_discards)
    assert told == (*((None, None) if has_long else (11, 7)), 267, 21)
