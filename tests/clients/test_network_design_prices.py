"""Prices, maps, saved searches and the log on the network-inventory surface."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from lxml import etree
from rest_framework.test import APIClient

from networkroutes.models import DesignLog, ExchangeRate, KmzFile, Location
from tests.clients.design import LON2_SNG1, T2, find, price
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory

pytestmark = pytest.mark.django_db
KML = "{http://www.opengis.net/kml/2.2}"


@pytest.mark.parametrize(
    ("segments", "term", "output", "ull", "wanted"),
    [
        ([(1000, "USD")], 1, "USD", False, (1000, 500, 1500, 0)),
        ([(1000, "USD")], 11, "USD", False, (1000, 500, 11500, 0)),
        ([(1000, "USD")], 12, "USD", False, (900, 500, 11300, 10)),
        ([(1000, "USD")], 24, "USD", False, (850, 500, 20900, 15)),
        ([(1000, "USD")], 36, "USD", False, (800, 500, 29300, 20)),
        ([(1000, "USD")], 60, "USD", False, (800, 500, 48500, 20)),
        ([(1000, "USD")], 20_000, "USD", False, (800, 500, 16_000_500, 20)),
        ([], "1e300", "USD", False, (0, 0, 0, 20)),
        ([(1000, "USD")], 36, "USD", True, (920, 787.5, 33907.5, 20)),
        ([(1000, "USD"), (800, "EUR")], 24, "GBP", False, (1237.5, 727.94, 30427.94, 15)),
        ([(1000, "USD"), (800, "eur")], "24", "gbp", True, (1423.13, 1146.51, 35301.51, 15)),
        ([("123.45", "CAD")], 36, "JPY", True, (9994.51, 8555.09, 368357.52, 20)),
        ([(100, None)], None, "EUR", False, (76.5, 42.5, 960.5, 10)),
        ([], 12, "CHF", False, (0, 0, 0, 10)),
        ([(5, "CHF")], 1, "CHF", False, (5, 2.5, 7.5, 0)),
    ],
)
def test_the_contracts_prices(
    open_front_end: APIClient, segments: Any, term: Any, output: str, ull: bool, wanted: Any
) -> None:
    route = [{"cost": cost, "currency": currency} for cost, currency in segments]

    answer = price(
        open_front_end, route, contract_term=term, output_currency=output, include_ull=ull
    ).json()

    found = answer["results"][0]["pricing"]
    names = ("monthlyCost", "setupCost", "totalContractValue", "termDiscount")
    assert tuple(found[name] for name in names) == wanted
    assert (found["currency"], found["includeULL"]) == (output.upper(), ull)


def test_a_price_has_the_recorded_shape(open_front_end: APIClient) -> None:
    route = [
        {"cost": 1000, "currency": "USD"},
        {"cost": 800, "currency": "EUR"},
        {"cost": 150000, "currency": "JPY"},
    ]

    answer = price(
        open_front_end, route, contract_term=12, output_currency="USD", include_ull=False
    ).json()

    assert answer["results"] == [
        {
            "path": ["A", "B"],
            "totalLatency": 1,
            "hops": 1,
            "pricing": {
                "monthlyCost": 2974.33,
                "setupCost": 1652.41,
                "totalContractValue": 37344.39,
                "currency": "USD",
                "termDiscount": 10,
                "contractTerm": 12,
                "includeULL": False,
            },
        }
    ]
    rates = {"USD": 1, "AUD": 1.35, "CAD": 1.25, "JPY": 110, "EUR": 0.85, "GBP": 0.75}
    assert answer["exchangeRates"] == rates
    row = DesignLog.objects.order_by("-pk")[0]
    assert row.action_type == "PRICING_CALCULATION"
    assert row.parameters == {"contract_term": 12, "output_currency": "USD", "include_ull": False}
    assert row.pricing_data == answer["results"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "Paths array is required"),
        ({"paths": {}}, "Paths array is required"),
        ({"paths": [None]}, "Paths array is invalid"),
        ({"paths": [{"route": "A-B"}]}, "Paths array is invalid"),
        ({"paths": [{"path": "A-B"}]}, "Paths array is invalid"),
        ({"paths": [{"route": [5]}]}, "Paths array is invalid"),
        ({"paths": [], "contract_term": "soon"}, "contract_term must be a positive number"),
        (
            {"paths": [{"route": [{"cost": 1}]}], "contract_term": 1e300},
            "The amounts are too large to be priced",
        ),
        ({"paths": [], "contract_term": 0}, "contract_term must be a positive number of months"),
        ({"paths": [{"route": [{"cost": -1}]}]}, "cost must be zero or greater"),
        (
            {"paths": [{"route": [{"cost": 1, "currency": "CHF"}]}]},
            "No active exchange rate for CHF",
        ),
        (
            {"paths": [{"route": [{"cost": 1}]}], "output_currency": "CHF"},
            "No active exchange rate for CHF",
        ),
    ],
)
def test_wrong_prices_are_refused_and_not_logged(
    open_front_end: APIClient, body: Any, error: str
) -> None:
    before = DesignLog.objects.count()

    response = open_front_end.post("/network_design/calculate_pricing", body, format="json")

    assert response.status_code == 400
    assert response.json()["error"].startswith(error)
    assert DesignLog.objects.count() == before


def test_an_inactive_rate_is_none_and_a_stored_usd_rate_is_ignored(
    open_front_end: APIClient,
) -> None:
    ExchangeRate.objects.filter(currency_code="EUR").update(status="Inactive")
    ExchangeRate.objects.filter(currency_code="USD").update(exchange_rate=7)

    refused = price(open_front_end, [{"cost": 1, "currency": "EUR"}])
    answer = price(open_front_end, [{"cost": 100}], contract_term=1).json()

    assert refused.json() == {"error": "No active exchange rate for EUR"}
    assert answer["results"][0]["pricing"]["monthlyCost"] == 100
    assert answer["exchangeRates"]["USD"] == 1
    assert "EUR" not in answer["exchangeRates"]


def test_a_cost_that_differs_from_the_register_is_marked(open_front_end: APIClient) -> None:
    route = NetworkRouteFactory(cost="100", currency="EUR")

    def mark(**segment: Any) -> Any:
        sent = [{"circuit_id": route.circuit_id, **segment}]
        return price(open_front_end, sent).json()["results"][0].get("costMismatch")

    assert mark(cost=100, currency="EUR") is None
    assert mark(cost=99, currency="EUR") is True
    assert mark(cost=100, currency="USD") is True


def test_the_margin_model_prices_as_recorded(open_front_end: APIClient) -> None:
    paths = [
        {"route": [{"cost": 1000, "currency": "USD", "bandwidth": "10000 Mbps"}]},
        {"route": [{"cost": 850, "currency": "EUR", "bandwidth": "10000 Mbps"}]},
    ]

    answer = open_front_end.post(
        "/network_design/calculate_pricing",
        {
            "paths": paths,
            "contract_term": 24,
            "output_currency": "EUR",
            "bandwidth": 1000,
            "source": "IPCLON2",
            "destination": "IPCSNG1",
            "protection_required": True,
        },
        format="json",
    ).json()

    primary, protection = (row["pricing"] for row in answer["results"])
    names = ("allocatedCost", "minimumPrice", "suggestedPrice")
    assert [row["pathType"] for row in answer["results"]] == ["primary", "protection"]
    assert [primary[name] for name in names] == [94.44, 151.11, 209.88]
    assert primary["nrcCharge"] == 425
    assert (primary["minimumMargin"], primary["suggestedMargin"]) == (37.5, 55)
    assert [protection[name] for name in names] == [85, 136, 188.89]
    both = answer["protectionPricing"]
    assert [both[name] for name in names] == [153.94, 246.31, 342.1]
    assert (both["serviceType"], both["nrcCharge"]) == ("protected", 425)
    assert set(both["composition"]) == {"primary", "secondary"}
    assert answer["contractTermDetails"]["minMargin"] == 37.5


@pytest.mark.parametrize(
    ("cost", "mbps", "expected"),
    [
        (1, 1000, {"allocatedCost": 0.11, "minimumMargin": 40, "suggestedMargin": 60}),
        (100, 1, {"allocatedCost": 0.01, "minimumMargin": 40, "suggestedMargin": 60}),
    ],
)
def test_margins_are_those_of_the_unrounded_amounts(
    cost: float, mbps: float, expected: dict[str, float], open_front_end: APIClient
) -> None:
    body = {
        "paths": [{"route": [{"cost": cost, "currency": "USD", "bandwidth": "10000 Mbps"}]}],
        "bandwidth": mbps,
        "source": "IPCLON2",
        "destination": "IPCSNG1",
    }

    answer = open_front_end.post("/network_design/calculate_pricing", body, format="json").json()

    assert answer["results"][0]["pricing"].items() >= expected.items()


def test_a_locations_minimum_price_is_a_floor_in_the_output_currency(
    open_front_end: APIClient,
) -> None:
    Location.objects.filter(location_code="IPCLON2").update(min_price_1000_to_2999mb=400)

    answer = open_front_end.post(
        "/network_design/calculate_pricing",
        {
            "paths": [{"route": [{"cost": 1000, "bandwidth": "10000 Mbps"}]}],
            "contract_term": 18,
            "output_currency": "GBP",
            "bandwidth": 1,
            "bandwidth_unit": "Gbps",
            "source": "IPCLON2",
            "destination": "IPCSNG1",
        },
        format="json",
    ).json()

    found = answer["results"][0]["pricing"]
    assert (found["minimumPrice"], found["suggestedPrice"], found["locationMinimum"]) == (
        300,
        300,
        300,
    )
    assert found["marginEnforced"] is False
    assert found["targetMinMargin"] == 40


def kml_of(client: APIClient, name: str) -> Any:
    """Download a generated map and parse it."""
    content = b"".join(client.get(f"/download_kmz/{name}").streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["doc.kml"]
        return etree.fromstring(archive.read("doc.kml"))


def test_a_generated_map_is_a_kmz_with_points_and_lines(open_front_end: APIClient) -> None:
    LocationFactory(
        location_code="A<&B", latitude=1.5, longitude=-2.123456789, datacenter_name="X & Y"
    )
    paths = [
        {"path": LON2_SNG1, "totalLatency": 141.39999999999998, "hops": 4},
        {"path": ["NOWHERE", "IPCLON2"], "totalLatency": 1, "hops": 1},
        {"path": ["IPCLON2", "A<&B"], "totalLatency": 7, "hops": 1},
    ]

    response = open_front_end.post(
        "/network_design/generate_kmz", {"paths": paths, "metadata": {"by": "me"}}, format="json"
    )

    answer = response.json()
    assert re.fullmatch(r"network_path_\d{13}\.kmz", answer["filename"])
    assert answer["downloadUrl"] == f"/api/download_kmz/{answer['filename']}"
    assert answer["message"] == "KMZ file generated successfully"
    document = kml_of(open_front_end, answer["filename"])[0]
    assert document.findtext(f"{KML}name") == "Network Route Analysis"
    assert re.fullmatch(
        f"Generated by Network Design Tool - {T2}", document.findtext(f"{KML}description")
    )
    places = {place.findtext(f"{KML}name"): place for place in document.iter(f"{KML}Placemark")}
    assert list(places) == [*LON2_SNG1, "A<&B", "Path 1", "Path 3"]
    assert places["Path 1"].findtext(f"{KML}description") == "Latency: 141.4ms, Hops: 4"
    assert places["Path 1"].findtext(f"{KML}styleUrl") == "#redLine"
    assert places["Path 3"].findtext(f"{KML}styleUrl") == "#blueLine"
    assert places["A<&B"].findtext(f"{KML}Point/{KML}coordinates") == "-2.123456789,1.5,0"
    row = DesignLog.objects.order_by("-pk")[0]
    assert (row.action_type, row.kmz_files) == ("KMZ_GENERATION", answer["filename"])
    assert row.parameters == {"paths": paths, "metadata": {"by": "me"}}


def test_maps_of_one_millisecond_have_names_of_their_own(
    open_front_end: APIClient, monkeypatch: Any
) -> None:
    from django.utils import timezone

    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    names = {
        open_front_end.post("/network_design/generate_kmz", {"paths": []}, format="json").json()[
            "filename"
        ]
        for _ in range(3)
    }

    assert len(names) == 3
    assert KmzFile.objects.filter(is_generated=True).count() == 3


def test_a_map_needs_paths(open_front_end: APIClient) -> None:
    for body, error in (
        ({}, "Paths array is required"),
        ({"paths": ["A"]}, "Paths array is invalid"),
        ({"paths": [{"path": "A"}]}, "Paths array is invalid"),
    ):
        response = open_front_end.post("/network_design/generate_kmz", body, format="json")
        assert (response.status_code, response.json()) == (400, {"error": error})
    assert not KmzFile.objects.filter(is_generated=True).exists()


def test_a_search_is_saved_read_and_deleted(open_front_end: APIClient) -> None:
    body = {
        "search_name": "mine",
        "source_location": "IPCLON2",
        "bandwidth_required": "100",
        "include_ull": True,
        "protection_required": 0,
        "carrier_avoidance": ["COLT"],
        "contract_term": 24,
        "search_results": {"a": [1]},
    }

    made = open_front_end.post("/network_design/save_search", body, format="json")
    number = made.json()["id"]
    found = open_front_end.get(f"/network_design/saved_searches/{number}").json()

    assert made.status_code == 201
    assert made.json() == {"id": number, "message": "Search saved successfully"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", found.pop("created_date"))
    assert found == {
        "id": number,
        "search_name": "mine",
        "source_location": "IPCLON2",
        "destination_location": None,
        "bandwidth_required": 100,
        "bandwidth_unit": None,
        "include_ull": 1,
        "protection_required": 0,
        "max_latency": None,
        "carrier_avoidance": ["COLT"],
        "output_currency": None,
        "contract_term": 24,
        "search_results": {"a": [1]},
    }
    assert open_front_end.get("/network_design/saved_searches").json()[0]["id"] == number
    gone = open_front_end.delete(f"/network_design/saved_searches/{number}")
    assert gone.json() == {"message": "Search deleted successfully"}
    for key in (number, "abc", 0):
        for call in (open_front_end.get, open_front_end.delete):
            response = call(f"/network_design/saved_searches/{key}")
            assert (response.status_code, response.json()) == (404, {"error": "Search not found"})


def test_the_log_shows_100_rows_newest_first_and_pages(open_front_end: APIClient) -> None:
    DesignLog.objects.all().delete()
    for number in range(103):
        DesignLog.objects.create(
            action_type="PATH_SEARCH" if number % 2 else "KMZ_GENERATION",
            parameters={"number": number},
        )

    def numbers(query: str = "") -> list[int]:
        rows = open_front_end.get(f"/network_design/audit_logs{query}").json()
        return [row["parameters"]["number"] for row in rows]

    assert numbers() == list(range(102, 2, -1))
    assert numbers("?limit=2&offset=1") == [101, 100]
    assert numbers("?limit=2&action_type=PATH_SEARCH") == [101, 99]
    assert len(numbers("?limit=500")) == 103
    assert numbers(f"?offset={10**20}") == numbers("?offset=103") == []


def test_clearing_the_log_archives_it_and_export_is_csv(open_front_end: APIClient) -> None:
    find(open_front_end, "IPCLON2", "IPCLON7")
    total = DesignLog.objects.count()

    export = open_front_end.get("/network_design/audit_logs/export")
    text = b"".join(export.streaming_content).decode()
    cleared = open_front_end.delete("/network_design/audit_logs")

    assert export["Content-Type"].startswith("text/csv")
    assert text.startswith("id,timestamp,action_type,parameters,results")
    assert cleared.status_code == 200
    assert open_front_end.get("/network_design/audit_logs").json() == []
    assert DesignLog.objects.filter(archived_at__isnull=False).count() == total


def test_who_may_use_the_design_tool(api: Any) -> None:
    reader, provisioner = api("read_only"), api("provisioner")

    assert find(api.anonymous, "A", "B").status_code == 401
    assert find(reader, "A", "B").status_code == 404
    for call in ("get", "delete"):
        path = "/network_design/audit_logs" + ("/export" if call == "get" else "")
        refused = getattr(reader, call)(path)
        assert (refused.status_code, refused.json()) == (403, {"error": "Insufficient permissions"})
        assert getattr(provisioner, call)(path).status_code == 200
