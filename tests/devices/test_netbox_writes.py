"""NetBox read and written through, told about found devices, and filled by autodiscovery."""

from __future__ import annotations

import pytest

from devices import netbox_rules as rules
from devices.executors.base import safe_execute
from devices.models import Device, ExecutorRun, NetBoxCacheEntry
from devices.services import netbox_autodiscovery, runs
from tests.devices.netbox_stub import TOKEN, netbox

pytestmark = pytest.mark.django_db
IPS, PORTS = "/api/ipam/ip-addresses/", "/api/dcim/interfaces/"
DEVICES = "/api/dcim/devices/"


@pytest.fixture
def box(api):
    with netbox() as found:
        maker = found.add("/api/dcim/manufacturers/", name="Ciena", slug="ciena")
        kind = found.add("/api/dcim/device-types/", model="5160", manufacturer=maker)
        role = found.add("/api/dcim/device-roles/", name="Backbone Switch")
        site = found.add("/api/dcim/sites/", name="Lab")
        found.add("/api/ipam/prefixes/", prefix="127.0.10.0/24", description="Lab", site=site)
        ends = {"start_address": "10.0.0.1/24", "end_address": "10.0.0.3/24"}
        found.add("/api/ipam/ip-ranges/", **ends, size=3)
        body = {"url": found.url, "token": TOKEN, "default_site_id": site}
        body |= {"default_role_id": role, "default_device_type_id": kind}
        saved = api("admin").put("/api/netbox/settings", body, format="json")
        assert saved.status_code == 200
        found.calls.clear()
        found.ids = {"maker": maker, "kind": kind, "role": role, "site": site}
        yield found


def test_a_new_device_is_told_in_the_recorded_order(api, box):
    body = {"ip_address": "10.9.0.7", "hostname": "agg-7", "serial": "S7", "tags": ["found"]}

    answer = api("admin").post("/api/netbox/discover", body, format="json")

    assert answer.json()["message"] == "Device synced to NetBox"
    assert answer.json()["data"]["created"] is True
    assert [call for call in box.calls if "/tags/" not in call[1]] == [
        ("GET", DEVICES),
        ("POST", DEVICES),
        ("POST", PORTS),
        ("GET", IPS),
        ("POST", IPS),
        ("PATCH", f"{DEVICES}{answer.json()['data']['device']['id']}/"),
    ]
    address = next(iter(box.tables[IPS].values()))
    assert address["address"] == "10.9.0.7/32"
    assert (address["dns_name"], address["assigned_object_type"]) == ("agg-7", "dcim.interface")
    assert next(iter(box.tables[PORTS].values()))["name"] == "mgmt0"
    assert next(iter(box.tables["/api/extras/tags/"].values()))["name"] == "found"


def test_a_known_name_gets_only_what_is_given(api, box):
    kept = box.add(DEVICES, name="agg-7", serial="OLD", description="kept")
    body = {"ip_address": "127.0.10.7", "hostname": "agg-7", "serial": "NEW"}

    data = api("admin").post("/integrations/v1/netbox/discover", body, format="json").json()["data"]

    assert data["created"] is False
    assert box.tables[DEVICES][kept]["serial"] == "NEW"
    assert box.tables[DEVICES][kept]["description"] == "kept"
    address = next(iter(box.tables[IPS].values()))
    assert (address["address"], "assigned_object_id" in address) == ("127.0.10.7/24", False)


