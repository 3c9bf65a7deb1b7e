"""The small map of the overview."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from inventory_site.core.registry import CardBar, CardContent
from networkroutes.design.arcs import great_circle
from networkroutes.models import NetworkRoute
from networkroutes.selectors import register, small_map
from networkroutes.selectors.small_map import network_card
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory

LONDON, NEW_YORK, TOKYO, LOS_ANGELES = (51.5, 0.0), (40.7, -74.0), (35.7, 139.7), (34.0, -118.2)


def circuit(name: str, a: str, b: str, live: float | None) -> None:
    NetworkRouteFactory(
        circuit_id=name, location_a=a, location_b=b, live_latency_ms=live, expected_latency_ms=50
    )


@pytest.fixture
def places(db: None) -> None:
    """Three places on the map and one without coordinates."""
    for code, at in (("LON1", LONDON), ("NYC1", NEW_YORK), ("TYO1", TOKYO)):
        LocationFactory(location_code=code, latitude=at[0], longitude=at[1])
    LocationFactory(location_code="XXX1", latitude=None, longitude=None)


def test_a_pair_of_places_is_one_line_in_its_worst_state(places: None) -> None:
    circuit("AAABBB000001", "LON1", "NYC1", 45)
    circuit("AAABBB000002", "NYC1", "LON1", 0)
    circuit("AAABBB000003", "LON1", "TYO1", None)
    circuit("AAABBB000004", "LON1", "XXX1", 45)

    card = network_card()

    assert card.map is not None
    assert [state for _, state in card.map.lines] == ["idle", "bad"]
    assert card.map.dots == [("0.0", "-51.5"), ("-74.0", "-40.7"), ("139.7", "-35.7")]
    assert [(bar.word, bar.count) for bar in card.bars] == [
        ("Outage", 1),
        ("Over limit", 0),
        ("Active", 2),
        ("Never measured", 1),
    ]


def test_circuits_are_counted_beyond_those_that_are_drawn(places: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(small_map, "MOST_CIRCUITS", 1)
    for number, live in enumerate((45, None, None, 50, 60, 0)):
        circuit(f"AAABBB{number:06d}", "LON1", "NYC1" if number else "TYO1", live)

    card = network_card()

    assert [(bar.word, bar.count) for bar in card.bars] == [
        ("Outage", 1),
        ("Over limit", 1),
        ("Active", 2),
        ("Never measured", 2),
    ]
    assert card.map is not None
    assert [state for _, state in card.map.lines] == ["ok", "bad"]


def test_each_count_is_that_of_its_list_and_of_its_badges(places: None, admin_page: Client) -> None:
    for number, live in enumerate((0, None, 50, 55, 55.1, 80)):
        circuit(f"AAABBB{number:06d}", "LON1", "NYC1", live)
    NetworkRoute.objects.filter(live_latency_ms=80).update(expected_latency_ms=None)
    NetworkRoute.objects.filter(live_latency_ms=50).update(sla_latency_ms=49.9)

    bars = network_card().bars

    assert [(bar.word, bar.count) for bar in bars] == [
        ("Outage", 1),
        ("Over limit", 2),
        ("Active", 2),
        ("Never measured", 1),
    ]
    for bar in bars:
        answer = admin_page.get(bar.url)
        assert len(answer.context["rows"]) == bar.count
        words = [register.route_state(row).label for row in NetworkRoute.objects.all()]
        assert words.count(bar.word) == bar.count


def test_counts_have_separators_of_thousands() -> None:
    shown = {"content": CardContent(bars=[CardBar("Never measured", 100_003, "idle", "/x")])}

    html = render_to_string("core/admin/card_bars.html", {"shown": shown})

    assert "<b>100,003</b>" in html
    assert "flex-grow: 100003" in html


def test_nothing_is_drawn_where_no_place_is_known(db: None) -> None:
    circuit("AAABBB000001", "ABC", "DEF", 45)

    card = network_card()

    assert (card.map, card.bars) == (None, [])


def test_an_arc_goes_over_the_date_line_in_two_lines() -> None:
    lines = great_circle(TOKYO, LOS_ANGELES)

    assert len(lines) == 2
    assert lines[0][0] == pytest.approx(TOKYO)
    assert lines[1][-1] == pytest.approx(LOS_ANGELES)
    assert max(lat for line in lines for lat, _ in line) == pytest.approx(47.9, abs=0.1)
    assert great_circle(LONDON, LONDON) == []


def test_the_overview_shows_it(
    places: None, admin_page: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        circuit(f"AAABBB{number:06d}", "LON1", "NYC1", 45)

    with django_assert_max_num_queries(4):
        network_card()
    page = admin_page.get("/admin/").content.decode()

    assert 'class="pb-cardmap"' in page
    assert "networkroutes/land" in page
    assert '<polyline class="pb-ok" points="0.0,-51.5 ' in page
