"""The design tool on the network-inventory surface: recorded exchanges and the contract's rules."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from lxml import etree
from rest_framework.test import APIClient

from networkroutes.models import DesignLog, ExchangeRate, KmzFile, Location, NetworkRoute
from tests.clients.replay import Ids, exchanges, send
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory

pytestmark = pytest.mark.django_db
KML = "{http://www.opengis.net/kml/2.2}"
T2 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
LON2_SNG1 = ["IPCLON2", "IPCLON7", "IPCFFT3", "IPCHKG8", "IPCSNG1"]
SOUTHERN = ["IPCLON2", "IPCLON11", "IPCAUB2", "IPCMRS2", "IPCSNG1"]
BY_NATURE = {"executionTime", "timestamp"}

CONTRACT: dict[int, tuple[int, Any]] = {
    15: (400, {"error": "bandwidth must be a positive number"}),
    16: (
        404,
        {
            "error": "No route found between source and destination",
            "reason": "max_latency",
            "bestLatency": 172.89,
        },
    ),
    19: (200, {"primaryPath": {"path": SOUTHERN, "totalLatency": 178.21}}),
    21: (200, {"primaryPath": {"path": SOUTHERN, "totalLatency": 178.21}}),
    35: (200, {"primaryPath": {"path": ["AAA", "BBB"], "totalLatency": 5}}),
    36: (
        200,
        {
            "primaryPath": {"path": ["AAA", "BBB"], "totalLatency": 5},
            "diversePath": {"path": ["AAA", "DDD", "CCC", "BBB"], "totalLatency": 30},
        },
    ),
    40: (400, {"error": "cost must be zero or greater"}),
    41: (404, {"error": "Destination location GGG not found in network"}),
    56: (200, {"primaryPath": {"path": ["AAA", "BBB", "CCC", "DDD"], "totalLatency": 15}}),
}


@pytest.fixture
def front_end(sample_register: Any, settings: Any) -> APIClient:
    """The front end with the surface switched open, over the sample register."""
    settings.NETWORKROUTES_OPEN_ACCESS = "full"
    return APIClient()


def find(client: APIClient, source: str, destination: str, **body: Any) -> Any:
    """Ask for a path."""
    sent = {"source": source, "destination": destination, **body}
    return client.post("/network_design/find_path", sent, format="json")


def price(client: APIClient, segments: list[Any], **body: Any) -> Any:
    """Ask for the price of one path."""
    path = {"path": ["A", "B"], "totalLatency": 1, "hops": 1, "route": segments}
    return client.post(
        "/network_design/calculate_pricing", {"paths": [path], **body}, format="json"
    )


def within(wanted: Any, found: Any) -> bool:
    """Whether the answer has all of what was recorded; keys beside it are allowed."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and within(item, found[key])
            for key, item in wanted.items()
            if key not in BY_NATURE
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(map(within, wanted, found))
        )
    if isinstance(wanted, float):
        return found == pytest.approx(wanted, abs=1e-6)
    return bool(wanted == found)


def test_recorded_searches_answer_as_recorded_or_as_the_contract_changes_them(
    front_end: APIClient,
) -> None:
    differences = []

    for exchange in exchanges("network_inventory/4"):
        if exchange.path == "/network_design/audit_logs":
            continue
        status, answer = send(front_end, exchange, Ids())
        wanted_status, wanted = CONTRACT.get(exchange.number, (exchange.status, exchange.answer))
        if status != wanted_status or not within(wanted, answer):
            differences.append((exchange.number, exchange.body, status, answer))

    assert not differences, "\n".join(repr(line)[:400] for line in differences)


@pytest.mark.parametrize(
    ("ends", "body", "path", "latency"),
    [
        (("LON2", "SNG1"), {"bandwidth": 10000}, LON2_SNG1, 172.89),
        (("LON2", "AUB2"), {"bandwidth": 100000}, ["IPCLON2", "IPCLON11", "IPCAUB2"], 8.81),
        (("LON2", "LON7"), {"bandwidth": 200000}, ["IPCLON2", "IPCLON7"], 0.25),
        (("LON2", "LON7"), {"bandwidth": "200", "bandwidth_unit": "gbPS"}, None, 0.25),
        (("LON2", "SNG1"), {"constraints": {"carrier_avoidance": [" pccw "]}}, SOUTHERN, 178.21),
        (("LON2", "SNG1"), {"constraints": {"max_latency": 172.89}}, LON2_SNG1, 172.89),
        (("LON2", "SNG1"), {"constraints": {"max_latency": ""}}, LON2_SNG1, 172.89),
        (("LON2", "SNG1"), {"constraints": None, "bandwidth": ""}, LON2_SNG1, 172.89),
    ],
)
def test_the_contracts_paths(
    front_end: APIClient, ends: Any, body: Any, path: Any, latency: float
) -> None:
    answer = find(front_end, f"IPC{ends[0]}", f"IPC{ends[1]}", **body).json()

    assert answer["primaryPath"]["totalLatency"] == latency
    assert path is None or answer["primaryPath"]["path"] == path


