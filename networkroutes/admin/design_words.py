"""The answer of the design tool as its page draws it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from inventory_site.core.admin import money, number
from networkroutes.design.constraints import (
    AVOIDED,
    BANDWIDTH,
    CARRIER,
    DECOMMISSIONED,
    EQUIPMENT,
    LOOP_CARRIER,
    MTU,
    ULL,
)
from networkroutes.design.legs import Way
from networkroutes.models import NetworkRoute
from networkroutes.selectors import design as selector
from networkroutes.selectors.network_map import points_of
from networkroutes.services.offers import Offer

REASONS = {
    BANDWIDTH: "Too little bandwidth",
    CARRIER: "Avoided carrier",
    LOOP_CARRIER: "Avoided local-loop carrier",
    EQUIPMENT: "Cisco equipment",
    MTU: "MTU too small",
    ULL: "ULL circuit",
    DECOMMISSIONED: "A place under decommission",
    AVOIDED: "Avoided cable system, place or type",
}
DETAILS = ("bandwidth", "carrier", "mtu", "equipment_type")
MOST_SHOWN = 100
PRIMARY, TWIN, OTHER = "primary", "twin", "other"


def shown_ways(offer: Offer) -> list[dict[str, Any]]:
    """Return the sold ways with their prices, then the other ways without."""
    ids = {leg.circuit.circuit_id for way in (*offer.service, *offer.others) for leg in way.legs}
    urls, guessed = _urls(ids), _guessed(ids)
    shortest = offer.found.paths[0].latency_ms
    first = "Best path" if offer.service[0].latency_ms <= shortest else "First of the pair"
    shown = []
    for place, way in enumerate(offer.service):
        kind = TWIN if place else PRIMARY
        row = _way(way, kind, "Diverse twin" if place else first, urls, guessed)
        if offer.by_term:
            row["term"] = _term(offer.by_term[place]["pricing"], offer.terms.currency)
        if offer.by_margin:
            row["margin"] = _margin(offer.by_margin[place]["pricing"], offer.terms.currency)
        shown.append(row)
    for place, way in enumerate(offer.others, start=1):
        shown.append(_way(way, OTHER, f"Alternative {place}", urls, guessed))
    return shown


def exclusion_groups(exclusions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules that left circuits out, each with its circuits."""
    ids: set[str] = set()
    groups = []
    for rule, title in REASONS.items():
        found = exclusions.get(rule) or {}
        if found.get("count"):
            rows = found["routes"][:MOST_SHOWN]
            ids |= {row["circuit_id"] for row in rows}
            groups.append({"title": title, "count": found["count"], "rows": rows})
    urls = _urls(ids)
    for group in groups:
        group["rows"] = [
            {
                "ucn": row["circuit_id"],
                "route": row["route"],
                "detail": _detail(row),
                "url": urls.get(row["circuit_id"], ""),
            }
            for row in group["rows"]
        ]
        group["more"] = group["count"] - len(group["rows"])
    return groups


def map_lines(offer: Offer) -> dict[str, Any]:
    """Return places and lines of the ways for the page's map; places without coordinates are left
    out."""
    ways = [*offer.service, *offer.others]
    spots = selector.spots(code for way in ways for code in way.names)
    ends = (offer.question.source, offer.question.destination)
    ordered = sorted(spots.values(), key=lambda spot: spot.code not in ends)
    lines = []
    for place, way in enumerate(ways):
        kind = OTHER if place >= len(offer.service) else (TWIN if place else PRIMARY)
        label = f"{' – '.join(way.names)}, {way.latency_ms:g} ms"  # noqa: RUF001  between places
        lines.append({"kind": kind, "label": label, "points": points_of(spots, way.names)})
    return {
        "places": [{"code": spot.code, "at": (spot.latitude, spot.longitude)} for spot in ordered],
        "lines": lines,
    }


def _way(
    way: Way, kind: str, title: str, urls: Mapping[str, str], guessed: Collection[str]
) -> dict[str, Any]:
    carriers = dict.fromkeys(leg.circuit.carrier for leg in way.legs if leg.circuit.carrier)
    return {
        "kind": kind,
        "title": title,
        "names": way.names,
        "latency": number(round(way.latency_ms, 2)),
        "hops": way.hops,
        "guessed": sum(leg.circuit.circuit_id in guessed for leg in way.legs),
        "carriers": ", ".join(carriers),
        "legs": [
            {
                "leg": leg,
                "url": urls.get(leg.circuit.circuit_id, ""),
                "latency": number(round(leg.circuit.weight_ms, 2)),
                "cost": money(leg.circuit.cost, (leg.circuit.currency or "USD").upper()),
            }
            for leg in way.legs
        ],
    }


def _term(price: Mapping[str, Any], currency: str) -> list[tuple[str, SafeString]]:
    return [
        ("Monthly", _money(price["monthlyCost"], currency)),
        ("Set-up", _money(price["setupCost"], currency)),
        ("Contract", _money(price["totalContractValue"], currency)),
        ("Discount", number(price["termDiscount"], None, "%")),
    ]


def _margin(price: Mapping[str, Any], currency: str) -> list[tuple[str, SafeString]]:
    return [
        ("Allocated cost", _money(price["allocatedCost"], currency)),
        ("Minimum", _money(price["minimumPrice"], currency)),
        ("Suggested", _money(price["suggestedPrice"], currency)),
        ("Set-up", _money(price["nrcCharge"], currency)),
        ("Margin", number(price["suggestedMargin"], None, "%")),
    ]


def sums(offer: Offer) -> list[tuple[str, SafeString]]:
    """Return what the whole service costs."""
    currency = offer.terms.currency
    shown = [
        ("Monthly", _money(offer.monthly, currency)),
        ("Set-up", _money(offer.setup, currency)),
        ("Contract", _money(offer.total, currency)),
    ]
    if offer.protected:
        shown.append(("Suggested by margin", _money(offer.protected["suggestedPrice"], currency)))
    elif offer.by_margin:
        price = offer.by_margin[0]["pricing"]
        shown.append(("Suggested by margin", _money(price["suggestedPrice"], currency)))
    return shown


def _money(amount: Any, currency: str) -> SafeString:
    return money(amount, currency)


def _detail(row: Mapping[str, Any]) -> str:
    if row.get("carriers"):
        return ", ".join(row["carriers"])
    return next((str(row[name]) for name in DETAILS if row.get(name)), "")


def _urls(circuit_ids: Collection[str]) -> dict[str, str]:
    rows = NetworkRoute.objects.filter(circuit_id__in=circuit_ids).values_list("circuit_id", "pk")
    return {ucn: reverse("admin:networkroutes_networkroute_change", args=[pk]) for ucn, pk in rows}


def _guessed(circuit_ids: Collection[str]) -> set[str]:
    """Return the circuits without an expected latency, which weigh 100 ms."""
    rows = NetworkRoute.objects.filter(circuit_id__in=circuit_ids)
    unknown = Q(expected_latency_ms__isnull=True) | Q(expected_latency_ms=0)
    return set(rows.filter(unknown).values_list("circuit_id", flat=True))
