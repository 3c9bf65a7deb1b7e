"""The audit trail over REST: search by who, what, object, time and outcome; export."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.services import audit, seals
from tests.conftest import Api
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import CarrierFactory

pytestmark = pytest.mark.django_db
ENTRIES = "/api/audit-entries"


@pytest.fixture
def reader(api: Api) -> object:
    """Somebody who may read the trail; what made them is not part of it."""
    client = api("admin")
    with time_machine.travel(timezone.now() - timedelta(days=2)):
        audit.record(UserFactory(username="old"), "thing.changed")
    ada, bo = UserFactory(username="ada"), UserFactory(username="bo")
    audit.record(ada, "thing.changed", bo, before={"a": 1, "b": 2}, after={"a": 1, "b": 3})
    audit.record(ada, "thing.removed", ada, outcome="refused")
    audit.record(bo, "user.changed", bo, after={"password": "a secret", "size": "=1+1"})
    return client


def found(reader: object, **query: object) -> list[tuple[str, str]]:
    """Who did what, newest first."""
    rows = reader.get(ENTRIES, query).json()["data"]
    return [(row["actor_name"], row["verb"]) for row in rows]


def test_trail_is_searched_by_who_what_object_time_and_outcome(reader: object) -> None:
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()

    assert found(reader, actor="ADA") == [("ada", "thing.removed"), ("ada", "thing.changed")]
    assert found(reader, verb="user.") == [("bo", "user.changed")]
    assert found(reader, outcome="refused") == [("ada", "thing.removed")]
    assert found(reader, object_type="accounts.user", verb="thing.changed") == [
        ("ada", "thing.changed")
    ]
    assert found(reader, until=yesterday) == [("old", "thing.changed")]
    assert ("old", "thing.changed") not in found(reader, since=yesterday)
    assert found(reader, search="remov") == [("ada", "thing.removed")]


def test_entry_holds_what_changed_and_no_secret(reader: object) -> None:
    changed, secret = (
        reader.get(ENTRIES, {"verb": verb, "actor": who}).json()["data"][0]
        for verb, who in (("thing.changed", "ada"), ("user.changed", "bo"))
    )

    assert (changed["before"], changed["after"]) == ({"b": 2}, {"b": 3})
    assert secret["after"] == {"password": "••••", "size": "=1+1"}


def test_pages_follow_a_cursor(reader: object) -> None:
    first = reader.get(ENTRIES, {"limit": 2}).json()
    second = reader.get(ENTRIES, {"limit": 2, "cursor": first["meta"]["next"]}).json()

    numbers = [row["id"] for row in first["data"] + second["data"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 4


def test_export_is_csv_and_no_cell_is_a_formula(reader: object) -> None:
    answer = reader.get(ENTRIES, {"format": "csv", "actor": "bo"})
    text = b"".join(answer.streaming_content).decode()

    assert text.splitlines()[0].startswith("at,actor_name,channel,verb,object_type")
    (row,) = csv.DictReader(io.StringIO(text))
    assert json.loads(row["after"]) == {"password": "••••", "size": "=1+1"}
    assert "a secret" not in text


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_changes_the_trail_over_rest(reader: object, method: str) -> None:
    assert getattr(reader, method)(ENTRIES).status_code == 405
    assert getattr(reader, method)(f"{ENTRIES}/1").status_code == 405


def test_trail_and_seals_need_their_permission(api: Api, reader: object) -> None:
    seals.seal_new()

    assert api("operator").get("/api/audit-seals").status_code == 403
    assert api("lab_viewer").get(ENTRIES).status_code == 403
    assert reader.get("/api/audit-seals").json()["data"][0]["number"] == 1


def test_reader_of_the_change_log_sees_the_register_and_nothing_else(
    api: Api, reader: object
) -> None:
    carrier = CarrierFactory()
    audit.record(None, "carrier.created", carrier)

    rows = api("viewer").get(ENTRIES).json()["data"]

    assert [row["verb"] for row in rows] == ["carrier.created"]


def test_seals_and_keys_go_out_as_csv(api: Api, reader: object) -> None:
    seals.seal_new()
    client = api("provisioner")
    made = client.post("/api/api-keys", {"name": "=night", "scopes": ["network_routes:view"]})

    chain = b"".join(reader.get("/api/audit-seals?format=csv").streaming_content).decode()
    keys = b"".join(client.get("/api/api-keys?format=csv").streaming_content).decode()

    assert chain.splitlines()[0].startswith("id,number,first_id,last_id,count,last_at,previous,")
    assert chain.splitlines()[1].split(",")[1] == "1"
    assert keys.splitlines()[1].split(",")[1:3] == [client.user.username, "'=night"]
    assert made.json()["data"]["key"] not in keys