def test_what_a_new_device_lacks_is_named(api, box):
    admin = api("admin")
    missing = admin.post("/api/netbox/discover", {}, format="json").json()["error"]
    assert missing["message"] == "ip_address is required"
    admin.put("/api/netbox/settings", {"default_site_id": None}, format="json")

    answer = admin.post("/api/netbox/discover", {"ip_address": "10.0.0.1"}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("site_id, role_id, and device_type_id")
    assert box.tables.get(DEVICES, {}) == {}


def test_devices_are_read_and_written_through(api, box):
    admin = api("admin")
    for name in ("name", "device_type", "role", "site"):
        body = {"name": "x", "device_type": 1, "role": 1, "site": 1}
        del body[name]
        refused = admin.post("/api/netbox/devices", body, format="json").json()["error"]
        assert refused["message"] == f"{name} is required"
    body = {"name": "x", **{"device_type": box.ids["kind"], "role": 3, "site": box.ids["site"]}}
    made = admin.post("/api/netbox/devices", body, format="json")
    pk = made.json()["data"]["id"]
    box.add("/api/virtualization/virtual-machines/", name="vm-1", site=box.ids["site"])
    box.add(PORTS, device=pk, name="1", type={"value": "1000base-t"}, enabled=True)

    listed = admin.get("/api/netbox/devices").json()
    changed = admin.patch(f"/api/netbox/devices/{pk}", {"serial": "S"}, format="json").json()
    ports = admin.get(f"/api/netbox/devices/{pk}/interfaces").json()
    gone = admin.delete(f"/api/netbox/devices/{pk}").json()
    absent = admin.get(f"/api/netbox/devices/{pk}")

    assert (made.status_code, made.json()["message"]) == (201, "Device created")
    assert (listed["count"], listed["device_count"], listed["vm_count"]) == (2, 1, 1)
    assert [row["_type"] for row in listed["data"]] == ["device", "virtual_machine"]
    assert (changed["message"], changed["data"]["serial"]) == ("Device updated", "S")
    assert (ports["data"][0]["type"], ports["count"]) == ("1000base-t", 1)
    assert gone["message"] == "Device deleted"
    assert (absent.status_code, absent.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_lists_answer_in_both_families(api, box):
    admin = api("admin")
    sites = admin.get("/api/netbox/sites").json()
    assert (sites["data"][0]["name"], sites["meta"]["count"]) == ("Lab", 1)
    for name in ("device-roles", "device-types", "manufacturers", "tags"):
        assert admin.get(f"/integrations/v1/netbox/{name}").status_code == 200
    prefixes = admin.get("/api/netbox/prefixes").json()
    assert (prefixes["success"], prefixes["count"]) == (True, 1)
    assert admin.get("/integrations/v1/netbox/prefixes").json() == [
        {"id": 5, "prefix": "127.0.10.0/24", "description": "Lab", "site": "Lab"}
    ]
    assert admin.get("/integrations/v1/netbox/ip-ranges").json()[0]["start_address"] == "10.0.0.1"
    nowhere = {"url": "http://127.0.0.1:9", "token": "abcdef"}
    unset = admin.put("/api/netbox/settings", nowhere, format="json")
    assert unset.status_code == 200
    down = admin.get("/api/netbox/sites")
    assert (down.status_code, down.json()["error"]["code"]) == (502, "NETBOX_ERROR")
    assert down.json()["error"]["message"] == "Cannot connect to NetBox at http://127.0.0.1:9"


def test_ports_of_the_front_end_are_merged_with_netboxs(api, box):
    pk = box.add(DEVICES, name="agg-1", primary_ip4={"address": "10.9.0.1/24"})
    box.add(PORTS, device=pk, name="PORT 5", mac_address="00:1A", mtu=9000, enabled=False)
    box.add(PORTS, device=pk, name="mgmt0", type="virtual", description="out of band")
    client = api("admin")
    client.post("/api/devices", {"ip_address": "10.9.0.1"}, format="json")
    port = {"ip_address": "10.9.0.1", "interface_index": 10005, "interface_name": "Port 5"}
    body = {"interfaces": [{**port, "medium": "10GBASE-LR", "is_optical": True, "status": "up"}]}
    client.post("/api/scans/interfaces", body, format="json")
    client.post("/api/netbox/sync")
    page = "/inventory/v1/devices/10.9.0.1/interfaces"

    ours, theirs = client.get(page).json()
    box.tables[PORTS].clear()
    client.put("/api/netbox/settings", {"url": "http://127.0.0.1:9"}, format="json")
    alone = client.get(page).json()

    assert (ours["name"], ours["mac_address"], ours["mtu"]) == ("Port 5", "00:1A", 9000)
    assert (ours["enabled"], ours["type"], ours["oper_status"]) == (False, "10GBASE-LR", "up")
    assert (theirs["name"], theirs["type"], theirs["oper_status"]) == ("mgmt0", "virtual", None)
    assert theirs.keys() == ours.keys()
    assert [row["name"] for row in alone] == ["Port 5"], "a NetBox that is away costs nothing"
    missing = client.get("/inventory/v1/devices/nope")
    assert (missing.status_code, missing.json()["detail"]["code"]) == (404, "DEVICE_NOT_FOUND")


def test_one_device_is_synced_and_read_from_the_cache(api, box):
    admin = api("admin")
    pk = box.add(DEVICES, name="sw-1", primary_ip4=None, serial="S1", status="active")

    first = admin.post(f"/api/netbox/sync/{pk}").json()["data"]
    shown = admin.get(f"/api/netbox/devices/{pk}/cached").json()["data"]

    assert first == {"inserted": 1, "updated": 0, "errors": 0, "total": 1}
    assert (shown["name"], shown["cached"]) == ("sw-1", True)
    assert admin.post("/api/netbox/sync/999").status_code == 404
    assert NetBoxCacheEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "speed", "kind"),
    [
        ("Loopback0", None, "virtual"),
        ("lo", None, "virtual"),
        ("Vlan100", None, "virtual"),
        ("br0", None, "bridge"),
        ("fabric1", 10**10, "10gbase-x-sfpp"),
        ("bond0", None, "lag"),
        ("Port-channel1", None, "lag"),
        ("1", 4 * 10**10, "40gbase-x-qsfpp"),
        ("eth0", 10**8, "100base-tx"),
        ("x", None, "1000base-t"),
    ],
)
def test_interface_types_follow_whole_words_then_speed(name, speed, kind):
    assert rules.interface_type(name, speed) == kind


