"""Signing in, renewing, signing out; three ways to say who you are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry, RoleAssignment, Session
from accounts.models.sessions import token_hash
from accounts.permissions import PERMISSION_NAMES
from accounts.services import api_keys, audit, roles
from inventory_site.core.errors import InvalidInput
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN, REFRESH, LOGOUT, ME = (f"/api/auth/{verb}" for verb in ("login", "refresh", "logout", "me"))


def sign_in(name: str, password: str = PASSWORD) -> Any:
    """Call the sign-in."""
    return APIClient().post(LOGIN, {"username": name, "password": password}, format="json")


def bearer(token: str) -> APIClient:
    """A caller with a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_signing_in_gives_a_token_for_24_hours():
    person = UserFactory(roles=["viewer"])

    answer = sign_in(person.username.upper()).json()

    data = answer["data"]
    assert answer["success"] is True
    assert data["user"]["roles"] == ["viewer"]
    assert "network_routes:view" in data["user"]["permissions"]
    assert "network_routes:create" not in data["user"]["permissions"]
    session = Session.objects.get()
    assert session.token_hash == token_hash(data["session_token"])
    assert (
        timedelta(hours=23, minutes=59) < session.expires_at - timezone.now() <= timedelta(days=1)
    )
    assert bearer(data["session_token"]).get(ME).json()["data"]["user"]["id"] == person.pk
    assert AuditEntry.objects.filter(verb="session.opened", actor=person).count() == 1


def test_tokens_are_stored_only_as_hashes():
    data = sign_in(UserFactory().username).json()["data"]

    row = Session.objects.values().get()

    assert data["session_token"] not in str(row)
    assert data["refresh_token"] not in str(row)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "VALIDATION_ERROR"),
        ({"username": "x"}, 400, "VALIDATION_ERROR"),
        ({"username": ["x"], "password": {}}, 400, "VALIDATION_ERROR"),
        ({"username": "nobody", "password": "x"}, 401, "AUTH_FAILED"),
        ({"username": "a\x00b", "password": "x"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_bad_sign_ins_are_refused(body: dict[str, Any], status: int, code: str):
    response = APIClient().post(LOGIN, body, format="json")

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert not Session.objects.exists()


def test_an_unknown_name_and_a_wrong_password_say_the_same():
    person = UserFactory()

    answers = [sign_in(person.username, "wrong"), sign_in("nobody", "wrong")]

    assert [(r.status_code, r.json()["error"]["code"]) for r in answers] == [
        (401, "AUTH_FAILED")
    ] * 2
    assert {r.json()["error"]["message"] for r in answers} == {"Invalid username or password"}
    assert AuditEntry.objects.filter(verb="session.refused").count() == 2


@pytest.mark.parametrize("status", ["inactive", "locked", "pending"])
def test_an_account_that_is_not_active_hears_so_before_its_password_is_looked_at(status: str):
    person = UserFactory(status=status)

    answer = sign_in(person.username, "wrong")

    assert answer.json()["error"] == {"code": "AUTH_FAILED", "message": f"Account is {status}"}
    person.refresh_from_db()
    assert person.failed_login_attempts == 0


def test_renewing_ends_the_old_pair():
    data = sign_in(UserFactory().username).json()["data"]

    renewed = APIClient().post(REFRESH, {"refresh_token": data["refresh_token"]}, format="json")
    again = APIClient().post(REFRESH, {"refresh_token": data["refresh_token"]}, format="json")

    assert renewed.status_code == 200
    assert bearer(data["session_token"]).get(ME).status_code == 401
    assert bearer(renewed.json()["data"]["session_token"]).get(ME).status_code == 200
    assert (again.status_code, again.json()["error"]) == (
        401,
        {"code": "INVALID_TOKEN", "message": "Invalid or expired refresh token"},
    )


def test_signing_out_ends_the_session():
    token = sign_in(UserFactory().username).json()["data"]["session_token"]

    assert bearer(token).post(LOGOUT).json()["data"] == {"message": "Logged out successfully"}

    assert bearer(token).get(ME).status_code == 401
    assert Session.objects.get().revoked_reason == "logout"


def test_a_bearer_token_is_a_cookie_too():
    token = sign_in(UserFactory(roles=["super_admin"]).username).json()["data"]["session_token"]
    browser = Client()
    browser.cookies["session_id"] = token

    assert browser.get("/admin/").status_code == 200
    assert browser.get(ME).status_code == 200


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "bearer x y", "Basic abc"])
def test_bad_credentials_are_401_and_never_500(header: str):
    response = APIClient().get(ME, HTTP_AUTHORIZATION=header)

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "UNAUTHORIZED"
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_key_acts_within_its_scopes_and_its_owners_rights():
    owner = UserFactory(roles=["read_only", "provisioner"])
    _, secret = api_keys.create_api_key(
        actor=None,
        user=owner,
        name="script",
        scopes=["network_routes:view", "network_routes:create"],
    )
    owner.role_assignments.filter(role__group__name="provisioner").delete()

    held = APIClient().get(ME, HTTP_X_API_KEY=secret).json()["data"]["user"]["permissions"]

    assert held == ["network_routes:view"]
    assert APIClient().get(ME, HTTP_X_API_KEY=secret + "x").status_code == 401


