"""The register's part of the global search."""

from __future__ import annotations

from django.urls import reverse

from inventory_site.core.registry import SearchHit
from networkroutes.models import DarkFibreChannel, Location, NetworkRoute
from networkroutes.selectors.search import best_matches, find_channels, find_locations, find_routes


def routes(text: str, limit: int) -> list[SearchHit]:
    """Circuits by UCN, ends, carrier and cable system."""
    rows = best_matches(find_routes(NetworkRoute.objects.all(), text), "circuit_id", text, limit)
    return [
        SearchHit(
            kind="Circuit",
            label=row.circuit_id,
            url=reverse("admin:networkroutes_networkroute_change", args=[row.pk]),
            rank=row.match_rank,
            note=f"{row.location_a or '?'} to {row.location_b or '?'}",
            object_id=str(row.pk),
        )
        for row in rows
    ]


def channels(text: str, limit: int) -> list[SearchHit]:
    """Channels by UCN."""
    found = find_channels(DarkFibreChannel.objects.select_related("route"), text)
    return [
        SearchHit(
            kind="Wavelength",
            label=str(row),
            url=reverse("admin:networkroutes_darkfibrechannel_change", args=[row.pk]),
            rank=row.match_rank,
            note=row.route.circuit_id,
            object_id=str(row.pk),
        )
        for row in best_matches(found, "dwdm_ucn", text, limit)
    ]


def locations(text: str, limit: int) -> list[SearchHit]:
    """Locations by code, city, country and data centre."""
    found = find_locations(Location.objects.all(), text)
    return [
        SearchHit(
            kind="Location",
            label=row.location_code,
            url=reverse("admin:networkroutes_location_change", args=[row.pk]),
            rank=row.match_rank,
            note=f"{row.city}, {row.country}",
            object_id=str(row.pk),
        )
        for row in best_matches(found, "location_code", text, limit)
    ]