def start(api, simulated, **more):
    body = {
        "target_type": "ip_list",
        "ip_list": ["127.0.10.1", "127.0.10.2", "127.0.10.200"],
        "snmp_port": simulated.snmp_port,
        "snmp_timeout": 1,
        "port_scan_enabled": False,
        "discovery_methods": [],
        **more,
    }
    with_body = api("admin").post("/api/netbox/autodiscovery", body, format="json")
    assert with_body.status_code == 202, with_body.content
    job = with_body.json()["data"]["job_id"]
    netbox_autodiscovery.perform(job)
    return api("admin").get(f"/api/netbox/autodiscovery/{job}").json()["data"]["result"]


def test_autodiscovery_makes_then_leaves_alone(api, box, simulated):
    first = start(api, simulated)
    second = start(api, simulated)
    only = start(api, simulated, sync_mode="create_only")
    none = start(api, simulated, sync_mode="update_only", match_by="serial")

    assert first["success"] is True
    assert first["discovery_report"]["devices_created"] == 2
    assert first["discovery_report"]["hosts_online"] == 2
    created = first["created_devices"][0]
    assert (created["device_type"], created["device_role"]) == ("5160", "Backbone Switch")
    assert created["site"] == "Lab"
    assert {row["reason"] for row in second["skipped_devices"]} == {"No changes needed"}
    assert only["skipped_devices"][0]["reason"] == "Device exists (create_only mode)"
    assert none["skipped_devices"][0]["reason"] == "Device not found (update_only mode)"
    assert len(box.tables[DEVICES]) == 2
    address = next(iter(box.tables[IPS].values()))
    assert address["address"].endswith("/24")
    tags = box.tables["/api/extras/tags/"].values()
    assert [(tag["name"], tag["color"]) for tag in tags] == [("autodiscovered", "2196f3")]
    assert {port["name"] for port in box.tables[PORTS].values()} >= {"Port 1", "Port 2"}
    assert "public" not in str(list(ExecutorRun.objects.values_list("config", flat=True)))


