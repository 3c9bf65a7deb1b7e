"""The register's part of the global search."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from inventory_site.core.registry import SearchHit
from inventory_site.core.search import ranked
from networkroutes.models import DarkFibreChannel, Location, NetworkRoute
from networkroutes.selectors.search import find_channels


def routes(text: str, limit: int) -> list[SearchHit]:
    """Circuits by UCN, ends, carrier and cable system."""
    rows = ranked(NetworkRoute.objects.all(), text, limit=limit)
    return [
        SearchHit(
            kind="Circuit",
            label=row.circuit_id,
            url=reverse("admin:networkroutes_networkroute_change", args=[row.pk]),
            rank=_rank(row),
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
            rank=_rank(row),
            note=row.route.circuit_id,
            object_id=str(row.pk),
        )
        for row in found[:limit]
    ]


def locations(text: str, limit: int) -> list[SearchHit]:
    """Locations by code, city, country and data centre."""
    return [
        SearchHit(
            kind="Location",
            label=row.location_code,
            url=reverse("admin:networkroutes_location_change", args=[row.pk]),
            rank=_rank(row),
            note=f"{row.city}, {row.country}",
            object_id=str(row.pk),
        )
        for row in ranked(Location.objects.all(), text, limit=limit)
    ]


def _rank(row: Any) -> int:
    """The rank that the search annotated."""
    return int(row.match_rank)
