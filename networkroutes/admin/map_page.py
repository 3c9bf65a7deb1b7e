"""The network map: every circuit and place, outages red; two places lead to a path search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from networkroutes.admin.pages import framed
from networkroutes.admin.words import bandwidth_words
from networkroutes.choices import RouteState
from networkroutes.selectors.network_map import network_map

REFRESH_S = 30


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Draw the page; its script asks for the data and again every 30 seconds."""
    found = network_map()
    circuits = [*found.circuits, *found.unplaced]
    shown = {
        "states": RouteState.choices,
        "types": _distinct(circuits, "type"),
        "carriers": _distinct(circuits, "carrier"),
        "refresh_s": REFRESH_S,
        "design_url": reverse("networkroutes-design"),
        "may_search": request.user.has_perm("networkroutes.view_designlog"),
        "data": _words(found),
        "shown": len(circuits),
    }
    template = "networkroutes/admin/network_map.html"
    return render(request, template, framed(request, "Network map", **shown))


@require_safe
def map_data(request: HttpRequest) -> JsonResponse:
    """Answer the map's data as it is now."""
    answer = JsonResponse(_words(network_map()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _words(found: Any) -> dict[str, Any]:
    place = "admin:networkroutes_location_change"
    return {
        "places": [{**row, "url": reverse(place, args=[row["id"]])} for row in found.places],
        "circuits": [_circuit(row) for row in found.circuits],
        "unplaced": [_circuit(row) for row in found.unplaced],
        "total": found.total,
        "is_cut": found.is_cut,
    }


def _circuit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "url": reverse("admin:networkroutes_networkroute_change", args=[row["id"]]),
        "bandwidth": bandwidth_words(row["bandwidth"]) if row["bandwidth"] else "",
    }


def _distinct(circuits: list[dict[str, Any]], name: str) -> list[str]:
    return sorted({row[name] for row in circuits if row[name]})
