"""`/api/devices`: upsert by address, lists, summaries."""

import pytest

from accounts.models import AuditEntry
from devices.models import Device, DeviceHistory, ManagementAddress
from devices.selectors.groups import matching
from devices.services import groups as device_groups
from devices.services import vault_groups
from tests.factories.devices import (
    DeviceFactory,
    DeviceGroupFactory,
    DeviceTypeFactory,
    ManagementAddressFactory,
)
from tests.factories.devices_vault import CredentialGroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(api):
    return api("admin")


def post(client, **body):
    return client.post("/api/devices", body, format="json")


def test_an_upsert_keeps_what_it_does_not_name(admin):
    first = post(
        admin,
        ip_address="10.20.0.10",
        ping_status="online",
        network_range="10.20.0.0/24",
        snmp_status="YES",
        snmp_data={"snmp_hostname": "agg-sw-10", "bogus": 1},
    )
    again = post(admin, ip_address="10.20.0.10", rdp_status="NO")

    assert first.status_code == again.status_code == 201
    assert first.json()["message"] == "Device saved"
    data = again.json()["data"]
    assert (data["ping_status"], data["rdp_status"], data["status"]) == ("online", "NO", "up")
    assert (data["hostname"], data["device_type"], data["ssh_status"]) == (
        "agg-sw-10",
        "Unknown",
        None,
    )
    assert Device.objects.count() == 1


@pytest.mark.parametrize(
    "bad", ["10.20.0.256", "10.20.0", "1.2.3.4.5", "x", "::g", 7, "10.20.0.1/24"]
)
def test_junk_is_no_address_and_nothing_is_written(admin, bad):
    answer = post(admin, ip_address=bad)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert error["details"]["field"] == "ip_address"
    assert error["message"] == f"Invalid IP address: {bad}"
    assert not Device.objects.exists()
    assert not ManagementAddress.objects.exists()


