"""Numbers that `str.isdigit` takes and `int` does not: a sentence, never a server error."""

import base64
import json
from decimal import Decimal

import pytest

from accounts.models import Setting
from devices import measures
from devices.models import (
    AvailabilitySample,
    Credential,
    DeviceType,
    InterfaceState,
    OpticalSample,
)
from tests.factories.devices import DeviceFactory, SiteFactory

pytestmark = pytest.mark.django_db
ODD = ("²", "--5", "9" * 5000)
QUERIES = [
    ("/api/credentials/audit?limit=", "limit"),
    ("/api/credentials/audit?credential_id=", "credential_id"),
    ("/api/credentials/audit?user_id=", "user_id"),
    ("/api/credentials/audit/summary?credential_id=", "credential_id"),
    ("/api/credentials/usage?credential_id=", "credential_id"),
    ("/api/credentials/expiring?days=", "days"),
    ("/api/devices?offset=", "offset"),
    ("/api/snmp/system/10.0.0.1?port=", "port"),
    ("/api/snmp/system/10.0.0.1?credential_id=", "credential_id"),
    ("/api/polling/executions?limit=", "limit"),
    ("/api/polling/executions?config_id=", "config_id"),
    ("/api/metrics/availability?site_id=", "site_id"),
]
BODIES = [
    ("post", "/api/credentials", {"name": "a", "password": "x"}, "port"),
    ("post", "/api/credentials", {"name": "a", "password": "x"}, "expiration_warning_days"),
    ("put", "/api/netbox/settings", {}, "default_site_id"),
    ("post", "/api/snmp/test", {"host": "10.0.0.1"}, "port"),
    ("post", "/api/mib/groups", {"name": "x"}, "profile_id"),
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("path", "field"), QUERIES)
def test_a_query_with_an_odd_number_is_refused_by_name(api, path, field, odd):
    answer = api("super_admin").get(path + odd)

    said = answer.json()["error"]
    assert answer.status_code == 400
    assert (said if isinstance(said, str) else said["message"]).startswith(f"{field} must be a ")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(("verb", "path", "body", "field"), BODIES)
