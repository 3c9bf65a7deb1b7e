"""What follows a device to its new address, and which groups it is in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from devices.models import DeviceGroup, DeviceGroupMember, Scan, ScanResult
from devices.services import inventory, retention, vault, vault_groups
from tests.factories.devices import DeviceFactory

pytestmark = pytest.mark.django_db


def group_of(*ips: str, name: str = "Core") -> DeviceGroup:
    group = DeviceGroup.objects.create(group_name=name)
    for ip in ips:
        DeviceGroupMember.objects.create(group=group, ip_address=ip)
    return group


def addresses(group: DeviceGroup) -> list[str]:
    return sorted(group.members.values_list("ip_address", flat=True))


def device_at(ip: str, **values):
    device = DeviceFactory(**values)
    return inventory.update_device(device.pk, actor=None, values={"mgmt_ip": ip})


def test_a_membership_goes_where_its_device_goes(api):
    device = device_at("10.0.0.1")
    core, edge = group_of("10.0.0.1"), group_of("10.0.0.1", "10.0.0.9", name="Edge")
    since = timezone.now() - timedelta(days=3)
    DeviceGroupMember.objects.update(added_at=since)

    answer = api("admin").put(f"/api/devices/{device.pk}", {"ip_address": "10.0.0.9"})

    assert answer.status_code == 200
    assert (addresses(core), addresses(edge)) == (["10.0.0.9"], ["10.0.0.9"])
    assert core.members.get().added_at == since
    told = AuditEntry.objects.filter(verb="device_group.member_moved")
    assert {entry.after["ip_address"] for entry in told} == {"10.0.0.9"}


def test_an_address_that_another_device_kept_stays_in_its_groups(api):
    first = device_at("10.0.0.1", name="A", polatis_name="P1")
    DeviceFactory(name="B", device_type=first.device_type, address=first.address)
    group = group_of("10.0.0.1")

    api("admin").put(f"/api/devices/{first.pk}", {"ip_address": "10.0.0.2"})

    assert addresses(group) == ["10.0.0.1"]


def test_a_device_without_an_address_leaves_its_membership(api):
    device, group = device_at("10.0.0.1"), group_of("10.0.0.1")

    answer = api("admin").put(
        f"/api/inventory/devices/{device.pk}", {"mgmt_ip": None}, format="json"
    )

    assert answer.status_code == 200
    assert addresses(group) == ["10.0.0.1"]


def test_a_file_that_renumbers_in_a_row_moves_each_membership_once(api):
    names = ("a", "b", "c")
    kind = device_at("10.0.0.1", name="a").device_type
    for number, name in enumerate(names[1:], start=2):
        device_at(f"10.0.0.{number}", name=name, device_type=kind)
    group = group_of("10.0.0.1", "10.0.0.3", "10.0.0.77")
    rows = [("c", 4), ("b", 3), ("a", 2)]
    lines = [f"{name},{kind.name},10.0.0.{number}" for name, number in rows]

    answer = api("admin").post(
        "/api/devices/import",
        {"csv": "\n".join(["name,device_type,mgmt_ip", *lines])},
        format="json",
    )

    assert answer.json()["data"]["updated"] == 3
    assert addresses(group) == ["10.0.0.2", "10.0.0.4", "10.0.0.77"]


def test_a_file_that_renumbers_a_device_twice_takes_it_to_its_last_address(api):
    device = device_at("10.0.0.1", name="a")
    group = group_of("10.0.0.1")
    lines = [f"a,{device.device_type.name},10.0.0.{number}" for number in (2, 3)]

    answer = api("admin").post(
        "/api/devices/import",
        {"csv": "\n".join(["name,device_type,mgmt_ip", *lines])},
        format="json",
    )

    assert answer.json()["data"]["applied"] is True
    assert addresses(group) == ["10.0.0.3"]
    device.refresh_from_db()
    assert device.ip == "10.0.0.3"


def test_all_means_the_addresses_that_devices_have(api):
    device = device_at("10.0.0.1")
    device_at("10.0.0.5")
    gone = device_at("10.0.0.6")
    type(gone).objects.filter(pk=gone.pk).update(archived_at=timezone.now())
    operator = api("admin")
    operator.put(f"/api/devices/{device.pk}", {"ip_address": "10.0.0.9"})

    answer = operator.post("/api/scans", {"targets": ["all"]}, format="json")

    assert answer.status_code == 202
    targets = ScanResult.objects.values_list("target", flat=True)
    assert sorted(targets) == ["10.0.0.5", "10.0.0.9"]


def test_a_device_is_in_the_groups_that_match_it_by_rule(api):
    device_at("10.0.0.1", name="core-1")
    listed = group_of("10.0.0.1", name="Zulu")
    ruled = DeviceGroup.objects.create(group_name="Alpha", rule={"name_contains": "core"})
    DeviceGroup.objects.create(group_name="Other", rule={"name_contains": "edge"})
    DeviceGroup.objects.create(group_name="Both", rule={"name_contains": "core"}).members.create(
        ip_address="10.0.0.1"
    )
    viewer = api("viewer")

    own = viewer.get("/api/devices/10.0.0.1/groups").json()
    with_groups = viewer.get("/api/devices/10.0.0.1?include_groups=true").json()["data"]
    v1 = viewer.get("/inventory/v1/devices/10.0.0.1").json()

    names = ["Alpha", "Both", "Zulu"]
    assert [row["group_name"] for row in own["data"]] == names
    assert own["meta"]["count"] == 3
    assert [row["id"] for row in own["data"]][::2] == [ruled.pk, listed.pk]
    assert [row["group_name"] for row in with_groups["groups"]] == names
    assert [row["group_name"] for row in v1["groups"]] == names


def test_old_scans_go_with_their_results_and_open_ones_stay():
    old = timezone.now() - timedelta(days=31)
    kinds = {"completed": old, "cancelled": old, "running": None, "failed": timezone.now()}
    for status, ended in kinds.items():
        scan = Scan.objects.create(status=status, created_at=old, finished_at=ended)
        ScanResult.objects.create(scan=scan, target="10.0.0.1", position=0)

    gone = retention.remove_old()

    assert gone["scans"] == 4  # two scans and what their targets answered
    assert sorted(Scan.objects.values_list("status", flat=True)) == ["failed", "running"]
    assert ScanResult.objects.count() == 2


def test_a_cancelled_scan_says_how_far_it_came(api):
    scan = Scan.objects.create(status="running", total_targets=4)
    for number, state in enumerate(("done", "waiting", "waiting", "waiting")):
        ScanResult.objects.create(
            scan=scan, target=f"10.0.0.{number}", position=number, state=state
        )

    data = api("operator").post(f"/api/scans/{scan.pk}/cancel").json()["data"]

    assert (data["status"], data["progress"], data["completed_targets"]) == ("cancelled", 25, 1)


def load(api, rows: list[str]) -> dict:
    text = "\n".join(["name,device_type,mgmt_ip", *rows])
    return api("admin").post("/api/devices/import", {"csv": text}, format="json").json()["data"]


def test_a_file_may_swap_addresses_and_memberships_go_along(api):
    first = device_at("10.0.0.1", name="a")
    kind = first.device_type
    second = device_at("10.0.0.2", name="b", device_type=kind)
    mate = DeviceFactory(name="b", device_type=kind, polatis_name="P2", address=second.address)
    core, edge = group_of("10.0.0.1"), group_of("10.0.0.2", name="Edge")

    done = load(api, [f"a,{kind.name},10.0.0.2", f"b,{kind.name},10.0.0.1"])

    assert done == {"created": 0, "updated": 2, "unchanged": 0, "errors": [], "applied": True}
    for device in (first, second, mate):
        device.refresh_from_db()
    assert (first.ip, second.ip, mate.ip) == ("10.0.0.2", "10.0.0.1", "10.0.0.1")
    assert (addresses(core), addresses(edge)) == (["10.0.0.2"], ["10.0.0.1"])
    told = second.history.get(field_name="mgmt_ip", new_value="10.0.0.1")
    assert told.old_value == "10.0.0.2"


def test_a_file_may_move_addresses_on_in_any_order_and_free_one_for_a_new_device(api):
    kind = device_at("10.0.0.1", name="a").device_type
    device_at("10.0.0.2", name="b", device_type=kind)
    rows = ["new,{},10.0.0.1", "a,{},10.0.0.2", "b,{},"]

    done = load(api, [row.format(kind.name) for row in rows])

    assert (done["created"], done["updated"], done["errors"]) == (1, 2, [])
    kept = type(kind).objects.get(pk=kind.pk).devices.order_by("name")
    assert list(kept.values_list("name", "address__ip")) == [
        ("a", "10.0.0.2"),
        ("b", None),
        ("new", "10.0.0.1"),
    ]


def test_a_row_whose_address_nobody_frees_is_named_and_nothing_is_written(api):
    first = device_at("10.0.0.1", name="a")
    kind = first.device_type
    second = device_at("10.0.0.2", name="b", device_type=kind)
    device_at("10.0.0.3", name="c", device_type=kind)
    rows = ["a,{},10.0.0.2", "b,{},10.0.0.3", "d,{},10.0.0.9"]

    done = load(api, [row.format(kind.name) for row in rows])

    taken = "IP address already exists for another device"
    assert done == {
        "created": 1,
        "updated": 1,
        "unchanged": 0,
        "errors": [{"row": 3, "field": "mgmt_ip", "error": taken}],
        "applied": False,
    }
    for device in (first, second):
        device.refresh_from_db()
    assert (first.ip, second.ip) == ("10.0.0.1", "10.0.0.2")
    assert not kind.devices.filter(name="d").exists()


@pytest.mark.parametrize("order", [1, -1])
def test_a_row_that_could_not_free_its_address_is_named_alone(api, order):
    first = device_at("10.0.0.1", name="a")
    kind = first.device_type.name
    device_at("10.0.0.2", name="b", device_type=first.device_type)
    device_at("10.0.0.3", name="c", device_type=first.device_type)
    rows = [f"a,{kind},10.0.0.2,", f"b,{kind},10.0.0.9,top", f"d,{kind},10.0.0.3,"][::order]
    text = "\n".join(["name,device_type,mgmt_ip,u_position", *rows])

    done = api("admin").post("/api/devices/import", {"csv": text}, format="json").json()["data"]

    said = {row["row"]: row["error"] for row in done["errors"]}
    assert said == {
        3: "u_position must be a whole number",
        {1: 4, -1: 2}[order]: "IP address already exists for another device",
    }
    first.refresh_from_db()
    assert (done["applied"], first.ip) == (False, "10.0.0.1")


def change(api, device, ip: str | None) -> None:
    path = f"/api/inventory/devices/{device.pk}"
    assert api("admin").put(path, {"mgmt_ip": ip}, format="json").status_code == 200


def test_memberships_and_credentials_wait_for_a_device_that_has_no_address_for_a_while(api):
    device = device_at("10.0.0.1")
    group = group_of("10.0.0.1")
    row = vault.create_credential(actor=None, body={"name": "own", "password": "x"}).credential
    vault_groups.assign(actor=None, ip_address="10.0.0.1", credential_id=row.pk)

    change(api, device, None)
    waiting = addresses(group)
    group_of("10.0.0.1", name="Late")
    change(api, device, "10.0.0.2")

    assert (waiting, addresses(group)) == (["10.0.0.1"], ["10.0.0.2"])
    assert addresses(DeviceGroup.objects.get(group_name="Late")) == ["10.0.0.1"]
    place = row.assignments.values_list("ip_address", "device_id").get()
    assert place == ("10.0.0.2", device.pk)
    told = AuditEntry.objects.get(verb="device_group.member_moved")
    assert (told.before["ip_address"], told.after["ip_address"]) == ("10.0.0.1", "10.0.0.2")
    change(api, device, "10.0.0.2")
    change(api, device, None)
    change(api, device, "10.0.0.2")
    assert (addresses(group), row.assignments.count()) == (["10.0.0.2"], 1)


def test_a_file_may_clear_addresses_and_another_may_set_them(api):
    device = device_at("10.0.0.1", name="a")
    mate = DeviceFactory(
        name="a", device_type=device.device_type, polatis_name="P2", address=device.address
    )
    kind, group = device.device_type.name, group_of("10.0.0.1")

    cleared = load(api, [f"a,{kind},"])
    waiting = addresses(group)
    done = load(api, [f"a,{kind},10.0.0.5"])

    assert (cleared["updated"], done["updated"], waiting) == (1, 1, ["10.0.0.1"])
    assert addresses(group) == ["10.0.0.5"]
    mate.refresh_from_db()
    assert mate.ip == "10.0.0.5"
