"""The network as a map shows it: places with coordinates, and the circuits between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from networkroutes.choices import RouteState
from networkroutes.design.kml import Spot, drawn_lines
from networkroutes.models import KmzFile, Location, NetworkRoute, Outage
from networkroutes.models.routes import NetworkRouteQuerySet
from networkroutes.selectors.register import route_state

MOST_CIRCUITS = 5000
STORAGE, KMZ_PREFIX = "docs", "networkroutes/kmz/"


@dataclass(frozen=True, slots=True)
class NetworkMap:
    """Places and circuits as plain values; `unplaced` circuits end where no coordinates are known.

    Of more circuits than a map takes, `total`, it has the outages and then the first.
    """

    places: list[dict[str, Any]]
    circuits: list[dict[str, Any]]
    unplaced: list[dict[str, Any]]
    total: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more circuits than the map has."""
        return len(self.circuits) + len(self.unplaced) < self.total


def network_map() -> NetworkMap:
    """Read the whole network in five queries at most."""
    places = {row.location_code: row for row in Location.objects.all()}
    since = dict(Outage.objects.filter(ended_at__isnull=True).values_list("route_id", "started_at"))
    rows = _read(NetworkRoute.objects.all(), MOST_CIRCUITS + 1)
    total = len(rows)
    if total > MOST_CIRCUITS:
        total = NetworkRoute.objects.count()
        down = _read(NetworkRoute.objects.out(), MOST_CIRCUITS)
        seen = {row.pk for row in down}
        rows = [*down, *(row for row in rows if row.pk not in seen)]
    placed: list[dict[str, Any]] = []
    unplaced: list[dict[str, Any]] = []
    used: set[str] = set()
    for row in rows[:MOST_CIRCUITS]:
        ends = (places.get(row.location_a or ""), places.get(row.location_b or ""))
        is_placed = all(end is not None and _has_place(end) for end in ends)
        (placed if is_placed else unplaced).append(_circuit(row, since))
        used |= {row.location_a or "", row.location_b or ""}
    shown = [_place(row, row.location_code in used) for row in places.values() if _has_place(row)]
    return NetworkMap(shown, placed, unplaced, total)


def map_lines(route: NetworkRoute) -> list[list[tuple[float, float]]]:
    """Return the lines of a circuit's KMZ as (latitude, longitude); none when it cannot be read."""
    row = KmzFile.objects.filter(filename=route.kmz_file_path or "").first()
    if row is None:
        return []
    try:
        with blobs.open_seekable(STORAGE, KMZ_PREFIX + row.filename) as stream:
            return drawn_lines(stream)
    except (NotFound, ValueError, OSError):
        return []


def points_of(spots: dict[str, Spot], codes: Iterable[str]) -> list[tuple[float, float]]:
    """Return the known places of a path in order."""
    return [(spots[code].latitude, spots[code].longitude) for code in codes if code in spots]


def _read(rows: NetworkRouteQuerySet, most: int) -> list[NetworkRoute]:
    wanted = rows.in_order().select_related("repository_type").defer("more_details")
    return list(wanted[:most])


def _has_place(row: Location) -> bool:
    return row.latitude is not None and row.longitude is not None


def _place(row: Location, is_used: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "code": row.location_code,
        "city": row.city,
        "country": row.country,
        "status": row.status or "",
        "at": (row.latitude, row.longitude),
        "used": is_used,
    }


def _circuit(row: NetworkRoute, since: dict[int, Any]) -> dict[str, Any]:
    state = route_state(row)
    began = since.get(row.pk) if state == RouteState.OUTAGE else None
    return {
        "id": row.pk,
        "ucn": row.circuit_id,
        "a": row.location_a or "",
        "b": row.location_b or "",
        "carrier": row.underlying_carrier or "",
        "cable": row.cable_system or "",
        "type": row.repository_type.name,
        "bandwidth": row.bandwidth or "",
        "state": state.value,
        "word": str(state.label),
        "live": row.live_latency_ms,
        "expected": row.expected_latency_ms,
        "since": began.isoformat() if began else None,
    }
