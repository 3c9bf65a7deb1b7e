"""Roles, their members, permission names and the log of events over REST."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import EnterpriseUserRole, Role, RoleAssignment
from tests.accounts.ways import V1 as B
from tests.accounts.ways import A, error, role, sign_in
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


OPERATOR = {
    "devices.device.view",
    "devices.device.connect",
    "devices.group.manage",
    "jobs.job.view",
    "jobs.job.create",
    "jobs.job.edit",
    "jobs.job.run",
    "jobs.job.cancel",
    "jobs.schedule.manage",
    "credentials.credential.view",
    "credentials.credential.use",
    "reports.report.view",
    "reports.report.export",
}
DOMAINS = ("devices.", "jobs.", "credentials.", "system.", "reports.")


def test_the_seeded_roles_hold_what_the_contract_says(api: Any) -> None:
    rows = api("viewer").get(f"{A}/roles").json()["data"]["roles"]

    named = {
        row["name"]: {code for code in row["permissions"] if code.startswith(DOMAINS)}
        for row in rows
    }
    assert [row["priority"] for row in rows] == sorted((r["priority"] for r in rows), reverse=True)
    assert (len(named["super_admin"]), len(named["admin"])) == (34, 32)
    assert named["super_admin"] - named["admin"] == {"system.roles.manage", "system.backup.manage"}
    assert named["operator"] == OPERATOR
    assert named["viewer"] == {
        "devices.device.view",
        "jobs.job.view",
        "credentials.credential.view",
        "reports.report.view",
    }


@pytest.mark.parametrize("base", [A, B])
def test_a_role_is_made_changed_and_deleted(api: Any, base: str) -> None:
    root = api("super_admin")
    body = {"name": "  Night Watch ", "display_name": "Night watch", "permissions": ["jobs.job.*"]}

    made = root.post(f"{base}/roles", body)
    again = root.post(f"{base}/roles", body)
    shown = made.json()["data"]["role"]
    path = f"{base}/roles/{shown['id']}"
    changed = root.put(path, {"permissions": ["jobs.job.execute"]})
    unknown = root.put(path, {"permissions": ["no.such.code"]})
    held = RoleAssignment.objects.create(user=UserFactory(), role_id=shown["id"])
    refused = root.delete(path)
    held.delete()
    gone = root.delete(path)

    assert (made.status_code, shown["name"], len(shown["permissions"])) == (201, "night_watch", 6)
    assert Role.objects.filter(group__name="night_watch").count() == 0
    assert error(again) == (400, "VALIDATION_ERROR", "Role 'night_watch' already exists")
    codes = [row["code"] for row in changed.json()["data"]["role"]["permissions"]]
    assert codes == ["jobs.job.run"]
    assert error(unknown)[:2] == (400, "VALIDATION_ERROR")
    assert error(refused)[:2] == (400, "ROLE_HAS_USERS")
    assert gone.json()["data"]["message"] == "Role deleted"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (A, (403, "FORBIDDEN", "Cannot delete system roles")),
        (B, (400, "CANNOT_DELETE_SYSTEM", "Cannot delete system roles")),
    ],
)
def test_a_seeded_role_stays(api: Any, base: str, expected: tuple[int, str, str]) -> None:
    root = api("super_admin")

    assert error(root.delete(f"{base}/roles/{role('viewer').pk}")) == expected
    changed = root.put(f"{base}/roles/{role('viewer').pk}", {"display_name": "X"})
    assert changed.json()["data"]["role"]["display_name"] == "Viewer"
    frozen = root.put(f"{base}/roles/{role('super_admin').pk}", {"permissions": []})
    assert error(frozen) == (403, "FORBIDDEN", "Cannot modify system roles")


def test_both_names_are_asked_for(api: Any) -> None:
    for body in ({}, {"name": "x"}, {"display_name": "x"}):
        answer = api("super_admin").post(f"{A}/roles", body)
        assert error(answer) == (400, "VALIDATION_ERROR", "name and display_name are required")


def test_members_of_both_kinds(api: Any) -> None:
    root, person = api("super_admin"), UserFactory(username="jana")
    viewer = role("viewer")
    path = f"{A}/roles/{viewer.pk}/members"

    local = root.post(path, {"username": "jana", "type": "local"})
    again = root.post(path, {"username": "jana", "type": "local"})
    missing = root.post(path, {"username": "nobody", "type": "local"})
    there = root.post(f"{B}/roles/{viewer.pk}/members", {"username": "Remote"})
    twice = root.post(path, {"username": "rEMOTE"})
    data = root.get(path).json()["data"]
    flat = root.get(f"{B}/roles/{viewer.pk}/members").json()
    removed = root.delete(f"{path}/remote")
    unknown = root.delete(f"{path}/remote")

    assert (local.status_code, local.json()["data"]["message"]) == (
        201,
        "Added 'jana' to role 'Viewer'",
    )
    assert (error(again)[:2], error(missing)[:2]) == ((409, "DUPLICATE"), (404, "NOT_FOUND"))
    assert (there.status_code, error(twice)[:2]) == (200, (409, "DUPLICATE"))
    assert (data["local_count"], data["enterprise_count"]) == (1, 1)
    assert [row["type"] for row in data["members"]] == ["local", "enterprise"]
    assert data["members"][0]["id"] == person.pk
    assert (len(flat["local_users"]), len(flat["enterprise_users"]), flat["total"]) == (1, 1, 2)
    assert removed.json()["data"]["message"] == "Removed 'remote' from role"
    assert error(unknown) == (404, "NOT_FOUND", "Member not found in this role")


def test_an_enterprise_user_has_one_role_in_family_b(api: Any) -> None:
    root = api("super_admin")
    path = f"{B}/enterprise-users/assign-role"

    first = root.post(path, {"username": "Remote", "role_id": role("viewer").pk}).json()
    second = root.post(path, {"username": "remote", "role_id": role("operator").pk}).json()
    listed = root.get(f"{A}/enterprise-users").json()["data"]["users"]
    gone = root.delete(f"{B}/enterprise-users/REMOTE/role")

    assert (first["action"], second["action"]) == ("created", "updated")
    assert [[found["name"] for found in row["roles"]] for row in listed] == [["operator"]]
    assert gone.status_code == 200
    assert not EnterpriseUserRole.objects.exists()


def test_permissions_are_bare_in_family_b(api: Any) -> None:
    rows = api("viewer").get(f"{B}/permissions", {"module": "jobs"}).json()
    data = api("viewer").get(f"{A}/permissions", {"module": "jobs"}).json()["data"]

    assert [row["code"] for row in rows][:2] == ["jobs.job.cancel", "jobs.job.create"]
    assert (len(rows), data["permissions"], data["modules"]) == (8, rows, ["jobs"])
    assert set(rows[0]) == {
        "id",
        "code",
        "module",
        "resource",
        "action",
        "display_name",
        "description",
    }


def test_the_log_of_events(api: Any) -> None:
    person = UserFactory(username="jana")
    sign_in("jana", "wrong")
    APIClient(headers={"User-Agent": "Scanner/3"}).post(
        f"{A}/login", {"username": "jana", "password": PASSWORD}, format="json"
    )

    rows = api("super_admin").get(f"{A}/audit", {"user_id": person.pk}).json()["data"]["entries"]
    failed = api("super_admin").get(f"{A}/audit", {"event_type": "login_failed"}).json()["data"]

    assert [(row["event_type"], row["event_status"]) for row in rows] == [
        ("login", "success"),
        ("login_failed", "failure"),
    ]
    assert [row["username"] for row in failed["entries"]] == ["jana"]
    assert (rows[0]["user_agent"], rows[1]["user_agent"]) == ("Scanner/3", "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "users"),
        ("post", "users"),
        ("put", "users/1"),
        ("delete", "users/1"),
        ("put", "users/1/roles"),
        ("post", "roles"),
        ("put", "roles/1"),
        ("delete", "roles/1"),
        ("post", "roles/1/members"),
        ("get", "audit"),
        ("get", "enterprise-users"),
    ],
)
@pytest.mark.parametrize("base", [A, B])
def test_a_viewer_manages_nothing(api: Any, base: str, method: str, path: str) -> None:
    assert error(getattr(api("viewer"), method)(f"{base}/{path}"))[:2] == (403, "FORBIDDEN")


def test_nobody_gives_what_they_do_not_hold(api: Any) -> None:
    boss, person = api("admin"), UserFactory()

    raised = boss.put(f"{A}/users/{person.pk}/roles", {"role_ids": [role("super_admin").pk]})
    added = boss.post(
        f"{A}/roles/{role('super_admin').pk}/members",
        {"username": person.username, "type": "local"},
    )

    assert (raised.status_code, added.status_code) == (403, 403)
    assert not person.role_assignments.exists()
