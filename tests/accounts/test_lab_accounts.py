"""The lab's accounts: joining, signing in, and what the cookie does (lab contract 4 and 11)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.test import Client
from django.utils import timezone

from accounts.models import LabProfile, Session, User
from accounts.services import second_factor
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
ROOTS = ("", "/lab")


class QuickHasher(BCryptSHA256PasswordHasher):
    """The site's hasher with less work."""

    rounds = 4


@pytest.fixture(autouse=True)
def real_rules(settings: Any) -> None:
    """Hashes and limits as sites have them."""
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickHasher"]
    settings.THROTTLE_SCALE = 1


def hexed(password: str) -> str:
    """A password as the front ends send it."""
    return hashlib.sha256(password.encode()).hexdigest()


def post(client: Client, path: str, body: Any, **extra: Any) -> Any:
    """Send JSON as a front end does."""
    return client.post(path, body, content_type="application/json", **extra)


def joined(client: Client, root: str = "", **changes: Any) -> Any:
    """Register `alice`."""
    sent = {
        "username": "alice",
        "password": hexed("pencil 12"),
        "password2": hexed("pencil 12"),
        "email": "alice@x.ie",
        "discord_id": "42",
    }
    return post(client, f"{root}/users/register", {**sent, **changes})


@pytest.mark.parametrize("root", ROOTS)
def test_registering_signs_in_and_both_forms_of_the_password_open_the_account(
    client: Client, root: str
) -> None:
    answer = joined(client, root)

    user = User.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "id": user.pk,
        "username": "alice",
        "email": "alice@x.ie",
        "is_admin": False,
        "discord_id": "42",
    }
    assert client.get(f"{root}/session").json() == {
        "logged_in": True,
        "user_id": user.pk,
        "username": "alice",
    }
    assert user.password.startswith("bcrypt_sha256$$2b$")
    assert user.check_password("pencil 12")
    for password in (hexed("pencil 12"), "pencil 12"):
        said = post(Client(), f"{root}/login", {"username": " ALICE", "password": password})
        assert said.json() == {"message": "Sign in successful", "user_id": user.pk}


@pytest.mark.parametrize(
    ("changes", "status", "detail"),
    [
        ({"username": "BOB"}, 400, "Username already taken."),
        ({"email": "BOB@example.net"}, 400, "Email already registered."),
        ({"discord_id": "7"}, 400, "Discord ID already registered."),
    ],
)
def test_taken_names_are_refused_and_nobody_is_made(
    client: Client, changes: dict[str, str], status: int, detail: str
) -> None:
    bob = UserFactory(username="bob")
    LabProfile.objects.create(user=bob, discord_id="7")

    answer = joined(client, **changes)

    assert (answer.status_code, answer.json()) == (status, {"detail": detail})
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"password": "short", "password2": "short"},
            "password",
            "Password must be at least 8 characters long.",
        ),
        ({"password2": hexed("other")}, "password2", "Passwords do not match."),
        ({"username": None}, "username", "field required"),
        ({"email": "nonsense"}, "email", "value is not a valid email address"),
    ],
)
def test_wrong_fields_are_named_with_422(
    client: Client, changes: dict[str, Any], field: str, message: str
) -> None:
    answer = joined(client, **changes)

    assert answer.status_code == 422
    assert [(row["loc"], row["msg"]) for row in answer.json()["detail"]] == [
        (["body", field], message)
    ]
    assert not User.objects.exists()


def test_blank_address_and_discord_id_are_stored_as_none(client: Client) -> None:
    joined(client, email="", discord_id="")
    joined(Client(), username="carol", email=None, discord_id=None)

    assert set(User.objects.values_list("email", "lab_profile__discord_id")) == {(None, None)}


def test_every_failure_reads_alike(client: Client) -> None:
    UserFactory(username="gone", status="inactive")
    UserFactory(username="here")

    for name, password in (("here", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)):
        answer = post(client, "/login", {"username": name, "password": password})
        assert (answer.status_code, answer.json()) == (
            400,
            {"detail": "Invalid username or password"},
        )


def test_stored_hash_and_its_digest_do_not_open_the_account(client: Client) -> None:
    user = UserFactory(username="here")
    stored = user.password.partition("$")[2]

    for password in (user.password, stored, hexed(user.password), hexed(hexed(PASSWORD))):
        answer = post(client, "/login", {"username": "here", "password": password})
        assert answer.status_code == 400


