"""The design log while another writes long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from rest_framework.test import APIClient

from accounts.models.sessions import token_hash
from networkroutes.models import DesignLog
from networkroutes.services import design_log
from tests.clients.design import find, price
from tests.factories.accounts import ApiKeyFactory, UserFactory
from tests.factories.networkroutes import NetworkRouteFactory
from tests.peers.process import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has more than one writer"),
]


@contextmanager
def another_writing() -> Iterator[None]:
    """Hold SQLite's one write lock on a connection of its own."""
    holds, ends = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                holds.set()
                ends.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(hold)
        try:
            assert holds.wait(30)
            yield
        finally:
            ends.set()


def test_no_answer_waits_for_its_row_and_the_row_comes_after(api: Any, monkeypatch: Any) -> None:
    NetworkRouteFactory(circuit_id="LONPAR000001")
    client = api("viewer")
    monkeypatch.setattr(design_log, "BETWEEN_TRIES_S", 0.05)
    monkeypatch.setattr(design_log, "MOST_TRIES", 1000)
    body = {"source": "LON1", "destination": "PAR1"}

    with another_writing():
        native = client.post("/api/network-design/paths", body, format="json")
        found = find(client, "LON1", "PAR1")
        nothing = find(client, "LON1", "ROM1")
        priced = price(client, [{"cost": 100}])
        assert not DesignLog.objects.exists()

    assert [each.status_code for each in (native, found, nothing, priced)] == [200, 200, 404, 200]
    wait_for(lambda: DesignLog.objects.count() == 4)
    rows = DesignLog.objects.order_by("pk")
    assert [row.results and next(iter(row.results)) for row in rows] == [
        "paths",
        "primaryPath",
        "error",
        None,
    ]
    assert rows[3].pricing_data[0]["pricing"]["monthlyCost"] == 90
    assert {row.user_name for row in rows} == {rows[0].user_name} != {None}


def test_a_script_is_known_by_its_key_while_another_writes() -> None:
    NetworkRouteFactory(circuit_id="LONPAR000001")
    owner, headers = UserFactory(roles=["viewer"]), {"X-API-Key": "pb_secret"}
    scopes = ["network_routes:view", "network_design:view"]
    key = ApiKeyFactory(user=owner, key_hash=token_hash("pb_secret"), scopes=scopes)

    with another_writing():
        meanwhile = APIClient().get("/network_routes", headers=headers)
    key.refresh_from_db()
    noted = [key.last_used_at]
    APIClient().get("/network_routes", headers=headers)
    key.refresh_from_db()
    noted.append(key.last_used_at)

    assert meanwhile.status_code == 200
    assert [moment is None for moment in noted] == [True, False]


def test_a_row_that_never_finds_its_turn_is_named_in_the_log(monkeypatch: Any, caplog: Any) -> None:
    def busy(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(design_log, "BETWEEN_TRIES_S", 0)
    monkeypatch.setattr(DesignLog, "save", busy)

    design_log.note(None, "PATH_SEARCH", results={"error": "none"})

    wait_for(lambda: "was not kept" in caplog.text)
    assert not DesignLog.objects.exists()
