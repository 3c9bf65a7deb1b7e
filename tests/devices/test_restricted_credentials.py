"""Restricted credentials are changed by those they name; revoked ones stay so till rotated."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from devices.models import (
    Credential,
    CredentialAccessRequest,
    CredentialAssignment,
    CredentialUse,
    PollConfig,
)
from devices.services import poll_configs, vault, vault_assign, vault_groups, vault_use
from inventory_site.core.errors import NotAllowed
from tests.factories.accounts import RoleFactory, UserFactory
from tests.factories.devices import DeviceGroupFactory

pytestmark = pytest.mark.django_db
SECRET = {"credential_type": "ssh", "username": "ops", "password": "first"}


@pytest.fixture
def engineer(api):
    """Somebody who may change and remove credentials, and reveal none."""
    names = [f"{verb}_credential" for verb in ("view", "add", "change", "delete", "use")]
    role = RoleFactory(group__name="engineer")
    role.group.permissions.add(*Permission.objects.filter(codename__in=names))
    return api.as_user(UserFactory(roles=["engineer"]))


def made(**more) -> Credential:
    body = {"name": "core", **SECRET, **more}
    return vault.create_credential(actor=None, body=body).credential


@pytest.mark.parametrize("by", ["put", "rotate", "delete"])
def test_who_is_not_on_its_list_changes_nothing(engineer, by):
    row = made(access_level="restricted", allowed_users=["somebody"])
    before, told = Credential.objects.values().get(), CredentialUse.objects.count()
    path = f"/api/credentials/{row.pk}"

    if by == "put":
        answer = engineer.put(path, {"access_level": "public"}, format="json")
    elif by == "rotate":
        answer = engineer.post(f"{path}/rotate", {"password": "mine"}, format="json")
    else:
        answer = engineer.delete(path)

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "FORBIDDEN"
    assert Credential.objects.values().get() == before
    assert CredentialUse.objects.count() == told


@pytest.mark.parametrize("place", ["owner", "allowed_users", "allowed_groups"])
def test_whom_it_names_may_change_it(engineer, place):
    name = "engineer" if place == "allowed_groups" else engineer.user.username
    named = {place: name if place == "owner" else [name]}
    row = made(access_level="restricted", **named)

    answer = engineer.put(f"/api/credentials/{row.pk}", {"password": "second"}, format="json")

    assert answer.status_code == 200
    row.refresh_from_db()
    assert vault_use.opened(row)["password"] == "second"


def test_a_grant_is_for_using_it_alone(engineer):
    row = made(access_level="restricted")
    CredentialAccessRequest.objects.create(
        credential=row,
        requester=engineer.user,
        status="approved",
        access_granted_until=timezone.now() + timedelta(hours=1),
        expires_at=timezone.now() + timedelta(days=1),
    )

    opened, _ = vault_use.open_for_use(row.pk, actor=engineer.user)
    answer = engineer.put(
        f"/api/credentials/{row.pk}", {"allowed_users": [engineer.user.username]}, format="json"
    )

    assert (opened.pk, answer.status_code) == (row.pk, 403)
    row.refresh_from_db()
    assert row.allowed_users == []


def test_its_page_in_the_admin_has_no_form_for_others(engineer, client):
    row = made(access_level="restricted")
    client.force_login(engineer.user)
    page = reverse("admin:devices_credential_change", args=[row.pk])

    shown = client.get(page)
    sent = client.post(page, {"name": "mine", "credential_type": "ssh"})
    removed = client.post(
        reverse("admin:devices_credential_delete", args=[row.pk]), {"post": "yes"}
    )

    assert shown.status_code == 200
    assert b'name="password"' not in shown.content
    assert re.search(r"Default for its type.{0,400}>\s*No\s*<", shown.content.decode(), re.S)
    assert {sent.status_code, removed.status_code} <= {302, 403}
    row.refresh_from_db()
    assert (row.name, row.is_deleted) == ("core", False)


@pytest.mark.parametrize("place", ["owner", "allowed_users", "allowed_groups"])
def test_it_names_them_in_any_case(engineer, place):
    name = "ENGINEER" if place == "allowed_groups" else f" {engineer.user.username.upper()} "
    row = made(access_level="restricted", **{place: name if place == "owner" else [name]})

    assert vault_use.open_for_use(row.pk, actor=engineer.user)[0] == row


def test_its_page_offers_others_only_to_ask_for_it(engineer, client):
    row = made(access_level="restricted")
    client.force_login(engineer.user)
    page = reverse("admin:devices_credential_change", args=[row.pk])
    offered = re.compile(r"/verbs/([a-z-]+)/")

    before = set(offered.findall(client.get(page).content.decode()))
    Credential.objects.update(owner=engineer.user.username)
    after = set(offered.findall(client.get(page).content.decode()))

    assert before == {"ask"}
    assert after == {"rotate", "test", "disable", "revoke", "delete"}


@pytest.mark.parametrize("status", ["active", "disabled", "pending_rotation"])
def test_a_revoked_credential_is_not_enabled_again(api, status):
    row = made()
    vault.update_credential(row.pk, actor=None, body={"status": "revoked"})

    answer = api("admin").put(f"/api/credentials/{row.pk}", {"status": status}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == "status"
    row.refresh_from_db()
    assert row.status == "revoked"


def test_rotating_a_revoked_credential_brings_it_back(api):
    row = made()
    vault.update_credential(row.pk, actor=None, body={"status": "revoked"})
    admin, path = api("admin"), f"/api/credentials/{row.pk}"

    again = admin.put(path, {"status": "revoked", "notes": "stolen"}, format="json")
    rotated = admin.post(f"{path}/rotate", {"password": "second"}, format="json")

    assert (again.status_code, rotated.status_code) == (200, 200)
    assert rotated.json()["data"]["credential"]["status"] == "active"


@pytest.mark.parametrize("status", ["revoked", "disabled"])
def test_a_later_end_brings_back_what_had_expired_alone(status):
    row = made(valid_until="2026-01-01")
    vault_use.expire_due()
    vault.update_credential(row.pk, actor=None, body={"status": status})

    vault.update_credential(row.pk, actor=None, body={"valid_until": "2127-01-01"})

    row.refresh_from_db()
    assert (row.status, row.is_expired) == (status, False)


def test_what_has_expired_is_active_again_with_a_later_end_alone(api):
    row = made(valid_until="2026-01-01")
    vault_use.expire_due()
    admin, path = api("admin"), f"/api/credentials/{row.pk}"

    refused = admin.put(path, {"status": "active", "notes": "lost"}, format="json")
    row.refresh_from_db()
    as_shown = admin.put(path, {"status": "expired", "notes": "kept"}, format="json")
    moved = admin.put(path, {"status": "active", "valid_until": "2127-01-01"}, format="json")

    assert (refused.status_code, row.status, row.notes) == (400, "expired", "")
    assert refused.json()["error"]["details"]["field"] == "status"
    assert as_shown.json()["data"]["credential"]["notes"] == "kept"
    assert moved.json()["data"]["credential"]["status"] == "active"


def test_the_log_names_what_was_switched():
    row = made()
    for status in ("disabled", "active", "active", "pending_rotation", "revoked"):
        vault.update_credential(row.pk, actor=None, body={"status": status})

    told = CredentialUse.objects.order_by("pk").values_list("action", "action_detail")

    assert [(action, detail) for action, detail in told if action != "updated"] == [
        ("created", "Created new ssh credential"),
        ("disabled", "Credential disabled"),
        ("enabled", "Credential enabled"),
        ("revoked", "Credential revoked"),
    ]
    assert [detail for action, detail in told if action == "updated"] == [
        "Updated credential: status"
    ] * 4


def test_nobody_else_sends_it_anywhere(engineer):
    """Assigned to a device or a group, or asked by a poll, it would go out in nobody's name."""
    permissions = Permission.objects.filter(codename="change_setting")
    RoleFactory(group__name="planner").group.permissions.add(*permissions)
    planner = UserFactory(roles=["engineer", "planner"])
    row, group = made(access_level="restricted"), DeviceGroupFactory()
    poll = {"name": "p", "poll_type": "snmp_availability", "target_type": "device"}
    mine = poll_configs.create(actor=None, body={**poll, "credential_id": row.pk})
    vault_groups.assign(actor=None, ip_address="10.9.0.1", credential_id=row.pk)
    who, what = {"actor": planner}, {"credential_id": row.pk}

    for way in (
        lambda: vault_groups.assign(**who, **what, ip_address="10.9.0.2"),
        lambda: vault_groups.unassign(**who, **what, ip_address="10.9.0.1"),
        lambda: vault_assign.assign_to_group(**who, **what, group_id=group.pk),
        lambda: poll_configs.create(**who, body={**poll, "name": "q", **what}),
        lambda: poll_configs.update(mine.pk, **who, body={"target_device_ip": "10.9.0.3"}),
    ):
        with pytest.raises(NotAllowed):
            way()

    assert CredentialAssignment.objects.get().ip_address == "10.9.0.1"
    assert set(PollConfig.objects.values_list("target_device_ip", flat=True)) == {""}
    assert not PollConfig.objects.filter(name="q").exists()
