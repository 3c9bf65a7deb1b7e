"""Bodies of the wrong kind: a sentence that names the field, never a server error."""

import pytest

from devices.models import Scan
from devices.services import inventory, vault, vault_groups
from tests.factories.devices import DeviceFactory

pytestmark = pytest.mark.django_db
POLL = {"name": "p", "poll_type": "snmp_availability", "target_type": "all"}
WRONG = [
    ("/api/devices", {"ip_address": "10.0.0.1", "device_type_id": "abc"}, "device_type_id"),
    ("/api/devices", {"ip_address": "10.0.0.1", "site_id": [1]}, "site_id"),
    ("/api/devices", {"ip_address": "10.0.0.1", "u_position": "low"}, "u_position"),
    ("/api/devices", {"ip_address": "10.0.0.1", "metadata": [1]}, "metadata"),
    ("/api/devices", {"ip_address": "10.0.0.1", "notes": {"a": 1}}, "notes"),
    ("/api/devices/import", {"csv": {"a": 1}}, "file"),
    ("/api/device_groups", {"group_name": "g", "rule": {"status": []}}, "rule"),
    ("/api/device_groups", {"group_name": "g", "rule": {"site": {"a": 1}}}, "rule"),
    ("/api/credentials/groups", {"name": "x" * 300}, "name"),
    ("/api/credentials/devices/10.0.0.1/assign", {"credential_id": 1, "credential_type": "x" * 51},
     "credential_type"),
    ("/api/credentials/enterprise/configs",
     {"name": "a", "auth_type": "radius", "credential_id": "abc"}, "credential_id"),
    ("/api/credentials/enterprise/configs",
     {"name": "x" * 300, "auth_type": "radius", "credential_id": 1}, "name"),
    ("/api/credentials/enterprise/users",
     {"name": "a", "username": "u", "password": "p", "auth_config_id": [1]}, "auth_config_id"),
    ("/api/polling/configs", {**POLL, "poll_type": ["x"]}, "poll_type"),
    ("/api/polling/configs", {**POLL, "tags": 5}, "tags"),
    ("/api/credentials", {"name": "a\x00b", "password": "x"}, "name"),
    ("/api/device_groups", {"group_name": "g", "description": "\x00"}, "description"),
    ("/api/devices", {"ip_address": "10.0.0.1", "snmp_data": {"snmp_model": "\x00"}}, "snmp_data"),
    ("/api/executors/ping/execute", {"targets": ["127.0.0.1"], "command": "\x00"}, "command"),
    ("/api/polling/configs", {**POLL, "enabled": "often"}, "enabled"),
    ("/api/polling/configs", {**POLL, "credential_id": "abc"}, "credential_id"),
    ("/api/polling/configs", {**POLL, "target_group_id": [1]}, "target_group_id"),
    ("/api/polling/configs", {**POLL, "target_custom_filter": {"status": []}},
     "target_custom_filter"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "field"), WRONG)
