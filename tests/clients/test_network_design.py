"""The design tool on the network-inventory surface: recorded exchanges and the contract's rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from networkroutes.models import DesignLog, NetworkRoute
from tests.clients.design import LON2_SNG1, T2, find
from tests.clients.replay import Ids, exchanges, send
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory

pytestmark = pytest.mark.django_db
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
    open_front_end: APIClient,
) -> None:
    differences = []

    for exchange in exchanges("network_inventory/4"):
        if exchange.path == "/network_design/audit_logs":
            continue
        status, answer = send(open_front_end, exchange, Ids())
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
    open_front_end: APIClient, ends: Any, body: Any, path: Any, latency: float
) -> None:
    answer = find(open_front_end, f"IPC{ends[0]}", f"IPC{ends[1]}", **body).json()

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
    open_front_end: APIClient, ends: Any, body: Any, error: str
) -> None:
    DesignLog.objects.all().delete()

    response = find(open_front_end, f"IPC{ends[0]}", f"IPC{ends[1]}", **body)

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
    open_front_end: APIClient, body: Any, error: str
) -> None:
    before = DesignLog.objects.count()

    response = find(open_front_end, **{"source": "IPCLON2", "destination": "IPCSNG1", **body})

    assert response.status_code == 400
    assert response.json()["error"].startswith(error)
    assert DesignLog.objects.count() == before


def test_the_answer_has_the_recorded_shape_and_the_diverse_path_its_segments(
    open_front_end: APIClient,
) -> None:
    asked = {"protection_required": True}

    answer = find(
        open_front_end,
        "IPCLON2",
        "IPCSNG1",
        bandwidth=100,
        bandwidth_unit="Mbps",
        constraints=asked,
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


def test_unknown_capacity_passes_and_is_shown_as_null(open_front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", bandwidth=None)

    segment = find(open_front_end, "X1", "X2", bandwidth=999999).json()["primaryPath"]["route"][0]

    assert segment["bandwidth"] is None


def test_a_unit_after_the_number_of_a_circuit_is_understood(open_front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", bandwidth="100Gb")

    assert find(open_front_end, "X1", "X2", bandwidth=100000).status_code == 200
    assert find(open_front_end, "X1", "X2", bandwidth=100001).status_code == 404


def test_mixed_currencies_are_summed_plainly_and_also_in_usd(open_front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", cost="1000", currency="USD")
    NetworkRouteFactory(location_a="X2", location_b="X3", cost="850", currency="EUR")
    NetworkRouteFactory(location_a="X3", location_b="X4", cost="1", currency="CHF")

    path = find(open_front_end, "X1", "X3").json()["primaryPath"]
    unknown = find(open_front_end, "X1", "X4").json()["primaryPath"]

    assert (path["totalCost"], path["currencies"], path["totalCostUSD"]) == (
        1850,
        ["USD", "EUR"],
        2000,
    )
    assert unknown["totalCostUSD"] is None


def test_later_filters_apply_only_where_their_key_is_sent(open_front_end: APIClient) -> None:
    NetworkRouteFactory(location_a="X1", location_b="X2", is_special=True, mtu=1400)

    assert find(open_front_end, "X1", "X2").status_code == 200
    assert find(open_front_end, "X1", "X2", include_ull=True).status_code == 200
    refused = find(open_front_end, "X1", "X2", include_ull=False).json()["exclusionReasons"]
    narrow = find(open_front_end, "X1", "X2", constraints={"mtu_required": 1500}).json()
    just_over = find(open_front_end, "X1", "X2", constraints={"mtu_required": 1400.5})

    assert refused["ull_restriction"]["routes"][-1]["route"] == "X1 <-> X2"
    assert just_over.status_code == 404
    assert narrow["exclusionReasons"]["mtu_requirement"]["count"] == 1


def test_a_circuit_is_counted_under_the_first_rule_it_fails(open_front_end: APIClient) -> None:
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
            open_front_end, "X1", "X2", include_ull=False, use_cisco_only_routes=False, **body
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


def test_a_location_under_decommission_is_closed_to_every_search(open_front_end: APIClient) -> None:
    LocationFactory(location_code="X2", status="Under Decommission")
    NetworkRouteFactory(location_a="X1", location_b="X2")

    response = find(open_front_end, "X1", "X2")

    assert response.status_code == 404
    assert response.json()["exclusionReasons"]["decommission_pop"]["count"] == 1


def test_a_change_of_the_register_is_seen_by_the_next_search(open_front_end: APIClient) -> None:
    assert find(open_front_end, "X1", "X2").status_code == 404
    open_front_end.post(
        "/network_routes",
        {"circuit_id": "XAAXBB000001", "location_a": "X1", "location_b": "X2"},
        format="json",
    )

    assert find(open_front_end, "X1", "X2").json()["primaryPath"]["totalLatency"] == 100
    open_front_end.put(
        "/network_routes/XAAXBB000001",
        {"location_a": "X1", "location_b": "X2", "expected_latency": 3},
        format="json",
    )
    assert find(open_front_end, "X1", "X2").json()["primaryPath"]["totalLatency"] == 3
    open_front_end.delete("/network_routes/XAAXBB000001")
    assert find(open_front_end, "X1", "X2").status_code == 404


def test_searches_are_logged_with_customer_and_address(open_front_end: APIClient) -> None:
    find(
        open_front_end,
        "IPCLON2",
        "IPCLON7",
        bandwidth_unit="Mbps",
        quote_request_id="Q-1",
        customer_name="",
    )

    row = open_front_end.get("/network_design/audit_logs").json()[0]

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
