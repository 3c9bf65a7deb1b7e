"""Sign-in, sessions and accounts over REST, in both families of paths."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, User
from tests.accounts.ways import NEW_PASSWORD, A, bearer, error, post, role, sign_in, signed_in
from tests.accounts.ways import V1 as B
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


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
