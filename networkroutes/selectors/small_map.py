"""The network as the overview's small map shows it: drawn up to a bound, counted whole."""

from __future__ import annotations

from django.urls import reverse

from inventory_site.core.registry import CardBar, CardContent, CardMap
from networkroutes.choices import RouteState
from networkroutes.design.arcs import Spot, great_circle
from networkroutes.models import Location, NetworkRoute
from networkroutes.selectors.register import route_state, state_counts

OUTLINE = "networkroutes/land.svg"
VIEW_BOX = "-180 -84 360 140"
MOST_CIRCUITS, MOST_OUTAGES, MOST_PAIRS = 1000, 200, 400
COLUMNS = (
    "circuit_id",
    "location_a",
    "location_b",
    "live_latency_ms",
    "expected_latency_ms",
    "sla_latency_ms",
)
WORST_LAST = {
    RouteState.UNMEASURED: "idle",
    RouteState.ACTIVE: "ok",
    RouteState.SLOW: "warn",
    RouteState.OUTAGE: "bad",
}
RANKS = list(WORST_LAST)


def network_card() -> CardContent:
    """Return how many circuits are in each state; of them the first 1,000, and outages up to 200,
    are drawn by pairs of places."""
    pairs: dict[tuple[str, str], RouteState] = {}
    for row in _circuits():
        state = route_state(row)
        a, b = sorted((row.location_a or "", row.location_b or ""))
        known = pairs.get((a, b), RANKS[0])
        pairs[a, b] = max(known, state, key=RANKS.index)
    shown = sorted(pairs.items(), key=lambda item: RANKS.index(item[1]))[-MOST_PAIRS:]
    spots = _spots({code for pair, _ in shown for code in pair})
    drawn = [(*pair, state) for pair, state in shown if pair[0] in spots and pair[1] in spots]
    lines = [
        (_points(line), WORST_LAST[state])
        for a, b, state in drawn
        for line in great_circle(spots[a], spots[b])
    ]
    places = sorted({code for a, b, _ in drawn for code in (a, b)})
    dots = [(f"{spots[code][1]:.1f}", f"{-spots[code][0]:.1f}") for code in places]
    listed = reverse("admin:networkroutes_networkroute_changelist")
    counts = state_counts() if dots else {}
    bars = [
        CardBar(str(state.label), counts[state], WORST_LAST[state], f"{listed}?state={state}")
        for state in reversed(RANKS)
        if dots
    ]
    return CardContent(
        url=reverse("networkroutes-map"),
        empty="No circuit has places that the map knows.",
        bars=bars,
        map=CardMap(OUTLINE, VIEW_BOX, lines, dots) if dots else None,
    )


def _circuits() -> list[NetworkRoute]:
    first = list(NetworkRoute.objects.only(*COLUMNS).in_order()[:MOST_CIRCUITS])
    seen = {row.pk for row in first}
    out = NetworkRoute.objects.only(*COLUMNS).out().order_by("circuit_id")[:MOST_OUTAGES]
    return first + [row for row in out if row.pk not in seen]


def _spots(codes: set[str]) -> dict[str, Spot]:
    rows = Location.objects.filter(
        location_code__in=codes, latitude__isnull=False, longitude__isnull=False
    )
    found = rows.values_list("location_code", "latitude", "longitude")
    return {code: (lat, lng) for code, lat, lng in found if lat is not None and lng is not None}


def _points(line: list[Spot]) -> str:
    return " ".join(f"{lng:.1f},{-lat:.1f}" for lat, lng in line)
