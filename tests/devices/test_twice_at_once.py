"""Two people do one thing at once: one wins, the other reads the contract's sentence, no 500."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from devices.models import (
    Credential,
    CredentialAssignment,
    Device,
    DeviceGroupMember,
    InterfaceState,
    Scan,
    ScanResult,
)
from devices.services import vault
from tests.factories.accounts import UserFactory
from tests.factories.devices import DeviceGroupFactory, DeviceTypeFactory, SiteFactory

pytestmark = pytest.mark.django_db(transaction=True)
Call = Callable[[APIClient], Any]


def at_once(*calls: Call, role: str | None = "super_admin") -> list[tuple[int, str]]:
    """Do calls at one moment, each as somebody of its own; return (status, text), sorted."""
    gate, told = threading.Barrier(len(calls)), list[tuple[int, str]]()
    people = [UserFactory(roles=[role]) if role else None for _ in calls]

    def run(call: Call, person: User | None) -> None:
        client = APIClient()
        client.raise_request_exception = False
        if person is not None:
            client.force_authenticate(person)
        try:
            gate.wait()
            answer = call(client)
            told.append((answer.status_code, answer.content.decode()))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(calls, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def posting(path: str, body: dict[str, Any]) -> Call:
    return lambda client: client.post(path, body, format="json")


PERSON = {"username": "twin", "email": "twin@x.example", "password": "Str0ng-enough-word!9"}
LAB_PERSON = {"username": "twin", "password": "a" * 64, "password2": "a" * 64}
POLL = {"name": "twin", "poll_type": "snmp_availability", "target_type": "all"}
ROLE = {"name": "twin", "display_name": "Twin", "permissions": []}


@pytest.mark.parametrize(
    ("path", "body", "good", "refused", "sentence"),
    [
        ("/api/inventory/sites", {"name": "twin"}, 201, 400, "Site with name 'twin' already"),
        ("/api/device_groups", {"group_name": "twin"}, 201, 409, "DEVICE_GROUP_CONFLICT"),
        ("/api/credentials", {"name": "twin"}, 201, 409, "A credential with this name already"),
        ("/api/credentials/groups", {"name": "twin"}, 201, 409, "DUPLICATE"),
        ("/api/polling/configs", POLL, 201, 409, "DUPLICATE"),
        ("/api/mib/profiles", {"name": "twin", "vendor": "v"}, 201, 409, "already"),
        ("/api/auth/users", PERSON, 201, 400, "Username or email already exists"),
        ("/api/auth/roles", ROLE, 201, 400, "Role 'twin' already exists"),
        ("/users/register", LAB_PERSON, 200, 400, "Username already taken."),
    ],
)
def test_of_two_equal_creations_one_is_refused_in_words(path, body, good, refused, sentence):
    role = None if path == "/users/register" else "super_admin"

    first, second = at_once(posting(path, body), posting(path, body), role=role)

    assert (first[0], second[0]) == (good, refused)
    assert sentence in second[1]


def test_two_lab_devices_of_one_name_are_one():
    kind = DeviceTypeFactory()
    call = posting("/api/inventory/devices", {"name": "twin", "device_type_id": kind.pk})

    first, second = at_once(call, call)

    assert (first[0], second[0]) == (201, 400)
    assert "Polatis name already exists in this device group" in second[1]
    assert Device.objects.count() == 1


def test_of_many_devices_made_at_one_address_at_once_one_is(rounds):
    kind = DeviceTypeFactory()
    for turn in range(rounds):
        body = {"device_type_id": kind.pk, "mgmt_ip": f"10.0.0.{turn % 250}"}
        bodies = [{**body, "name": f"twin {turn} {number}"} for number in range(8)]

        told = at_once(*(posting("/api/inventory/devices", one) for one in bodies))

        assert [status for status, _ in told] == [201] + [400] * 7
        assert all("IP address already exists for another device" in text for _, text in told[1:])
        assert Device.objects.count() == 1
        Device.objects.all().delete()


def test_two_writes_of_one_address_are_one_device():
    call = posting("/api/devices", {"ip_address": "10.0.0.9", "ping_status": "online"})

    told = at_once(call, call)

    assert [status for status, _ in told] == [201, 201]
    assert Device.objects.count() == 1


def test_assigning_and_joining_twice_is_once():
    row = vault.create_credential(actor=None, body={"name": "shell"}).credential
    group = DeviceGroupFactory(rule=None)
    give = posting("/api/credentials/devices/10.0.0.9/assign", {"credential_id": row.pk})
    join = posting(f"/api/device_groups/{group.pk}/devices", {"ip_address": "10.0.0.9"})

    told = at_once(give, give, join, join)

    assert {status for status, _ in told} <= {200, 201}
    assert CredentialAssignment.objects.count() == 1
    assert DeviceGroupMember.objects.count() == 1


def test_new_ports_told_twice_at_once_are_kept_once():
    ports = [
        {"ip_address": f"10.0.0.{ip}", "interface_index": index}
        for ip in range(1, 5)
        for index in range(50)
    ]
    calls = [
        posting("/api/scans/interfaces", {"interfaces": [{**port, name: "x"} for port in ports]})
        for name in ("medium", "status", "connector")
    ]

    told = at_once(*calls)

    assert [status for status, _ in told] == [201, 201, 201]
    assert InterfaceState.objects.count() == 200
    assert InterfaceState.objects.filter(medium="x", status="x", connector="x").count() == 200


def test_one_answer_accepted_twice_at_once_is_one_device():
    scan = Scan.objects.create(
        kind="discovery", targets=["10.0.0.9"], total_targets=1, status="completed", accept="review"
    )
    ScanResult.objects.create(
        scan=scan,
        position=0,
        target="10.0.0.9",
        state="done",
        is_online=True,
        result={"target": "10.0.0.9", "ping_status": "online", "snmp_status": "responding"},
    )
    ids = list(scan.results.values_list("pk", flat=True))
    call = posting(f"/api/scans/{scan.pk}/review", {"accept": ids})

    told = at_once(call, call)

    assert [status for status, _ in told] == [200, 200]
    assert sum('"accepted":1' in text.replace(" ", "") for _, text in told) == 1
    assert Device.objects.count() == 1


def test_one_file_read_twice_at_once_makes_each_row_once():
    SiteFactory(name="Lab")
    text = b"name,device_type,site\nA,ROADM,Lab\nB,ROADM,Lab\n"

    def load(client: APIClient) -> Any:
        body = {"file": SimpleUploadedFile("d.csv", text), "dry_run": "false"}
        return client.post("/api/inventory/devices/import", body, format="multipart")

    told = at_once(load, load)

    assert [status for status, _ in told] == [200, 200]
    assert sorted(Device.objects.values_list("name", flat=True)) == ["A", "B"]


def test_two_groups_that_take_one_name_at_once_stay_two():
    one, other = DeviceGroupFactory(), DeviceGroupFactory()

    def rename(pk: int) -> Call:
        return lambda client: client.put(
            f"/api/device_groups/{pk}", {"group_name": "twin"}, format="json"
        )

    first, second = at_once(rename(one.pk), rename(other.pk))

    assert (first[0], second[0]) == (200, 409)
    assert "DEVICE_GROUP_CONFLICT" in second[1]


def test_two_edits_of_one_credential_at_once_both_stand():
    row = vault.create_credential(actor=None, body={"name": "shell", "username": "op"}).credential
    path = f"/api/credentials/{row.pk}"

    told = at_once(
        lambda client: client.put(path, {"notes": "a"}, format="json"),
        lambda client: client.put(path, {"owner": "b"}, format="json"),
    )

    assert [status for status, _ in told] == [200, 200]
    kept = Credential.objects.get()
    assert (kept.notes, kept.owner, kept.version) == ("a", "b", row.version + 2)
