"""Who may call the network-inventory surface: signed in, by key, or open by a switch."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from accounts.services import api_keys, sessions
from networkroutes.models import NetworkRoute
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import NetworkRouteFactory

pytestmark = pytest.mark.django_db

CALLS = (
    ("get", "/repository_types"),
    ("post", "/repository_types"),
    ("get", "/carriers"),
    ("get", "/core_outages"),
    ("get", "/network_routes"),
    ("post", "/network_routes"),
    ("get", "/network_routes/LONPAR000001"),
    ("put", "/network_routes/LONPAR000001"),
    ("delete", "/network_routes/LONPAR000001"),
    ("get", "/network_routes_search"),
    ("get", "/network_routes_export"),
    ("post", "/network_routes/LONPAR000001/upload_kmz"),
    ("post", "/network_routes/LONPAR000001/upload_test_results"),
    ("get", "/network_routes/LONPAR000001/test_results_files"),
    ("get", "/network_routes/LONPAR000001/download_test_results"),
    ("delete", "/test_results_files/1"),
    ("get", "/download_kmz/a.kmz"),
    ("get", "/api/download_kmz/a.kmz"),
    ("get", "/api/api/download_kmz/a.kmz"),
    ("get", "/backend/kmz_files/a.kmz"),
    ("get", "/dark_fiber_details/LONPAR000001"),
    ("post", "/dark_fiber_details"),
    ("put", "/dark_fiber_details/1"),
    ("delete", "/dark_fiber_details/1"),
    ("post", "/dark_fiber_details/1/reserve"),
    ("post", "/dark_fiber_details/1/release"),
    ("get", "/reservation_logs"),
    ("get", "/locations"),
    ("post", "/locations"),
    ("put", "/locations/1"),
    ("delete", "/locations/1"),
    ("get", "/exchange_rates"),
    ("post", "/exchange_rates"),
    ("put", "/exchange_rates/1"),
)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_stranger_gets_401_everywhere(method: str, path: str):
    response = getattr(APIClient(), method)(path)

    assert response.status_code == 401
    assert response.json() == {"error": "Authentication required"}


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("read_only", "get", "/network_routes", 200),
        ("read_only", "post", "/network_routes", 403),
        ("read_only", "get", "/reservation_logs", 200),
        ("provisioner", "delete", "/network_routes/LONPAR000001", 403),
        ("provisioner", "post", "/exchange_rates", 403),
        ("administrator", "delete", "/network_routes/LONPAR000001", 404),
        ("viewer", "get", "/exchange_rates", 200),
    ],
)
def test_roles_follow_the_matrix(api: Any, role: str, method: str, path: str, status: int):
    body = {"circuit_id": "LONPAR000001", "currency_code": "CHF", "exchange_rate": 1}
    arguments = {} if method == "get" else {"data": body, "format": "json"}

    response = getattr(api(role), method)(path, **arguments)

    assert response.status_code == status
    if status == 403:
        assert response.json() == {"error": "Insufficient permissions"}
        assert not NetworkRoute.objects.exists()


def test_open_for_reading_refuses_changes(settings: Any):
    settings.NETWORKROUTES_OPEN_ACCESS = "read"
    NetworkRouteFactory(circuit_id="LONPAR000001")
    caller = APIClient()

    assert caller.get("/network_routes").status_code == 200
    refused = caller.delete("/network_routes/LONPAR000001")

    assert (refused.status_code, refused.json()) == (403, {"error": "Insufficient permissions"})
    assert NetworkRoute.objects.count() == 1


def test_open_for_all_writes_as_anonymous_with_the_address(settings: Any):
    settings.NETWORKROUTES_OPEN_ACCESS = "full"

    response = APIClient().post("/network_routes", {"circuit_id": "LONPAR000001"}, format="json")

    assert response.status_code == 201
    entry = AuditEntry.objects.get(verb="route.created")
    assert (entry.actor_id, entry.actor_name, entry.address) == (None, "anonymous", "127.0.0.1")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:3000", 201),
        ("http://testserver", 201),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
def test_open_mode_refuses_changes_from_strange_pages(settings: Any, origin: str, status: int):
    settings.NETWORKROUTES_OPEN_ACCESS = "full"

    response = APIClient().post(
        "/network_routes", {"circuit_id": "LONPAR000001"}, format="json", HTTP_ORIGIN=origin
    )

    assert response.status_code == status
    assert NetworkRoute.objects.count() == (1 if status == 201 else 0)


def test_preflight_from_the_front_end_is_answered_without_signing_in():
    response = APIClient().options(
        "/network_routes",
        HTTP_ORIGIN="http://localhost:3000",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="PUT",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="content-type",
    )

    assert response.status_code in {200, 204}
    assert response["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert "PUT" in response["Access-Control-Allow-Methods"]
    assert "content-type" in response["Access-Control-Allow-Headers"]


def test_a_same_origin_session_needs_the_csrf_pair():
    person = UserFactory(roles=["administrator"])
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    body = {"circuit_id": "LONPAR000001"}

    refused = browser.post("/network_routes", body, content_type="application/json")
    browser.get("/")
    token = browser.cookies["XSRF-TOKEN"].value
    made = browser.post(
        "/network_routes", body, content_type="application/json", HTTP_X_XSRF_TOKEN=token
    )

    assert refused.status_code == 403
    assert "CSRF" in refused.json()["error"]
    assert made.status_code == 201


def test_bearer_and_key_both_open_the_surface():
    person = UserFactory(roles=["administrator"])
    tokens = sessions.open_session(person)
    _, secret = api_keys.create_api_key(
        actor=person, user=person, name="script", scopes=["network_routes:view"]
    )

    bearer = APIClient().get("/network_routes", HTTP_AUTHORIZATION=f"Bearer {tokens.session_token}")
    key = APIClient().get("/network_routes", HTTP_X_API_KEY=secret)
    beyond = APIClient().delete("/network_routes/LONPAR000001", HTTP_X_API_KEY=secret)

    assert (bearer.status_code, key.status_code, beyond.status_code) == (200, 200, 403)


@pytest.mark.parametrize(
    ("method", "path", "body", "answer"),
    [
        ("post", "/network_routes", b"{", "Invalid JSON"),
        ("post", "/network_routes", b"[1]", "Request body must be a JSON object"),
        ("post", "/network_routes", b'"x"', "Request body must be a JSON object"),
        ("put", "/locations/1", b"nonsense", "Invalid JSON"),
    ],
)
def test_bad_json_is_400_in_the_surface_shape(
    api: Any, method: str, path: str, body: bytes, answer: str
):
    client = api("administrator")

    response = getattr(client, method)(path, body, content_type="application/json")

    assert (response.status_code, response.json()) == (400, {"error": answer})


@pytest.mark.parametrize("path", ["/network_routes/LONPAR000001/nothing", "/carriers/x/y"])
def test_unknown_paths_answer_json(api: Any, path: str):
    response = api("administrator").get(path)

    assert (response.status_code, response.json()) == (404, {"error": "Not found"})


def test_a_wrong_method_answers_json(api: Any):
    response = api("administrator").patch("/carriers")

    assert (response.status_code, response.json()) == (405, {"error": "Method not allowed"})


@pytest.mark.parametrize("path", ["/network_routes/", "/NETWORK_ROUTES", "/Network_Routes/"])
def test_slashes_and_capitals_answer_directly(api: Any, path: str):
    NetworkRouteFactory(circuit_id="LONPAR000001")

    response = api("viewer").get(path)

    assert [row["circuit_id"] for row in response.json()] == ["LONPAR000001"]


def test_a_post_with_a_slash_keeps_its_body(api: Any):
    response = api("administrator").post(
        "/network_routes/", {"circuit_id": "LONPAR000001"}, format="json"
    )

    assert response.status_code == 201