def test_autodiscovery_says_why_it_did_nothing(api, box, simulated):
    empty = api("admin").post(
        "/integrations/v1/netbox/autodiscovery",
        {"target_type": "ip_list", "ip_list": ""},
        format="json",
    )
    offline = start(api, simulated, ip_list=["127.0.10.200"])
    api("admin").put("/api/netbox/settings", {"default_site_id": None}, format="json")
    lacking = start(api, simulated)

    job = empty.json()["data"]["job_id"]
    nothing = api("admin").get(f"/api/netbox/autodiscovery/{job}").json()["data"]["result"]
    assert (nothing["success"], nothing["error"]) == (False, "No targets to scan")
    assert (offline["success"], offline["message"]) == (True, "No hosts responded to ping")
    assert lacking["success"] is False
    assert lacking["failed_hosts"] == ["127.0.10.1", "127.0.10.2"]
    assert lacking["discovery_report"]["errors"] == [
        "NetBox defaults not configured (site, role, device type required)"
    ]
    bad = api("admin").post("/api/netbox/autodiscovery", {"sync_mode": "all"}, format="json")
    assert bad.json()["error"]["details"]["field"] == "sync_mode"


def act(command, target="agg-1", **config):
    found = safe_execute(runs.executors().get_or_raise("netbox"), target, command, config)
    return found.as_dict()


def test_the_netbox_executor_does_one_action_per_call(box):
    ids = {"site_id": box.ids["site"], "role_id": box.ids["role"]}
    lacking = act("device.create", name="agg-1")
    made = act("Device.Create", name="agg-1", device_type_id=box.ids["kind"], **ids)
    got = act("device.get")
    absent = act("device.get", target="nowhere")
    empty = act("device.update")
    changed = act("device.update", serial="S1")
    listed = act("device.list")
    port = act("interface.create")
    address = act("interface.assign_ip", ip_address="127.0.10.9", interface_id=port["data"]["id"])
    primary = act("ip.assign_primary", ip_id=address["data"]["id"])
    bulk = act("bulk.update_field", device_ids=[made["data"]["id"], 9999], field="x", value=1)
    for tag in ("core", "spare"):
        act("bulk.tag", device_ids=[made["data"]["id"]], tags=[tag])
    tagged = [tag["name"] for tag in act("device.get")["data"]["tags"]]
    odd = act("device.list", limit="many")
    gone = act("device.delete")
    unknown = act("device.explode")

    assert lacking["error"] == "Missing required fields: site_id, role_id, device_type_id"
    assert (made["success"], made["data"]["name"]) == (True, "agg-1")
    assert got["data"]["id"] == made["data"]["id"]
    assert absent["error"] == "Device not found: nowhere"
    assert empty["error"] == "No fields to update"
    assert changed["data"]["serial"] == "S1"
    assert (listed["data"]["count"], len(listed["data"]["devices"])) == (1, 1)
    assert (port["data"]["name"], port["data"]["type"]) == ("eth0", "1000base-t")
    assert address["data"]["address"] == "127.0.10.9/24"
    assert primary["success"]
    assert (bulk["success"], bulk["data"]["updated"]) == (False, [made["data"]["id"]])
    assert tagged == ["core", "spare"]
    assert odd["error"] == "limit must be a whole number"
    assert gone["data"]["name"] == "agg-1"
    assert unknown["error"].startswith("Unknown NetBox action: device.explode. Available: ")
    assert act("lookup.sites")["data"][0]["name"] == "Lab"


def test_one_address_is_discovered_for_netbox_by_an_executor(box, simulated):
    executor = runs.executors().get_or_raise("netbox_autodiscovery")
    config = {"snmp_port": simulated.snmp_port, "port_scan_enabled": False}
    config |= {"discovery_methods": [], "create_interfaces": False}

    found = safe_execute(executor, "127.0.10.3", "", config)
    bad = safe_execute(executor, "127.0.10.3", "", {"sync_mode": "all"})

    assert (found.success, found.extra["data"]["action"]) == (True, "created")
    assert bad.error.startswith("Invalid configuration: sync_mode must be one of")
    assert {"netbox", "netbox_autodiscovery"} <= set(runs.executors().list_types())


