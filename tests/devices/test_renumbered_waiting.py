"""Groups and credentials wait for the device that they are of, whoever takes its address."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.contrib.auth.models import Permission

from devices.models import Device, DeviceGroup
from devices.services import groups, inventory, vault, vault_groups
from tests.factories.accounts import RoleFactory, UserFactory
from tests.factories.devices import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
ONE, TWO, FIVE, SIX = "10.0.0.1", "10.0.0.2", "10.0.0.5", "10.0.0.6"


@pytest.fixture
def kind(db: None):
    return DeviceTypeFactory(name="Kind")


def device_at(ip: str | None, name: str, kind):
    device = DeviceFactory(name=name, device_type=kind)
    return inventory.update_device(device.pk, actor=None, values={"mgmt_ip": ip}) if ip else device


def group(name: str, *ips: str) -> DeviceGroup:
    made = groups.create_group(actor=None, values={"group_name": name})
    groups.add_members(made.pk, ips, actor=None)
    return made


def credential(name: str, *ips: str, priority: int = 0, **values):
    body = {"name": name, "password": "x", **values}
    row = vault.create_credential(actor=None, body=body).credential
    for at, ip in enumerate(ips):
        vault_groups.assign(actor=None, ip_address=ip, credential_id=row.pk, priority=priority + at)
    return row


def members(of: DeviceGroup) -> list[str]:
    return sorted(of.members.values_list("ip_address", flat=True))


def places(row) -> list[tuple[str, int | None]]:
    return sorted(row.assignments.values_list("ip_address", "device_id"))


def move(device, ip: str | None, actor=None) -> None:
    inventory.update_device(device.pk, actor=actor, values={"mgmt_ip": ip})


def load(api, *rows: str) -> None:
    text = "\n".join(["name,device_type,mgmt_ip", *rows])
    answer = api("admin").post("/api/devices/import", {"csv": text}, format="json")
    assert answer.json()["data"]["applied"] is True, answer.content


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("target", [TWO, ""])
@pytest.mark.parametrize("order", [1, -1])
def test_a_newcomer_of_the_same_file_takes_nothing_over(api, kind, is_known, target, order):
    first = device_at(ONE, "a", kind)
    if is_known:
        device_at(None, "new", kind)
    core, row = group("Core", ONE), credential("own", ONE)

    load(api, *[f"a,Kind,{target}", f"new,Kind,{ONE}"][::order])
    if not target:
        assert (members(core), places(row)) == ([ONE], [(ONE, first.pk)])
        load(api, f"a,Kind,{TWO}")

    assert (members(core), places(row)) == ([TWO], [(TWO, first.pk)])
    assert Device.objects.get(name="new").ip == ONE


def test_a_mate_that_keeps_the_address_keeps_what_knows_no_device(api, kind):
    first = device_at(ONE, "A", kind)
    mate = DeviceFactory(name="B", device_type=kind, address=first.address)
    core, row = group("Core", ONE), credential("own", ONE)
    core.members.update(device=first)

    move(first, None)
    move(first, TWO)

    assert (members(core), places(row)) == ([ONE], [(ONE, mate.pk)])
    assert core.members.get().device_id == mate.pk


@pytest.mark.parametrize("last", [TWO, FIVE])
def test_two_devices_that_swap_by_way_of_none_keep_their_own(kind, last):
    first, second = device_at(ONE, "a", kind), device_at(TWO, "b", kind)
    one, two, both = group("One", ONE), group("Two", TWO), group("Both", ONE, TWO)
    own, other = credential("own", ONE), credential("other", TWO)
    shared = credential("shared", ONE, TWO, priority=3)

    move(first, None)
    move(second, ONE)
    move(first, last)

    assert (members(one), members(two), members(both)) == ([last], [ONE], [ONE, last])
    assert places(own) == [(last, first.pk)]
    assert places(other) == [(ONE, second.pk)]
    assert places(shared) == [(ONE, second.pk), (last, first.pk)]
    assert dict(shared.assignments.values_list("ip_address", "priority")) == {last: 3, ONE: 4}


def test_a_newcomer_that_is_made_there_takes_nothing_for_good(kind):
    first = device_at(ONE, "a", kind)
    core, row = group("Core", ONE), credential("own", ONE)
    move(first, None)
    other = device_at(ONE, "b", kind)
    move(other, FIVE)
    assert (members(core), places(row)) == ([ONE], [(ONE, first.pk)])

    move(first, TWO)

    assert (members(core), places(row)) == ([TWO], [(TWO, first.pk)])


def test_a_newcomer_that_is_added_by_name_keeps_that(kind):
    first = device_at(ONE, "a", kind)
    core, row = group("Core", ONE), credential("own", ONE)
    move(first, None)
    other = device_at(ONE, "b", kind)
    groups.add_members(core.pk, [ONE], actor=None)
    vault_groups.assign(actor=None, ip_address=ONE, credential_id=row.pk)

    move(first, TWO)

    assert (members(core), places(row)) == ([ONE], [(ONE, other.pk)])


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_ring_with_one_that_waits_in_a_group_of_all(api, kind, order):
    """The first waits, the others come to its address in turn, then it comes where the last was."""
    first = device_at(ONE, "a", kind)
    second, third = device_at(TWO, "b", kind), device_at(FIVE, "c", kind)
    everyone, alone = group("All", ONE, TWO, FIVE), group("Alone", ONE)
    shared = credential("shared", ONE, TWO, FIVE)
    rows = ["a,Kind,", f"b,Kind,{ONE}", f"c,Kind,{TWO}"]

    load(api, *[rows[at] for at in order])
    assert places(shared) == [(ONE, second.pk), (TWO, third.pk), (FIVE, first.pk)]
    load(api, f"a,Kind,{SIX}")

    assert members(everyone) == [ONE, TWO, SIX]
    assert dict(everyone.members.values_list("ip_address", "device")) == {
        ONE: second.pk,
        TWO: third.pk,
        SIX: first.pk,
    }
    assert members(alone) == [SIX]
    assert places(shared) == [(ONE, second.pk), (TWO, third.pk), (SIX, first.pk)]


def test_two_that_wait_come_back_to_each_others_address_at_once(api, kind):
    first, second = device_at(ONE, "a", kind), device_at(TWO, "b", kind)
    both, one = group("Both", ONE, TWO), group("One", ONE)
    shared = credential("shared", ONE, TWO)

    load(api, "a,Kind,", "b,Kind,")
    load(api, f"a,Kind,{TWO}", f"b,Kind,{ONE}")

    assert (members(both), members(one)) == ([ONE, TWO], [TWO])
    assert places(shared) == [(ONE, second.pk), (TWO, first.pk)]


@pytest.mark.parametrize("is_named", [False, True])
def test_a_restricted_one_comes_along_by_whom_it_names_alone(kind, is_named):
    role = RoleFactory(group__name="planner")
    wanted = ("change_device", "view_device", "view_credential", "use_credential")
    role.group.permissions.add(*Permission.objects.filter(codename__in=wanted))
    planner = UserFactory(roles=["planner"])
    first, second = device_at(ONE, "a", kind), device_at(TWO, "b", kind)
    owner = planner.username if is_named else "boss"
    row = credential("core", ONE, access_level="restricted", owner=owner)

    move(first, None, planner)
    move(second, ONE, planner)
    move(first, TWO, planner)

    assert places(row) == ([(TWO, first.pk)] if is_named else [(ONE, second.pk)])
