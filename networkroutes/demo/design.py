"""Demo rows around the design tool: carriers, contacts, probes, floors, a promotion, a search."""

from __future__ import annotations

from datetime import timedelta
from math import sin
from typing import Any

from django.utils import timezone

from networkroutes.design.constraints import Constraints, names
from networkroutes.design.twins import CIRCUIT
from networkroutes.errors import PathNotFound
from networkroutes.models import (
    Carrier,
    CarrierContact,
    LatencyProbe,
    LatencySample,
    Location,
    LocationCapabilities,
    NetworkRoute,
    PromoRule,
    SavedSearch,
)
from networkroutes.services import (
    capabilities,
    carriers,
    latency,
    offers,
    pricing_rules,
    searches,
)
from networkroutes.services.design_paths import PathsQuestion

REGIONS = {
    "Kestrel Networks": "EMEA",
    "Aurora Fibre": "EMEA",
    "Meridian Cable": "EMEA",
    "Pelagia": "APAC",
    "Sunward": "APAC",
    "Northlight": "AMERs",
    "Transit One": "AMERs",
}
OVERDUE = ("Meridian Cable", "Sunward")
PING = {"kind": "ping", "target": "127.0.10.1"}
SIMULATED = {"kind": "tcp", "target": "127.0.10.2", "tcp_port": 1022}  # ends with its simulator
PROBES: dict[str, dict[str, Any]] = {"LONLON100001": PING, "LONLON100002": SIMULATED}
HISTORY = {"LONLON100001": 0.4, "LONLON100002": 0.5, "LONSNG420017": 162.3, "LONNYC300101": 64.3}
SAMPLES, SAMPLE_EVERY = 288, timedelta(minutes=5)
FLOORS = {"LON1": (300, 350, 450, 690), "SNG1": (420, 480, 640, 900)}
ABLE = {"LON1": ("cnx_colocation", "cnx_sdwan", "internet_on_ramp"), "SNG1": ("cnx_ethernet",)}
PROMOTION = "London to Frankfurt, spring"
AVOIDED_IN: dict[str, list[str]] = {
    "London to Singapore, 10 G, under 180 ms": ["Meridian Cable"],
    "London to Singapore, 10 G, any carrier": [],
}


def load_design(actor: Any) -> int:
    """Make what is missing; return how many rows were added."""
    made = sum(_carrier(actor, name, region) for name, region in REGIONS.items())
    made += sum(_probe(actor, *pair) for pair in PROBES.items())
    made += sum(_history(*pair) for pair in HISTORY.items())
    made += sum(_place(actor, code) for code in FLOORS)
    made += _promotion(actor)
    return made + sum(_search(actor, *pair) for pair in AVOIDED_IN.items())


def _carrier(actor: Any, name: str, region: str) -> int:
    if Carrier.objects.filter(carrier_name=name, region=region).exists():
        return 0
    values = {"carrier_name": name, "region": region}
    carrier = carriers.create_carrier(actor=actor, values=values)
    word = name.split()[0].lower()
    contact = carriers.create_contact(
        actor=actor,
        carrier_id=carrier.pk,
        values={
            "contact_name": f"{name} NOC",
            "contact_type": "NOC",
            "contact_level": "1",
            "contact_function": "Operations desk",
            "contact_email": f"noc@{word}.example",
            "contact_phone": "+44 20 7946 0102",
        },
    )
    if name in OVERDUE:
        CarrierContact.objects.filter(pk=contact.pk).update(
            last_updated=timezone.now() - timedelta(days=410)
        )
    return 1


def _probe(actor: Any, circuit_id: str, values: dict[str, Any]) -> int:
    """Measure a loopback address: one always answers, one while its simulated device runs."""
    route = NetworkRoute.objects.filter(circuit_id=circuit_id).first()
    if route is None or LatencyProbe.objects.filter(route=route).exists():
        return 0
    latency.set_probe(actor=actor, route=route, values=values)
    return 1


def _history(circuit_id: str, middle_ms: float) -> int:
    """Make a day of measurements that swing around a value, with a few losses."""
    route = NetworkRoute.objects.filter(circuit_id=circuit_id).first()
    if route is None or LatencySample.objects.filter(route=route).exists():
        return 0
    now = timezone.now()
    LatencySample.objects.bulk_create(
        LatencySample(
            route=route,
            sampled_at=now - SAMPLE_EVERY * (SAMPLES - number),
            latency_ms=None if number in (97, 98) else _swing(middle_ms, number),
            source="ping",
        )
        for number in range(SAMPLES)
    )
    return 1


def _swing(middle_ms: float, number: int) -> float:
    """A slow wave with a small ripple, 2 % around the middle."""
    return round(middle_ms * (1 + 0.012 * sin(number / 23) + 0.008 * sin(number * 2.3)), 2)


def _place(actor: Any, code: str) -> int:
    place = Location.objects.filter(location_code=code).first()
    if place is None or LocationCapabilities.objects.filter(location=place).exists():
        return 0
    names = dict.fromkeys(ABLE[code], True)
    capabilities.set_capabilities(actor=actor, location_id=place.pk, values=names)
    prices = dict(zip(pricing_rules.MIN_PRICES, FLOORS[code], strict=True))
    pricing_rules.set_minimum_prices(actor=actor, location_id=place.pk, prices=prices)
    return 1


def _promotion(actor: Any) -> int:
    if PromoRule.objects.filter(rule_name=PROMOTION).exists():
        return 0
    values = {
        "rule_name": PROMOTION,
        "source_locations": ["LON1", "LON2"],
        "destination_locations": ["FRA1"],
        "price_1000_to_2999mb": 950,
        "price_3000mb_plus": 2400,
    }
    pricing_rules.create_promo(actor=actor, values=values)
    return 1


def _search(actor: Any, name: str, avoided: list[str]) -> int:
    """Keep a search with its answer of today, so that two can be compared."""
    if SavedSearch.objects.filter(search_name=name).exists():
        return 0
    question = PathsQuestion(
        source="LON1",
        destination="SNG1",
        constraints=Constraints(bandwidth_mbps=10_000, carriers=names(avoided)),
        max_latency_ms=180,
        twin=CIRCUIT,
        asked={"source": "LON1", "destination": "SNG1", "avoid_carriers": ", ".join(avoided)},
    )
    try:
        offer = offers.make_offer(actor=actor, question=question, terms=offers.Terms(24, "EUR"))
    except PathNotFound:
        return 0
    values = {
        "search_name": name,
        "source_location": "LON1",
        "destination_location": "SNG1",
        "bandwidth_required": 10_000,
        "bandwidth_unit": "Mbps",
        "protection_required": True,
        "max_latency_ms": 180,
        "carrier_avoidance": avoided,
        "output_currency": "EUR",
        "contract_term_months": 24,
        "search_results": offers.kept_words(offer),
    }
    searches.save_search(actor=actor, values=values)
    return 1
