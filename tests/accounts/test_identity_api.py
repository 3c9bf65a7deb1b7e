"""Users, roles, passwords and sessions over REST, in both families of paths."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import EnterpriseUserRole, PasswordHistory, Role, RoleAssignment, Session, User
from accounts.services import password_policy
from tests.accounts.ways import NEW_PASSWORD, A, bearer, post, sign_in, signed_in
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
B = "/identity/v1"


def error(answer: Any) -> tuple[int, str, str]:
    body = answer.json()["error"]
    return answer.status_code, body["code"], body["message"]


def role(name: str) -> Role:
    return Role.objects.get(group__name=name)


def test_family_b_signs_in_flat_and_names_errors_twice() -> None:
    person = UserFactory(roles=["viewer"])

    good = sign_in(person.username, path="/auth/login").json()
    bad = sign_in(person.username, "wrong", path="/auth/login").json()

    assert {name: good[name] for name in ("success", "token_type", "expires_in")} == {
        "success": True,
        "token_type": "bearer",
        "expires_in": 86_400,
    }
    assert (good["user"]["id"], good["user"]["roles"]) == (str(person.pk), ["viewer"])
    assert bearer(good["access_token"]).get(f"{B}/auth/me").json()["id"] == str(person.pk)
    expected = {"code": "INVALID_CREDENTIALS", "message": "Invalid username or password"}
    assert bad == {"success": False, "error": expected, "detail": expected}


def test_me_in_family_b_is_flat_and_wrapped() -> None:
    person = UserFactory()
    body = signed_in(person.username).get(f"{B}/auth/me").json()

    assert (body["success"], body["username"]) == (True, person.username)
    assert body["data"]["user"]["id"] == person.pk


def test_one_s_own_account_takes_no_status() -> None:
    client = signed_in(UserFactory().username)

    answer = client.put(
        f"{A}/me", {"first_name": "Jana", "status": "inactive", "preferences": {"a": 1}}, "json"
    )

    user = answer.json()["data"]["user"]
    assert (user["first_name"], user["status"], user["preferences"]) == ("Jana", "active", {"a": 1})


@pytest.mark.parametrize("path", ["/auth/logout", f"{B}/auth/logout"])
def test_signing_out_in_family_b_is_always_200(path: str) -> None:
    client = signed_in(UserFactory().username)

    answers = [post(path, client=caller) for caller in (client, client, APIClient())]

    assert [(r.status_code, r.json()["message"]) for r in answers] == [
        (200, "Logged out successfully")
    ] * 3
    assert client.get(f"{A}/me").status_code == 401


def test_missing_credentials_in_family_b_are_401() -> None:
    answer = APIClient().get(f"{B}/users")

    assert error(answer)[:2] == (401, "UNAUTHORIZED")
    assert answer.json()["detail"]["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("base", [A, f"{B}/auth"])
def test_sessions_are_listed_and_ended(base: str) -> None:
    person = UserFactory()
    first, second, third = (signed_in(person.username) for _ in range(3))

    rows = third.get(f"{base}/sessions").json()["data"]["sessions"]
    other = next(row for row in rows if not row["current"])
    one = third.delete(f"{base}/sessions/{other['id']}")
    again = third.delete(f"{base}/sessions/{other['id']}")
    rest = post(f"{base}/sessions/revoke-all", client=third).json()["data"]

    assert set(rows[0]) == {
        "id",
        "ip_address",
        "user_agent",
        "created_at",
        "last_activity_at",
        "expires_at",
        "current",
    }
    assert (len(rows), [row["current"] for row in rows].count(True)) == (3, 1)
    assert (one.status_code, again.status_code) == (200, 404)
    assert rest == {"message": "All other sessions revoked", "revoked_count": 1}
    assert [c.get(f"{A}/me").status_code for c in (first, second, third)] == [401, 401, 200]


def test_nobody_ends_another_s_session() -> None:
    mine, theirs = signed_in(UserFactory().username), signed_in(UserFactory().username)
    row = theirs.get(f"{A}/sessions").json()["data"]["sessions"][0]

    assert mine.delete(f"{A}/sessions/{row['id']}").status_code == 404
    assert theirs.get(f"{A}/me").status_code == 200


@pytest.mark.parametrize("path", [f"{A}/password-policy", f"{B}/password-policy"])
def test_the_policy_is_public_with_its_sentences(path: str) -> None:
    data = APIClient().get(path).json()["data"]

    assert (data["policy"]["min_length"], data["policy"]["special_chars_allowed"]) == (
        12,
        "!@#$%^&*()_+-=[]{}|;:,.<>?",
    )
    assert data["requirements"] == [
        "At least 12 characters",
        "At least 1 uppercase letter(s)",
        "At least 1 lowercase letter(s)",
        "At least 1 number(s)",
        "At least 1 special character(s)",
        "Cannot contain your username",
        "Cannot be a commonly used password",
        "Cannot reuse last 12 passwords",
    ]


def test_the_policy_is_changed_in_part_by_who_may(api: Any) -> None:
    changed = api("admin").put(f"{A}/password-policy", {"min_length": 14, "nonsense": 1})
    refused = api("viewer").put(f"{A}/password-policy", {"min_length": 1})
    wrong = api("admin").put(f"{A}/password-policy", {"min_length": "many"})

    assert changed.json()["data"]["policy"]["min_length"] == 14
    assert (refused.status_code, wrong.status_code) == (403, 400)
    assert password_policy.current_policy().min_length == 14


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (
            {"password": "short", "username": "op1"},
            [
                "Password must be at least 12 characters",
                "Password must contain at least 1 uppercase letter(s)",
                "Password must contain at least 1 number(s)",
                "Password must contain at least 1 special character(s)",
            ],
        ),
        (
            {"password": "Adm1nistrator!op1", "username": "op1", "email": "op1@x"},
            [
                "Password cannot contain your username",
                "Password cannot contain your email address",
            ],
        ),
        (
            {"password": "Passw0rd"},
            [
                "Password must be at least 12 characters",
                "Password must contain at least 1 special character(s)",
                "This password is too common. Please choose a more unique password",
            ],
        ),
        ({"password": "x" * 129}, None),
        ({"password": NEW_PASSWORD}, []),
    ],
)
def test_a_password_hears_every_rule_it_breaks(body: dict[str, str], errors: Any) -> None:
    verdict = post(f"{A}/validate-password", body).json()["data"]

    if errors is None:
        assert verdict["errors"][0] == "Password must be no more than 128 characters"
    else:
        assert verdict == {"valid": not errors, "errors": errors}


CHANGES = [
    ("put", f"{A}/me/password"),
    ("post", f"{A}/change-password"),
    ("put", f"{B}/auth/me/password"),
]


def change(client: APIClient, how: tuple[str, str], current: str, new: str) -> Any:
    body = {"current_password": current, "new_password": new}
    return getattr(client, how[0])(how[1], body, format="json")


@pytest.mark.parametrize("how", CHANGES)
def test_a_password_is_changed_and_other_sessions_end(how: tuple[str, str]) -> None:
    person = UserFactory(password_changed_at=timezone.now() - timedelta(days=2))
    client, elsewhere = signed_in(person.username), signed_in(person.username)

    blank = change(client, how, PASSWORD, "")
    wrong = change(client, how, "wrong", "weak")
    weak = change(client, how, PASSWORD, "weak")
    same = change(client, how, PASSWORD, PASSWORD)
    done = change(client, how, PASSWORD, NEW_PASSWORD)
    soon = change(client, how, NEW_PASSWORD, "Yet 1 more battery-staple")

    assert error(blank)[1:] == ("VALIDATION_ERROR", "Current and new password required")
    assert error(wrong) == (400, "AUTH_FAILED", "Current password is incorrect")
    assert error(weak)[1:] == ("VALIDATION_ERROR", "Password must be at least 12 characters")
    assert weak.json()["error"]["details"][1:] == [
        "Password must contain at least 1 uppercase letter(s)",
        "Password must contain at least 1 number(s)",
        "Password must contain at least 1 special character(s)",
    ]
    assert error(same)[2] == "Cannot reuse any of your last 12 passwords"
    assert done.json()["data"]["message"] == "Password changed successfully"
    assert error(soon)[2] == "Password can only be changed once every 24 hours"
    assert (client.get(f"{A}/me").status_code, elsewhere.get(f"{A}/me").status_code) == (200, 401)
    assert PasswordHistory.objects.filter(user=person).count() == 1


def test_the_history_is_kept_as_long_as_the_policy_says() -> None:
    password_policy.update_policy(
        actor=None, changes={"password_history_count": 2, "min_password_age_hours": 0}
    )
    person = UserFactory()
    client, current = signed_in(person.username), PASSWORD
    answers = []

    for new in ("First 1 battery-staple", "Second 2 battery-staple", "Third 3 battery-staple"):
        answers.append(change(client, CHANGES[0], current, new).status_code)
        current = new
    again = change(client, CHANGES[0], current, "First 1 battery-staple")
    forgotten = change(client, CHANGES[0], current, PASSWORD)

    assert answers == [200, 200, 200]
    assert (again.status_code, forgotten.status_code) == (400, 200)
    assert PasswordHistory.objects.filter(user=person).count() == 2


@pytest.mark.parametrize("how", CHANGES)
def test_an_expired_password_opens_a_session_that_may_only_change_it(how: tuple[str, str]) -> None:
    person = UserFactory(
        roles=["super_admin"], password_changed_at=timezone.now() - timedelta(days=90)
    )

    data = sign_in(person.username).json()["data"]
    client = bearer(data["session_token"])
    stopped = [client.get(path) for path in (f"{A}/me", f"{A}/users", "/api/devices", "/locations")]
    done = change(client, how, PASSWORD, NEW_PASSWORD)

    assert data["password_expired"] is True
    assert [r.status_code for r in stopped] == [403] * 4
    assert error(stopped[0])[1] == "PASSWORD_EXPIRED"
    assert done.status_code == 200
    assert client.get(f"{A}/me").status_code == 200


def test_renewing_does_not_free_a_session_with_an_expired_password() -> None:
    person = UserFactory(must_change_password=True)
    data = sign_in(person.username).json()["data"]

    renewed = post(f"{A}/refresh", {"refresh_token": data["refresh_token"]}).json()["data"]

    assert bearer(renewed["session_token"]).get(f"{A}/me").status_code == 403


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"password_changed_at": timedelta(days=75)}, (False, False, 15)),
        ({"password_changed_at": timedelta(days=76)}, (False, True, 14)),
        ({"password_changed_at": timedelta(days=90)}, (True, False, 0)),
        ({"password_changed_at": None}, (True, False, 0)),
        (
            {"password_changed_at": timedelta(days=900), "password_never_expires": True},
            (False, False, None),
        ),
        ({"must_change_password": True}, (True, False, 0)),
    ],
)
def test_expiry(fields: dict[str, Any], expected: tuple[bool, bool, int | None]) -> None:
    age = fields.get("password_changed_at")
    if age is not None:
        fields["password_changed_at"] = timezone.now() - age

    found = password_policy.expiry_of(UserFactory(**fields))

    assert (found.expired, found.expiring_soon, found.days) == expected


@pytest.mark.parametrize(
    "encoded",
    [
        "$2b$12$ddSPnoNXu.4sVmCW5idHB.xnQi2Yx7PzOFA6oMJ7tRhDNdYFkGSz.",
        "bcrypt$$2b$12$ddSPnoNXu.4sVmCW5idHB.xnQi2Yx7PzOFA6oMJ7tRhDNdYFkGSz.",
    ],
)
def test_hashes_of_the_replaced_systems_verify_and_are_made_anew(encoded: str) -> None:
    import bcrypt

    plain = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    marked = encoded.startswith("bcrypt$")
    person = UserFactory(password=f"bcrypt${plain}" if marked else plain)

    assert sign_in(person.username, "wrong").status_code == 401
    assert sign_in(person.username).status_code == 200
    person.refresh_from_db()
    assert "$2b$04$" not in person.password


def test_accounts_are_made_read_changed_and_deleted(api: Any) -> None:
    root = api("super_admin")
    body = {
        "username": "jana",
        "email": "jana@example.net",
        "password": NEW_PASSWORD,
        "roles": ["operator"],
    }

    made = root.post(f"{A}/users", body)
    user = made.json()["data"]["user"]
    path = f"{A}/users/{user['id']}"
    changed = root.put(path, {"first_name": "Jana", "username": "other", "status": "inactive"})
    bad = root.put(path, {"status": "asleep"})
    gone = root.delete(path)
    missing = root.get(path)

    assert made.status_code == 201
    assert [found["name"] for found in user["roles"]] == ["operator"]
    assert set(user["roles"][0]) >= {"id", "name", "display_name", "description", "priority"}
    after = changed.json()["data"]["user"]
    assert (after["first_name"], after["username"], after["status"]) == ("Jana", "jana", "inactive")
    assert error(bad)[:2] == (400, "VALIDATION_ERROR")
    assert gone.status_code == 200
    assert error(missing) == (404, "NOT_FOUND", "User not found")


@pytest.mark.parametrize("base", [f"{A}/users", f"{B}/users"])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"email": "x@example.net"}, "username is required"),
        ({"username": "x"}, "email is required"),
        (
            {"username": "x", "email": "x@example.net"},
            "Password required for local authentication",
        ),
        (
            {"username": "TAKEN", "email": "x@example.net", "password": NEW_PASSWORD},
            "Username or email already exists",
        ),
        (
            {"username": "x", "email": "taken@example.net", "password": NEW_PASSWORD},
            "Username or email already exists",
        ),
        (
            {"username": "x", "email": "x@example.net", "password": "weak"},
            "Password must be at least 12 characters",
        ),
    ],
)
def test_a_wrong_account_is_refused(
    api: Any, base: str, body: dict[str, str], message: str
) -> None:
    UserFactory(username="taken", email="taken@example.net")
    client = api("super_admin")
    before = User.objects.count()

    answer = client.post(base, body)

    assert error(answer) == (400, "VALIDATION_ERROR", message)
    assert User.objects.count() == before


def test_accounts_are_listed_newest_first_and_by_cursor(api: Any) -> None:
    client = api("super_admin")
    people = [UserFactory(username=f"zoe{number}", roles=["viewer"]) for number in range(3)]

    data = client.get(f"{A}/users", {"search": "zoe", "limit": 2}).json()["data"]
    first = client.get(f"{B}/users", {"search": "zoe", "limit": 2}).json()
    rest = client.get(f"{B}/users", {"search": "zoe", "limit": 2, "cursor": first["cursor"]}).json()

    assert [row["username"] for row in data["users"]] == ["zoe2", "zoe1"]
    assert (data["total"], data["limit"], data["offset"]) == (3, 2, 0)
    assert data["users"][0]["roles"] == ["Viewer"]
    assert [row["username"] for row in first["items"]] == ["zoe0", "zoe1"]
    assert (first["items"][0]["auth_type"], first["items"][0]["roles"]) == ("local", ["viewer"])
    assert json.loads(base64.b64decode(first["cursor"])) == {"last_id": str(people[1].pk)}
    assert ([row["username"] for row in rest["items"]], rest["cursor"]) == (["zoe2"], None)


@pytest.mark.parametrize("base", [A, B])
def test_roles_of_an_account_are_replaced_whole(api: Any, base: str) -> None:
    person = UserFactory(roles=["viewer"])

    answer = api("super_admin").put(
        f"{base}/users/{person.pk}/roles",
        {"role_ids": [role("provisioner").pk, role("operator").pk]},
    )

    found = [row["name"] for row in answer.json()["data"]["roles"]]
    assert found == ["operator", "provisioner"]


def test_a_role_may_end_on_a_date(api: Any) -> None:
    person = UserFactory()
    path = f"{A}/users/{person.pk}/roles/{role('viewer').pk}"
    past = (timezone.now() - timedelta(seconds=1)).isoformat()

    given = api("super_admin").put(path, {"valid_until": "2100-01-01T00:00:00Z"})
    ended = api("super_admin").put(path, {"valid_until": past})

    assert given.json()["data"]["roles"][0]["valid_until"] == "2100-01-01T00:00:00Z"
    assert ended.json()["data"]["roles"] == []
    assert not User.objects.get(pk=person.pk).held_roles


def test_rights_are_explained_by_roles(api: Any) -> None:
    person = UserFactory(roles=["viewer", "read_only"])

    answer = api("super_admin").get(f"{A}/users/{person.pk}/permissions")

    rows = {row["permission"]: row["roles"] for row in answer.json()["data"]["permissions"]}
    assert rows["devices.device.view"] == ["Viewer"]
    assert rows["network_routes:view"] == ["Read only", "Viewer"]


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
    signed_in("jana")

    rows = api("super_admin").get(f"{A}/audit", {"user_id": person.pk}).json()["data"]["entries"]
    failed = api("super_admin").get(f"{A}/audit", {"event_type": "login_failed"}).json()["data"]

    assert [(row["event_type"], row["event_status"]) for row in rows] == [
        ("login", "success"),
        ("login_failed", "failure"),
    ]
    assert [row["username"] for row in failed["entries"]] == ["jana"]


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


def test_a_key_does_not_change_how_its_owner_signs_in() -> None:
    from accounts.services import api_keys

    owner = UserFactory(roles=["viewer"])
    _, secret = api_keys.create_api_key(
        actor=None, user=owner, name="s", scopes=["network_routes:view"]
    )
    key = APIClient()
    key.credentials(HTTP_X_API_KEY=secret)

    for path in (f"{A}/2fa/setup", f"{A}/change-password", f"{A}/sessions/revoke-all"):
        assert post(path, client=key).status_code == 403
    assert not User.objects.get(pk=owner.pk).totp_secret_encrypted
    assert not Session.objects.filter(user=owner).exists()
