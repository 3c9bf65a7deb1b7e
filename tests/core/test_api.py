"""The API kit: envelope, errors, pages, filters, exports, idempotency, health."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from rest_framework.test import APIClient

from inventory_site.core.api.exports import defused
from inventory_site.core.api.pagination import read_cursor, write_cursor
from inventory_site.core.errors import InvalidInput
from inventory_site.core.models import IdempotencyKey
from networkroutes.models import NetworkRoute, Reservation
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    LocationFactory,
    NetworkRouteFactory,
    ReservationLogFactory,
)

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    """The whole streamed answer as text."""
    return b"".join(response.streaming_content).decode()


def test_a_list_stands_in_the_envelope(api: Any):
    NetworkRouteFactory.create_batch(3)

    answer = api("viewer").get("/api/routes?limit=2&offset=1").json()

    assert answer["success"] is True
    assert len(answer["data"]) == 2
    assert answer["meta"] == {"count": 2, "total": 3, "limit": 2, "offset": 1}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("limit=9999999999999", "limit"),
        ("offset=-1", "offset"),
        ("ordering=password", "ordering"),
        ("fields=id,nonsense", "fields"),
        ("repository_type=abc", "repository_type"),
        ("updated_after=yesterday", "updated_after"),
        ("search=%00", "search"),
    ],
)
def test_bad_list_parameters_name_their_field(api: Any, query: str, field: str):
    NetworkRouteFactory()

    response = api("viewer").get(f"/api/routes?{query}")

    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["code"], error["details"]["field"]) == ("VALIDATION_ERROR", field)


def test_sparse_fields_search_and_order(api: Any):
    NetworkRouteFactory(circuit_id="LONPAR000001", underlying_carrier="Zebra")
    NetworkRouteFactory(circuit_id="LONPAR000002", underlying_carrier="Aurora")
    client = api("viewer")

    rows = client.get("/api/routes?fields=circuit_id&ordering=underlying_carrier").json()["data"]
    hit = client.get("/api/routes?search=zebra").json()["data"]

    assert rows == [{"circuit_id": "LONPAR000002"}, {"circuit_id": "LONPAR000001"}]
    assert [row["circuit_id"] for row in hit] == ["LONPAR000001"]


def test_every_answer_carries_a_request_id(api: Any):
    client = api("viewer")

    assert client.get("/api/routes", HTTP_X_REQUEST_ID="abc-1")["X-Request-ID"] == "abc-1"
    assert len(client.get("/api/nothing", HTTP_X_REQUEST_ID="a b\n")["X-Request-ID"]) == 36


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/api/nothing",
            {"success": False, "error": {"code": "NOT_FOUND", "message": "Resource not found"}},
        ),
        ("/nothing", {"error": "Not found", "detail": "Not found"}),
        (
            "/api/inventory-records/1.5",
            {"success": False, "error": {"code": "NOT_FOUND", "message": "Resource not found"}},
        ),
        ("/api/inventory/nothing", {"detail": "Not Found"}),
        ("/lab/nothing", {"detail": "Not Found"}),
    ],
)
def test_unknown_paths_answer_in_the_shape_of_their_surface(path: str, body: dict[str, Any]):
    response = APIClient().get(path)

    assert (response.status_code, response.json()) == (404, body)


@pytest.mark.parametrize(
    "path", ["/api/routes", "/api/routes/LONPAR000001", "/api/reservations/1/renew", "/api/auth/me"]
)
def test_a_browser_is_refused_on_a_page_and_never_with_an_error(api: Any, path: str):
    NetworkRouteFactory(circuit_id="LONPAR000001")
    page = {"HTTP_ACCEPT": "text/html,*/*;q=0.8"}

    stranger = api.anonymous.get(path, **page)
    reader = api("viewer").get(path, **page)

    assert (stranger.status_code, stranger["Content-Type"]) == (401, "text/html; charset=utf-8")
    assert reader.status_code == (405 if path.endswith("renew") else 200)
    assert (b'name="_content"' in reader.content) is (path == "/api/auth/me")  # a form to send


def test_an_unknown_id_names_the_resource(api: Any):
    response = api("viewer").get("/api/routes/999999")

    assert response.status_code == 404
    assert response.json()["error"] == {
        "code": "ROUTE_NOT_FOUND",
        "message": 'Route with ID "999999" not found',
    }


def test_csv_is_streamed_and_defused(api: Any):
    NetworkRouteFactory(circuit_id="LONPAR000001", more_details='=HYPERLINK("x")')

    response = api("viewer").get("/api/routes?format=csv")

    lines = text_of(response).splitlines()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="routes.csv"'
    assert lines[0].startswith("circuit_id,location_a,location_b,")
    assert "'=HYPERLINK" in lines[1]


def test_xlsx_holds_the_same_rows(api: Any, settings: Any):
    LocationFactory(location_code="=1+1", latitude=51.5)

    response = api("viewer").get("/api/locations?format=xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:2] == ["'=1+1", "London"]


def test_an_export_over_its_limit_is_a_json_refusal(api: Any, settings: Any):
    settings.EXPORT_MAX_ROWS_XLSX = 1
    LocationFactory.create_batch(2)

    response = api("viewer").get("/api/locations?format=xlsx")

    assert (response.status_code, response.json()["error"]["code"]) == (413, "TOO_LARGE")


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_looks_like_a_formula_gets_an_apostrophe(value: str):
    assert defused(value) == f"'{value}"


def test_a_cursor_walks_the_whole_log_once(api: Any):
    ReservationLogFactory.create_batch(7)
    client, seen, cursor = api("administrator"), [], ""

    for _ in range(4):
        answer = client.get(f"/api/reservation-log?limit=3&cursor={cursor}").json()
        seen += [row["id"] for row in answer["data"]]
        cursor = answer["meta"]["next"]
        if cursor is None:
            break

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 7


@pytest.mark.parametrize("cursor", ["nonsense", "e30=", "W10=", write_cursor(True)])
def test_a_foreign_cursor_is_refused(cursor: str):
    with pytest.raises(InvalidInput):
        read_cursor(cursor)


def test_an_idempotency_key_does_the_work_once(api: Any):
    channel, client = DarkFibreChannelFactory(), api("administrator")
    path = f"/api/dark-fibre-channels/{channel.pk}/reserve"

    first = client.post(path, {"reserved_by": "Jo"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post(path, {"reserved_by": "Jo"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    other = client.post(path, {"reserved_by": "Al"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert other.json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert Reservation.objects.count() == 1


def test_a_refusal_is_forgotten_so_that_the_key_may_be_used_again(api: Any):
    client = api("administrator")

    refused = client.post(
        "/api/reservations", {"channel": 99}, format="json", HTTP_IDEMPOTENCY_KEY="k"
    )

    assert refused.status_code == 404
    assert not IdempotencyKey.objects.exists()


def test_a_stale_version_is_refused_and_nothing_changes(api: Any):
    route, client = NetworkRouteFactory(), api("administrator")
    path = f"/api/routes/{route.circuit_id}"

    first = client.patch(path, {"cable_system": "New"}, format="json", HTTP_IF_MATCH='"1"')
    stale = client.patch(path, {"cable_system": "Old", "expected_version": 1}, format="json")

    assert (first.status_code, first.json()["data"]["version"]) == (200, 2)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "VERSION_CONFLICT")
    assert NetworkRoute.objects.get().cable_system == "New"


def test_all_bad_fields_are_named_at_once(api: Any):
    response = api("administrator").post(
        "/api/routes",
        {"circuit_id": "bad", "bandwidth": "zzz", "mtu": "x", "cost": -1},
        format="json",
    )

    assert response.status_code == 400
    fields = response.json()["error"]["details"]["fields"]
    assert set(fields) == {"circuit_id", "bandwidth", "mtu", "cost"}
    assert not NetworkRoute.objects.exists()


def test_health_is_the_union_that_every_probe_reads():
    answer = APIClient().get("/health")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "service": "scheduler-backend",
        "success": True,
        "data": {"status": "healthy", "service": "opsconductor-backend"},
    }


@pytest.mark.parametrize("path", ["/health", "/api/health/status", "/api/system/health"])
@pytest.mark.parametrize("accept", ["text/plain", "application/xml", "a/b/c;q=z"])
def test_health_answers_a_probe_that_accepts_no_json(path: str, accept: str):
    answer = APIClient().get(path, headers={"accept": accept})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_of_the_schema_hold_no_script_and_ask_no_other_host(path: str):
    page = APIClient().get(path, HTTP_ACCEPT="text/html").content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)|https?://", page) == []
    assert "/api/schema" in page or "script=" in page


def test_details_of_health_are_for_signed_in_people(api: Any):
    assert "checks" not in APIClient().get("/api/system/health").json()["data"]
    assert api("viewer").get("/api/system/health").json()["data"]["checks"]["database"]["healthy"]


def test_global_search_answers_what_the_caller_may_see(api: Any):
    NetworkRouteFactory(circuit_id="LONPAR000001")

    seen = api("viewer").get("/api/search?q=lonpar").json()["data"]
    hidden = api().get("/api/search?q=lonpar").json()["data"]
    blank = api("viewer").get("/api/search?q=")

    assert [hit["label"] for hit in seen] == ["LONPAR000001"]
    assert hidden == []
    assert blank.status_code == 400


@pytest.mark.parametrize("limit", ["0", "51", "00001999", "-1", "1.0", "\u0661", ""])
def test_the_limit_of_a_search_is_1_to_50(api: Any, limit: str):
    answer = api("viewer").get("/api/search", {"q": "lonpar", "limit": limit})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"] == {"limit": ["limit must be from 1 to 50."]}


def test_metrics_are_for_allowed_networks_only(settings: Any):
    settings.METRICS_ALLOWED = ["127.0.0.0/8"]
    shown = APIClient().get("/metrics")
    settings.METRICS_ALLOWED = ["10.0.0.0/8"]
    hidden = APIClient().get("/metrics")

    assert 'patchbay_healthy{what="database"} 1.0' in shown.content.decode()
    assert hidden.status_code == 404
