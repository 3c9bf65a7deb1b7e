"""Whatever files move, clear and bring back, each device keeps what it was given, and no more."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from devices.models import CredentialAssignment, Device, DeviceGroupMember
from devices.services import groups, inventory, vault, vault_groups
from tests.factories.accounts import RoleFactory, UserFactory
from tests.factories.devices import DeviceFactory, DeviceTypeFactory

pytestmark = pytest.mark.django_db
PLACES = [f"10.0.0.{last}" for last in range(1, 8)]


@pytest.fixture
def kind(db: None):
    return DeviceTypeFactory(name="Kind")


def device_at(ip: str, name: str, kind, **values) -> Device:
    device = DeviceFactory(name=name, device_type=kind, **values)
    return inventory.update_device(device.pk, actor=None, values={"mgmt_ip": ip})


def group(name: str, *ips: str):
    made = groups.create_group(actor=None, values={"group_name": name})
    groups.add_members(made.pk, ips, actor=None)
    return made


def credential(name: str, *ips: str, **values):
    body = {"name": name, "password": "x", **values}
    row = vault.create_credential(actor=None, body=body).credential
    for ip in ips:
        vault_groups.assign(actor=None, ip_address=ip, credential_id=row.pk)
    return row


def load(api, *rows: str) -> None:
    text = "\n".join(["name,device_type,mgmt_ip", *rows])
    answer = api("admin").post("/api/devices/import", {"csv": text}, format="json")
    assert answer.json()["data"]["applied"] is True, answer.content


def held() -> dict[str, list[str]]:
    """Return by device what is its own: by its name there where it waits, else by its address."""
    found: dict[str, list[str]] = {}
    at = {one.ip: one for one in Device.objects.current().select_related("address")}
    for model, what in ((DeviceGroupMember, "group"), (CredentialAssignment, "credential")):
        for row in model.objects.select_related(what, "device__address"):
            is_waiting = row.device is not None and row.device.ip is None
            owner = row.device if is_waiting else at.get(row.ip_address)
            assert owner is not None, row
            found.setdefault(owner.name, []).append(str(getattr(row, what)))
    return {name: sorted(rows) for name, rows in found.items()}


def members(of) -> list[str]:
    return sorted(of.members.values_list("ip_address", flat=True))


@pytest.mark.parametrize("target", [PLACES[1], PLACES[5]])
@pytest.mark.parametrize("order", [1, -1])
def test_one_comes_back_while_its_mate_goes_where_it_waited(api, kind, target, order):
    first, second = device_at(PLACES[0], "a", kind), device_at(PLACES[1], "b", kind)
    both, shared = group("Both", *PLACES[:2]), credential("shared", *PLACES[:2])

    load(api, "a,Kind,")
    load(api, *[f"b,Kind,{PLACES[0]}", f"a,Kind,{target}"][::order])

    assert members(both) == [PLACES[0], target]
    rows = sorted(shared.assignments.values_list("ip_address", "device_id"))
    assert rows == [(PLACES[0], second.pk), (target, first.pk)]


def test_what_an_archived_device_was_given_goes_with_who_has_its_address(kind):
    first = device_at(PLACES[0], "a", kind)
    secret = credential("secret", PLACES[0])
    secret.assignments.update(device=first)
    Device.objects.filter(pk=first.pk).update(archived_at=timezone.now())
    second = device_at(PLACES[0], "b", kind)

    inventory.update_device(second.pk, actor=None, values={"mgmt_ip": PLACES[3]})

    assert [row.ip_address for row in secret.assignments.all()] == [PLACES[3]]


@pytest.mark.parametrize("seed", range(12))
def test_random_files_leave_each_device_what_it_has(api, kind, seed):
    chance = random.Random(seed)  # noqa: S311  a case that can be told again
    names = ["a", "b", "c", "d"]
    for name, ip in zip(names, PLACES, strict=False):
        device_at(ip, name, kind)
    for at in range(3):
        group(f"G{at}", *chance.sample(PLACES[:4], 2 + at % 3))
        credential(f"C{at}", *chance.sample(PLACES[:4], 2 + at % 3))
    given = held()
    where: dict[str, str] = dict(zip(names, PLACES, strict=False))

    for turn in range(8):
        some = chance.sample(sorted(where), chance.randint(1, len(where)))
        if chance.random() < 0.3:
            some.insert(chance.randint(0, len(some)), f"new{turn}")
        taken = {ip for name, ip in where.items() if name not in some}
        free = [ip for ip in PLACES if ip not in taken]
        chance.shuffle(free)
        for name in some:
            where[name] = free.pop() if free and chance.random() < 0.7 else ""
        load(api, *[f"{name},Kind,{where[name]}" for name in some])

        now = {one.name: one.ip or "" for one in Device.objects.select_related("address")}
        assert now == where
        assert held() == given, (turn, some)


def test_rows_of_one_name_take_along_what_each_of_them_has(kind):
    first = device_at(PLACES[0], "a", kind, polatis_name="P1")
    mate = device_at(PLACES[1], "b", kind, polatis_name="P2")
    Device.objects.filter(pk=mate.pk).update(name="a")
    both, own = group("Both", *PLACES[:2]), group("Own", PLACES[1])
    shared, secret = credential("shared", *PLACES[:2]), credential("secret", PLACES[1])

    inventory.update_device(first.pk, actor=None, values={"mgmt_ip": PLACES[4]})

    assert (members(both), members(own)) == ([PLACES[4]], [PLACES[4]])
    assert [row.ip_address for row in shared.assignments.all()] == [PLACES[4]]
    assert [(row.ip_address, row.device_id) for row in secret.assignments.all()] == [
        (PLACES[4], mate.pk)
    ]


def test_a_restricted_one_of_another_row_of_the_name_stays_with_its_address(kind):
    role = RoleFactory(group__name="planner")
    role.group.permissions.add(Permission.objects.get(codename="change_device"))
    planner = UserFactory(roles=["planner"])
    first = device_at(PLACES[0], "a", kind, polatis_name="P1")
    mate = device_at(PLACES[1], "b", kind, polatis_name="P2")
    Device.objects.filter(pk=mate.pk).update(name="a")
    secret = credential("secret", PLACES[1], access_level="restricted", owner="boss")

    inventory.update_device(first.pk, actor=planner, values={"mgmt_ip": PLACES[4]})

    assert Device.objects.get(pk=mate.pk).ip == PLACES[4]
    assert [(row.ip_address, row.device_id) for row in secret.assignments.all()] == [
        (PLACES[1], None)
    ]
