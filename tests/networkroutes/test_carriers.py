"""The carrier directory, contacts, capabilities, minimum prices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from networkroutes.models import Carrier, CarrierContact, ExchangeRate
from tests.factories.networkroutes import (
    CarrierContactFactory,
    CarrierFactory,
    DarkFibreChannelFactory,
    KmzFileFactory,
    LocationFactory,
    NetworkRouteFactory,
)

pytestmark = pytest.mark.django_db


def test_a_name_is_unique_in_its_region_whatever_case_and_spaces(api: Any) -> None:
    client = api("provisioner")
    body = {"carrier_name": " Aurora   Fibre ", "region": "EMEA", "status": "active"}

    made = client.post("/carrier_directory", body, format="json")
    again = client.post("/carrier_directory", {**body, "carrier_name": "AURORA fibre"})
    elsewhere = client.post("/carrier_directory", {**body, "region": "apac"}, format="json")
    native = client.post("/api/carriers", {**body, "carrier_name": "aurora fibre"}, format="json")

    assert made.status_code == elsewhere.status_code == 201
    assert made.json()["carrier_name"] == "Aurora Fibre"
    assert again.status_code == native.status_code == 400
    assert native.json()["error"]["code"] == "CARRIER_INVALID"
    assert Carrier.objects.count() == 2


def test_letters_beyond_ascii_are_folded_too(api: Any) -> None:
    client = api("administrator")
    CarrierFactory(carrier_name="Ünité Télécom", region="EMEA")
    file = SimpleUploadedFile(
        "rows.csv", "carrier_name,region,status\nÜNITÉ télécom,emea,active\n".encode(), "text/csv"
    )

    again = client.post(
        "/carrier_directory", {"carrier_name": "ünité TÉLÉCOM", "region": "EMEA"}, format="json"
    )
    bulk = client.post("/bulk-upload/carriers", {"csv_file": file}, format="multipart")

    assert again.status_code == bulk.status_code == 400
    assert bulk.json()["errors"] == [
        "Row 2: carrier_name, region ÜNITÉ télécom, EMEA already exists"
    ]
    assert Carrier.objects.count() == 1


def test_a_letter_with_two_small_forms_is_one_letter(api: Any) -> None:
    client = api("administrator")
    CarrierFactory(carrier_name="Δας Net", region="EMEA")
    head = "carrier_name,region,status\n"
    rows = ("ΔΑΣ net,EMEA,active\n", "Μδ Net,EMEA,active\nµδ net,EMEA,active\n")
    files = [SimpleUploadedFile("rows.csv", (head + row).encode(), "text/csv") for row in rows]

    again = client.post(
        "/carrier_directory", {"carrier_name": "δασ net", "region": "EMEA"}, format="json"
    )
    taken, twice = (
        client.post("/bulk-upload/carriers", {"csv_file": file}, format="multipart")
        for file in files
    )

    assert again.json() == {"error": "Carrier δασ net already exists in region EMEA"}
    assert taken.json()["errors"] == ["Row 2: carrier_name, region ΔΑΣ net, EMEA already exists"]
    assert twice.json()["errors"] == ["Row 3: carrier_name, region is the same as in row 2"]
    assert Carrier.objects.count() == 1


def test_search_gives_active_carriers_with_a_name_for_people(api: Any) -> None:
    CarrierFactory(carrier_name="Aurora Fibre", region="EMEA")
    CarrierFactory(carrier_name="Aurora Old", status="inactive")
    client = api("read_only")

    found = client.get("/carrier_directory/search?q=auro").json()

    assert [row["display_name"] for row in found] == ["Aurora Fibre (EMEA)"]
    assert client.get("/carrier_directory/search?q=a").json() == []


def test_a_carrier_with_contacts_is_not_deleted(api: Any) -> None:
    contact = CarrierContactFactory()
    client, key = api("administrator"), contact.carrier_id

    refused = client.delete(f"/carrier_directory/{key}")
    gone = client.delete(f"/carrier_directory/{key}/contacts/{contact.pk}")
    after = client.delete(f"/carrier_directory/{key}")

    assert refused.status_code == 400
    assert "existing contacts" in refused.json()["error"]
    assert (gone.status_code, after.status_code) == (200, 200)
    assert not Carrier.objects.exists()


def test_contacts_wait_to_be_confirmed_after_365_days_even_if_approved_before(api: Any) -> None:
    now = timezone.now()
    old = CarrierContactFactory(
        last_updated=now - timedelta(days=400), approved_at=now - timedelta(days=400)
    )
    CarrierContactFactory(last_updated=now - timedelta(days=364))
    client = api("provisioner")

    overdue = client.get("/carrier_directory/overdue-contacts").json()
    path = f"/carrier_directory/{old.carrier_id}/contacts/{old.pk}/approve"
    approved = client.post(path).json()

    assert [
        (row["id"], row["days_since_update"], row["years_since_update"]) for row in overdue
    ] == [(old.pk, 400, 1.1)]
    assert approved["approved_by"] == client.user.username
    assert client.get("/carrier_directory/overdue-contacts").json() == []
    assert api("read_only").get("/carrier_directory/overdue-contacts").status_code == 403


def test_contacts_are_added_and_replaced(api: Any) -> None:
    carrier, client = CarrierFactory(), api("provisioner")
    path = f"/carrier_directory/{carrier.pk}/contacts"

    made = client.post(path, {"contact_name": "NOC", "contact_level": 1}, format="json").json()
    client.put(f"{path}/{made['id']}", {"contact_name": "Desk"}, format="json")
    wrong = client.post(path, {"contact_email": "x@example.net"}, format="json")
    unknown = client.get("/carrier_directory/999/contacts")

    contact = CarrierContact.objects.get()
    assert (contact.contact_name, contact.contact_level) == ("Desk", "")
    assert (wrong.status_code, wrong.json()) == (400, {"error": "contact_name is required"})
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Carrier not found"})


def test_native_carriers_and_contacts(api: Any) -> None:
    client = api("administrator")
    carrier = client.post(
        "/api/carriers", {"carrier_name": "Aurora", "region": "EMEA"}, format="json"
    ).json()["data"]
    contact = client.post(
        "/api/carrier-contacts",
        {"carrier": carrier["id"], "contact_name": "NOC"},
        format="json",
    ).json()["data"]

    stale = client.patch(
        f"/api/carriers/{carrier['id']}",
        {"status": "inactive", "expected_version": 7},
        format="json",
    )
    kept = client.post(f"/api/carrier-contacts/{contact['id']}/approve")

    assert stale.status_code == 409
    assert kept.json()["data"]["approved_by"] == client.user.pk
    assert client.get("/api/carrier-contacts?is_overdue=true").json()["meta"]["total"] == 0
    assert client.get("/api/carriers").json()["data"][0]["contact_count"] == 1


def test_capabilities_are_all_false_until_set(api: Any) -> None:
    place, client = LocationFactory(), api("administrator")
    path = f"/locations/{place.pk}/capabilities"

    before = client.get(path).json()
    made = client.post(path, {"cnx_voice": True}, format="json")
    replaced = client.post(path, {"cnx_sdwan": 1}, format="json")
    after = client.get(path).json()

    assert len(before) == 14
    assert not any(value for key, value in before.items() if key != "location_id")
    assert (made.status_code, replaced.status_code) == (201, 200)
    assert (after["cnx_voice"], after["cnx_sdwan"]) == (False, True)
    assert client.get("/locations/999999/capabilities").status_code == 404
    assert client.get(f"/api/locations/{place.pk}/capabilities").json()["data"]["cnx_sdwan"] is True


def test_minimum_prices_are_the_administrators(api: Any) -> None:
    place = LocationFactory()
    path = f"/locations/{place.pk}/minimum-pricing"

    good = api("administrator").put(path, {"min_price_under_100mb": "300"}, format="json")
    bad = api("administrator").put(path, {"min_price_under_100mb": -1}, format="json")
    denied = api("provisioner").put(path, {}, format="json")

    place.refresh_from_db()
    assert (good.status_code, place.min_price_under_100mb) == (200, 300)
    assert (bad.status_code, denied.status_code) == (400, 403)


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_minimum_price_that_is_cleared_is_none(api: Any, blank: Any) -> None:
    place = LocationFactory(min_price_under_100mb=300, min_price_3000mb_plus=900)
    path = f"/locations/{place.pk}/minimum-pricing"

    answer = api("administrator").put(path, {"min_price_under_100mb": blank}, format="json")

    place.refresh_from_db()
    assert (answer.status_code, answer.json()["min_price_under_100mb"]) == (200, 0)
    assert (place.min_price_under_100mb, place.min_price_3000mb_plus) == (0, 900)


def test_a_rate_is_deleted_unless_it_is_usd_or_in_use(api: Any) -> None:
    client = api("administrator")
    NetworkRouteFactory(cost="1", currency="eur")

    def delete(code: str) -> Any:
        return client.delete(f"/exchange_rates/{ExchangeRate.objects.get(currency_code=code).pk}")

    assert delete("USD").json() == {"error": "USD is the base currency and cannot be deleted"}
    assert delete("EUR").json()["error"].startswith("Exchange Rate in use")
    assert delete("JPY").json() == {"message": "Exchange rate deleted successfully"}
    assert not ExchangeRate.objects.filter(currency_code="JPY").exists()


def test_a_map_is_taken_off_a_circuit(api: Any) -> None:
    file = KmzFileFactory()
    route = NetworkRouteFactory(kmz_file_path=file.filename)
    client = api("administrator")
    path = f"/network_routes/{route.circuit_id}/delete_kmz"

    assert client.delete(path).json() == {"message": "KMZ file deleted successfully"}
    assert client.delete(path).json() == {"error": "No KMZ file to delete"}
    unknown = client.delete("/network_routes/NOBODY000000/delete_kmz")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Route not found"})


def test_later_fields_of_a_circuit_are_kept_by_a_put_without_them(api: Any) -> None:
    client = api("administrator")
    body = {
        "circuit_id": "AAABBB000001",
        "capacity_usage_percent": "40.5",
        "local_loop_carriers_a": "Loop One",
        "equipment_type": "Cisco",
    }

    client.post("/network_routes", body, format="json")
    client.post("/network_routes", {"circuit_id": "AAABBB000002"}, format="json")
    client.put("/network_routes/AAABBB000001", {"location_a": "X"}, format="json")
    row = client.get("/network_routes/AAABBB000001").json()
    wrong = client.put(
        "/network_routes/AAABBB000001", {"capacity_usage_percent": 101}, format="json"
    )

    assert row["capacity_usage_percent"] == 40.5
    assert (row["equipment_type"], row["created_by"]) == ("Cisco", client.user.username)
    assert wrong.status_code == 400
    unknown = client.get("/network_routes/AAABBB000002").json()
    assert unknown["equipment_type"] == "Nokia"


def test_search_finds_a_circuit_by_the_ucn_of_its_channel(api: Any) -> None:
    channel = DarkFibreChannelFactory(dwdm_ucn="PARLON777777")
    other = NetworkRouteFactory(circuit_id="PARLON777000", capacity_usage_percent=40.5)
    client = api("viewer")

    def found(query: str) -> list[str]:
        return [row["circuit_id"] for row in client.get(f"/network_routes_search?{query}").json()]

    assert found("circuit_id=parlon777") == [channel.route.circuit_id, other.circuit_id]
    assert found("circuit_id=parlon777777") == [channel.route.circuit_id]
    assert found("circuit_id=parlon7770") == [other.circuit_id]
    assert found("capacity_usage_percent=40.5") == [other.circuit_id]