@pytest.mark.parametrize(
    ("ends", "body", "error"),
    [
        (("LON2", "SNG1"), {"bandwidth": 10001}, "No route found between source and destination"),
        (("LON2", "AUB2"), {"bandwidth": 100001}, "Destination location IPCAUB2 not found"),
        (("LON2", "LON7"), {"bandwidth": 200001}, "Source location IPCLON2 not found"),
        (
            ("LON2", "SNG1"),
            {"constraints": {"carrier_avoidance": "PCCW, singtel"}},
            "Destination location IPCSNG1 not found",
        ),
        (("LON2", "__proto__"), {}, "Destination location IPC__proto__ not found in network"),
    ],
)
def test_no_path_is_404_with_the_reasons_and_is_logged(
    front_end: APIClient, ends: Any, body: Any, error: str
) -> None:
    DesignLog.objects.all().delete()

    response = find(front_end, f"IPC{ends[0]}", f"IPC{ends[1]}", **body)

    assert response.status_code == 404
    assert response.json()["error"].startswith(error)
    assert {"exclusionReasons", "details"} <= set(response.json())
    assert DesignLog.objects.get().results == {"error": response.json()["error"]}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"bandwidth": "abc"}, "bandwidth must be a positive number"),
        ({"bandwidth": -1}, "bandwidth must be a positive number"),
        ({"bandwidth": True}, "bandwidth must be a positive number"),
        ({"constraints": {"max_latency": 0}}, "max_latency must be a positive number"),
        ({"constraints": {"max_latency": "fast"}}, "max_latency must be a positive number"),
        ({"constraints": {"carrier_avoidance": 5}}, "carrier_avoidance must be a list"),
        ({"constraints": {"carrier_avoidance": [5]}}, "carrier_avoidance must be a list"),
        ({"constraints": "none"}, "constraints must be an object"),
        ({"source": 5}, "Source and destination are required"),
        ({"destination": "IPCLON2"}, "Source and destination cannot be the same"),
    ],
)
def test_wrong_searches_are_refused_with_one_sentence(
    front_end: APIClient, body: Any, error: str
) -> None:
    before = DesignLog.objects.count()

    response = find(front_end, **{"source": "IPCLON2", "destination": "IPCSNG1", **body})

    assert response.status_code == 400
    assert response.json()["error"].startswith(error)
    assert DesignLog.objects.count() == before


def test_the_answer_has_the_recorded_shape_and_the_diverse_path_its_segments(
    front_end: APIClient,
) -> None:
    asked = {"protection_required": True}

    answer = find(
        front_end, "IPCLON2", "IPCSNG1", bandwidth=100, bandwidth_unit="Mbps", constraints=asked
    ).json()

    assert answer["request"] == {
        "source": "IPCLON2",
        "destination": "IPCSNG1",
        "bandwidth": 100,
        "bandwidth_unit": "Mbps",
        "constraints": asked,
    }
    assert answer["primaryPath"]["route"][0] == {
        "from": "IPCLON2",
        "to": "IPCLON7",
        "latency": 0.25,
        "cost": 0,
        "currency": None,
        "bandwidth": "200000 Mbps",
        "carrier": "Zayo",
        "circuit_id": "LONLON123456",
    }
    assert answer["diversePath"]["path"] == SOUTHERN
    assert len(answer["diversePath"]["route"]) == answer["diversePath"]["hops"] == 4
    assert answer["protectionStatus"]["available"] is True
    assert isinstance(answer["executionTime"], int)
    assert re.fullmatch(T2, answer["timestamp"])