def test_the_register_takes_netbox_in_once_and_shows_it_before(api, box):
    admin = api("admin")
    box.add(
        DEVICES, name="agg-1", device_type=box.ids["kind"], role=box.ids["role"],
        site=box.ids["site"], serial="S1", status="active",
    )  # fmt: skip
    body = {"ip_address": "10.9.0.1", "name": "AGG-1", "serial_number": "OLD"}
    body["role"] = "Backbone Switch"
    mine = admin.post("/api/devices", body, format="json").json()["data"]
    box.add(DEVICES, name="new-2", device_type=box.ids["kind"], site=box.ids["site"], status="x")
    admin.post("/api/netbox/sync")

    def ask(end):
        answer = admin.post(f"/api/netbox/inventory/{end}", {"direction": "pull"}, format="json")
        return answer.json()["data"]

    seen = ask("preview")
    assert seen["counts"] == {"create": 1, "update": 1, "unchanged": 0}
    assert seen["rows"][0]["changes"]["serial_number"] == ["OLD", "S1"]
    assert "role" not in seen["rows"][0]["changes"]
    assert Device.objects.count() == 1
    assert ask("sync") | {"errors": []} == {
        "created": 1, "updated": 1, "errors": [], "direction": "pull", "left": 0
    }  # fmt: skip
    device = Device.objects.get(pk=mine["id"])
    assert (device.serial_number, device.site.name, device.hardware_model) == ("S1", "Lab", "5160")
    assert device.name == "AGG-1"
    assert Device.objects.get(name="new-2").device_type.name == "5160"
    assert ask("preview")["counts"] == {"create": 0, "update": 0, "unchanged": 2}


def test_netbox_is_told_of_the_register_once(api, box):
    admin = api("admin")
    for number, serial in ((1, "S1"), (2, None)):
        body = {"ip_address": f"10.9.0.{number}", "name": f"agg-{number}", "serial_number": serial}
        admin.post("/api/devices", body, format="json")
    ask = {"direction": "push"}

    seen = admin.post("/api/netbox/inventory/preview", ask, format="json").json()["data"]
    first = admin.post("/api/netbox/inventory/sync", ask, format="json").json()["data"]
    again = admin.post("/api/netbox/inventory/sync", ask, format="json").json()["data"]

    assert seen["counts"] == {"create": 2, "update": 0, "unchanged": 0}
    assert (first["created"], first["errors"], again["created"]) == (2, [], 0)
    told = {row["name"]: row["serial"] for row in box.tables[DEVICES].values()}
    assert told == {"agg-1": "S1", "agg-2": ""}
    wrong = admin.post("/api/netbox/inventory/preview", {"direction": "up"}, format="json")
    assert wrong.json()["error"]["message"] == "direction must be one of pull, push"


def test_a_device_whose_making_was_cut_short_gets_its_address_from_the_next_push(api, box):
    admin = api("admin")
    body = {"ip_address": "10.9.0.1", "name": "agg-1", "serial_number": "S1"}
    admin.post("/api/devices", body, format="json")
    half = box.add(DEVICES, name="agg-1", site=box.ids["site"], serial="S1", status="active")
    admin.post("/api/netbox/sync")
    ask = {"direction": "push"}

    first = admin.post("/api/netbox/inventory/sync", ask, format="json").json()["data"]
    again = admin.post("/api/netbox/inventory/preview", ask, format="json").json()["data"]

    assert (first["created"], first["updated"], first["errors"]) == (0, 1, [])
    assert again["counts"] == {"create": 0, "update": 0, "unchanged": 1}
    address = box.tables["/api/ipam/ip-addresses/"][box.tables[DEVICES][half]["primary_ip4"]]
    port = box.tables["/api/dcim/interfaces/"][address["assigned_object_id"]]
    assert (address["address"], port["name"], port["device"]) == ("10.9.0.1/32", "mgmt0", half)
