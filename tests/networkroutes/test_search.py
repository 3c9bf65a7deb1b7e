"""Search of circuits by the text of their fields (contract 5.1), on the sample data."""

from __future__ import annotations

from typing import Any

import pytest

from networkroutes.models import DarkFibreChannel, NetworkRoute
from networkroutes.selectors.search import search_routes
from tests.factories.networkroutes import DarkFibreChannelFactory, NetworkRouteFactory

pytestmark = pytest.mark.django_db


def found(**filters: str) -> list[str]:
    """UCNs that match."""
    return list(search_routes(filters).values_list("circuit_id", flat=True))


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"circuit_id": "lonlon"}, ["LONLON123456", "LONLON123457"]),
        ({"location_a": "IPCLON2"}, ["LONLON123456", "LONLON123457", "LONFFT241259"]),
        ({"is_special": "1"}, ["LONFFT129391"]),
        ({"is_special": "true"}, ["LONFFT129391"]),
        ({"bandwidth": "dark"}, ["LONLON123456"]),
        ({"expected_latency": "8.7"}, ["LONAUB224442", "LONFFT129391"]),
        ({"expected_latency": "0"}, ["LONLON123456", "LONLON123457", "LONFFT241259"]),
        ({"underlying_carrier": "COLT", "cable_system": "tang"}, ["LONFFT129391"]),
        ({"circuit_id": "%"}, []),
        ({"circuit_id": "LON_ON"}, []),
        ({"mtu": "9212.0"}, []),
    ],
)
def test_the_recorded_table(sample_register: Any, filters: dict[str, str], wanted: list[str]):
    assert found(**filters) == wanted


def test_counts_of_the_recorded_table(sample_register: Any):
    assert len(found(is_special="0")) == 8
    assert len(found(bandwidth="10000")) == 7
    assert len(found()) == len(found(circuit_id=" ", cable_system="")) == 9
    assert len(found(cost="0", currency="USD")) == 9


def test_one_text_for_both_ends_matches_either_and_two_texts_match_both(sample_register: Any):
    either = found(location_a="IPCLON2", location_b="IPCLON2")

    assert either == found(location="ipclon2") == found(location_a="IPCLON2")
    assert found(location_a="IPCLON2", location_b="IPCLON7") == ["LONLON123456"]


@pytest.mark.parametrize(
    ("value", "text", "hit"),
    [
        (45.0, "45", True),
        (45.0, "45.0", True),
        (45.0, "45.00", False),
        (1e3, "1000.0", True),
        (0.25, ".25", True),
        (172.89, "2.8", True),
        (0.1 + 0.2, "0.3", True),
        (0.1 + 0.2, "0.30", False),
        (8.809999999999999, "8.81", True),
        (-0.5, "-0.5", True),
        (5e-05, "0.00005", True),
        (5e-05, "e-05", False),
        (1.25e-07, "0.000000125", True),
        (0.0001, "0.0001", True),
        (1e16, "10000000000000000.0", True),
        (1e15, "e+15", False),
        (999999999999999.9, "1000000000000000.0", True),
        (123456789012345678.0, "123456789012346000.0", True),
        (2.5e20, "250000000000000000000.0", True),
        (5e-324, "000494065645841247", True),
    ],
)
def test_real_numbers_match_by_their_shortest_decimal(
    sample_register: Any, value: float, text: str, hit: bool
):
    NetworkRoute.objects.update(sla_latency_ms=None)
    NetworkRoute.objects.filter(circuit_id="LONLON123456").update(sla_latency_ms=value)

    assert found(sla_latency=text) == (["LONLON123456"] if hit else [])


@pytest.mark.parametrize("asked", ["zürich", "ZÜRICH", "ü"])
def test_case_does_not_matter_in_any_alphabet(sample_register: Any, asked: str):
    NetworkRoute.objects.filter(circuit_id="LONLON123456").update(location_b="ZÜRICH 7")
    NetworkRoute.objects.filter(circuit_id="LONFFT129391").update(location_a="Zürich")

    assert found(location=asked) == ["LONLON123456", "LONFFT129391"]
    assert found(location_b=asked, bandwidth="dark") == ["LONLON123456"]


def test_a_channels_ucn_is_found_by_any_part_as_it_is_now(sample_register: Any):
    channel = DarkFibreChannelFactory(
        route=NetworkRoute.objects.get(circuit_id="LONFFT129391"), dwdm_ucn="Parser700042"
    )
    assert found(circuit_id="rSER70") == found(circuit_id="Er") == ["LONFFT129391"]

    DarkFibreChannel.objects.filter(pk=channel.pk).update(dwdm_ucn="TYOTYO700043")
    assert (found(circuit_id="rser70"), found(circuit_id="yot")) == ([], ["LONFFT129391"])

    channel.delete()
    assert found(circuit_id="yot") == []


def test_a_searched_text_is_read_to_its_end_or_not_at_all(api: Any):
    long, words = "x" * 300, " ".join(f"word{number}" for number in range(49))
    NetworkRouteFactory(circuit_id="LONPAR000001", more_details=f"{long}1 {words} end")
    client = api("viewer")

    def hits(text: str) -> int:
        return int(client.get("/api/routes", {"search": text}).json()["meta"]["total"])

    assert [hits(f"{long}1"), hits(f"{long}2")] == [1, 0]
    assert [hits(f"{words} end"), hits(f"{words} and")] == [1, 0]
    assert hits("x " * 60) == 1
    assert hits(f"{words} end xx xxx") == hits("x" * 1001) == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ΔΑΣ ΟΔΟΣ", 3),
        ("Δας οδος", 3),
        ("δασ οδοσ", 3),
        ("ς οδ", 3),
        ("Σ", 3),
        ("ας 100%", 1),
        ("ασ_100", 0),  # noqa: RUF001  Greek
        ("ας.100", 0),
        ("Οδη", 1),
    ],
)
@pytest.mark.django_db
def test_a_final_sigma_is_a_sigma(api: Any, asked: str, found: int) -> None:
    names = ["Δας οδος ας 100% (1)", "ΔΑΣ ΟΔΟΣ", "δασ οδοσ", "Οδη"]
    for number, name in enumerate(names):
        NetworkRouteFactory(circuit_id=f"LONPAR00000{number}", cable_system=name)
    client = api("administrator")

    rows = client.get("/network_routes_search", {"cable_system": asked}).json()
    listed = client.get("/api/routes", {"search": asked}).json()["data"]

    assert (len(rows), len(listed)) == (found, found)
