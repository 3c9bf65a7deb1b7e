"""Which credentials follow a device to its new address, and which stay where they are."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from devices.models import Credential
from devices.services import inventory, vault, vault_groups, vault_resolve
from tests.factories.devices import DeviceFactory

pytestmark = pytest.mark.django_db
HERE, THERE, THIRD = "10.0.0.1", "10.0.0.2", "10.0.0.3"


def device_at(ip, **values):
    device = DeviceFactory(**values)
    return inventory.update_device(device.pk, actor=None, values={"mgmt_ip": ip})


def credential(name: str) -> Credential:
    body = {"name": name, "password": "x"}
    return vault.create_credential(actor=None, body=body).credential


def assigned(name: str, *ips: str, **values) -> Credential:
    row = credential(name)
    for ip in ips:
        vault_groups.assign(actor=None, ip_address=ip, credential_id=row.pk, **values)
    return row


def move(device, ip) -> None:
    inventory.update_device(device.pk, actor=None, values={"mgmt_ip": ip})


def places(row: Credential) -> list[tuple[str, int | None]]:
    return sorted(row.assignments.values_list("ip_address", "device_id"))


def opens(ip: str) -> str | None:
    found = vault_resolve.resolve(ip, "ssh")
    return found.credential_name if found else None


def test_an_assignment_goes_where_its_device_goes(api):
    device, admin = device_at(HERE), api("admin")
    row = assigned("own", HERE, priority=7)

    move(device, THERE)

    assert places(row) == [(THERE, device.pk)]
    assert (opens(HERE), opens(THERE)) == (None, "own")
    listed = admin.get(f"/api/credentials/devices/{THERE}").json()["data"]["credentials"]
    assert [(one["id"], one["priority"]) for one in listed] == [(row.pk, 7)]
    assert admin.get(f"/api/credentials/devices/{HERE}").json()["data"]["credentials"] == []
    entry = AuditEntry.objects.get(verb="credential.assignment_moved")
    assert (entry.before["ip_address"], entry.after["ip_address"]) == (HERE, THERE)
    body = {"credential_id": row.pk}
    path = f"/api/credentials/devices/{THERE}/unassign"
    assert admin.post(path, body, format="json").status_code == 200
    device_at(HERE)
    assert (places(row), opens(HERE), opens(THERE)) == ([], None, None)


def test_at_an_address_that_another_device_kept_assignments_stay():
    first = device_at(HERE, name="A", polatis_name="P1")
    row = assigned("own", HERE)
    other = DeviceFactory(name="B", device_type=first.device_type, address=first.address)

    move(first, THERE)

    assert places(row) == [(HERE, other.pk)]
    assert (opens(HERE), opens(THERE)) == ("own", None)


def test_what_the_new_address_has_already_stays_alone():
    device = device_at(HERE)
    both, own = assigned("both", HERE, THERE), assigned("own", HERE)
    both.assignments.filter(ip_address=THERE).update(priority=5)

    move(device, THERE)

    assert places(both) == [(THERE, None)]
    assert both.assignments.get().priority == 5
    assert places(own) == [(THERE, device.pk)]


def test_a_file_that_renumbers_in_a_row_takes_each_assignment_along_once(api):
    kind = device_at(HERE, name="a").device_type
    for ip, name in ((THERE, "b"), (THIRD, "c")):
        device_at(ip, name=name, device_type=kind)
    row = assigned("all", HERE, THERE, THIRD)
    owners = dict(places(row))
    rows = [("c", "10.0.0.9"), ("b", THIRD), ("a", THERE), ("c", "10.0.0.4")]
    lines = [f"{name},{kind.name},{ip}" for name, ip in rows]

    answer = api("admin").post(
        "/api/devices/import",
        {"csv": "\n".join(["name,device_type,mgmt_ip", *lines])},
        format="json",
    )

    assert answer.json()["data"]["applied"] is True
    old = [owners[ip] for ip in (HERE, THERE, THIRD)]
    assert places(row) == list(zip((THERE, THIRD, "10.0.0.4"), old, strict=True))


def test_a_device_without_an_address_leaves_its_assignments_where_they_are():
    device = device_at(HERE)
    row = assigned("own", HERE)

    move(device, None)

    assert places(row) == [(HERE, device.pk)]
