"""Who may call, with which key (contract 6)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Attempt
from accounts.services.api_keys import create_api_key
from tests.clients.fabrication import KEY, Shop
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_the_key_is_looked_for_in_three_places(shop: Shop) -> None:
    client, path = Client(), "/api/parts/auth/check"
    missing, asked = client.get(path), client.get(path, {"api_key": KEY})
    wrong = client.get(path, headers={"X-API-Key": "no"})
    older(2)
    mixed = client.get(path, {"api_key": KEY}, headers={"X-API-Key": "no"})
    body = json.dumps({"api_key": KEY, "name": "x"})
    posted = client.post("/api/parts/", body, content_type="application/json")
    number = client.post("/api/parts/", '{"api_key": 5}', content_type="application/json")
    formed = client.post("/api/parts/", {"api_key": KEY})

    assert (missing.status_code, missing.json()) == (
        401,
        {
            "error": "API key required",
            "details": "Provide X-API-Key header, api_key query parameter, or api_key in request "
            "body",
        },
    )
    assert (wrong.status_code, wrong.json()) == (
        401,
        {"error": "Invalid API key", "details": "The provided API key is not valid"},
    )
    assert asked.json()["status"] == "authenticated"
    assert asked.json()["message"] == "API key is valid"
    assert asked["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert (asked["Pragma"], asked["Expires"]) == ("no-cache", "0")
    assert (mixed.status_code, posted.status_code) == (401, 201)
    assert number.json()["error"] == "Invalid API key"
    assert formed.json()["error"] == "API key required"


def test_strangers_learn_nothing_of_parts_and_methods(shop: Shop) -> None:
    stranger = Shop(key=None)

    for path in ("99", "nothing", "1/approve"):
        for method in ("GET", "PATCH", "POST"):
            assert stranger.send(method, path, {}).status_code == 401


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("fab_reader", set()),
        ("fab_submitter", {"create"}),
        ("fab_worker", {"assign", "complete"}),
        ("fab_reviewer", {"create", "assign", "complete", "approve", "revert", "edit"}),
        ("fab_admin", {"create", "assign", "complete", "approve", "revert", "edit", "delete"}),
    ],
)
def test_scopes_decide_what_a_caller_may(shop: Shop, role: str, allowed: set[str]) -> None:
    scopes = {"create": "submit", "assign": "work", "complete": "work", "delete": "admin"}
    person = Shop(key=None)
    person.client.force_login(UserFactory(roles=[role]))
    path = str(shop.made(type="hand")["id"])
    calls = {
        "create": lambda: person.post("", {"name": "x"}),
        "edit": lambda: person.put(path, {"name": "y"}),
        "approve": lambda: person.post(f"{path}/approve"),
        "assign": lambda: person.post(f"{path}/assign", {"assigned": "Ann"}),
        "complete": lambda: person.post(f"{path}/complete"),
        "revert": lambda: person.post(f"{path}/revert"),
        "delete": lambda: person.send("DELETE", path),
    }
    refused = {}
    for verb, call in calls.items():
        answer = call()
        if answer.status_code == 403:
            refused[verb] = answer.json()

    assert set(calls) - set(refused) == allowed
    assert refused == {
        verb: {"error": "Forbidden", "details": f"fab:{scopes.get(verb, 'review')} required"}
        for verb in set(calls) - allowed
    }
    assert person.get().status_code == 200
    many = person.post("bulk", {"ids": [int(path), 10**6], "action": "delete"})
    assert many.status_code == (409 if "delete" in allowed else 403)


def test_a_submitter_edits_own_drafts_alone(shop: Shop) -> None:
    person = Shop(key=None)
    person.client.force_login(UserFactory(roles=["fab_submitter"]))
    own = person.made()
    other = shop.made()

    assert person.put(str(own["id"]), {"name": "Better"}).status_code == 200
    assert person.put(str(own["id"]), {"category": "completed"}).status_code == 403
    assert person.put(str(other["id"]), {"name": "Worse"}).status_code == 403
    shop.post(f"{own['id']}/approve")
    assert person.put(str(own["id"]), {"name": "Later"}).status_code == 403


def test_bodies_beyond_a_mebibyte_are_refused(shop: Shop) -> None:
    answer = shop.post("", {"notes": "x" * 1024 * 1024})

    assert answer.status_code == 413
    assert "error" in answer.json()


def check(key: str) -> Any:
    """Ask whether a key is valid, as the dialog does."""
    return Client().get("/api/parts/auth/check", headers={"X-API-Key": key})


def older(seconds: float) -> None:
    """Let time pass for everything that was tried so far."""
    for row in Attempt.objects.all():
        Attempt.objects.filter(pk=row.pk).update(at=row.at - timedelta(seconds=seconds))


def test_a_key_dialog_goes_as_the_front_ends_expect(shop: Shop) -> None:
    wrong = check("wrong")
    early = check(KEY)
    older(1.95)
    right, again = check(KEY), check(KEY)

    assert wrong.status_code == 401
    assert (early.status_code, early["Retry-After"]) == (429, "2")
    wait = early.json()["retry_after"]
    assert 0 < wait <= 2
    assert early.json() == {
        "error": "Rate limited",
        "message": f"Please wait {wait:.1f} seconds before checking authentication again",
        "retry_after": wait,
    }
    assert (right.status_code, again.status_code) == (200, 200)


def test_other_paths_answer_five_wrong_keys_at_once(shop: Shop) -> None:
    stranger = Shop(key="wrong")

    statuses = [stranger.get().status_code for _ in range(7)]
    missing = [Shop(key=None).get().status_code for _ in range(3)]

    assert statuses == [401] * 5 + [429] * 2
    assert missing == [401] * 3


def test_personal_keys_carry_their_scopes(shop: Shop) -> None:
    owner = UserFactory(roles=["fab_admin"])
    _, secret = create_api_key(actor=None, user=owner, name="tablet", scopes=["fab:read"])
    tablet = Shop(key=secret)

    assert tablet.get().status_code == 200
    refused = tablet.post("", {"name": "x"})
    assert (refused.status_code, refused.json()["details"]) == (403, "fab:submit required")