def test_a_value_of_the_wrong_kind_is_named(api, path, body, field):
    answer = api("super_admin").post(path, body, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert answer.json()["error"]["details"]["field"] == field


def test_targeting_answers_odd_descriptions_in_words(api):
    client = api("viewer")

    def ask(kind, config):
        body = {"type": kind, "config": config}
        return client.post("/api/targeting/resolve", body, format="json").json()["data"]

    assert ask("static", None)["error"] == "Invalid targeting configuration"
    assert ask([1], {})["error"] == "Unknown targeting type: [1]"
    assert ask("group", {"group_id": "9" * 40})["success"] is False
    assert ask("network_range", {"cidr": "10.0.0.0/30", "exclude": "10.0.0.1"})["count"] == 1
    excluding = ask("network_range", {"cidr": "10.0.0.0/30", "exclude": 5})
    assert excluding["error"] == "exclude must be a list or text by comma"
    assert ask("previous_result", {"field": "ip", "previous_results": 5})["targets"] == []
    rows = [{"ip": "10.0.0.2"}, {"ip": ["10.0.0.1", "10.0.0.2"]}]
    found = ask("previous_result", {"field": "ip", "previous_results": rows})
    assert (found["targets"], found["count"]) == (["10.0.0.2", "10.0.0.1"], 2)


def test_what_came_to_an_address_with_its_device_is_not_assigned_twice():
    row = vault.create_credential(actor=None, body={"name": "c", "password": "x"}).credential
    device = inventory.save_address(actor=None, ip_address="10.1.1.1", facts={})
    vault_groups.assign(actor=None, ip_address="10.1.1.1", credential_id=row.pk)
    inventory.update_device(device.pk, actor=None, values={"mgmt_ip": "10.1.1.2"})

    vault_groups.assign(actor=None, ip_address="10.1.1.2", credential_id=row.pk, priority=3)

    told = row.assignments.values_list("ip_address", "device_id", "priority")
    assert list(told) == [("10.1.1.2", device.pk, 3)]


@pytest.mark.parametrize(
    "path",
    ["/credentials/v1/credentials/99", "/monitoring/v1/polling/configs/99", "/inventory/v1/no"],
)
def test_an_error_below_a_versioned_name_stands_twice(api, path):
    body = api("super_admin").get(path).json()

    assert body["success"] is False
    assert body["detail"] == {name: body["error"][name] for name in ("code", "message")}
    assert "detail" not in api("super_admin").get("/api/credentials/99").json()


def test_a_null_character_of_a_device_is_parsed_and_an_odd_state_is_named(api):
    client = api("admin")
    body = {"output": "| 1 | x | Up |\x00"}
    parsed = client.post("/api/parsers/ciena_port_show/parse", body, format="json").json()["data"]
    odd = {"device_ip": "10.0.0.1", "ping_status": []}
    refused = client.post("/api/metrics/availability", odd, format="json")

    assert parsed["count"] == 1
    assert (refused.status_code, refused.json()["error"]) == (400, "ping_status must be up or down")


@pytest.mark.parametrize(
    "path",
    [
        "/api/credentials/audit?performed_by=a%00b",
        "/api/credentials?type=%00",
        "/api/polling/executions?status=%00",
        "/api/polling/configs?poll_type=%00",
        "/api/metrics/optical?device_ip=10.0.0.1&interface=%00",
        "/api/devices?search=%00",
    ],
)
def test_a_null_character_of_a_query_is_refused_by_name(api, path):
    answer = api("super_admin").get(path)

    name = path.partition("?")[2].rpartition("&")[2].partition("=")[0]
    said = answer.json()["error"]
    assert answer.status_code == 400
    assert (said if isinstance(said, str) else said["message"]) == (
        f"{name} may not hold null characters"
    )


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/devices?group_id=x", "group_id"),
        ("/api/devices?filter_type=group&filter_id=x", "filter_id"),
        ("/api/devices?filter_type=status&filter_id=ping", "filter_id"),
        ("/api/credentials?include_expired=maybe", "include_expired"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_its_own_name(api, path, field):
    answer = api("super_admin").get(path)

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/scan_selected", {}, "No IP provided"),
        ("/scan_selected", {"ips": []}, "No IP provided"),
        ("/ssh_scan", {}, "No IP provided"),
        ("/scan", {"ips": []}, "No IP provided"),
        ("/topology_data", {"group_type": "rack"}, "group_type must be network or group"),
        (
            "/topology_data",
            {"group_type": "group", "group_id": "x"},
            "group_id must be the id of a group",
        ),
    ],
)
def test_old_paths_do_not_take_nothing_for_everything(api, path, body, said):
    inventory.save_address(actor=None, ip_address="10.0.0.1", facts={})

    answer = api("super_admin").post(path, body, format="json")

    assert (answer.status_code, answer.json()) == (400, {"error": said})
    assert not Scan.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "kind", "targets"),
    [
        ("/scan", {}, "discovery", ["10.0.0.1", "10.0.0.2"]),
        ("/snmp_scan", {}, "discovery", ["10.0.0.1", "10.0.0.2"]),
        ("/scan_selected", {"ips": ["10.0.0.2"]}, "discovery", ["10.0.0.2"]),
        ("/ssh_scan", {"ips": ["10.0.0.2"]}, "interfaces", ["10.0.0.2"]),
    ],
)
def test_old_paths_begin_the_scan_they_name(api, path, body, kind, targets):
    for ip in ("10.0.0.1", "10.0.0.2"):
        inventory.save_address(actor=None, ip_address=ip, facts={})

    answer = api("super_admin").post(path, body, format="json")

    scan = Scan.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"status": "started", "scan_id": scan.pk})
    assert (scan.kind, list(scan.results.values_list("target", flat=True))) == (kind, targets)


@pytest.mark.parametrize(
    "path",
    [
        "/api/devices/{}/interfaces",
        "/api/devices/{}/power-history",
        "/monitoring/v1/devices/{}/metrics/optical",
        "/monitoring/v1/devices/{}/metrics/interfaces",
        "/monitoring/v1/devices/{}/metrics/availability",
    ],
)
def test_readings_below_an_id_of_no_device_are_missing(api, path):
    viewer, bare = api("viewer"), DeviceFactory(address=None)

    unknown = [viewer.get(path.format(key)) for key in (9999, "9" * 40)]
    nowhere = viewer.get(path.format("x9"))
    silent = viewer.get(path.format(bare.pk))

    assert [answer.status_code for answer in unknown] == [404, 404]
    told = unknown[0].json()["error"]
    assert (told if "v1" in path else told["message"]) == 'Device with ID "9999" not found'
    assert nowhere.status_code == 400
    assert silent.status_code == 200
    assert silent.json() == (
        [] if "v1" in path else {"success": True, "data": [], "meta": {"count": 0}}
    )
