"""The password policy over REST: what it says, changes, history, expiry, old hashes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import PasswordHistory
from accounts.services import password_policy, passwords
from tests.accounts.ways import NEW_PASSWORD, A, bearer, error, post, sign_in, signed_in
from tests.accounts.ways import V1 as B
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    "rules",
    [
        {"special_chars_allowed": "€"},
        {"min_length": 1, "max_length": 8, "min_uppercase": 5},
        {"min_length": 64, "min_special": 30, "require_numbers": False},
    ],
)
def test_a_one_time_password_keeps_every_rule_of_the_policy(rules: dict[str, Any]) -> None:
    root, person = UserFactory(roles=["super_admin"]), UserFactory(username="a")
    policy = password_policy.update_policy(actor=root, changes=rules)

    secret = passwords.give_one_time_password(actor=root, user=person)

    assert password_policy.problems(secret, policy=policy) == []
    person.refresh_from_db()
    assert person.check_password(secret)


def test_a_policy_that_no_password_can_keep_is_refused(api: Any) -> None:
    counts = {"min_uppercase": 40, "min_lowercase": 40, "min_numbers": 40, "max_length": 120}

    answer = api("super_admin").put(f"{A}/password-policy", counts)

    text = "max_length may not be below 121, the characters that are asked for."
    assert error(answer) == (400, "VALIDATION_ERROR", text)
    assert password_policy.current_policy().max_length == 128
