"""The second step is bound to the first; codes are used once; the contract's answers hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry, Session, SignInChallenge, TwoFactorCode, User
from tests.accounts.ways import (
    A,
    B,
    bearer,
    code_of,
    post,
    sign_in,
    signed_in,
    with_second_factor,
)
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
REFUSED = {"code": "2FA_FAILED", "message": "Invalid verification code"}
STEP_PATHS = [f"{A}/login/2fa", "/auth/login/2fa", f"{A}/verify-2fa"]


def second_step(
    first: Any, code: str, path: str = f"{A}/login/2fa", client: APIClient | None = None
) -> Any:
    """Send the code with the challenge of a first step."""
    data = first.json()["data"]
    body = {"user_id": data["user_id"], "code": code, "challenge": data["challenge"]}
    return post(path, body, client)


@pytest.mark.parametrize("code", ["å", "12345é"])
def test_a_code_of_other_letters_is_refused(code: str) -> None:
    person = UserFactory()
    with_second_factor(person.username)
    before = Session.objects.count()

    answer = second_step(sign_in(person.username), code)

    assert answer.status_code in {400, 401}
    assert Session.objects.count() == before


@pytest.mark.parametrize("base", [A, B])
def test_the_set_up_shows_secret_link_and_ten_codes_and_enables_nothing(base: str) -> None:
    person = UserFactory(email="op1@example.net")
    client = signed_in(person.username)

    shown = post(f"{base}/2fa/setup", client=client).json()["data"]

    secret = shown["secret"]
    assert len(secret) == 32
    assert shown["provisioning_uri"] == (
        f"otpauth://totp/OpsConductor:op1%40example.net?secret={secret}&issuer=OpsConductor"
    )
    assert len({code for code in shown["backup_codes"] if int(code, 16) >= 0}) == 10
    assert {(len(code), code.upper() == code) for code in shown["backup_codes"]} == {(8, True)}
    person.refresh_from_db()
    assert not person.two_factor_enabled
    assert secret not in person.totp_secret_encrypted
    assert shown["backup_codes"][0] not in person.totp_backup_codes_encrypted


@pytest.mark.parametrize("base", [A, B])
def test_enabling_keeps_this_session_and_drops_the_others(base: str) -> None:
    person = UserFactory()
    elsewhere = signed_in(person.username)

    client, _ = with_second_factor(person.username, base)

    assert client.get(f"{A}/me").json()["data"]["user"]["two_factor_enabled"] is True
    assert elsewhere.get(f"{A}/me").status_code == 401
    assert (
        post(f"{A}/refresh", {"refresh_token": elsewhere.tokens["refresh_token"]}).status_code
        == 401
    )
    assert Session.objects.opening().filter(user=person).get().two_factor_verified


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, {"code": "VALIDATION_ERROR", "message": "Verification code required"}),
        ({"code": "000000"}, 400, {"code": "INVALID_CODE", "message": "Invalid verification code"}),
    ],
)
def test_a_bad_code_enables_nothing(
    body: dict[str, str], status: int, error: dict[str, str]
) -> None:
    person = UserFactory()
    client = signed_in(person.username)
    post(f"{A}/2fa/setup", client=client)

    answer = post(f"{A}/2fa/verify", body, client)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, error["code"])
    assert answer.json()["error"]["message"] == error["message"]
    assert not User.objects.get(pk=person.pk).two_factor_enabled


@pytest.mark.parametrize("path", STEP_PATHS)
def test_both_steps_open_a_session(path: str) -> None:
    person = UserFactory(roles=["viewer"])
    _, shown = with_second_factor(person.username)

    first = sign_in(person.username)
    answer = second_step(first, code_of(shown["secret"]), path)

    step = first.json()["data"]
    assert {name: step[name] for name in ("requires_2fa", "user_id", "two_factor_method")} == {
        "requires_2fa": True,
        "user_id": person.pk,
        "two_factor_method": "totp",
    }
    assert "session_token" not in step
    data = answer.json()["data"]
    assert answer.status_code == 200
    assert bearer(data["session_token"]).get(f"{A}/me").status_code == 200


def test_the_cookie_of_the_first_step_stands_in_for_the_challenge() -> None:
    person = UserFactory()
    _, shown = with_second_factor(person.username)
    browser = APIClient()

    first = browser.post(
        "/auth/login", {"username": person.username, "password": PASSWORD}, format="json"
    )
    body = {"user_id": first.json()["user_id"], "code": code_of(shown["secret"])}
    answer = post("/auth/login/2fa", body, browser)

    cookie = first.cookies["sign_in_challenge"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 300)
    assert answer.status_code == 200
    assert answer.json()["access_token"] == answer.json()["data"]["session_token"]


@pytest.mark.parametrize("path", STEP_PATHS)
def test_a_right_code_without_the_first_step_opens_nothing(path: str) -> None:
    person, other = UserFactory(), UserFactory()
    _, shown = with_second_factor(person.username)
    with_second_factor(other.username)
    theirs = sign_in(other.username).json()["data"]["challenge"]
    before = Session.objects.count()

    code = code_of(shown["secret"])
    bodies = [{}, {"challenge": "guess"}, {"challenge": theirs}]
    answers = [post(path, {"user_id": person.pk, "code": code, **more}) for more in bodies]

    assert [(r.status_code, r.json()["error"]) for r in answers] == [(401, REFUSED)] * 3
    assert Session.objects.count() == before


@pytest.mark.parametrize("body", [{}, {"user_id": 1}, {"code": "123456"}])
def test_both_fields_are_asked_for(body: dict[str, Any]) -> None:
    answer = post(f"{A}/login/2fa", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "User ID and code required"


def test_a_challenge_works_once_and_for_five_minutes() -> None:
    person = UserFactory()
    _, shown = with_second_factor(person.username)
    first, late = sign_in(person.username), sign_in(person.username)
    newest = SignInChallenge.objects.order_by("-pk").first()
    assert newest.expires_at - newest.created_at <= timedelta(minutes=5, seconds=1)
    newest.expires_at = timezone.now()
    newest.save()

    assert second_step(late, code_of(shown["secret"])).status_code == 401
    assert second_step(first, code_of(shown["secret"])).status_code == 200
    assert second_step(first, code_of(shown["secret"], steps=1)).status_code == 401


def test_a_used_code_and_an_old_one_are_refused() -> None:
    person = UserFactory()
    _, shown = with_second_factor(person.username)
    code = code_of(shown["secret"])

    first = second_step(sign_in(person.username), code)
    again = second_step(sign_in(person.username), code)
    older = second_step(sign_in(person.username), code_of(shown["secret"], steps=-1))
    too_old = second_step(sign_in(person.username), code_of(shown["secret"], steps=-2))

    assert [r.status_code for r in (first, again, older, too_old)] == [200, 401, 401, 401]


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_one_step_of_drift_is_allowed(steps: int, status: int, monkeypatch: Any) -> None:
    person = UserFactory()
    _, shown = with_second_factor(person.username)
    now = 1_800_000_010.0
    monkeypatch.setattr("accounts.services.second_factor.time.time", lambda: now)

    import pyotp

    code = pyotp.TOTP(shown["secret"]).at(int(now), counter_offset=steps)

    assert second_step(sign_in(person.username), code).status_code == status


def test_five_bad_codes_void_the_challenge_and_count_as_one_bad_sign_in() -> None:
    person = UserFactory()
    _, shown = with_second_factor(person.username)
    first = sign_in(person.username)

    bad = [second_step(first, "000000") for _ in range(5)]
    right = second_step(first, code_of(shown["secret"]))

    assert [r.json()["error"] for r in [*bad, right]] == [REFUSED] * 6
    person.refresh_from_db()
    assert person.failed_login_attempts == 1
    assert AuditEntry.objects.filter(verb="second_factor.refused").count() == 5


def test_five_voided_challenges_lock_the_account_although_the_password_was_right() -> None:
    person = UserFactory()
    with_second_factor(person.username)

    for _ in range(5):
        first = sign_in(person.username)
        for _ in range(5):
            second_step(first, "000000")

    assert sign_in(person.username).json()["error"]["message"] == (
        "Account locked. Try again later."
    )


def test_a_backup_code_works_once_in_any_case() -> None:
    person = UserFactory()
    _, shown = with_second_factor(person.username)
    first, second = shown["backup_codes"][:2]

    answers = [
        second_step(sign_in(person.username), code)
        for code in (first.lower(), first, second, "FFFFFFFF")
    ]

    assert [r.status_code for r in answers] == [200, 401, 200, 401]
    assert AuditEntry.objects.filter(verb="second_factor.backup_code_used").count() == 2


@pytest.mark.parametrize("base", [A, B])
def test_disabling_asks_for_the_password_and_erases_secret_and_codes(base: str) -> None:
    person = UserFactory()
    client, _ = with_second_factor(person.username)

    missing = post(f"{base}/2fa/disable", {}, client)
    wrong = post(f"{base}/2fa/disable", {"password": "wrong"}, client)
    done = post(f"{base}/2fa/disable", {"password": PASSWORD}, client)

    assert (missing.status_code, missing.json()["error"]["message"]) == (
        400,
        "Password required to disable 2FA",
    )
    assert (wrong.status_code, wrong.json()["error"]["code"], wrong.json()["error"]["message"]) == (
        400,
        "AUTH_FAILED",
        "Invalid password",
    )
    assert done.json()["data"]["message"] == "2FA disabled successfully"
    person.refresh_from_db()
    assert (person.totp_secret_encrypted, person.totp_backup_codes_encrypted) == ("", "")
    assert "session_token" in sign_in(person.username).json()["data"]


def test_a_second_set_up_does_not_weaken_the_first() -> None:
    person = UserFactory()
    client, _ = with_second_factor(person.username)
    kept = User.objects.get(pk=person.pk).totp_secret_encrypted

    answer = post(f"{A}/2fa/setup", client=client)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "TWO_FACTOR_ENABLED")
    assert User.objects.get(pk=person.pk).totp_secret_encrypted == kept


def test_a_mailed_code_is_accepted_and_stored_as_a_hash(commits: Any) -> None:
    person = UserFactory(email="jana@example.net")
    client = signed_in(person.username)
    with commits():
        post(f"{A}/2fa/setup", {"method": "email"}, client)
    with commits():
        enabled = post(f"{A}/2fa/verify", {"code": mailed_code()}, client)
    with commits():
        first = sign_in(person.username)

    code = mailed_code()
    assert enabled.status_code == 200
    assert first.json()["data"]["two_factor_method"] == "email"
    assert code not in TwoFactorCode.objects.values_list("code_hash", flat=True)
    assert mail.outbox[-1].to == ["jana@example.net"]
    assert second_step(first, code).status_code == 200
    assert second_step(sign_in(person.username), code).status_code == 401


def test_three_wrong_mailed_codes_end_the_code(commits: Any) -> None:
    person = UserFactory()
    client = signed_in(person.username)
    with commits():
        post(f"{A}/2fa/setup", {"method": "email"}, client)
    with commits():
        post(f"{A}/2fa/verify", {"code": mailed_code()}, client)
    with commits():
        first = sign_in(person.username)
    wrong = "000000" if mailed_code() != "000000" else "111111"

    answers = [second_step(first, code) for code in (wrong, wrong, wrong, mailed_code())]

    assert [r.status_code for r in answers] == [401] * 4


def test_a_code_is_sent_again_at_most_once_a_minute(commits: Any) -> None:
    person = UserFactory()
    client = signed_in(person.username)
    with commits():
        post(f"{A}/2fa/setup", {"method": "email"}, client)
    with commits():
        post(f"{A}/2fa/verify", {"code": mailed_code()}, client)
    first = sign_in(person.username)
    data = first.json()["data"]
    body = {"user_id": data["user_id"], "challenge": data["challenge"]}

    soon = post(f"{A}/login/2fa/resend", body)
    TwoFactorCode.objects.update(sent_at=timezone.now() - timedelta(seconds=61))
    later = post("/auth/login/2fa/resend", body)
    stranger = post(f"{A}/login/2fa/resend", {"user_id": person.pk})

    assert [r.status_code for r in (soon, later, stranger)] == [429, 200, 401]


def mailed_code() -> str:
    """The six digits of the newest mail."""
    return mail.outbox[-1].body.split("Your code is ")[1][:6]
