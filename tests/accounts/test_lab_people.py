"""Roles and invitations of the lab (lab contract 12.1 and 12.5)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, LabInvitation, RoleAssignment, Session, User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
USERS = "/admin/v2/users"
ALL = (
    "bookings:read",
    "bookings:write",
    "bookings:export",
    "devices:read",
    "devices:write",
    "users:read",
    "users:write",
    "logs:read",
    "logs:export",
    "topologies:write",
    "settings:write",
)
READS = {"bookings:read", "devices:read", "users:read", "logs:read"}
HELD = {
    "lab_super_admin": set(ALL),
    "lab_admin": set(ALL) - {"settings:write"},
    "lab_approver": READS | {"bookings:write", "bookings:export"},
    "lab_viewer": READS,
    "super_admin": set(ALL),
    "admin": set(ALL) - {"settings:write"},
    "lab_researcher": {"bookings:read", "devices:read"},
}
WORDS = {
    "lab_super_admin": "Super Admin",
    "lab_admin": "Admin",
    "lab_approver": "Approver",
    "super_admin": "Super Admin",
    "admin": "Admin",
}


def signed_in(*roles: str, **fields: Any) -> Client:
    """A front end of somebody with these roles; `client.user` is the account."""
    client = Client()
    client.user = UserFactory(roles=roles, **fields)
    client.force_login(client.user)
    return client


def post(client: Client, path: str, body: Any) -> tuple[int, Any]:
    """Send JSON; return status and body."""
    answer = client.post(path, body, content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("role", HELD)
def test_session_tells_role_and_capabilities(role: str) -> None:
    client = signed_in(role)

    body = client.get("/admin/v2/session").json()

    user = client.user
    assert body["user"] == {"id": user.pk, "username": user.username, "email": user.email}
    assert (body["role"], body["status"]) == (WORDS.get(role, "Viewer"), "active")
    assert tuple(body["permissions"]) == ALL
    assert {name for name, held in body["permissions"].items() if held} == HELD[role]


def test_stranger_is_401_and_lacking_capability_403() -> None:
    strange, plain = Client().get(USERS), signed_in("lab_researcher").get(USERS)

    assert (strange.status_code, strange.json()) == (401, {"detail": "Not authenticated"})
    assert (plain.status_code, plain.json()) == (403, {"detail": "Insufficient permissions"})
    assert signed_in("lab_viewer").get(USERS).status_code == 200


def test_people_are_listed_by_name_with_role_and_status() -> None:
    client = signed_in("lab_admin", username="mia")
    UserFactory(username="ann", roles=["lab_researcher"])
    UserFactory(username="zed", roles=["super_admin"])

    body = client.get(f"/lab{USERS}").json()

    assert body["meta"] == {"total": 3, "limit": 25, "offset": 0}
    assert [(row["username"], row["role"]) for row in body["items"]] == [
        ("ann", "Viewer"),
        ("mia", "Admin"),
        ("zed", "Super Admin"),
    ]
    assert body["items"][0] == {
        "id": User.objects.get(username="ann").pk,
        "username": "ann",
        "email": "ann@example.net",
        "role": "Viewer",
        "status": "active",
        "bookings_count": 0,
        "last_active": None,
        "approval_limits": None,
        "devices_operated": None,
    }
    found = client.get(USERS, {"role": "viewer", "status": "", "search": ""}).json()["items"]
    assert [row["username"] for row in found] == ["ann"]
    assert client.get(USERS, {"limit": 0}).status_code == 422
    assert client.get(USERS, {"limit": 201}).status_code == 422


def test_list_of_people_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    client = signed_in("lab_admin")
    for _ in range(12):
        UserFactory(roles=["lab_researcher"])

    with django_assert_max_num_queries(10):
        client.get(USERS)


def test_invitation_is_mailed_and_accepted_once(commits: Any) -> None:
    client = signed_in("lab_admin")
    with commits():
        status, body = post(
            client, f"{USERS}/invite", {"email": "Eve@x.ie", "role": "Approver", "handle": "eve"}
        )

    row = LabInvitation.objects.get()
    assert status == 201
    assert (body["invitation_id"], len(body["token"])) == (row.pk, 32)
    assert 6.9 < (row.expires_at - timezone.now()) / timedelta(days=1) <= 7
    assert body["token"] not in str(LabInvitation.objects.values())
    assert body["token"] not in str(AuditEntry.objects.values())
    assert [(one.to, body["token"] in one.body) for one in mail.outbox] == [(["eve@x.ie"], True)]
    digest = hashlib.sha256(b"pencil 12").hexdigest()
    sent = {
        "token": body["token"],
        "username": "eve",
        "password": digest,
        "password2": digest,
    }
    guest = Client()
    assert post(guest, "/admin/v2/invitations/accept", sent)[0] == 200
    assert guest.get("/admin/v2/session").json()["role"] == "Approver"
    assert User.objects.get(username="eve").email == "eve@x.ie"
    again = post(Client(), "/admin/v2/invitations/accept", {**sent, "username": "eve2"})
    assert again == (400, {"detail": "Invitation is invalid or expired"})


def test_old_or_unknown_invitation_makes_nobody() -> None:
    client = signed_in("lab_admin")
    _, body = post(client, f"{USERS}/invite", {"email": "eve@x.ie", "role": "Viewer"})
    sent = {"username": "eve", "password": "pencil 12", "password2": "pencil 12"}

    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        late = post(Client(), "/admin/v2/invitations/accept", {**sent, "token": body["token"]})
    wrong = post(Client(), "/admin/v2/invitations/accept", {**sent, "token": "0" * 32})

    assert late == wrong == (400, {"detail": "Invitation is invalid or expired"})
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "Viewer"}, "email"),
        ({"email": "x", "role": "Viewer"}, "email"),
        ({"email": "a@x.ie", "role": "King"}, "role"),
        ({"email": "a@x.ie"}, "role"),
    ],
)
def test_wrong_invitation_names_the_field(body: dict[str, str], field: str) -> None:
    status, answer = post(signed_in("lab_admin"), f"{USERS}/invite", body)

    assert (status, answer["detail"][0]["loc"]) == (422, ["body", field])
    assert not LabInvitation.objects.exists()


def test_role_replaces_the_one_before() -> None:
    client, other = signed_in("lab_admin"), UserFactory(roles=["lab_researcher"])

    answer = post(
        client, f"{USERS}/{other.pk}/role", {"role": "Admin", "approval_limits": {"d": 1}}
    )

    held = RoleAssignment.objects.filter(user=other).values_list("role__group__name", flat=True)
    assert answer == (200, {"success": True})
    assert list(held) == ["lab_admin"]
    found = client.get(USERS, {"search": other.username}).json()["items"][0]
    assert (found["role"], found["approval_limits"]) == ("Admin", {"d": 1})
    entry = AuditEntry.objects.get(verb="lab.update_user_role")
    assert (entry.before, entry.after) == ({"role": "Viewer"}, {"role": "Admin"})


def test_limits_that_no_database_keeps_are_refused() -> None:
    client, other = signed_in("lab_admin"), UserFactory(roles=["lab_researcher"])
    body = {"role": "Admin", "approval_limits": {"why": ["\x00"]}}

    status, said = post(client, f"{USERS}/{other.pk}/role", body)

    assert (status, said["detail"][0]["loc"]) == (422, ["body", "approval_limits"])
    assert list(other.role_assignments.values_list("role__group__name", flat=True)) == [
        "lab_researcher"
    ]


def test_only_a_super_admin_gives_or_takes_that_role() -> None:
    client, chief = signed_in("lab_admin"), UserFactory(roles=["lab_super_admin"])
    other = UserFactory()
    no = (403, {"detail": "Insufficient permissions"})

    assert post(client, f"{USERS}/{other.pk}/role", {"role": "Super Admin"}) == no
    assert post(client, f"{USERS}/{chief.pk}/role", {"role": "Viewer"}) == no
    assert post(client, f"{USERS}/{chief.pk}/status", {"status": "disabled"}) == no
    invitation = {"email": "a@x.ie", "role": "Super Admin"}
    assert post(client, f"{USERS}/invite", invitation) == no
    assert not LabInvitation.objects.exists()
    boss = signed_in("lab_super_admin")
    assert post(boss, f"{USERS}/{other.pk}/role", {"role": "Super Admin"})[0] == 200
    assert post(boss, f"{USERS}/{chief.pk}/role", {"role": "Viewer"})[0] == 200


def test_nobody_changes_their_own_role() -> None:
    client = signed_in("lab_admin")

    answer = post(client, f"{USERS}/{client.user.pk}/role", {"role": "Viewer"})

    assert answer == (403, {"detail": "Insufficient permissions"})


def test_last_super_admin_stays() -> None:
    client = signed_in("lab_super_admin")
    own, last = f"{USERS}/{client.user.pk}", "At least one active Super Admin must remain"

    assert post(client, f"{own}/role", {"role": "Viewer"}) == (400, {"detail": last})
    assert post(client, f"{own}/status", {"status": "disabled"}) == (400, {"detail": last})
    assert client.get("/admin/v2/session").json()["role"] == "Super Admin"


def test_disabled_person_loses_rights_and_sessions_and_gets_the_role_back() -> None:
    boss, other = signed_in("lab_super_admin"), signed_in("lab_admin")
    own = f"{USERS}/{other.user.pk}"

    assert post(boss, f"{own}/status", {"status": "disabled"}) == (200, {"success": True})

    assert not Session.objects.filter(user=other.user, revoked_at=None).exists()
    other.force_login(User.objects.get(pk=other.user.pk))
    sentence = "Your admin account is disabled. Contact a Super Admin."
    for path in ("/admin/v2/session", USERS):
        refused = other.get(path)
        assert (refused.status_code, refused.json()) == (403, {"detail": sentence})
    assert not User.objects.get(pk=other.user.pk).has_perm("devices.change_device")
    assert other.get("/api/auth/me").json()["is_admin"] is False
    listed = boss.get(USERS, {"status": "disabled"}).json()["items"]
    assert [(row["id"], row["role"]) for row in listed] == [(other.user.pk, "Admin")]
    post(boss, f"{own}/status", {"status": "active"})
    assert other.get("/admin/v2/session").json()["role"] == "Admin"


def test_unknown_person_status_and_role_are_said() -> None:
    client, other = signed_in("lab_super_admin"), UserFactory()

    missing = (404, {"detail": "User not found"})
    assert post(client, f"{USERS}/999999/role", {"role": "Viewer"}) == missing
    assert post(client, f"{USERS}/999999/status", {"status": "active"}) == missing
    assert post(client, f"{USERS}/{other.pk}/role", {"role": "viewer"})[0] == 422
    assert post(client, f"{USERS}/{other.pk}/status", {"status": "gone"})[0] == 422
    assert post(client, f"{USERS}/{other.pk}/role", {})[1]["detail"][0]["msg"] == "field required"


def test_paths_of_the_lab_below_admin_answer_in_json() -> None:
    for path in ("/admin/v2/nonsense", "/admin/v2/users/x/role"):
        answer = Client().get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
    assert Client().put("/login").json() == {"detail": "Method Not Allowed"}
