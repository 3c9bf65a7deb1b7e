"""Amounts that no column holds: refused everywhere, and never a row that cannot be read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from networkroutes.models import ExchangeRate, Location, NetworkRoute
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory
from tests.networkroutes.test_bulk import send

pytestmark = pytest.mark.django_db

CIRCUIT = (
    "circuit_id,location_a,location_b,underlying_carrier,cost\nLONPAR000001,LON1,PAR1,Kestrel,"
)
PLACE = (
    "location_code,city,country,datacenter_name,pop_type,status,min_price_under_100mb\n"
    "LON1,London,United Kingdom,One,Primary,Active,"
)


@pytest.mark.parametrize(
    ("module", "text", "amount"),
    [
        ("exchange_rates", "currency_code,exchange_rate\nXQW,", "9e13"),
        ("exchange_rates", "currency_code,exchange_rate\nXQW,", "999999999999.999999999"),
        ("network_routes", CIRCUIT, "99999999999999.99999"),
        ("network_routes", CIRCUIT, "1e300"),
        ("locations", PLACE, "1e13"),
        ("locations", PLACE, "999999999999.995"),
    ],
)
def test_an_upload_refuses_an_amount_that_is_too_large(
    api: Any, module: str, text: str, amount: str
) -> None:
    before = [model.objects.count() for model in (ExchangeRate, NetworkRoute, Location)]

    answer = api("administrator").post(
        f"/bulk-upload/{module}",
        {"csv_file": SimpleUploadedFile("m.csv", f"{text}{amount}\n".encode())},
        format="multipart",
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "Validation failed")
    assert answer.json()["errors"][0].endswith("is too large")
    assert [model.objects.count() for model in (ExchangeRate, NetworkRoute, Location)] == before


@pytest.mark.parametrize("amount", [10**12, 999_999_999_999.996])
def test_a_minimum_price_fits_its_column(api: Any, amount: Any) -> None:
    place, client = LocationFactory(), api("administrator")
    path = f"/locations/{place.pk}/minimum-pricing"

    answer = client.put(path, {"min_price_under_100mb": amount}, format="json")

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "min_price_under_100mb is too large",
    )
    assert client.put(path, {"min_price_under_100mb": 999_999_999_999}, format="json").json()
    place.refresh_from_db()
    assert place.min_price_under_100mb == Decimal(999_999_999_999)


def test_half_a_cent_is_rounded_up_everywhere(api: Any) -> None:
    client, place = api("administrator"), LocationFactory(location_code="LON1")
    price, cost = {"min_price_under_100mb": "400.005"}, "0.00005"

    client.put(f"/locations/{place.pk}/minimum-pricing", price, format="json")
    client.post("/network_routes", {"circuit_id": "LONPAR000001", "cost": cost}, format="json")
    send(client, "locations", PLACE.replace("LON1", "PAR1") + "400.005\n")

    found = Location.objects.order_by("pk").values_list("min_price_under_100mb", flat=True)
    assert list(found) == [Decimal("400.01")] * 2
    assert NetworkRoute.objects.get().cost == Decimal("0.0001")


def test_a_cost_that_rounds_up_to_too_much_is_refused(api: Any) -> None:
    route = NetworkRouteFactory(cost=5)

    answer = api("administrator").put(
        f"/network_routes/{route.circuit_id}", {"cost": "99999999999999.99999"}, format="json"
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "cost is too large")
    route.refresh_from_db()
    assert route.cost == 5


@pytest.mark.parametrize("unit", ["Gbps", "Mbps"])
def test_a_bandwidth_that_cannot_be_reckoned_with_is_refused(api: Any, unit: str) -> None:
    body = {"bandwidth": 1e308, "bandwidth_unit": unit, "source": "A", "destination": "B"}

    answer = api("administrator").post(
        "/network_design/calculate_pricing", {**body, "paths": []}, format="json"
    )

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "bandwidth must be a positive number",
    )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps every digit")
def test_what_sqlite_rounds_up_beyond_its_column_can_still_be_read() -> None:
    route = NetworkRouteFactory()
    NetworkRoute.objects.filter(pk=route.pk).update(cost=Decimal("99999999999999.9999"))

    route.refresh_from_db()

    assert route.cost == Decimal("100000000000000.0000")