def test_cookie_is_of_seven_days_and_slides(client: Client) -> None:
    joined(client)
    cookie = client.cookies["session_id"]

    assert (cookie["max-age"], cookie["path"], cookie["samesite"]) == (604800, "/", "Lax")
    assert cookie["httponly"]
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        again = client.get("/session")
        assert again.cookies["session_id"]["max-age"] == 604800
        assert again.cookies["session_id"].value == cookie.value
    with time_machine.travel(timezone.now() + timedelta(days=12)):
        assert client.get("/session").json()["logged_in"] is True
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        assert client.get("/session").json() == {"logged_in": False}


def test_signing_out_ends_the_session_on_the_server(client: Client) -> None:
    joined(client)
    key = client.cookies["session_id"].value

    answer = post(client, "/logout", {})

    assert (answer.status_code, answer.json()) == (200, {"message": "Signed out successfully"})
    assert answer.cookies["session_id"]["max-age"] == 0
    late = Client()
    late.cookies["session_id"] = key
    assert late.get("/session").json() == {"logged_in": False}
    assert post(Client(), "/logout", {}).status_code == 200


def test_signing_in_gives_a_new_key(client: Client) -> None:
    joined(client)
    before = client.cookies["session_id"].value

    post(client, "/login", {"username": "alice", "password": hexed("pencil 12")})

    assert client.cookies["session_id"].value != before


def test_me_answers_both_kinds_of_client(client: Client) -> None:
    joined(client)
    user = User.objects.get()

    body = client.get("/api/auth/me").json()

    lab = {"authenticated": True, "user_id": user.pk, "username": "alice", "is_admin": False}
    assert {name: body[name] for name in lab} == lab
    assert (body["email"], body["success"]) == ("alice@x.ie", True)
    assert body["data"]["user"]["username"] == "alice"
    for path in ("/api/auth/me", "/lab/api/auth/me"):
        strange = Client().get(path)
        assert (strange.status_code, strange.json()) == (
            401,
            {
                "authenticated": False,
                "success": False,
                "detail": "Not authenticated",
                "error": {"code": "UNAUTHORIZED", "message": "Authentication required"},
            },
        )


def test_tenth_failure_of_a_name_closes_it_for_a_quarter_of_an_hour(client: Client) -> None:
    UserFactory(username="here")
    wrong = {"username": "Here", "password": "wrong"}

    answers = [post(client, "/login", wrong).status_code for _ in range(11)]

    assert answers == [400] * 10 + [429]
    refused = post(client, "/login", {"username": "here", "password": PASSWORD})
    assert refused.json() == {"detail": "Too many attempts, try again later"}
    assert 0 < int(refused["Retry-After"]) <= 900
    assert post(client, "/login", {"username": "b", "password": "x"}).status_code == 400


def test_thirtieth_failure_of_an_address_closes_it(client: Client) -> None:
    for number in range(30):
        post(client, "/login", {"username": f"n{number}", "password": "wrong"})

    here = post(client, "/login", {"username": "n99", "password": "wrong"})
    there = post(
        client, "/login", {"username": "n99", "password": "wrong"}, REMOTE_ADDR="192.0.2.9"
    )

    assert (here.status_code, there.status_code) == (429, 400)


def test_lock_of_the_account_holds_at_the_lab_too(client: Client) -> None:
    user = UserFactory(username="here")
    for _ in range(5):
        post(client, "/login", {"username": "here", "password": "wrong"})

    right = post(client, "/login", {"username": "here", "password": PASSWORD})

    user.refresh_from_db()
    assert right.status_code == 400
    assert user.locked_until is not None
    assert not Session.objects.filter(user=user).exists()


def test_account_with_a_second_factor_needs_its_code(client: Client) -> None:
    user = UserFactory(username="here")
    made = second_factor.set_up(user=user)
    second_factor.enable(user=user, session=None, code=pyotp.TOTP(made.secret).now())
    right = {"username": "here", "password": PASSWORD}

    for code in ({}, {"code": "000000"}):
        assert post(client, "/login", right | code).status_code == 400
    assert not Session.objects.filter(user=user, revoked_at=None).exists()
    assert post(client, "/login", right | {"code": made.backup_codes[0]}).status_code == 200
    assert client.get("/session").json()["logged_in"] is True


@pytest.mark.parametrize("origin", ["http://evil.example", "http://testserver.evil.example:3000"])
def test_strange_pages_may_not_post(client: Client, origin: str) -> None:
    answer = joined(client)
    refused = post(client, "/logout", {}, headers={"Origin": origin})

    assert answer.status_code == 200
    assert (refused.status_code, refused.json()) == (403, {"detail": "Origin not allowed"})
    for ours in ("http://testserver", "http://testserver:25002"):
        assert post(client, "/logout", {}, headers={"Origin": ours}).status_code == 200


