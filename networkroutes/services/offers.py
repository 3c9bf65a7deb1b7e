"""An offer: the best paths, the twin, and what they cost by both models, for the design page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from networkroutes.design.legs import Way, as_number
from networkroutes.design.margins import Ask
from networkroutes.design.money import BASE
from networkroutes.design.pricing import DEFAULT_SEGMENT_MBPS, Segment
from networkroutes.errors import PathRefused, RateMissing
from networkroutes.services import design_paths, pricing
from networkroutes.services.design_paths import Paths, PathsQuestion
from networkroutes.services.pricing import PathToPrice, PricedSegment


@dataclass(frozen=True, slots=True)
class Terms:
    """How an offer is priced: months, currency, whether with the ULL premium."""

    months: int = 12
    currency: str = BASE
    with_ull: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a question is answered with.

    `service` are the ways that are sold: the twin pair, or the best path alone. `by_term` holds a
    price per way of the service, `by_margin` likewise with the totals of a protected service; both
    are empty where `refusal` says why nothing can be priced.
    """

    question: PathsQuestion
    terms: Terms
    found: Paths
    service: Sequence[Way]
    by_term: Sequence[Mapping[str, Any]] = ()
    by_margin: Sequence[Mapping[str, Any]] = ()
    protected: Mapping[str, Any] | None = None
    refusal: str = ""
    others: Sequence[Way] = field(default_factory=tuple)

    @property
    def monthly(self) -> Decimal | None:
        """The sum per month by term."""
        return self._sum("monthlyCost")

    @property
    def setup(self) -> Decimal | None:
        """The sum of set-up charges by term."""
        return self._sum("setupCost")

    @property
    def total(self) -> Decimal | None:
        """The value of the whole contract by term."""
        return self._sum("totalContractValue")

    def _sum(self, name: str) -> Decimal | None:
        if not self.by_term:
            return None
        amounts = (Decimal(str(row["pricing"][name])) for row in self.by_term)
        return sum(amounts, Decimal(0))


def make_offer(*, actor: Any, question: PathsQuestion, terms: Terms) -> Offer:
    """Search and price; a missing rate leaves the paths standing and says so.

    Raises `PathNotFound`.
    """
    found = design_paths.find_paths(actor=actor, question=question)
    service = tuple(found.pair or found.paths[:1])
    sold = [tuple(way.names) for way in service]
    others = tuple(way for way in found.paths if tuple(way.names) not in sold)
    try:
        priced = _priced(actor, question, terms, service)
    except (PathRefused, RateMissing) as refusal:
        return Offer(question, terms, found, service, refusal=refusal.message, others=others)
    return Offer(question, terms, found, service, *priced, others=others)


def _priced(
    actor: Any, question: PathsQuestion, terms: Terms, service: Sequence[Way]
) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]], Mapping[str, Any] | None]:
    paths = [path_to_price(way) for way in service]
    by_term = pricing.price_by_term(
        actor=actor,
        paths=paths,
        term_months=Decimal(terms.months),
        output_currency=terms.currency,
        with_ull=terms.with_ull,
    )
    mbps = question.constraints.bandwidth_mbps
    if not mbps:
        return by_term.results, (), None
    ask = Ask(
        Decimal(str(mbps)),
        str(terms.months),
        terms.currency,
        question.source,
        question.destination,
    )
    by_margin = pricing.price_by_margin(
        actor=actor,
        paths=paths,
        ask=ask,
        with_ull=terms.with_ull,
        is_protected=len(service) > 1,
    )
    return by_term.results, by_margin.results, by_margin.extra.get("protectionPricing")


def path_to_price(way: Way) -> PathToPrice:
    """Return a way with the costs that the register has of its circuits."""
    segments = [
        PricedSegment(
            Segment(
                leg.circuit.cost,
                (leg.circuit.currency or BASE).strip().upper() or BASE,
                Decimal(str(leg.circuit.capacity_mbps or DEFAULT_SEGMENT_MBPS)),
            ),
            leg.circuit.circuit_id,
        )
        for leg in way.legs
    ]
    return PathToPrice(
        segments,
        {
            "path": list(way.names),
            "totalLatency": as_number(way.latency_ms),
            "hops": way.hops,
        },
    )


def kept_words(offer: Offer) -> dict[str, Any]:
    """Return what a saved search keeps of its offer."""
    return {
        "paths": [_kept_way(way) for way in offer.service],
        "is_pair": len(offer.service) > 1,
        "twin": offer.question.twin,
        "excluded": offer.found.exclusions.get("total_routes_excluded"),
        "monthly": _number(offer.monthly),
        "setup": _number(offer.setup),
        "total": _number(offer.total),
        "suggested": (offer.protected or _first(offer.by_margin)).get("suggestedPrice"),
        "currency": offer.terms.currency,
    }


def _kept_way(way: Way) -> dict[str, Any]:
    carriers = dict.fromkeys(leg.circuit.carrier for leg in way.legs if leg.circuit.carrier)
    return {
        **way.short(),
        "circuits": [leg.circuit.circuit_id for leg in way.legs],
        "carriers": list(carriers),
    }


def _first(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = rows[0]["pricing"] if rows else {}
    return found


def _number(amount: Decimal | None) -> int | float | None:
    return None if amount is None else as_number(amount)
