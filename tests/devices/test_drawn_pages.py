"""Charts, topology, the review of a scan, and the rows around the vault in the admin."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from devices.admin import drawings
from devices.admin.device_tabs import _light
from devices.admin.words import light_bar, power
from devices.demo.load import load
from devices.models import (
    AvailabilitySample,
    Device,
    InterfaceSample,
    InterfaceState,
    MibProfile,
    OpticalSample,
    Scan,
    ScanResult,
    SshHostKey,
)
from devices.selectors import charts
from devices.selectors.topology_drawing import HEIGHT, WIDTH, places
from devices.services import host_keys
from inventory_site.core.admin import EMPTY
from tests.factories.devices import DeviceFactory, ManagementAddressFactory
from tests.factories.devices_monitoring import HealthScoreFactory, SpanBaselineFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/devices"
MINUS = "\u2212"


def at(ip):
    return DeviceFactory(name=f"sw-{ip}", address=ManagementAddressFactory(ip=ip))


@pytest.mark.parametrize(
    ("status", "rx", "word"),
    [
        ("up", -14, "Good"),
        ("up", -14.1, "Rx low"),
        ("down", -14.1, "Port down"),
        ("up", -40, "Dark"),
    ],
)
def test_the_light_of_a_port_is_judged_while_it_is_up(status, rx, word):
    port = InterfaceState(status=status)

    assert f">{word}</" in _light(port, 0, rx, {"rx_low_alarm": -14.0, "tx_high_alarm": 2.0})


def test_a_chart_has_its_limits_and_gaps_stay_gaps(admin_page):
    device, now = at("10.6.0.1"), timezone.now()
    for minutes, rx in ((60, -5), (55, -5.5), (50, 0), (20, -6), (15, -40)):
        OpticalSample.objects.create(
            device_ip="10.6.0.1",
            interface_name="port5",
            interface_index=5,
            rx_power=rx,
            tx_power=1,
            rx_power_low_warn=-14,
            recorded_at=now - timedelta(minutes=minutes),
        )

    page = admin_page.get(f"{PAGE}/device/{device.pk}/change/?tab=charts")
    found = admin_page.get(f"{PAGE}/device/{device.pk}/chart/?kind=light&port=port5&span=6h").json()

    assert b"uPlot.iife.min.js" in page.content
    assert found["unit"] == "dBm"
    assert found["series"][0]["values"] == [-5, -5.5, 0, None, -6, -40]
    assert found["limits"] == [{"label": "Rx low", "value": -14.0}]
    assert len(found["x"]) == 6


def test_utilisation_is_drawn_where_the_speed_is_known_else_the_rate(admin_page):
    device, now = at("10.6.0.2"), timezone.now()
    InterfaceSample.objects.create(
        device_ip="10.6.0.2",
        interface_name="Port 1",
        interface_index=1,
        rx_bps=2_500_000,
        recorded_at=now,
    )
    path = f"{PAGE}/device/{device.pk}/chart/?kind=traffic&port=Port%201"
    assert admin_page.get(path).json()["unit"] == "Mbit/s"
    InterfaceSample.objects.update(rx_utilization_pct="12.50")
    found = admin_page.get(path).json()
    assert (found["unit"], found["series"][0]["values"]) == ("%", [12.5])
    assert charts.ports_of("10.6.0.2", "traffic") == [("Port 1", None)]
    assert admin_page.get(f"{PAGE}/device/999999/chart/").status_code == 404


def test_the_topology_draws_each_cable_once_and_lists_it(admin_page):
    one, two = at("10.6.1.1"), at("10.6.1.2")
    at("10.6.1.3")
    for here, there, port in (("10.6.1.1", "10.6.1.2", 5), ("10.6.1.2", "10.6.1.1", 6)):
        InterfaceState.objects.create(
            ip_address=here,
            interface_index=10_000 + port,
            interface_name=f"Port {port}",
            lldp_remote_mgmt_addr=there,
            lldp_remote_port=str(11 - port),
            status="up",
        )

    text = admin_page.get(f"{PAGE}/device/topology/").content.decode()

    assert text.count("<line ") == 1
    assert text.count("<circle ") == 2
    assert re.findall(r'<span class="dv-\w+ ?[\w-]*"></span>([^<]+)', text) == [
        "Cable up",
        "Cable down",
        "Device up",
        "Device down",
        "Not known",
    ]
    assert "<span>Up</span></span></td>" in text
    assert "Both ends" in text
    assert "1 device without a known neighbour" in text
    assert f"{PAGE}/device/{one.pk}/change/" in text
    assert str(two) in text


def test_a_drawing_stays_on_its_paper_and_is_the_same_each_time():
    nodes = [str(number) for number in range(40)]
    links = [(str(number), str((number * 7 + 1) % 40)) for number in range(40)]

    found = places(nodes, links)

    assert found == places(nodes, links)
    assert all(0 < one.x < WIDTH and 0 < one.y < HEIGHT for one in found.values())
    assert len({(one.x, one.y) for one in found.values()}) == 40
    assert len(places([str(number) for number in range(300)], [])) == 300
    assert places([], []) == {}


def test_a_scan_is_reviewed_row_by_row(admin_page):
    scan = Scan.objects.create(status="completed", accept="review", total_targets=3)
    rows = [
        ScanResult.objects.create(
            scan=scan,
            target=f"10.6.2.{number}",
            position=number,
            state="done",
            is_online=True,
            result={
                "ping_status": "online",
                "snmp_status": "responding",
                "hostname": "<b>x</b>",
                "vendor": "Ciena",
            },
        )
        for number in (1, 2, 3)
    ]
    path = f"{PAGE}/scan/{scan.pk}/review/"
    words = ("accept", "reject", "later")

    shown = admin_page.get(path).content.decode()
    sent = admin_page.post(
        path, {f"row-{row.pk}": word for row, word in zip(rows, words, strict=True)}
    )

    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert sent.status_code == 302
    assert [ScanResult.objects.get(pk=row.pk).review for row in rows] == [
        "accepted",
        "rejected",
        "pending",
    ]
    assert Device.objects.filter(address__ip__startswith="10.6.2.").count() == 1


def test_a_changed_host_key_is_forgotten_with_an_entry(admin_page):
    row = SshHostKey.objects.create(
        host="10.6.3.1", port=22, key_type="ssh-ed25519", key_base64="AAAA"
    )

    assert admin_page.get(f"{PAGE}/sshhostkey/{row.pk}/change/").status_code == 200
    assert host_keys.forget("10.6.3.1", 22, actor=None) == 1
    assert AuditEntry.objects.filter(verb="device.host_key_forgotten").count() == 1


def test_a_profile_is_added_in_the_admin_and_its_page_shows_its_groups(admin_page):
    sent = admin_page.post(
        f"{PAGE}/mibprofile/add/", {"name": "acme", "vendor": "ACME", "enterprise_oid": "1.3.6.1"}
    )
    assert sent.status_code == 302
    assert MibProfile.objects.get(name="acme").vendor == "ACME"
    seeded = MibProfile.objects.get(name="ciena_saos6")
    page = admin_page.get(f"{PAGE}/mibprofile/{seeded.pk}/change/?tab=groups").content.decode()
    assert "port_stats" in page
    bad = admin_page.post(
        f"{PAGE}/mibprofile/add/", {"name": "b", "vendor": "B", "enterprise_oid": "x"}
    )
    assert "must be a numeric OID" in bad.content.decode()


def test_the_group_form_counts_while_somebody_types(admin_page):
    text = admin_page.get(f"{PAGE}/devicegroup/add/").content.decode()
    assert "devices/rule.js" in text
    assert 'name="rule"' in text


def test_the_demo_shows_cables_and_light_before_the_first_poll(api):
    first, again = load(), load()

    graph = api("viewer").get("/inventory/v1/topology").json()
    assert "12 devices made" not in again
    assert "devices made" in first
    assert graph["metadata"]["total_links"] >= 10
    assert OpticalSample.objects.filter(rx_power__gt=-20).exists()
    ports = InterfaceState.objects.filter(is_optical=True)
    assert ports.exclude(rx_power="").count() == ports.count() > 10


def test_the_demo_leaves_what_people_changed(db):
    load()
    Device.objects.filter(address__ip="127.0.10.1").update(address=None)
    Device.objects.filter(name="R-1").update(name="Roadm one")
    count = Device.objects.count()

    said = load()

    assert said.startswith("devices: 0 devices made")
    assert Device.objects.count() == count


def test_a_level_is_drawn_between_its_limits():
    good, high, dark = (
        light_bar(-5.0, -14.0, 0.5),
        light_bar(3.0, -14.0, 0.5),
        light_bar(-40, -14, 0),
    )

    assert "dv-bar-ok" in good
    assert f"{power(-5)} of {power(-14)} to {power(0.5)}" in good
    assert "dv-bar-bad" in high
    assert dark == f"{power(-14)} to {power(0)}"
    assert light_bar(0.0, None, 0.5) == EMPTY


def test_a_device_opens_on_its_ports_once_any_are_known(admin_page):
    device = DeviceFactory()
    form = admin_page.get(f"{PAGE}/device/{device.pk}/change/").content.decode()
    InterfaceState.objects.create(ip_address=device.ip, interface_index=10001, interface_name="P1")
    ports = admin_page.get(f"{PAGE}/device/{device.pk}/change/").content.decode()

    assert 'name="owner_group"' in form
    assert 'name="owner_group"' not in ports
    assert 'data-label="Link"' in ports


def test_linked_devices_are_drawn_however_many_others_there_are(admin_page, monkeypatch):
    monkeypatch.setattr(drawings, "MAX_NODES", 2)
    for number in range(1, 6):
        at(f"10.6.1.{number}")
    for number, neighbour in ((7, 8), (9, 8)):
        at(f"10.6.1.{number}")
        InterfaceState.objects.create(
            ip_address=f"10.6.1.{number}",
            interface_index=10_001,
            interface_name="Port 1",
            lldp_remote_port="1",
            lldp_remote_mgmt_addr=f"10.6.1.{neighbour}",
        )
    at("10.6.1.8")

    text = admin_page.get(f"{PAGE}/device/topology/").content.decode()

    assert text.count("<circle") == 2
    assert "1 more with neighbours" in text
    assert "5 devices without a known neighbour" in text


def light(ip, tx, rx):
    OpticalSample.objects.create(
        device_ip=ip, interface_name="port1", interface_index=1, tx_power=tx, rx_power=rx
    )


def test_both_ways_of_a_span_are_one_row_with_names_loss_and_drift(admin_page):
    near, far = at("10.6.2.1"), at("10.6.2.2")
    light("10.6.2.1", "1.5", "-9.25")
    light("10.6.2.2", "2", "-6")
    ends = {"a_ip": "10.6.2.1", "a_port": "1", "b_ip": "10.6.2.2", "b_port": "1"}
    there = SpanBaselineFactory(**ends, loss_db=7.25)
    back = {"a_ip": "10.6.2.2", "b_ip": "10.6.2.1", "a_port": "1", "b_port": "1"}
    SpanBaselineFactory(**back, loss_db=11.5)
    SpanBaselineFactory(a_ip="10.6.2.1", a_port="2", b_ip="10.6.2.9", b_port="eth0", loss_db=5)

    text = admin_page.get(f"{PAGE}/spanbaseline/").content.decode()
    own = admin_page.get(f"{PAGE}/spanbaseline/{there.pk}/change/").content.decode()

    rows = [
        [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)[:5]]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.DOTALL)
    ]
    drift = f"+0.25 / {MINUS}0.25"
    ends = ["sw-10.6.2.1 port 1", "sw-10.6.2.2 port 1"]
    assert sorted(rows[1:]) == [
        [*ends, "7.50 / 11.25", "7.25 / 11.50", drift],
        [
            "sw-10.6.2.1 port 2",
            "10.6.2.9 eth0",
            f"{EMPTY} / {EMPTY}",
            f"5.00 / {EMPTY}",
            f"{EMPTY} / {EMPTY}",
        ],
    ]
    for shown in (text, own):
        assert (f'href="{PAGE}/device/{near.pk}/change/"' in shown) is (shown is own)
        assert f'href="{PAGE}/device/{far.pk}/change/"' in shown
        assert drift in shown


def test_a_device_says_how_well_it_does_and_how_long_it_was_up(admin_page):
    device = at("10.6.3.1")
    page = f"{PAGE}/device/{device.pk}/change/"
    unknown = admin_page.get(page).content.decode()
    for status in ("up", "up", "down"):
        AvailabilitySample.objects.create(
            device_ip="10.6.3.1", ping_status=status, recorded_at=timezone.now()
        )
    HealthScoreFactory(device_ip="10.6.3.1", overall_score="87.40")
    old = timezone.now() - timedelta(hours=2)
    HealthScoreFactory(device_ip="10.6.3.1", overall_score="12.00", calculated_at=old)

    text = admin_page.get(page).content.decode()

    assert " of 100" not in unknown
    assert "87 of 100" in text
    assert "66.67 %" in text


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("deviceattachment", "choose a device and use Attach a file."),
        ("credentialaccessrequest", "a restricted credential has the verb Ask for access."),
        ("prtgalert", "its page, PRTG, says where its notices go."),
    ],
)
def test_an_empty_list_says_what_fills_it(admin_page, page, sentence):
    assert sentence in admin_page.get(f"{PAGE}/{page}/").content.decode()
