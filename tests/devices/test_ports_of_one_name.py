"""Two ports of one device that bear one name are two ports: their samples, rates and hours."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from devices.models import InterfaceHour, InterfaceSample, OpticalHour, OpticalSample, PollConfig
from devices.services import retention, traffic_rows
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

IP, NAME, TOP = "10.0.0.1", "eth", 2**64 - 1
BEFORE, ASIDE = "0008_credential_use_names", "0009_port_keys"
LAST = "0010_names_of_ports_repeat"


def traffic(at, **octets):
    ports = {
        int(index.removeprefix("port")): {"interface_name": NAME, "rx_bytes": value}
        for index, value in octets.items()
    }
    return traffic_rows.store({IP: ports}, {IP: None}, at, PollConfig())


def months_ago():
    return (timezone.now() - timedelta(days=20)).replace(minute=0, second=0, microsecond=0)


@pytest.mark.django_db
def test_each_has_its_own_samples_and_rates(api):
    now = timezone.now()
    traffic(now - timedelta(seconds=100), port1=1_000, port2=500_000)

    assert traffic(now, port1=2_250, port2=512_500) == {IP: 2}

    rows = api("viewer").get(f"/api/metrics/interface?device_ip={IP}&interface_name=eth").json()
    told = sorted((row["interface_index"], row["rx_bps"]) for row in rows["metrics"][:2])
    assert (rows["count"], told) == (4, [(1, 100), (2, 1000)])


@pytest.mark.django_db
def test_each_has_a_chart_of_its_own_told_apart_by_index(admin_page):
    now = timezone.now()
    device = DeviceFactory(address=ManagementAddressFactory(ip=IP))
    for index, name, rx in ((1, NAME, -5), (2, NAME, -12), (20_001, "up", -8), (3, "port3", -9)):
        OpticalSample.objects.create(
            device_ip=IP, interface_name=name, interface_index=index, rx_power=rx, recorded_at=now
        )
    OpticalSample.objects.create(
        device_ip=IP, interface_name="Port 3", interface_index=10_003, rx_power=-9.5
    )
    path = f"/admin/devices/device/{device.pk}"

    def drawn(port, index=""):
        query = {"kind": "light", "port": port, "index": index}
        found = admin_page.get(f"{path}/chart/", query).json()
        return found["title"], found["series"][0]["values"]

    page = admin_page.get(f"{path}/change/?tab=charts").content.decode()
    offered = re.findall(r'<option value="(.*?)" data-kind="light" data-index="(.*?)">(.*?)<', page)

    assert offered == [
        (NAME, "1", f"{NAME}, index 1"),
        (NAME, "2", f"{NAME}, index 2"),
        ("port3", "", "Port 3"),
        ("up", "", "up"),
    ]
    assert drawn(NAME, "1") == ("Light on eth, index 1", [-5])
    assert drawn(NAME, "2") == ("Light on eth, index 2", [-12])
    assert drawn("port3") == ("Light on Port 3", [-9, -9.5])
    assert drawn("up") == ("Light on up", [-8])
    assert drawn(NAME, "x") == drawn(NAME, str(2**40)) == ("Light on eth", [-5])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["interface", "optical"])
def test_one_port_at_one_moment_is_kept_once(api, kind):
    at, engineer = timezone.now().isoformat(), api("admin")
    row = {"device_ip": IP, "interface_name": NAME, "recorded_at": at}
    ports = [{**row, "interface_index": 1}, {**row, "interface_index": 2}, row]

    answers = [
        engineer.post(f"/api/metrics/{kind}", sent, content_type="application/json").status_code
        for sent in (*ports, *ports)
    ]
    many = {"metrics": [*ports, {**row, "interface_index": 3}]}
    again = engineer.post(f"/api/metrics/{kind}", many, content_type="application/json")

    assert answers == [201, 201, 201, 409, 409, 409]
    assert again.json() == {"inserted": 1}


@pytest.mark.django_db
def test_each_has_its_own_hours_which_stand_in_for_its_own_samples(api):
    hour, light = months_ago(), {"device_ip": IP, "interface_name": NAME}
    for index, rx in ((1, -6), (2, -12), (None, -18)):
        for minutes in (0, 30):
            at = hour + timedelta(minutes=minutes)
            port = {**light, "interface_index": index, "recorded_at": at}
            OpticalSample.objects.create(**port, rx_power=rx)
            InterfaceSample.objects.create(**port, rx_bps=-100 * rx)
    retention.roll_up()
    retention.roll_up()
    OpticalSample.objects.filter(interface_index=2).delete()
    InterfaceSample.objects.filter(interface_index=2).delete()

    viewer, query = api("viewer"), f"device_ip={IP}&range=30d"
    levels = viewer.get(f"/api/metrics/optical?{query}").json()["metrics"]
    rates = viewer.get(f"/api/metrics/interface?{query}").json()["metrics"]
    history = viewer.get(f"/api/devices/{IP}/power-history").json()["data"]
    trends = viewer.get(
        f"/api/scans/optical/trends?ip_address={IP}&interface_index=2&days=30"
    ).json()["data"]

    assert (OpticalHour.objects.count(), InterfaceHour.objects.count()) == (3, 3)
    assert sorted(row["rx_power"] for row in levels) == [-18, -18, -12, -6, -6]
    assert sorted(row["rx_bps"] for row in rates) == [600, 600, 1200, 1800, 1800]
    assert sorted(row["rx_power"] for row in history) == [-18, -18, -12, -6, -6]
    assert (trends["reading_count"], trends["rx_power"]["avg"]) == (2, -12.0)


@pytest.mark.django_db
def test_counters_of_64_bits_are_kept_to_the_last_digit_and_have_rates(api):
    now = timezone.now()
    traffic(now - timedelta(seconds=200), port1=2**63 - 1_000)
    traffic(now - timedelta(seconds=100), port1=2**63 + 250)
    traffic(now, port1=2**63 + 1_500)
    traffic(now - timedelta(seconds=100), port2=TOP - 1_250)
    traffic(now, port2=TOP)

    rows = InterfaceSample.objects.order_by("interface_index", "recorded_at")
    answer = api("viewer").get(f"/api/metrics/interface?device_ip={IP}")

    assert [(int(row.rx_bytes), row.rx_bps) for row in rows] == [
        (2**63 - 1_000, None),
        (2**63 + 250, 100),
        (2**63 + 1_500, 100),
        (TOP - 1_250, None),
        (TOP, 100),
    ]
    assert rows.filter(rx_bytes__gt=2**63 + 250).count() == 3
    assert rows.filter(rx_bytes=TOP).count() == 1
    assert f'"rx_bytes":{TOP}' in answer.content.decode().replace(" ", "")


@pytest.fixture
def moved():
    yield lambda name: MigrationExecutor(connection).migrate([("devices", name)])
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_rows_stay_on_the_way_to_the_new_keys_and_the_first_of_a_name_on_the_way_back(moved):
    at = timezone.now()
    port = {"device_ip": IP, "interface_name": NAME, "recorded_at": at}
    first = InterfaceSample.objects.create(**port, interface_index=1, rx_bytes=TOP).pk
    InterfaceSample.objects.create(**port, interface_index=2)
    other = InterfaceSample.objects.create(**(port | {"interface_name": "eth2"})).pk

    moved(BEFORE)
    assert list(InterfaceSample.objects.order_by("pk").values_list("pk", flat=True)) == [
        first,
        other,
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        InterfaceSample.objects.create(**port, interface_index=2)

    moved(ASIDE)
    moved(LAST)
    again = InterfaceSample.objects.create(**port, interface_index=2).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        InterfaceSample.objects.create(**port, interface_index=2)
    kept = InterfaceSample.objects.order_by("pk")
    assert [row.pk for row in kept] == [first, other, again]
    assert kept[0].rx_bytes == TOP


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("made", [1, 3, 4])
def test_a_start_that_was_killed_between_the_new_keys_goes_on(moved, made):
    at = timezone.now()
    port = {"device_ip": IP, "interface_name": NAME, "recorded_at": at, "interface_index": 1}
    keys = [
        ("interfacehour", "devices_ifhour_port_once"),
        ("interfacesample", "devices_ifsample_port_once"),
        ("opticalhour", "devices_opticalhour_port_once"),
        ("opticalsample", "devices_optical_port_once"),
    ]
    moved(BEFORE)
    with connection.cursor() as cursor:
        for table, name in keys[:made]:  # half built, as PostgreSQL leaves them too
            cursor.execute(f"CREATE INDEX {name} ON devices_{table} (device_ip)")

    moved(ASIDE)
    moved(LAST)

    InterfaceSample.objects.create(**port)
    OpticalSample.objects.create(**port)
    for model in (InterfaceSample, OpticalSample):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**port)
    with connection.cursor() as cursor:
        for table, name in keys:
            found = connection.introspection.get_constraints(cursor, f"devices_{table}")
            assert found[name]["unique"], name
