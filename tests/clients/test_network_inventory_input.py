"""What callers send to the network-inventory surface, and who is told what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from networkroutes.api.clients.network_inventory.base import SAFE_METHODS, ClientView
from networkroutes.api.clients.network_inventory.urls import urlpatterns
from networkroutes.models import NetworkRoute
from tests.factories.networkroutes import NetworkRouteFactory

pytestmark = pytest.mark.django_db

VIEWS: list[tuple[str, type[ClientView]]] = [
    (f"/{re.sub(r'<[^>]+>', '1', str(entry.pattern))}", entry.callback.view_class)
    for entry in urlpatterns
]
WRITES = [
    (method, path)
    for path, view in VIEWS
    for method in ("POST", "PUT", "PATCH", "DELETE")
    if hasattr(view, method.lower())
]


def test_every_write_names_its_permission():
    for _, view in VIEWS:
        verbs = {name.upper() for name in view.http_method_names if hasattr(view, name)}
        assert set(view.writes) == verbs - SAFE_METHODS, view


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_open_for_reading_refuses_every_write_before_its_body(
    settings: Any, method: str, path: str
):
    settings.NETWORKROUTES_OPEN_ACCESS = "read"
    reads_by_post = ("/find_path", "/calculate_pricing", "/batch")

    answer = APIClient().generic(method, path, '{"mtu": "many"}', content_type="application/json")

    wanted = {400} if path.endswith(reads_by_post) else {403}
    assert answer.status_code in wanted
    assert NetworkRoute.objects.count() == 0


def test_a_file_is_never_a_field(open_front_end: APIClient):
    body = {
        "circuit_id": "LONPAR777777",
        "bandwidth": "10 Gbps",
        "cable_system": SimpleUploadedFile("a.txt", b"x"),
        "more_details": "kept",
    }

    answer = open_front_end.post("/network_routes", body, format="multipart")

    assert answer.status_code == 201
    row = NetworkRoute.objects.get(circuit_id="LONPAR777777")
    assert (row.cable_system, row.more_details) == (None, "kept")


def test_a_file_in_place_of_the_bandwidth_is_none(open_front_end: APIClient):
    body = {"circuit_id": "LONPAR777777", "bandwidth": SimpleUploadedFile("10 Gbps", b"x")}

    answer = open_front_end.post("/network_routes", body, format="multipart")

    assert answer.status_code == 201
    assert NetworkRoute.objects.get(circuit_id="LONPAR777777").bandwidth is None


@pytest.mark.parametrize("depth", [101, 1000])
def test_json_too_deep_is_refused(open_front_end: APIClient, depth: int):
    before = NetworkRoute.objects.count()
    body = '{"more_details": ' + "[" * depth + "]" * depth + "}"

    answer = open_front_end.generic(
        "POST", "/network_routes", body, content_type="application/json"
    )

    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid JSON"})
    assert NetworkRoute.objects.count() == before


def test_a_plain_options_has_no_body(open_front_end: APIClient):
    answer = open_front_end.options("/network_routes")

    assert (answer.status_code, answer.content) == (204, b"")


def test_a_stranger_is_told_how_to_sign_in():
    NetworkRouteFactory()

    answer = APIClient().get("/network_routes")

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("sent", [99, -1, 0, 1.5, "99", "-3", 2**31, 2**70])
def test_a_repository_type_that_is_not_there_is_unknown(open_front_end: APIClient, sent: Any):
    body = {"circuit_id": "LONPAR777777", "repository_type_id": sent}

    answer = open_front_end.post("/network_routes", body, format="json")

    assert (answer.status_code, answer.json()) == (400, {"error": "Unknown repository_type_id"})
    assert not NetworkRoute.objects.filter(circuit_id="LONPAR777777").exists()


@pytest.mark.parametrize(
    ("sent", "stored"),
    [([], 1), ({}, 1), ("no", 1), (2, 1), ("FALSE", 0), ("0", 0), ("", 0), (0, 0), (None, 0)],
)
def test_whatever_is_there_lights_a_channel_but_a_no(
    open_front_end: APIClient, sent: Any, stored: int
):
    NetworkRouteFactory(circuit_id="LONPAR777777")
    body = {"circuit_id": "LONPAR777777", "in_use": sent}

    open_front_end.post("/dark_fiber_details", body, format="json")

    assert open_front_end.get("/dark_fiber_details/LONPAR777777").json()[0]["in_use"] == stored


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(1000.0, "1000"), (0.00005, "0.00005"), (1e-7, "1e-7"), (1e21, "1e+21"), (2.5, "2.5")],
)
def test_a_number_for_a_text_is_written_as_the_front_end_writes_it(
    open_front_end: APIClient, sent: float, stored: str
):
    body = {"circuit_id": "LONPAR777777", "bandwidth": sent, "more_details": sent}

    open_front_end.post("/network_routes", body, format="json")

    row = NetworkRoute.objects.get(circuit_id="LONPAR777777")
    assert (row.bandwidth, row.more_details) == (stored, stored)


def test_names_are_ordered_by_their_bytes_in_any_locale(open_front_end: APIClient):
    names = ["Äb", "ab", "IPCA", "IPC-X", "_A", "AB"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE networkroutes_repositorytype "
                'ALTER COLUMN name TYPE varchar(255) COLLATE "en-x-icu"'
            )
    for name in names:
        open_front_end.post("/repository_types", {"name": name}, format="json")
        place = {"location_code": name, "city": "London", "country": "UK"}
        open_front_end.post("/locations", place, format="json")

    kinds = [row["name"] for row in open_front_end.get("/repository_types").json()]
    codes = [row["location_code"] for row in open_front_end.get("/locations").json()]

    assert kinds == ["AB", "IPC-X", "IPCA", "Network Routes", "_A", "ab", "Äb"]
    assert [code for code in codes if code in names] == [name for name in kinds if name in names]
