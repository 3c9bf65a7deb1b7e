"""Ports and light levels that other systems send: of the right kind, or refused by name."""

from decimal import Decimal

import pytest
from django.utils import timezone

from devices.models import InterfaceSample, InterfaceState, OpticalSample
from devices.services import poll_rows

pytestmark = pytest.mark.django_db
PORT = {"ip_address": "10.0.0.1", "interface_index": 10005}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("interface_name", {"a": 1}, "a text"),
        ("status", True, "a text"),
        ("raw_output", ["x"], "a text"),
        ("is_optical", "false", "true or false"),
        ("cli_port", "5", "a whole number"),
        ("speed_mbps", 2.5, "a whole number"),
        ("thresholds", [], "an object"),
    ],
)
def test_a_port_with_a_value_of_another_kind_is_refused_and_none_is_kept(api, name, value, kind):
    rows = [PORT, {**PORT, name: value}]

    answer = api("admin").post("/api/scans/interfaces", {"interfaces": rows}, format="json")

    said = answer.json()["error"]
    assert (answer.status_code, said["message"]) == (400, f"{name} must be {kind}")
    assert said["details"]["field"] == f"interfaces.1.{name}"
    assert not InterfaceState.objects.exists()


def test_null_clears_and_a_number_may_stand_for_a_text(api):
    client = api("admin")
    full = {**PORT, "cli_port": 5, "is_optical": True, "tx_power": -1.5, "medium": "10GBASE-LR"}
    client.post("/api/scans/interfaces", {"interfaces": [full]}, format="json")

    row = {**PORT, "medium": None, "cli_port": None}
    answer = client.post("/api/scans/interfaces", {"interfaces": [row]}, format="json")

    assert answer.json()["data"] == {"saved": 1}
    kept = InterfaceState.objects.get()
    assert (kept.medium, kept.cli_port, kept.is_optical, kept.tx_power) == ("", None, True, "-1.5")


def test_two_rows_of_one_port_are_one_after_the_other(api):
    rows = [
        {**PORT, "medium": "10GBASE-LR", "tx_power": "1"},
        {**PORT, "tx_power": "2", "lldp_remote_port": "6"},
    ]

    answer = api("admin").post("/api/scans/interfaces", {"interfaces": rows}, format="json")

    assert (answer.status_code, answer.json()["data"]) == (201, {"saved": 1})
    kept = InterfaceState.objects.get()
    assert (kept.medium, kept.tx_power, kept.lldp_remote_port) == ("10GBASE-LR", "2", "6")


def test_the_address_of_a_neighbour_is_plain(api):
    rows = [
        {**PORT, "lldp_remote_mgmt_addr": "10.0.0.2/32"},
        {**PORT, "interface_index": 10006, "lldp_remote_mgmt_addr": "2001:DB8:0::1"},
        {**PORT, "interface_index": 10007, "lldp_remote_mgmt_addr": "not given"},
    ]

    api("admin").post("/api/scans/interfaces", {"interfaces": rows}, format="json")

    kept = InterfaceState.objects.order_by("interface_index")
    shown = list(kept.values_list("lldp_remote_mgmt_addr", flat=True))
    assert shown == ["10.0.0.2", "2001:db8::1", "not given"]


def test_a_reading_without_light_is_not_kept(api):
    rows = [PORT, {**PORT, "temperature": 41}, {**PORT, "rx_power": 0}]

    answer = api("admin").post("/api/scans/optical/readings", {"readings": rows}, format="json")

    assert (answer.status_code, answer.json()["data"]) == (201, {"saved": 1})
    assert OpticalSample.objects.get().rx_power == 0


@pytest.mark.parametrize("value", [1000, -1, "999.995", -0.001, "-0.01"])
@pytest.mark.parametrize("name", ["rx_utilization_pct", "tx_utilization_pct"])
def test_a_share_that_its_column_does_not_hold_is_refused(api, name, value):
    row = {"device_ip": "10.0.0.1", "interface_name": "eth"}
    client, path = api("admin"), "/api/metrics/interface"

    alone = client.post(path, {**row, name: value}, format="json")
    many = client.post(path, {"metrics": [row, {**row, name: value}]}, format="json")

    for answer in (alone, many):
        assert answer.status_code == 400
        assert answer.json() == {"error": f"{name} must be a number from 0 to 999.99"}
    assert not InterfaceSample.objects.exists()


