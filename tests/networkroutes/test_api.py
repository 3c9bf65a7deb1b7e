"""The native surface of the register: verbs, refusals, permissions, constant query counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from networkroutes.models import (
    DarkFibreChannel,
    ExchangeRate,
    Location,
    NetworkRoute,
    ReservationLog,
    TestResultsFile,
)
from networkroutes.services import rates
from tests.factories.networkroutes import (
    BulkUploadFactory,
    CarrierFactory,
    DarkFibreChannelFactory,
    ExchangeRateFactory,
    LocationFactory,
    NetworkRouteFactory,
    PricingConfigFactory,
    PromoRuleFactory,
    RepositoryFieldFactory,
    RepositoryTypeFactory,
    ReservationFactory,
    ReservationLogFactory,
    SavedSearchFactory,
    TestResultsFileFactory,
)

pytestmark = pytest.mark.django_db

LISTS = {
    "/api/routes": NetworkRouteFactory,
    "/api/repository-types": RepositoryTypeFactory,
    "/api/dark-fibre-channels": DarkFibreChannelFactory,
    "/api/reservations": ReservationFactory,
    "/api/reservation-log": ReservationLogFactory,
    "/api/locations": LocationFactory,
    "/api/exchange-rates": ExchangeRateFactory,
    "/api/test-results-files": TestResultsFileFactory,
}
EXPORTED = {
    **{path: made for path, made in LISTS.items() if path != "/api/test-results-files"},
    "/api/bulk-uploads": BulkUploadFactory,
    "/api/network-design/searches": SavedSearchFactory,
    "/api/pricing-rules": PricingConfigFactory,
    "/api/promo-rules": PromoRuleFactory,
    "/api/repository-fields": RepositoryFieldFactory,
}


@pytest.mark.parametrize("path", [path for path in LISTS if path != "/api/repository-types"])
def test_a_filter_that_a_list_does_not_know_is_refused_by_name(api: Any, path: str):
    client = api("administrator")

    refused = client.get(f"{path}?limit=5&colour=red")
    known = client.get(f"{path}?limit=5&offset=0&ordering=&search=&fields=&format=json")

    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert list(error["details"]["fields"]) == ["colour"]
    assert error["details"]["fields"]["colour"][0].startswith("Unknown filter; known: ")
    assert known.status_code == 200


def test_columns_that_people_filter_by_are_filters(api: Any):
    NetworkRouteFactory(underlying_carrier="Kestrel", bandwidth="10Gb", mtu=9000)
    NetworkRouteFactory(underlying_carrier="Kestrel", bandwidth="Dark Fiber", mtu=1500)
    LocationFactory(location_code="LON1", region="EMEA")
    LocationFactory(location_code="SNG1", region="APAC")
    client = api("administrator")

    def total(query: str) -> int:
        return client.get(f"/api/{query}").json()["meta"]["total"]

    assert total("routes?underlying_carrier=kestrel&bandwidth=10gb&mtu=9000") == 1
    assert total("routes?underlying_carrier=nobody") == 0
    assert total("locations?region=APAC") == total("locations?location_code=LON1") == 1
    assert total("exchange-rates?currency_code=EUR") == 1


@pytest.mark.parametrize("path", LISTS)
def test_a_list_needs_the_same_queries_for_3_and_for_30_rows(api: Any, path: str):
    client, counts = api("administrator"), []
    client.get(path)

    for batch in (3, 27):
        LISTS[path].create_batch(batch)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(path)
        counts.append(len(queries))
        assert answer.status_code == 200

    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize("path", LISTS)
def test_strangers_get_401_and_people_without_the_right_403(api: Any, path: str):
    assert api.anonymous.get(path).status_code == 401
    refused = api().get(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("path", EXPORTED)
def test_every_list_is_exported_as_csv(api: Any, path: str):
    EXPORTED[path].create_batch(2)

    response = api("administrator").get(f"{path}?format=csv")

    body = b"".join(response.streaming_content).decode().splitlines()
    assert response.status_code == 200
    assert len(body) >= 3


def test_a_circuit_is_made_read_changed_and_removed(api: Any):
    client = api("administrator")

    made = client.post(
        "/api/routes",
        {"circuit_id": "LONPAR000001", "bandwidth": "Dark Fiber", "cost": 1200.5, "mtu": 9000},
        format="json",
    )
    by_ucn = client.get("/api/routes/LONPAR000001").json()["data"]
    by_id = client.get(f"/api/routes/{by_ucn['id']}").json()["data"]
    removed = client.delete("/api/routes/LONPAR000001")

    assert made.status_code == 201
    assert (by_ucn["cost"], by_ucn["mtu"], by_ucn["channel_count"]) == (1200.5, 9000, 0)
    assert by_id == by_ucn
    assert (removed.status_code, removed.content) == (204, b"")
    assert not NetworkRoute.objects.exists()


def test_a_taken_ucn_is_a_conflict(api: Any):
    NetworkRouteFactory(circuit_id="LONPAR000001")

    response = api("administrator").post(
        "/api/routes", {"circuit_id": "LONPAR000001"}, format="json"
    )

    assert (response.status_code, response.json()["error"]["code"]) == (409, "ROUTE_CONFLICT")
    assert NetworkRoute.objects.count() == 1


def test_the_ucn_never_changes(api: Any):
    NetworkRouteFactory(circuit_id="LONPAR000001")

    response = api("administrator").patch(
        "/api/routes/LONPAR000001", {"circuit_id": "LONPAR000002"}, format="json"
    )

    assert response.status_code == 400
    assert NetworkRoute.objects.get().circuit_id == "LONPAR000001"


def test_a_patch_changes_only_what_it_names(api: Any):
    NetworkRouteFactory(circuit_id="LONPAR000001", cable_system="Keep")

    answer = api("administrator").patch(
        "/api/routes/LONPAR000001", {"is_special": True}, format="json"
    )

    assert answer.json()["data"]["is_special"] is True
    assert NetworkRoute.objects.get().cable_system == "Keep"


def test_channels_show_and_change_their_holder(api: Any):
    client, channel = api("administrator"), DarkFibreChannelFactory()
    path = f"/api/dark-fibre-channels/{channel.pk}"

    made = client.post(f"{path}/reserve", {}, format="json")
    shown = client.get(path).json()["data"]["reservation"]
    taken = client.post(f"{path}/reserve", {"reserved_by": "Al"}, format="json")
    released = client.post(f"{path}/release", {}, format="json")
    again = client.post(f"{path}/release", {}, format="json")

    assert made.json()["data"]["reserved_by"] == shown["reserved_by"] == client.user.shown_name
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "CHANNEL_RESERVED")
    assert taken.json()["error"]["details"]["reserved_by"] == client.user.shown_name
    assert released.json()["data"]["status"] == "released"
    assert (again.status_code, again.json()["error"]["code"]) == (409, "CHANNEL_NOT_RESERVED")
    assert list(ReservationLog.objects.values_list("action", flat=True)) == ["RELEASED", "RESERVED"]


def test_the_holder_renews_and_others_do_not(api: Any):
    client, other = api("administrator"), api("administrator")
    held = ReservationFactory(holder=client.user)

    refused = other.post(f"/api/reservations/{held.pk}/renew")
    kept = client.post(f"/api/reservations/{held.pk}/renew")

    assert (refused.status_code, refused.json()["error"]["code"]) == (
        409,
        "RESERVATION_NOT_RENEWABLE",
    )
    assert kept.status_code == 200
    held.refresh_from_db()
    assert kept.json()["data"]["is_active"] is True


def test_reservations_filter_by_holder_and_state(api: Any):
    client = api("administrator")
    mine = ReservationFactory(holder=client.user)
    ReservationFactory()

    rows = client.get("/api/reservations?mine=true&status=open").json()["data"]

    assert [row["id"] for row in rows] == [mine.pk]


def test_a_misspelt_field_of_a_verb_is_noticed(api: Any):
    channel = DarkFibreChannelFactory()

    response = api("administrator").post(
        f"/api/dark-fibre-channels/{channel.pk}/reserve", {"reservd_by": "Jo"}, format="json"
    )

    assert response.json()["error"]["details"]["fields"] == {"reservd_by": ["Unknown field."]}
    assert not ReservationLog.objects.exists()


def test_locations_and_rates_keep_their_keys(api: Any):
    client = api("administrator")

    place = client.post(
        "/api/locations", {"location_code": "X1", "city": "A", "country": "B"}, format="json"
    )
    twin = client.post(
        "/api/locations", {"location_code": "X1", "city": "A", "country": "B"}, format="json"
    )
    rate = client.post(
        "/api/exchange-rates", {"currency_code": " chf ", "exchange_rate": 0.9}, format="json"
    )
    usd = ExchangeRate.objects.get(currency_code="USD")
    base = client.patch(f"/api/exchange-rates/{usd.pk}", {"exchange_rate": 2}, format="json")
    zero = client.patch(
        f"/api/exchange-rates/{rate.json()['data']['id']}", {"exchange_rate": 0}, format="json"
    )

    assert (place.status_code, twin.status_code, rate.status_code) == (201, 409, 201)
    assert rate.json()["data"]["currency_code"] == "CHF"
    assert (base.status_code, base.json()["error"]["code"]) == (400, "BASE_CURRENCY")
    assert (zero.status_code, zero.json()["error"]["message"]) == (
        400,
        "exchange_rate must be a positive number",
    )
    assert Location.objects.count() == 1


def test_files_go_up_and_come_down(api: Any):
    client = api("administrator")
    NetworkRouteFactory(circuit_id="LONPAR000001")
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]

    made = client.post(
        "/api/routes/LONPAR000001/test-results", {"files": files}, format="multipart"
    )
    one = client.get(f"/api/test-results-files/{made.json()['data'][0]['id']}/content")
    archive = client.get("/api/routes/LONPAR000001/test-results/archive")
    none = client.get("/api/routes/LONPAR000001/kmz")

    assert made.status_code == 201
    assert b"".join(one.streaming_content) == b"one"
    assert one["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert archive["Content-Length"] == str(len(b"".join(archive.streaming_content)))
    assert (none.status_code, none.json()["error"]["code"]) == (404, "ROUTE_FILE_NOT_FOUND")
    assert TestResultsFile.objects.count() == 2


@pytest.mark.parametrize("key", ["0", "abc", "99999999999999999999", "%00", "-1", "1.5", "é"])
@pytest.mark.parametrize("path", ["/api/routes", "/api/dark-fibre-channels", "/api/reservations"])
def test_hostile_ids_are_404(api: Any, path: str, key: str):
    response = api("administrator").get(f"{path}/{key}")

    assert response.status_code == 404
    assert response.json()["success"] is False


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b'{"circuit_id": {"a": [1]}}']
)
def test_hostile_bodies_are_400(api: Any, body: bytes):
    response = api("administrator").post("/api/routes", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "VALIDATION_ERROR"
    assert not NetworkRoute.objects.exists()


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE x; --", "\u202e", "🚀"]
)
def test_hostile_text_comes_back_as_it_went(api: Any, text: str):
    client = api("administrator")

    client.post("/api/routes", {"circuit_id": "LONPAR000001", "more_details": text}, format="json")

    assert client.get("/api/routes/LONPAR000001").json()["data"]["more_details"] == text
    assert DarkFibreChannel.objects.count() == 0


def test_null_characters_are_refused(api: Any):
    client = api("administrator")

    route = client.post(
        "/api/routes", {"circuit_id": "LONPAR000001", "more_details": "a\x00b"}, format="json"
    )
    channel = client.post("/api/dark-fibre-channels", {"circuit_id": "a\x00b"}, format="json")

    assert (route.status_code, channel.status_code) == (400, 400)
    assert list(channel.json()["error"]["details"]["fields"]) == ["circuit_id"]
    assert not NetworkRoute.objects.exists()


def test_due_rates_are_noted_once_per_due_date():
    soon = timezone.now() + timedelta(days=4)
    ExchangeRateFactory(currency_code="CHF", next_update_due=soon)
    ExchangeRate.objects.filter(currency_code="USD").update(next_update_due=soon)

    assert (rates.note_due_rates(), rates.note_due_rates()) == (1, 0)

    assert AuditEntry.objects.get(verb="rate.due").object_label == "CHF"


@pytest.mark.parametrize(
    ("path", "make", "same"),
    [
        ("routes", NetworkRouteFactory, {"mtu": 9000}),
        ("dark-fibre-channels", DarkFibreChannelFactory, {"equipment": "OTN"}),
        ("locations", LocationFactory, {"city": "Paris"}),
        ("carriers", CarrierFactory, {"region": "EMEA"}),
    ],
)
def test_a_change_of_nothing_writes_nothing_and_one_to_the_same_only_its_time(
    api: Any, path: str, make: Any, same: dict[str, Any]
) -> None:
    """Contract 2.1 sets `updated_at` on every update; carriers came later."""
    row, client = make(**same), api("administrator")
    row.refresh_from_db()
    address = f"/api/{path}/{getattr(row, 'circuit_id', row.pk)}"
    times = [name for name in ("updated_at", "updated_by", "version") if hasattr(row, name)]
    before = {name: getattr(row, name) for name in times}

    for body in ({"nothing_like_this": 1}, {}):
        answer = client.patch(address, body, format="json")
        assert answer.status_code == 200, answer.content
        row.refresh_from_db()
        assert {name: getattr(row, name) for name in times} == before, body
    assert not AuditEntry.objects.filter(verb__endswith=".updated").exists()

    assert client.patch(address, same, format="json").status_code == 200
    row.refresh_from_db()
    assert row.version == before["version"]
    assert (row.updated_at > before["updated_at"]) == (path != "carriers")