def test_a_body_with_an_odd_number_is_refused_by_name(api, verb, path, body, field, odd):
    before = Credential.objects.count(), Setting.objects.count()

    answer = getattr(api("super_admin"), verb)(path, {**body, field: odd}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == field
    assert (Credential.objects.count(), Setting.objects.count()) == before


def test_a_misspelt_filter_of_the_vaults_log_is_refused(api):
    client = api("super_admin")

    for query, field in (("credential_id=x", "credential_id"), ("success=maybe", "success")):
        answer = client.get(f"/api/credentials/audit?{query}")
        assert answer.status_code == 400
        assert answer.json()["error"]["details"]["field"] == field
    assert client.get("/api/credentials/audit?success=TRUE").status_code == 200


def test_a_cursor_of_an_odd_number_is_refused_by_name(api):
    cursor = base64.urlsafe_b64encode(json.dumps({"last_id": "²"}).encode()).decode()

    answer = api("viewer").get(f"/inventory/v1/devices?cursor={cursor}")

    error = answer.json()["error"]
    assert (answer.status_code, error["details"]["field"]) == (400, "cursor")


@pytest.mark.parametrize("odd", ["²", "9" * 400])
def test_the_health_of_a_site_with_an_odd_number_is_not_found(api, odd):
    site = SiteFactory(name="²")

    answer = api("viewer").get(f"/api/health/site/{odd}")

    if odd == site.name:
        assert answer.json()["site"] == "²"
    else:
        assert answer.status_code == 404


def test_a_cell_with_an_odd_number_names_its_row(api):
    text = f"name,device_type,u_position\nA,ROADM,²\nB,ROADM,{'9' * 5000}\n"

    answer = api("admin").post("/api/devices/import", {"csv": text}, format="json")

    wrong = "u_position must be a whole number"
    assert answer.json()["data"]["errors"] == [
        {"row": 2, "field": "u_position", "error": wrong},
        {"row": 3, "field": "u_position", "error": wrong},
    ]
    assert not DeviceType.objects.filter(name="ROADM").exists()


@pytest.mark.parametrize(
    ("field", "number", "bounds"),
    [
        ("interface_index", 2**31, "-2147483648 to 2147483647"),
        ("cli_port", 2**31, "-2147483648 to 2147483647"),
        ("wavelength_nm", -1, "0 to 2147483647"),
        ("speed_mbps", -5, "0 to 9223372036854775807"),
        ("speed_mbps", 2**63, "0 to 9223372036854775807"),
    ],
)
def test_a_port_with_a_number_beyond_its_column_is_refused_by_name(api, field, number, bounds):
    row = {"ip_address": "10.0.0.1", "interface_index": 1, field: number}

    answer = api("admin").post("/api/scans/interfaces", {"interfaces": [row]}, format="json")

    said = answer.json()["error"]
    assert (answer.status_code, said["details"]["field"]) == (400, f"interfaces.0.{field}")
    assert said["message"] == f"{field} must be a whole number from {bounds}"
    assert not InterfaceState.objects.exists()


@pytest.mark.parametrize("field", ["interface_index", "cli_port"])
@pytest.mark.parametrize(
    ("path", "rows"),
    [("/api/metrics/optical", "metrics"), ("/api/scans/optical/readings", "readings")],
)
def test_a_level_with_a_number_beyond_its_column_is_refused_by_name(api, path, rows, field):
    row = {"device_ip": "10.0.0.1", "interface_name": "p1", "rx_power": -5, field: 2**31}

    answer = api("admin").post(path, {rows: [row]}, format="json")

    said = answer.json()["error"]
    text = said if isinstance(said, str) else said["message"]
    assert answer.status_code == 400
    assert text == f"{field} must be a whole number from -2147483648 to 2147483647"
    assert not OpticalSample.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            {"recorded_at": "0001-01-01T00:00:00+14:00"},
            "recorded_at must be a time such as 2026-11-20T23:00:00Z",
        ),
        ({"recorded_at": "9999-12-31T23:59:59+14:00"}, "recorded_at may not lie in the future"),
        ({"ping_latency_ms": -1}, "ping_latency_ms may not be negative"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(api, sent, said):
    body = {"device_ip": "10.0.0.1", "temperature_celsius": -5}

    answer = api("admin").post("/api/metrics/availability", {**body, **sent}, format="json")

    assert (answer.status_code, answer.json()["error"]) == (400, said)
    assert not AvailabilitySample.objects.exists()


@pytest.mark.parametrize(
    ("value", "transform", "found"),
    [
        ("-57839", "divide:10000", -5.7839),
        (" 46.5 ", "multiply:2", 93.0),
        ("12345", "timeticks_to_seconds", 123.45),
        ("0x10", "divide:2", "0x10"),
        ("²", "divide:2", "²"),
        ("nan", "divide:2", "nan"),
        ("1e999", "divide:2", "1e999"),
        ("7", "divide:0", "7"),
        (7, "divide:nan", 7),
        (7, "divide:inf", 7),
        (7, "divide", 7),
        ("1e308", "multiply:1e308", "1e308"),
        (True, "multiply:2", True),
        (Decimal("1.5"), "multiply:2", 3.0),
    ],
)
def test_a_text_that_is_a_number_is_transformed_and_what_is_none_stays(value, transform, found):
    assert measures.transformed(value, transform) == found
    assert type(measures.transformed(value, transform)) is type(found)


@pytest.mark.parametrize("text", ["N/A", "-Inf", "nan", "-5.4 dBm", ""])
def test_levels_of_a_port_that_are_no_numbers_are_none(api, admin_page, text):
    device = DeviceFactory()
    port = {"ip_address": device.ip, "interface_index": 10005, "status": "up", "is_optical": True}
    row = {**port, "cli_port": 5, "tx_power": text, "rx_power": "-5.45"}
    api("admin").post("/api/scans/interfaces", {"interfaces": [row]}, format="json")

    shown = api("viewer").get(f"/inventory/v1/devices/{device.ip}/interfaces").json()
    page = admin_page.get(f"/admin/devices/device/{device.pk}/change/")

    assert (shown[0]["tx_power"], shown[0]["rx_power"]) == (None, -5.45)
    assert page.status_code == 200
    assert "−5.45 dBm" in page.content.decode()  # noqa: RUF001  the true minus sign