@pytest.mark.parametrize(
    ("addresses", "status"), [([], 200), (["127.0.0.0/8"], 200), (["10.0.0.0/8"], 401)]
)
def test_a_key_may_be_bound_to_addresses(addresses: list[str], status: int):
    owner = UserFactory(roles=["viewer"])
    _, secret = api_keys.create_api_key(
        actor=None, user=owner, name="s", scopes=["network_routes:view"], allowed_ips=addresses
    )

    assert APIClient().get(ME, HTTP_X_API_KEY=secret).status_code == status


def test_a_key_of_a_super_admin_is_still_narrow():
    owner = UserFactory(roles=["super_admin"])
    _, secret = api_keys.create_api_key(actor=None, user=owner, name="s", scopes=["locations:view"])

    response = APIClient().get("/api/routes", HTTP_X_API_KEY=secret)

    assert (response.status_code, response.json()["error"]["details"]) == (
        403,
        {"required": "networkroutes.view_networkroute"},
    )


def test_unknown_scopes_are_refused_and_no_key_is_made():
    owner = UserFactory()

    with pytest.raises(InvalidInput):
        api_keys.create_api_key(actor=None, user=owner, name="s", scopes=["no:such"])

    assert not owner.api_keys.exists()


def test_an_assignment_that_ended_gives_nothing():
    person = UserFactory()
    roles.assign_role(
        actor=None,
        user=person,
        role_name="administrator",
        valid_until=timezone.now() - timedelta(seconds=1),
    )

    assert not person.has_perm("networkroutes.view_networkroute")
    assert not person.is_staff
    assert RoleAssignment.objects.count() == 1


def test_seeding_again_does_not_give_back_what_a_person_took_away():
    from accounts.models import Role

    role = Role.objects.get(group__name="viewer")
    role.group.permissions.clear()

    roles.seed_roles()

    assert role.group.permissions.count() == 0


def test_every_permission_name_points_at_permissions_that_exist():
    wanted = {perm for perms in PERMISSION_NAMES.values() for perm in perms}

    rows = roles.permission_rows(frozenset(wanted))

    there = {f"{row.content_type.app_label}.{row.codename}" for row in rows}
    assert wanted - there == set()


def test_the_audit_keeps_only_what_changed_and_masks_secrets():
    person = UserFactory()

    audit.record(
        person,
        "thing.changed",
        person,
        before={"a": 1, "b": 2, "api_password": "old"},
        after={"a": 1, "b": 3, "api_password": "new"},
    )

    entry = AuditEntry.objects.get()
    assert entry.before == {"b": 2, "api_password": "••••"}
    assert entry.after == {"b": 3, "api_password": "••••"}


def test_audit_entries_cannot_be_changed_or_deleted():
    from accounts.models.audit import AppendOnly

    audit.record(None, "thing.done")
    entry = AuditEntry.objects.get()

    for change in (
        lambda: AuditEntry.objects.update(verb="x"),
        lambda: AuditEntry.objects.all().delete(),
        entry.delete,
        entry.save,
    ):
        with pytest.raises(AppendOnly):
            change()
    assert AuditEntry.objects.get().verb == "thing.done"