def test_the_address_is_asked_for(admin):
    answer = post(admin, ping_status="online")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "ip_address is required"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ping_status": ["bad"]}, "ping_status"),
        ({"ping_status": "x" * 300}, "ping_status"),
        ({"snmp_data": "x"}, "snmp_data"),
    ],
)
def test_a_refused_change_writes_neither_register_nor_facts(admin, wrong, field):
    post(admin, ip_address="10.20.0.10", rack="R-1", ping_status="online")
    device = Device.objects.get()
    rows = DeviceHistory.objects.count()

    answer = admin.put("/api/devices/10.20.0.10", {"rack": "R-2", **wrong}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == field
    after = Device.objects.get()
    assert (after.rack, after.version) == ("R-1", device.version)
    assert (after.address.ping_status, DeviceHistory.objects.count()) == ("online", rows)


def test_facts_of_a_device_without_an_address_are_refused(admin):
    device = DeviceFactory(address=None, rack="R-1")

    answer = admin.put(
        f"/api/devices/{device.pk}", {"rack": "R-2", "ping_status": "online"}, format="json"
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "ping_status is kept by address, and the device has none"
    )
    device.refresh_from_db()
    assert (device.rack, ManagementAddress.objects.count()) == ("R-1", 0)


def test_a_change_may_name_register_facts_and_a_new_address_at_once(admin):
    post(admin, ip_address="10.20.0.10")

    body = {"ip_address": "10.20.0.11", "rack": "R-2", "ping_status": "offline"}
    answer = admin.put("/api/devices/10.20.0.10", body, format="json").json()["data"]

    shown = (answer["ip_address"], answer["rack"], answer["ping_status"])
    assert shown == ("10.20.0.11", "R-2", "offline")


def test_devices_are_listed_by_number_not_by_text(admin):
    for last in (10, 9, 100):
        post(admin, ip_address=f"10.20.0.{last}")
    post(admin, ip_address="fd00::1")

    answer = admin.get("/api/devices").json()

    shown = [row["ip_address"] for row in answer["data"]]
    assert shown == ["10.20.0.9", "10.20.0.10", "10.20.0.100", "fd00::1"]
    assert answer["meta"]["count"] == answer["meta"]["total"] == 4


def test_the_list_is_filtered(admin):
    post(admin, ip_address="10.20.0.9", snmp_status="YES", network_range="10.20.0.0/24")
    post(admin, ip_address="10.20.0.10", snmp_status="NO", ping_status="offline")

    def found(query):
        return [row["ip_address"] for row in admin.get(f"/api/devices?{query}").json()["data"]]

    assert found("filter_type=status&filter_id=snmp:YES") == ["10.20.0.9"]
    assert found("filter_type=network&filter_id=10.20.0.0/24") == ["10.20.0.9"]
    assert found("status=down") == ["10.20.0.10"]
    assert found("status=unknown") == ["10.20.0.9"]
    assert found("search=0.10") == ["10.20.0.10"]
    assert found("sort=ip_address&order=desc&limit=1") == ["10.20.0.10"]


@pytest.mark.parametrize(
    "query",
    [
        "filter_type=status&filter_id=color:red",
        "filter_type=group&filter_id=x",
        "filter_type=planet&filter_id=1",
        "status=blue",
        "limit=0",
        "sort=colour",
    ],
)
def test_an_unknown_filter_is_refused(admin, query):
    answer = admin.get(f"/api/devices?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_summaries_count_a_device_that_was_never_pinged_as_offline(admin):
    post(
        admin, ip_address="10.20.0.9", ping_status="responds", snmp_status="yes", network_range="a"
    )
    post(admin, ip_address="10.20.0.10", snmp_status="YES", network_range="a")

    assert admin.get("/api/devices/summary/stats").json()["data"] == {
        "total_devices": 2,
        "ping_online": 1,
        "ping_offline": 1,
        "snmp_enabled": 2,
        "ssh_enabled": 0,
        "network_count": 1,
    }
    assert admin.get("/api/devices/summary/networks").json()["data"] == [
        {
            "network_range": "a",
            "device_count": 2,
            "online_count": 1,
            "snmp_count": 1,
            "ssh_count": 0,
        }
    ]


def test_a_device_is_read_changed_and_removed_by_address_or_id(admin):
    pk = post(admin, ip_address="10.20.0.9").json()["data"]["id"]

    changed = admin.put(
        f"/api/devices/{pk}", {"ping_status": "offline", "serial_number": "SN1"}, format="json"
    ).json()["data"]
    assert (changed["status"], changed["serial"]) == ("down", "SN1")
    assert admin.get("/api/devices/10.20.0.9/32".removesuffix("/32")).json()["data"]["id"] == pk
    assert admin.get("/api/devices/10.0.0.999").status_code == 400

    gone = admin.delete("/api/devices/10.20.0.9")
    assert gone.json()["message"] == "Device 10.20.0.9 deleted"
    second = admin.delete("/api/devices/10.20.0.9")
    assert second.status_code == 404
    assert second.json()["error"]["code"] == "DEVICE_NOT_FOUND"
    assert DeviceHistory.objects.order_by("pk").first().action == "created"
    assert DeviceHistory.objects.filter(device=None, device_number=pk, action="deleted").exists()


def test_people_without_the_right_are_refused(api):
    assert api.anonymous.get("/api/devices").status_code == 401
    assert api().get("/api/devices").status_code == 403
    refused = post(api("viewer"), ip_address="10.20.0.9")
    assert refused.status_code == 403
    assert not Device.objects.exists()


def test_groups_keep_addresses_that_are_no_devices(admin):
    post(admin, ip_address="10.20.0.9")
    post(admin, ip_address="10.20.0.10")
    made = admin.post("/api/device_groups", {"group_name": "ring"}, format="json")
    pk = made.json()["data"]["id"]
    admin.post(f"/api/groups/{pk}/devices", {"ip_address": "10.20.0.10"}, format="json")

    many = admin.post(
        f"/api/device_groups/{pk}/devices",
        {"ip_addresses": ["10.20.0.9", "10.20.0.10", "bad", "10.77.7.7"]},
        format="json",
    ).json()
    assert many["data"]["added"] == 3
    assert many["data"]["total_requested"] == 4
    assert many["data"]["failed"] == [{"ip": "bad", "error": "Invalid IP address: bad"}]
    assert many["message"] == "Added 3 devices"

    group = admin.get(f"/inventory/v1/groups/{pk}?include_devices=true").json()["data"]
    assert (group["device_count"], group["known_device_count"]) == (3, 2)
    assert [row["ip_address"] for row in group["devices"]] == ["10.20.0.9", "10.20.0.10"]
    again = admin.post("/api/device_groups", {"group_name": "ring"}, format="json")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "DEVICE_GROUP_CONFLICT")
    assert admin.post("/api/device_groups", {}, format="json").json()["error"]["message"] == (
        "group_name is required"
    )
    blank = admin.post("/api/device_groups", {"group_name": " "}, format="json")
    assert blank.json()["error"]["message"] == "group_name cannot be empty"
    out = admin.delete(f"/api/device_groups/{pk}/devices/10.1.1.1")
    assert out.json()["message"] == "Device removed from group"
    assert admin.get("/api/device_groups/999").json()["error"]["code"] == "DEVICE_GROUP_NOT_FOUND"


def test_a_rule_group_counts_what_matches_now(admin):
    site = admin.post("/api/inventory/sites", {"name": "Lab"}, format="json").json()["id"]
    post(admin, ip_address="10.20.0.9", site_id=site)
    post(admin, ip_address="10.20.0.10")

    counted = admin.post(
        "/api/device_groups/preview", {"rule": {"site": "lab"}}, format="json"
    ).json()["data"]

    assert counted["count"] == 1
    made = admin.post(
        "/api/device_groups", {"group_name": "lab", "rule": {"site": "lab"}}, format="json"
    ).json()["data"]
    rows = admin.get(f"/api/devices?filter_type=group&filter_id={made['id']}").json()["data"]
    assert [row["ip_address"] for row in rows] == ["10.20.0.9"]
    bad = admin.post(
        "/api/device_groups", {"group_name": "x", "rule": {"colour": "red"}}, format="json"
    )
    assert bad.status_code == 400


def test_the_front_ends_list_pages_by_cursor(admin):
    for last in range(1, 6):
        post(admin, ip_address=f"10.20.0.{last}", snmp_data={"snmp_hostname": f"sw{6 - last}"})

    seen, cursor = [], ""
    for _ in range(3):
        page = admin.get(f"/inventory/v1/devices?limit=2&cursor={cursor}").json()
        assert "data" not in page
        seen += [item["name"] for item in page["items"]]
        cursor = page["cursor"] or ""

    assert seen == ["sw1", "sw2", "sw3", "sw4", "sw5"]
    assert cursor == ""
    assert admin.get("/inventory/v1/devices?limit=101").status_code == 400


def test_csv_goes_out_and_comes_back_unchanged(admin):
    kind = DeviceTypeFactory(name="ROADM")
    DeviceFactory(device_type=kind, name="=R-1", serial_number="SN1", notes='two\nlines, "quoted"')
    DeviceFactory(device_type=kind, name="R-2", polatis_name="P2")

    body = b"".join(admin.get("/api/devices?format=csv").streaming_content).decode()
    same = admin.post("/api/devices/import", {"csv": body}, format="json").json()["data"]
    changed = admin.post(
        "/api/devices/import", {"csv": body.replace("R-2", "R-3"), "dry_run": True}, format="json"
    ).json()["data"]

    assert (same["created"], same["updated"], same["unchanged"], same["errors"]) == (0, 0, 2, [])
    assert (changed["created"], changed["applied"]) == (0, False) or changed["errors"]
    assert not Device.objects.filter(name="R-3").exists()


def test_a_bad_row_of_a_csv_refuses_the_whole_file(admin):
    answer = admin.post(
        "/api/devices/import",
        {"csv": "name,device_type,mgmt_ip\nA,ROADM,10.1.1.1\nB,ROADM,10.1.1.999\n"},
        format="json",
    ).json()["data"]

    assert answer["errors"] == [
        {"row": 3, "field": "mgmt_ip", "error": "Invalid IP address: 10.1.1.999"}
    ]
    assert not Device.objects.exists()


def test_a_rule_of_several_states_means_any_of_them(db):
    for at, state in enumerate(("online", "offline", None), 1):
        address = ManagementAddressFactory(ip=f"10.9.0.{at}", ping_status=state)
        DeviceFactory(name=f"sw-{at}", address=address)

    found = {
        "/".join(states): [row.name for row in matching({"status": states}).order_by("name")]
        for states in (["up"], ["up", "unknown"], ["down", "up"])
    }

    assert found == {
        "up": ["sw-1"],
        "up/unknown": ["sw-1", "sw-3"],
        "down/up": ["sw-1", "sw-2"],
    }


def test_a_change_of_a_group_that_changes_nothing_writes_nothing(admin):
    groups = DeviceGroupFactory(group_name="ring"), CredentialGroupFactory(name="bulbs")
    times = [row.updated_at for row in groups]

    device_groups.update_group(groups[0].pk, actor=admin.user, values={"group_name": "ring "})
    device_groups.update_group(groups[0].pk, actor=admin.user, values={"unknown": 1})
    vault_groups.update_group(groups[1].pk, actor=admin.user, values={"name": "bulbs"})
    vault_groups.update_group(groups[1].pk, actor=admin.user, values={})

    for row, time in zip(groups, times, strict=True):
        row.refresh_from_db()
        assert row.updated_at == time
    assert not AuditEntry.objects.filter(verb__endswith="_group.updated").exists()
    device_groups.update_group(groups[0].pk, actor=admin.user, values={"group_name": "star"})
    assert AuditEntry.objects.filter(verb="device_group.updated").count() == 1


def test_an_answer_without_data_has_no_key_for_it(api):
    admin = api("admin")
    admin.post("/api/devices", {"ip_address": "10.20.0.9"}, format="json")

    gone = admin.delete("/api/devices/10.20.0.9")

    assert gone.json() == {"success": True, "message": "Device 10.20.0.9 deleted"}
    assert admin.get("/api/devices").json()["data"] == []


@pytest.mark.parametrize(
    ("body", "field"), [({"ip_address": "x"}, "ip_address"), ({"ping_status": True}, "ping_status")]
)
def test_a_change_that_is_none_names_the_field_that_was_sent(api, body, field):
    admin = api("admin")
    admin.post("/api/devices", {"ip_address": "10.20.0.9"}, format="json")

    answer = admin.put("/api/devices/10.20.0.9", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == field
    shown = admin.get("/api/devices/10.20.0.9").json()["data"]
    assert (shown["ip_address"], shown["ping_status"]) == ("10.20.0.9", None)