def test_body_that_is_no_json_is_415_and_broken_json_422(client: Client) -> None:
    form = client.post("/login", {"username": "a", "password": "b"})
    broken = client.post("/login", "{", content_type="application/json")

    assert (form.status_code, broken.status_code) == (415, 422)


def test_admin_registration_needs_the_secret_of_the_settings(client: Client, settings: Any) -> None:
    body = {
        "username": "root",
        "password": hexed("p"),
        "password2": hexed("p"),
        "admin_secret": "",
    }

    for wanted, sent in (("", ""), ("", "x"), ("right", "wrong"), ("right", "")):
        settings.LAB_ADMIN_SECRET = wanted
        refused = post(client, "/admin/register", {**body, "admin_secret": sent})
        assert refused.status_code in {403, 422}
    assert not User.objects.exists()
    settings.LAB_ADMIN_SECRET = "right"
    wrong = post(client, "/admin/register", {**body, "admin_secret": "wrong"})
    assert (wrong.status_code, wrong.json()) == (403, {"detail": "Invalid admin secret"})
    made = post(client, "/admin/register", {**body, "admin_secret": "right"})
    assert (made.status_code, made.json()["is_admin"]) == (200, True)
    assert client.get("/admin/checkAdminSession").json() == {
        "logged_in": True,
        "user_id": made.json()["id"],
        "username": "root",
        "is_admin": True,
    }


def test_admin_sign_in_says_whether_one_decides(client: Client) -> None:
    joined(client)

    answer = post(client, "/admin/login", {"username": "alice", "password": hexed("pencil 12")})

    assert answer.json() == {
        "message": "Sign in successful",
        "user_id": User.objects.get().pk,
        "is_admin": False,
    }
    page = client.get("/admin/login")
    assert (page.status_code, page["Location"]) == (302, "/admin/login/")
    assert Client().get("/admin/checkAdminSession").json() == {"logged_in": False}


def test_lab_sign_in_is_a_sign_in_of_the_whole_house(client: Client) -> None:
    UserFactory(username="root", roles=["super_admin"])

    post(client, "/login", {"username": "root", "password": PASSWORD})

    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(
    ("field", "value", "entries"),
    [
        ("password", "", [("password", "Password must be at least 8 characters long.")]),
        ("password", "seven77", [("password", "Password must be at least 8 characters long.")]),
        ("password2", "", [("password2", "Passwords do not match.")]),
        ("password2", None, [("password2", "field required")]),
    ],
)
def test_passwords_of_a_new_account_are_judged_one_by_one(
    client: Client, root: str, field: str, value: Any, entries: list[tuple[str, str]]
) -> None:
    answer = joined(client, root, **{field: value})

    found = [(entry["loc"][-1], entry["msg"]) for entry in answer.json()["detail"]]
    assert (answer.status_code, found) == (422, entries)
    assert not User.objects.exists()


@pytest.mark.parametrize("root", ROOTS)
def test_blank_values_are_wrong_ones_where_a_secret_is_asked(client: Client, root: str) -> None:
    nobody = post(client, f"{root}/login", {"username": "", "password": ""})
    fields = {"username": "root", "password": "x" * 64, "password2": "x" * 64}
    blank = post(client, f"{root}/admin/register", {**fields, "admin_secret": ""})
    letter = post(client, f"{root}/admin/v2/invitations/accept", {**fields, "token": ""})

    assert [(r.status_code, r.json()) for r in (nobody, blank, letter)] == [
        (400, {"detail": "Invalid username or password"}),
        (403, {"detail": "Invalid admin secret"}),
        (400, {"detail": "Invitation is invalid or expired"}),
    ]
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("http://testserver:25002", True),
        ("https://testserver:3000", True),
        ("http://testserver:8080", False),
        ("http://evil.example:3000", False),
    ],
)
def test_the_labs_front_ends_may_read_and_ask_first(client: Client, origin: str, may: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for path in ("/session", "/api/inventory/devices"):
        answer = client.get(path, headers={"Origin": origin})
        preflight = client.options(path, headers=asked)
        for one in (answer, preflight):
            assert (one.get("Access-Control-Allow-Origin") == origin) is may, path
            assert (one.get("Access-Control-Allow-Credentials") == "true") is may, path
    native = client.get("/api/devices", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in native
