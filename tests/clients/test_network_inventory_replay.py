"""The recorded exchanges of the network-inventory front end, replayed.

Where the contract says that the rebuild differs, `CONTRACT` holds the contract's answer.
"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from networkroutes.models import NetworkRoute
from tests.clients.replay import Exchange, Ids, comparable, exchanges, send

pytestmark = pytest.mark.django_db
ELSEWHERE = ("/live_latency", "/network_design")
ANY = object()

CONTRACT: dict[str, dict[int, tuple[int, Any]]] = {
    "1": {
        0: (200, ANY),
        4: (201, ANY),
        5: (409, {"error": "Repository type already exists"}),
        6: (400, {"error": "name is required"}),
        20: (200, []),
        25: (409, {"error": "Circuit ID already exists"}),
        39: (400, {"error": 'Bandwidth must be either "Dark Fiber" or a numeric value'}),
        47: (400, {"error": "mtu must be a number"}),
        48: (404, {"error": "Not found"}),
        49: (200, []),
        51: (200, {"repository_type_id": 1, "kmz_file_path": ""}),
        55: (400, {"error": "cable_system must be text"}),
        56: (
            200,
            {
                "repository_type_id": 1,
                "kmz_file_path": "",
                "cable_system": "X",
                "more_details": None,
            },
        ),
        57: (404, {"error": "Not found"}),
    },
    "2": {
        3: (200, []),
        4: (200, []),
        5: (200, []),
        6: (200, "either end holds LON"),
        9: (200, "either end holds LON"),
        12: (200, "special"),
        25: (200, "UCN holds FFT"),
        38: (404, {"error": "Circuit ID not found"}),
        39: (400, {"error": "circuit_id is required"}),
    },
}


def calls(name: str) -> list[Exchange]:
    """The exchanges of a recording that concern the register and carry no file."""
    return [
        exchange
        for exchange in exchanges(f"network_inventory/{name}")
        if not exchange.path.startswith(ELSEWHERE)
    ]


@pytest.fixture
def front_end(sample_register: Any, settings: Any) -> APIClient:
    """The front end on another origin, with the surface switched open."""
    settings.NETWORKROUTES_OPEN_ACCESS = "full"
    return APIClient()


@pytest.mark.parametrize("name", ["1", "2"])
def test_recorded_exchanges_answer_as_recorded_or_as_the_contract_changes_them(
    front_end: APIClient, name: str
) -> None:
    ids, differences = Ids(), []

    for exchange in calls(name):
        status, answer = send(front_end, exchange, ids)
        if isinstance(answer, dict) and "id" in answer and isinstance(exchange.answer, dict):
            ids.ours[exchange.answer.get("id", 0)] = answer["id"]
        wanted_status, wanted = expected(name, exchange)
        if status != wanted_status or not agrees(answer, wanted):
            differences.append((exchange.number, exchange.method, exchange.path, status, answer))

    assert not differences, "\n".join(repr(line)[:300] for line in differences)


def expected(name: str, exchange: Exchange) -> tuple[int, Any]:
    """The contract's answer, or the recorded one; of a circuit, what the contract changes in it."""
    status, wanted = CONTRACT[name].get(exchange.number, (exchange.status, exchange.answer))
    if isinstance(wanted, dict) and "circuit_id" in (exchange.answer or {}) and status == 200:
        return status, {**exchange.answer, **wanted}
    return status, wanted


def agrees(answer: Any, wanted: Any) -> bool:
    """Whether an answer is the wanted one, or has the wanted property."""
    if wanted is ANY:
        return True
    if wanted == "either end holds LON":
        ends = [(row["location_a"] + row["location_b"]) for row in answer]
        routes = NetworkRoute.objects.filter(location_a__contains="LON") | (
            NetworkRoute.objects.filter(location_b__contains="LON")
        )
        return all("LON" in both for both in ends) and len(ends) == routes.count()
    if wanted == "UCN holds FFT":
        return [row["circuit_id"] for row in answer] == [
            "LONFFT241259",
            "FFTHKG124911",
            "LONFFT129391",
        ]
    if wanted == "special":
        return [row["is_special"] for row in answer] == [1] * len(answer) and len(answer) > 0
    if isinstance(wanted, str) and wanted.startswith('"circuit_id"'):
        return csv_cells(answer) == csv_cells(wanted)
    return comparable(recorded_keys(answer, wanted)) == comparable(wanted)


def recorded_keys(answer: Any, wanted: Any) -> Any:
    """Leave out keys that the original did not have; the contract allows them beside its own."""
    if isinstance(answer, dict) and isinstance(wanted, dict):
        return {key: recorded_keys(answer[key], wanted[key]) for key in answer if key in wanted}
    if isinstance(answer, list) and isinstance(wanted, list) and len(answer) == len(wanted):
        return [recorded_keys(one, other) for one, other in zip(answer, wanted, strict=True)]
    return answer


def csv_cells(text: str) -> list[list[str]]:
    """Lines of cells; blanks that stood in numeric columns were empty text in the original."""
    return [line.replace('""', "").split(",") for line in text.split("\n")]
