"""Security keys in the second step: bound to the account, the first step, the site, one use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry, SecurityKey, Session, User
from tests.accounts.soft_key import SoftKey
from tests.accounts.ways import V1, A, error, post, sign_in, signed_in, with_second_factor
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
KEYS, BEGIN = f"{A}/2fa/keys", f"{A}/2fa/keys/begin"
STEP = f"{A}/login/2fa/key"
FAILED = (401, "2FA_FAILED", "Invalid verification code")
NOT_VALID = (400, "INVALID_CODE", "The answer of the security key is not valid.")


def begun(client: APIClient, base: str = A) -> dict[str, Any]:
    return post(f"{base}/2fa/keys/begin", {"password": PASSWORD}, client).json()["data"]


def with_key(user: User) -> tuple[APIClient, SoftKey]:
    """Switch the second factor on and add a key."""
    client, _ = with_second_factor(user.username)
    key, asked = SoftKey(), begun(client)
    body = {"name": "Blue", "state": asked["state"]}
    made = post(KEYS, {**body, "credential": key.register(asked["publicKey"])}, client)
    assert made.status_code == 201
    return client, key


def first_step(user: User) -> dict[str, Any]:
    return sign_in(user.username).json()["data"]


def second_step(user: User, step: dict[str, Any], answer: Any) -> Any:
    body = {"user_id": user.pk, "challenge": step["challenge"], "credential": answer}
    return post(STEP, body)


@pytest.mark.parametrize(
    ("base", "door"), [(A, f"{A}/login"), (f"{V1}/auth", "/auth/login")], ids=["A", "B"]
)
def test_a_key_is_added_listed_used_and_removed(base: str, door: str) -> None:
    user = UserFactory(roles=["viewer"])
    client, _ = with_second_factor(user.username)
    key, asked = SoftKey(), begun(client, base)
    body = {"name": " Blue ", "state": asked["state"]}

    made = post(
        f"{base}/2fa/keys", {**body, "credential": key.register(asked["publicKey"])}, client
    )
    step = sign_in(user.username, path=door).json()["data"]
    done = post(
        f"{door}/2fa/key",
        {
            "user_id": step["user_id"],
            "challenge": step["challenge"],
            "credential": key.use(step["webauthn"]["publicKey"]),
        },
    )

    assert (made.status_code, made.json()["data"]["key"]["name"]) == (201, "Blue")
    assert done.status_code == 200
    assert Session.objects.filter(user=user).latest("pk").two_factor_verified
    (row,) = client.get(f"{base}/2fa/keys").json()["data"]["keys"]
    assert (row["name"], row["last_used_at"] is not None) == ("Blue", True)
    gone = client.delete(f"{base}/2fa/keys/{row['id']}")
    again = client.delete(f"{base}/2fa/keys/{row['id']}")
    assert (gone.status_code, again.status_code) == (200, 404)
    assert "webauthn" not in first_step(user)
    verbs = AuditEntry.objects.filter(verb__startswith="second_factor.key").order_by("pk")
    assert [entry.verb for entry in verbs] == [
        "second_factor.key_added",
        "second_factor.key_removed",
    ]


def test_an_answer_works_once_and_for_its_own_first_step() -> None:
    user = UserFactory()
    _, key = with_key(user)
    one, two = first_step(user), first_step(user)
    answer = key.use(one["webauthn"]["publicKey"])

    assert error(second_step(user, two, answer)) == FAILED
    assert second_step(user, one, answer).status_code == 200
    assert error(second_step(user, one, answer)) == FAILED


def test_five_bad_answers_void_the_first_step_and_count_as_one_bad_sign_in() -> None:
    user = UserFactory()
    _, key = with_key(user)
    step = first_step(user)

    told = [error(second_step(user, step, {"id": "junk"})) for _ in range(5)]
    right = second_step(user, step, key.use(step["webauthn"]["publicKey"]))

    assert (told, error(right)) == ([FAILED] * 5, FAILED)
    user.refresh_from_db()
    assert user.failed_login_attempts == 1


def lie_about_origin(key: SoftKey) -> None:
    key.origin = "https://testserver.evil.example"


def lie_about_host(key: SoftKey) -> None:
    key.host = "evil.example"


def be_a_copy(key: SoftKey) -> None:
    key.uses = -1


def be_another(key: SoftKey) -> None:
    key.private = SoftKey().private


@pytest.mark.parametrize("lie", [lie_about_origin, lie_about_host, be_a_copy, be_another])
def test_a_lie_is_refused_and_opens_nothing(lie: Any) -> None:
    user = UserFactory()
    _, key = with_key(user)
    once = first_step(user)
    assert second_step(user, once, key.use(once["webauthn"]["publicKey"])).status_code == 200
    before, step = Session.objects.count(), first_step(user)
    lie(key)

    answer = second_step(user, step, key.use(step["webauthn"]["publicKey"]))

    assert error(answer) == FAILED
    assert Session.objects.count() == before


def test_a_key_of_another_person_opens_nothing() -> None:
    ann, bob = UserFactory(), UserFactory()
    with_key(ann)
    _, key = with_key(bob)
    step = first_step(ann)

    assert error(second_step(ann, step, key.use(step["webauthn"]["publicKey"]))) == FAILED


def test_adding_asks_the_password_and_a_second_factor_that_is_on() -> None:
    user = UserFactory()
    client = signed_in(user.username)

    off = post(BEGIN, {"password": PASSWORD}, client)
    wrong = post(BEGIN, {"password": "guess"}, client)
    none = post(BEGIN, {}, client)

    assert (off.status_code, error(off)[1]) == (409, "TWO_FACTOR_DISABLED")
    assert error(wrong) == (400, "AUTH_FAILED", "Invalid password")
    assert error(none) == (400, "VALIDATION_ERROR", "Password required")
    assert post(BEGIN, {"password": PASSWORD}).status_code == 401


def test_a_beginning_is_for_its_account_and_for_five_minutes() -> None:
    ann, bob = (with_second_factor(UserFactory().username)[0] for _ in range(2))
    asked, key = begun(ann), SoftKey()
    body = {"name": "x", "state": asked["state"], "credential": key.register(asked["publicKey"])}

    other = post(KEYS, body, bob)
    with time_machine.travel(timezone.now() + timedelta(seconds=301), tick=False):
        late = post(KEYS, body, ann)
    forged = post(KEYS, {**body, "state": "forged"}, ann)

    assert [error(r) for r in (other, late, forged)] == [NOT_VALID] * 3
    assert not SecurityKey.objects.exists()


def test_one_key_belongs_to_one_account() -> None:
    user = UserFactory()
    client, key = with_key(user)
    asked = begun(client)
    body = {"name": "Again", "state": asked["state"]}

    again = post(KEYS, {**body, "credential": key.register(asked["publicKey"])}, client)

    assert error(again) == (400, "INVALID_CODE", "This security key is registered already.")
    assert len(asked["publicKey"]["excludeCredentials"]) == 1
    assert SecurityKey.objects.count() == 1


@pytest.mark.parametrize("answer", [None, "x", [], {}, {"id": 5}, {"rawId": "!", "response": {}}])
def test_junk_is_a_refusal_never_an_error(answer: Any) -> None:
    user = UserFactory()
    client, _ = with_key(user)
    asked, step = begun(client), first_step(user)

    added = post(KEYS, {"name": "x", "state": asked["state"], "credential": answer}, client)
    used = second_step(user, step, answer)

    assert added.status_code == 400
    assert used.status_code in (400, 401)
    assert SecurityKey.objects.count() == 1


def test_switching_the_second_factor_off_forgets_the_keys() -> None:
    user = UserFactory()
    client, _ = with_key(user)

    post(f"{A}/2fa/disable", {"password": PASSWORD}, client)

    assert not SecurityKey.objects.exists()


def test_nobody_removes_another_s_key() -> None:
    with_key(UserFactory())
    other = signed_in(UserFactory().username)

    answer = other.delete(f"{KEYS}/{SecurityKey.objects.get().pk}")

    assert error(answer) == (404, "NOT_FOUND", "Security key not found")
    assert SecurityKey.objects.count() == 1
