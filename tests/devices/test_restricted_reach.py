"""Restricted credentials go nowhere by devices, groups and polls of those who may not keep them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from devices import policy
from devices.models import (
    Credential,
    CredentialAccessRequest,
    DeviceGroup,
    DeviceGroupMember,
    EnterpriseAuthUser,
    PollConfig,
)
from devices.services import (
    inventory,
    secrets,
    vault,
    vault_assign,
    vault_groups,
    vault_resolve,
    vault_servers,
)
from tests.factories.accounts import RoleFactory, UserFactory
from tests.factories.devices import DeviceFactory, DeviceGroupFactory

pytestmark = pytest.mark.django_db
HERE, THERE = "10.0.0.1", "10.0.0.2"
POLL = {"name": "mine", "poll_type": "snmp_availability", "target_type": "all"}
RIGHTS = (
    "change_device",
    "view_device",
    "change_devicegroup",
    "view_credential",
    "use_credential",
    "change_setting",
)


@pytest.fixture
def planner(api):
    """Somebody who may plan devices, groups and polls, and use credentials; none is theirs."""
    role = RoleFactory(group__name="planner")
    role.group.permissions.add(*Permission.objects.filter(codename__in=RIGHTS))
    return api.as_user(UserFactory(roles=["planner"]))


def restricted(**named) -> Credential:
    body = {"name": "core", "credential_type": "ssh", "password": "x", **named}
    return vault.create_credential(
        actor=None, body={**body, "access_level": "restricted"}
    ).credential


def device_here():
    device = DeviceFactory()
    return inventory.update_device(device.pk, actor=None, values={"mgmt_ip": HERE})


def opens(ip: str) -> str | None:
    found = vault_resolve.resolve(ip, "ssh")
    return found.credential_name if found else None


@pytest.mark.parametrize("by_way_of_none", [False, True])
@pytest.mark.parametrize("is_named", [False, True])
def test_an_assignment_follows_whom_it_names_alone(planner, is_named, by_way_of_none):
    row = restricted(owner=planner.user.username if is_named else "boss")
    device = device_here()
    vault_groups.assign(actor=None, ip_address=HERE, credential_id=row.pk)

    if by_way_of_none:
        inventory.update_device(device.pk, actor=planner.user, values={"mgmt_ip": None})
    inventory.update_device(device.pk, actor=planner.user, values={"mgmt_ip": THERE})

    assert (opens(HERE), opens(THERE)) == ((None, "core") if is_named else ("core", None))


def test_an_open_one_follows_as_ever(planner):
    row = vault.create_credential(actor=None, body={"name": "core", "password": "x"}).credential
    device = device_here()
    vault_groups.assign(actor=None, ip_address=HERE, credential_id=row.pk)

    inventory.update_device(device.pk, actor=planner.user, values={"mgmt_ip": THERE})

    assert (opens(HERE), opens(THERE)) == (None, "core")


@pytest.mark.parametrize("is_named", [False, True])
def test_a_group_with_one_grows_by_whom_it_names_alone(planner, is_named):
    row = restricted(allowed_users=[planner.user.username] if is_named else [])
    group = DeviceGroupFactory()
    vault_assign.assign_to_group(actor=None, group_id=group.pk, credential_id=row.pk)

    added = planner.post(f"/api/groups/{group.pk}/devices", {"ip_address": HERE}, format="json")
    ruled = planner.put(
        f"/api/groups/{group.pk}", {"rule": {"network_range": "10.0.0.0/24"}}, format="json"
    )

    group.refresh_from_db()
    if is_named:
        assert added.status_code < 300
        assert opens(HERE) == "core"
        return
    assert (added.status_code, ruled.status_code) == (403, 200)
    assert "restricted credential" in added.json()["error"]["message"]
    assert (DeviceGroupMember.objects.count(), opens(HERE)) == (0, None)


def test_a_member_stays_where_such_a_group_knew_it(planner):
    row, group, device = restricted(), DeviceGroupFactory(), device_here()
    DeviceGroupMember.objects.create(group=group, ip_address=HERE, device=device)
    vault_assign.assign_to_group(actor=None, group_id=group.pk, credential_id=row.pk)
    other = DeviceGroup.objects.create(group_name="without")
    DeviceGroupMember.objects.create(group=other, ip_address=HERE, device=device)

    inventory.update_device(device.pk, actor=planner.user, values={"mgmt_ip": THERE})

    assert (opens(HERE), opens(THERE)) == ("core", None)
    assert list(other.members.values_list("ip_address", flat=True)) == [THERE]


def test_a_grant_that_ends_makes_no_poll(planner):
    row = restricted()
    CredentialAccessRequest.objects.create(
        credential=row,
        requester=planner.user,
        status="approved",
        access_granted_until=timezone.now() + timedelta(hours=1),
        expires_at=timezone.now() + timedelta(days=1),
    )

    answer = planner.post("/api/polling/configs", {**POLL, "credential_id": row.pk}, format="json")

    assert answer.status_code == 403
    assert PollConfig.objects.filter(name="mine").count() == 0


@pytest.mark.parametrize("access", ["restricted", "standard"])
def test_the_system_sends_no_restricted_default_by_itself(planner, access):
    row = restricted(owner=planner.user.username, is_default=True)
    Credential.objects.update(access_level=access)
    device_here()

    by_person = vault_resolve.resolve(HERE, "ssh", actor=planner.user)

    assert by_person is not None
    assert by_person.credential_name == "core"
    assert opens(HERE) == (None if access == "restricted" else "core")
    vault_groups.assign(actor=None, ip_address=HERE, credential_id=row.pk)
    assert opens(HERE) == "core"


def test_a_name_is_another_s_only_when_their_names_are_the_same(planner):
    restricted(allowed_users=["stra\u00dfe"])
    other = UserFactory(username="strasse", roles=["planner"])

    assert not policy.may_use(other, Credential.objects.get())
    assert policy.may_use(
        UserFactory(username="STRA\u1e9eE", email="s@example.net"), Credential.objects.get()
    )


def test_the_password_of_a_service_account_goes_to_another_server_only_when_given_again(api):
    admin, base = api("admin"), "/api/credentials/enterprise"
    row = vault.create_credential(actor=None, body={"name": "rad", "password": "x"}).credential
    first, second = (
        admin.post(
            f"{base}/configs",
            {"name": name, "auth_type": "radius", "credential_id": row.pk},
            format="json",
        ).json()["data"]["config"]["id"]
        for name in ("a", "b")
    )
    account = {"name": "svc", "auth_config_id": first, "username": "ops", "password": "pl4nted"}
    pk = admin.post(f"{base}/users", account, format="json").json()["data"]["user"]["id"]

    def moved(**more):
        body = {"auth_config_id": second, **more}
        return admin.put(f"{base}/users/{pk}", body, format="json")

    refused = [moved(), moved(password=secrets.MASK), moved(password="")]
    stored = EnterpriseAuthUser.objects.get()
    assert [answer.status_code for answer in refused] == [400] * 3
    assert refused[0].json()["error"]["details"]["field"] == "password"
    assert stored.auth_config_id == first
    assert (
        admin.put(f"{base}/users/{pk}", {"auth_config_id": first}, format="json").status_code == 200
    )
    assert moved(password="another").status_code == 200
    stored.refresh_from_db()
    assert (stored.auth_config_id, vault_servers.account_document(stored)["password"]) == (
        second,
        "another",
    )


def test_the_system_sends_it_to_the_address_it_was_given_to_alone(planner):
    row = restricted()
    device = device_here()
    vault_groups.assign(actor=None, ip_address=HERE, credential_id=row.pk)
    twin = DeviceFactory(name=device.name, device_type=device.device_type, polatis_name="P2")

    inventory.update_device(twin.pk, actor=planner.user, values={"mgmt_ip": THERE})

    device.refresh_from_db()
    assert (device.ip, opens(HERE), opens(THERE)) == (THERE, "core", None)
    vault_groups.assign(actor=None, ip_address=THERE, credential_id=row.pk)
    assert opens(THERE) == "core"


def test_the_system_sends_it_to_nobody_by_a_rule(planner):
    row = restricted(owner=planner.user.username)
    device = device_here()
    group = DeviceGroupFactory(rule={"name_contains": device.name})
    vault_assign.assign_to_group(actor=None, group_id=group.pk, credential_id=row.pk)

    assert opens(HERE) is None
    by_person = vault_resolve.resolve(HERE, "ssh", actor=planner.user)
    assert by_person is not None
    planner.post(f"/api/groups/{group.pk}/devices", {"ip_address": HERE}, format="json")
    assert opens(HERE) == "core"


def test_a_group_that_is_polled_with_one_grows_by_whom_it_names_alone(planner):
    row, group = restricted(), DeviceGroupFactory()
    PollConfig.objects.create(
        name="theirs",
        poll_type="snmp_availability",
        target_type="device_group",
        target_group=group,
        credential=row,
    )

    added = planner.post(f"/api/groups/{group.pk}/devices", {"ip_address": HERE}, format="json")

    assert added.status_code == 403
    assert DeviceGroupMember.objects.count() == 0