def test_unknown_capacity_passes_and_is_shown_as_null(front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", bandwidth=None)

    segment = find(front_end, "X1", "X2", bandwidth=999999).json()["primaryPath"]["route"][0]

    assert segment["bandwidth"] is None


def test_a_unit_after_the_number_of_a_circuit_is_understood(front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", bandwidth="100Gb")

    assert find(front_end, "X1", "X2", bandwidth=100000).status_code == 200
    assert find(front_end, "X1", "X2", bandwidth=100001).status_code == 404


def test_mixed_currencies_are_summed_plainly_and_also_in_usd(front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", cost="1000", currency="USD")
    NetworkRouteFactory(location_a="X2", location_b="X3", cost="850", currency="EUR")
    NetworkRouteFactory(location_a="X3", location_b="X4", cost="1", currency="CHF")

    path = find(front_end, "X1", "X3").json()["primaryPath"]
    unknown = find(front_end, "X1", "X4").json()["primaryPath"]

    assert (path["totalCost"], path["currencies"], path["totalCostUSD"]) == (
        1850,
        ["USD", "EUR"],
        2000,
    )
    assert unknown["totalCostUSD"] is None


def test_later_filters_apply_only_where_their_key_is_sent(front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", is_special=True, mtu=1400)

    assert find(front_end, "X1", "X2").status_code == 200
    assert find(front_end, "X1", "X2", include_ull=True).status_code == 200
    refused = find(front_end, "X1", "X2", include_ull=False).json()["exclusionReasons"]
    narrow = find(front_end, "X1", "X2", constraints={"mtu_required": 1500}).json()

    assert refused["ull_restriction"]["routes"][-1]["route"] == "X1 <-> X2"
    assert narrow["exclusionReasons"]["mtu_requirement"]["count"] == 1


def test_a_circuit_is_counted_under_the_first_rule_it_fails(front_end: APIClient) -> None:
    route = NetworkRouteFactory(
        location_a="X1",
        location_b="X2",
        bandwidth="100",
        is_special=True,
        equipment_type="Cisco",
        local_loop_carriers_a="Loop One, Pelagia",
    )
    asked = {"carrier_avoidance": ["aurora fibre", "pelagia"], "mtu_required": 9999}

    def reason_of(**body: Any) -> str:
        reasons = find(
            front_end, "X1", "X2", include_ull=False, use_cisco_only_routes=False, **body
        ).json()["exclusionReasons"]
        return next(
            name
            for name, found in reasons.items()
            if isinstance(found, dict)
            and route.circuit_id in [row["circuit_id"] for row in found["routes"]]
        )

    assert reason_of(bandwidth=1000, constraints=asked) == "bandwidth"
    assert reason_of(bandwidth=10, constraints=asked) == "carrier_avoidance"
    NetworkRoute.objects.filter(pk=route.pk).update(underlying_carrier="Other", version=2)
    assert reason_of(bandwidth=10, constraints=asked) == "local_loop_carrier_avoidance"
    assert reason_of(constraints={"mtu_required": 9999}) == "equipment_restriction"
    NetworkRoute.objects.filter(pk=route.pk).update(equipment_type=None, version=3)
    assert reason_of(constraints={"mtu_required": 9999, "x": 1}) == "mtu_requirement"
    assert reason_of() == "ull_restriction"


def test_a_location_under_decommission_is_closed_to_every_search(front_end: APIClient) -> None:
    LocationFactory(location_code="X2", status="Under Decommission")
    NetworkRouteFactory(location_a="X1", location_b="X2")

    response = find(front_end, "X1", "X2")

    assert response.status_code == 404
    assert response.json()["exclusionReasons"]["decommission_pop"]["count"] == 1


def test_a_change_of_the_register_is_seen_by_the_next_search(front_end: APIClient) -> None:
    assert find(front_end, "X1", "X2").status_code == 404
    front_end.post(
        "/network_routes",
        {"circuit_id": "XAAXBB000001", "location_a": "X1", "location_b": "X2"},
        format="json",
    )

    assert find(front_end, "X1", "X2").json()["primaryPath"]["totalLatency"] == 100
    front_end.put(
        "/network_routes/XAAXBB000001",
        {"location_a": "X1", "location_b": "X2", "expected_latency": 3},
        format="json",
    )
    assert find(front_end, "X1", "X2").json()["primaryPath"]["totalLatency"] == 3
    front_end.delete("/network_routes/XAAXBB000001")
    assert find(front_end, "X1", "X2").status_code == 404


def test_searches_are_logged_with_customer_and_address(front_end: APIClient) -> None:
    find(
        front_end,
        "IPCLON2",
        "IPCLON7",
        bandwidth_unit="Mbps",
        quote_request_id="Q-1",
        customer_name="",
    )

    row = front_end.get("/network_design/audit_logs").json()[0]

    assert row["action_type"] == "PATH_SEARCH"
    assert row["parameters"] == {
        "source": "IPCLON2",
        "destination": "IPCLON7",
        "bandwidth_unit": "Mbps",
        "constraints": {},
        "quote_request_id": "Q-1",
    }
    assert row["results"] == {
        "primaryPath": {"path": ["IPCLON2", "IPCLON7"], "totalLatency": 0.25, "hops": 1},
        "diversePath": None,
        "totalCost": 0,
    }
    assert row["ip_address"] == "127.0.0.1"
    assert isinstance(row["execution_time"], int)


@pytest.mark.parametrize(
    ("segments", "term", "output", "ull", "wanted"),
    [
        ([(1000, "USD")], 1, "USD", False, (1000, 500, 1500, 0)),
        ([(1000, "USD")], 11, "USD", False, (1000, 500, 11500, 0)),
        ([(1000, "USD")], 12, "USD", False, (900, 500, 11300, 10)),
        ([(1000, "USD")], 24, "USD", False, (850, 500, 20900, 15)),
        ([(1000, "USD")], 36, "USD", False, (800, 500, 29300, 20)),
        ([(1000, "USD")], 60, "USD", False, (800, 500, 48500, 20)),
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
    front_end: APIClient, segments: Any, term: Any, output: str, ull: bool, wanted: Any
) -> None:
    route = [{"cost": cost, "currency": currency} for cost, currency in segments]

    answer = price(
        front_end, route, contract_term=term, output_currency=output, include_ull=ull
    ).json()

    found = answer["results"][0]["pricing"]
    names = ("monthlyCost", "setupCost", "totalContractValue", "termDiscount")
    assert tuple(found[name] for name in names) == wanted
    assert (found["currency"], found["includeULL"]) == (output.upper(), ull)


def test_a_price_has_the_recorded_shape(front_end: APIClient) -> None:
    route = [
        {"cost": 1000, "currency": "USD"},
        {"cost": 800, "currency": "EUR"},
        {"cost": 150000, "currency": "JPY"},
    ]

    answer = price(
        front_end, route, contract_term=12, output_currency="USD", include_ull=False
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
    front_end: APIClient, body: Any, error: str
) -> None:
    before = DesignLog.objects.count()

    response = front_end.post("/network_design/calculate_pricing", body, format="json")

    assert response.status_code == 400
    assert response.json()["error"].startswith(error)
    assert DesignLog.objects.count() == before


def test_an_inactive_rate_is_none_and_a_stored_usd_rate_is_ignored(front_end: APIClient) -> None:
    ExchangeRate.objects.filter(currency_code="EUR").update(status="Inactive")
    ExchangeRate.objects.filter(currency_code="USD").update(exchange_rate=7)

    refused = price(front_end, [{"cost": 1, "currency": "EUR"}])
    answer = price(front_end, [{"cost": 100}], contract_term=1).json()

    assert refused.json() == {"error": "No active exchange rate for EUR"}
    assert answer["results"][0]["pricing"]["monthlyCost"] == 100
    assert answer["exchangeRates"]["USD"] == 1
    assert "EUR" not in answer["exchangeRates"]


def test_a_cost_that_differs_from_the_register_is_marked(front_end: APIClient) -> None:
    route = NetworkRouteFactory(cost="100", currency="EUR")

    def mark(**segment: Any) -> Any:
        sent = [{"circuit_id": route.circuit_id, **segment}]
        return price(front_end, sent).json()["results"][0].get("costMismatch")

    assert mark(cost=100, currency="EUR") is None
    assert mark(cost=99, currency="EUR") is True
    assert mark(cost=100, currency="USD") is True


def test_the_margin_model_prices_as_recorded(front_end: APIClient) -> None:
    paths = [
        {"route": [{"cost": 1000, "currency": "USD", "bandwidth": "10000 Mbps"}]},
        {"route": [{"cost": 850, "currency": "EUR", "bandwidth": "10000 Mbps"}]},
    ]

    answer = front_end.post(
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


def test_a_locations_minimum_price_is_a_floor_in_the_output_currency(front_end: APIClient) -> None:
    Location.objects.filter(location_code="IPCLON2").update(min_price_1000_to_2999mb=400)

    answer = front_end.post(
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


def test_a_generated_map_is_a_kmz_with_points_and_lines(front_end: APIClient) -> None:
    LocationFactory(location_code="A<&B", latitude=1.5, longitude=-2, datacenter_name="X & Y")
    paths = [
        {"path": LON2_SNG1, "totalLatency": 141.39999999999998, "hops": 4},
        {"path": ["NOWHERE", "IPCLON2"], "totalLatency": 1, "hops": 1},
        {"path": ["IPCLON2", "A<&B"], "totalLatency": 7, "hops": 1},
    ]

    response = front_end.post(
        "/network_design/generate_kmz", {"paths": paths, "metadata": {"by": "me"}}, format="json"
    )

    answer = response.json()
    assert re.fullmatch(r"network_path_\d{13}\.kmz", answer["filename"])
    assert answer["downloadUrl"] == f"/api/download_kmz/{answer['filename']}"
    assert answer["message"] == "KMZ file generated successfully"
    document = kml_of(front_end, answer["filename"])[0]
    assert document.findtext(f"{KML}name") == "Network Route Analysis"
    assert re.fullmatch(
        f"Generated by Network Design Tool - {T2}", document.findtext(f"{KML}description")
    )
    places = {place.findtext(f"{KML}name"): place for place in document.iter(f"{KML}Placemark")}
    assert list(places) == [*LON2_SNG1, "A<&B", "Path 1", "Path 3"]
    assert places["Path 1"].findtext(f"{KML}description") == "Latency: 141.4ms, Hops: 4"
    assert places["Path 1"].findtext(f"{KML}styleUrl") == "#redLine"
    assert places["Path 3"].findtext(f"{KML}styleUrl") == "#blueLine"
    assert places["A<&B"].findtext(f"{KML}Point/{KML}coordinates") == "-2,1.5,0"
    row = DesignLog.objects.order_by("-pk")[0]
    assert (row.action_type, row.kmz_files) == ("KMZ_GENERATION", answer["filename"])
    assert row.parameters == {"paths": paths, "metadata": {"by": "me"}}


def test_maps_of_one_millisecond_have_names_of_their_own(
    front_end: APIClient, monkeypatch: Any
) -> None:
    from django.utils import timezone

    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    names = {
        front_end.post("/network_design/generate_kmz", {"paths": []}, format="json").json()[
            "filename"
        ]
        for _ in range(3)
    }

    assert len(names) == 3
    assert KmzFile.objects.filter(is_generated=True).count() == 3


def test_a_map_needs_paths(front_end: APIClient) -> None:
    for body, error in (
        ({}, "Paths array is required"),
        ({"paths": ["A"]}, "Paths array is invalid"),
        ({"paths": [{"path": "A"}]}, "Paths array is invalid"),
    ):
        response = front_end.post("/network_design/generate_kmz", body, format="json")
        assert (response.status_code, response.json()) == (400, {"error": error})
    assert not KmzFile.objects.filter(is_generated=True).exists()


def test_a_search_is_saved_read_and_deleted(front_end: APIClient) -> None:
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

    made = front_end.post("/network_design/save_search", body, format="json")
    number = made.json()["id"]
    found = front_end.get(f"/network_design/saved_searches/{number}").json()

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
    assert front_end.get("/network_design/saved_searches").json()[0]["id"] == number
    gone = front_end.delete(f"/network_design/saved_searches/{number}")
    assert gone.json() == {"message": "Search deleted successfully"}
    for key in (number, "abc", 0):
        for call in (front_end.get, front_end.delete):
            response = call(f"/network_design/saved_searches/{key}")
            assert (response.status_code, response.json()) == (404, {"error": "Search not found"})


def test_the_log_shows_100_rows_newest_first_and_pages(front_end: APIClient) -> None:
    DesignLog.objects.all().delete()
    for number in range(103):
        DesignLog.objects.create(
            action_type="PATH_SEARCH" if number % 2 else "KMZ_GENERATION",
            parameters={"number": number},
        )

    def numbers(query: str = "") -> list[int]:
        rows = front_end.get(f"/network_design/audit_logs{query}").json()
        return [row["parameters"]["number"] for row in rows]

    assert numbers() == list(range(102, 2, -1))
    assert numbers("?limit=2&offset=1") == [101, 100]
    assert numbers("?limit=2&action_type=PATH_SEARCH") == [101, 99]
    assert len(numbers("?limit=500")) == 103


def test_clearing_the_log_archives_it_and_export_is_csv(front_end: APIClient) -> None:
    find(front_end, "IPCLON2", "IPCLON7")
    total = DesignLog.objects.count()

    export = front_end.get("/network_design/audit_logs/export")
    text = b"".join(export.streaming_content).decode()
    cleared = front_end.delete("/network_design/audit_logs")

    assert export["Content-Type"].startswith("text/csv")
    assert text.startswith("id,timestamp,action_type,parameters,results")
    assert cleared.status_code == 200
    assert front_end.get("/network_design/audit_logs").json() == []
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