@pytest.mark.parametrize(
    ("value", "kept"), [(0, 0.0), (999.99, 999.99), ("999.994", 999.99), (None, None), ("", None)]
)
def test_a_share_within_its_column_is_kept(api, value, kept):
    row = {"device_ip": "10.0.0.1", "interface_name": "eth", "rx_utilization_pct": value}

    assert api("admin").post("/api/metrics/interface", row, format="json").status_code == 201

    found = api("viewer").get("/api/metrics/interface?device_ip=10.0.0.1").json()["metrics"]
    assert [one["rx_utilization_pct"] for one in found] == [kept]


LIGHT = {"device_ip": "10.0.0.1", "interface_name": "port5", "recorded_at": "2026-11-20T10:00:00Z"}
WARNINGS = [f"{way}_power_{side}_warn" for way in ("tx", "rx") for side in ("high", "low")]
COLUMNS = [(name, 3, "99999.999") for name in ("tx_power", "rx_power", "bias_current", *WARNINGS)]
COLUMNS += [("temperature", 2, "9999.99"), ("voltage", 3, "999.999")]


@pytest.mark.parametrize(("name", "places", "most"), COLUMNS)
def test_a_number_of_optics_is_kept_as_its_column_does(api, name, places, most):
    client, half = api("admin"), "5".rjust(places + 1, "0")
    sent = [f"41.{half}", f"-41.{half}", most, f"-{most}", f"{most}4", "0.0"]

    kept = []
    for at, value in enumerate(sent):
        row = {**LIGHT, "tx_power": 1, name: value, "interface_index": at}
        assert client.post("/api/metrics/optical", row, format="json").status_code == 201
        kept.append(getattr(OpticalSample.objects.get(interface_index=at), name))

    rounded = f"41.{'1'.rjust(places, '0')}"
    assert kept == [
        Decimal(value) for value in (rounded, f"-{rounded}", most, f"-{most}", most, "0")
    ]


@pytest.mark.parametrize(("name", "places", "most"), COLUMNS)
def test_a_number_that_its_column_cannot_hold_is_refused(api, name, places, most):
    client = api("admin")

    for value in (f"{most}5", f"-{most}5", "1e30", "-1e12"):
        row = {**LIGHT, "tx_power": 1, name: value}
        answer = client.post("/api/metrics/optical", row, format="json")
        assert answer.status_code == 400
        assert name in str(answer.json())

    assert not OpticalSample.objects.exists()


@pytest.mark.parametrize("value", [-0.01, 100.01, -1])
def test_a_quality_beyond_a_share_is_refused(api, value):
    row = {**LIGHT, "tx_power": 1, "signal_quality_pct": value}

    answer = api("admin").post("/api/metrics/optical", row, format="json")

    assert answer.status_code == 400
    assert "signal_quality_pct must be a number from 0 to 100" in str(answer.json())
    assert not OpticalSample.objects.exists()


def test_a_temperature_that_was_sent_comes_back_with_two_places(api):
    client = api("admin")
    client.post("/api/metrics/optical", {**LIGHT, "temperature": 41.255}, format="json")

    found = client.get("/api/metrics/optical?device_ip=10.0.0.1&hours=8000").json()

    assert [row["temperature"] for row in found["metrics"]] == [41.26]


def test_a_temperature_that_was_polled_is_kept_with_two_places():
    ports = {5: {"rx_power_dbm": -5.7839, "temperature": 41.255}}
    ports[6] = {"rx_power_dbm": 99_999.999, "temperature": 10_000}
    ports[7] = {"rx_power_dbm": 1e30, "tx_power_dbm": float("nan"), "temperature": 41}

    assert poll_rows._store_optical({"10.0.0.1": ports}, timezone.now()) == {"10.0.0.1": 2}

    found = OpticalSample.objects.order_by("interface_index")
    assert list(found.values_list("rx_power", "temperature")) == [
        (Decimal("-5.784"), Decimal("41.26")),
        (Decimal("99999.999"), None),
    ]


def test_an_error_rate_below_zero_is_refused(api):
    row = {"device_ip": "10.0.0.1", "interface_name": "eth1", "error_rate_ppm": -1}

    answer = api("admin").post("/api/metrics/interface", row, format="json")

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "error_rate_ppm may not be negative"},
    )
    assert not InterfaceSample.objects.exists()
