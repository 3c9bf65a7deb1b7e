"""Guessing keys of the fabrication surface is slow, and a proven key never notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Attempt
from accounts.services import api_keys
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
CHECK = "/api/parts/auth/check"
LIST = "/api/parts"
WAIT = {
    "error": "Rate limited",
    "message": "Please wait 2.0 seconds before checking authentication again",
    "retry_after": 2.0,
}


@pytest.fixture
def key() -> str:
    """A personal key that may read parts."""
    user = UserFactory(roles=["fab_reader"])
    return api_keys.create_api_key(actor=None, user=user, name="saw", scopes=["fab:read"])[1]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """A clock that moves when told to."""
    with time_machine.travel(timezone.now(), tick=False) as travel:
        yield travel


def ask(path: str, key: str, address: str = "192.0.2.7") -> object:
    """Call a path with a key from an address."""
    return Client(REMOTE_ADDR=address).get(path, headers={"X-API-Key": key})


def test_wrong_key_closes_the_check_for_two_seconds_even_to_an_unproven_right_key(
    key: str, clock: time_machine.Coordinates
) -> None:
    assert ask(LIST, "guess").status_code == 401

    refused = ask(CHECK, key)

    assert (refused.status_code, refused.json()) == (429, WAIT)
    assert refused["Retry-After"] == "2"
    clock.shift(timedelta(seconds=1.8))
    assert ask(CHECK, key).status_code == 429
    clock.shift(timedelta(seconds=0.15))
    assert ask(CHECK, key).status_code == 200


def test_refused_check_does_not_lengthen_the_wait_and_other_addresses_do_not_wait(
    key: str, clock: time_machine.Coordinates
) -> None:
    ask(CHECK, "guess")
    clock.shift(timedelta(seconds=1))

    assert ask(CHECK, "other guess").status_code == 429
    assert ask(CHECK, key, "192.0.2.8").status_code == 200
    clock.shift(timedelta(seconds=1))
    assert ask(CHECK, key).status_code == 200
    assert Attempt.objects.filter(scope="key.wrong").count() == 1


def test_proven_key_is_never_slowed_by_guesses_of_others(key: str) -> None:
    assert ask(CHECK, key).status_code == 200

    ask(CHECK, "guess")

    assert [ask(CHECK, key).status_code for _ in range(2)] == [200, 200]


def test_key_has_to_be_proven_again_after_a_day(key: str, clock: time_machine.Coordinates) -> None:
    ask(CHECK, key)
    clock.shift(timedelta(hours=24, seconds=1))

    ask(CHECK, "guess")

    assert ask(CHECK, key).status_code == 429


def test_other_endpoints_answer_five_wrong_keys_and_then_make_the_address_wait(
    key: str, clock: time_machine.Coordinates
) -> None:
    answers = [ask(LIST, f"guess {number}").status_code for number in range(7)]

    assert answers == [401] * 5 + [429] * 2
    assert ask(LIST, key).status_code == 429
    clock.shift(timedelta(seconds=2))
    assert ask(LIST, key).status_code == 200


def test_missing_key_is_no_guess(key: str) -> None:
    answers = [Client().get(CHECK).status_code for _ in range(8)]

    assert answers == [401] * 8
    assert Client().get(CHECK).json()["error"] == "API key required"
    assert ask(CHECK, key, "127.0.0.1").status_code == 200


def test_proven_key_may_be_checked_thirty_times_a_minute(
    key: str, clock: time_machine.Coordinates
) -> None:
    answers = [ask(CHECK, key).status_code for _ in range(31)]

    assert answers == [200] * 30 + [429]
    clock.shift(timedelta(seconds=61))
    assert ask(CHECK, key).status_code == 200


def test_no_attempt_holds_a_key(key: str) -> None:
    ask(CHECK, key)
    ask(CHECK, "a guess that is nobody's business")

    rows = Attempt.objects.values_list("key", flat=True)

    assert not [row for row in rows if key in row or "guess" in row]
