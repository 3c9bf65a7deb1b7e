"""Prices by margin, with floors of locations and promotions (contract 12.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from networkroutes.design.money import BASE, Rates, cents, tenths
from networkroutes.design.pricing import Segment

TERMS = ("12", "24", "36")
DEFAULT_TERM = "12"
TIERS = ("under_100mb", "100_to_999mb", "1000_to_2999mb", "3000mb_plus")
PRIMARY, PROTECTION = "primary", "protection"
HUNDRED = Decimal(100)

DEFAULTS: dict[str, Decimal] = {
    "contractTerms.12.minMargin": Decimal("40"),
    "contractTerms.12.suggestedMargin": Decimal("60"),
    "contractTerms.12.nrcCharge": Decimal("1000"),
    "contractTerms.24.minMargin": Decimal("37.5"),
    "contractTerms.24.suggestedMargin": Decimal("55"),
    "contractTerms.24.nrcCharge": Decimal("500"),
    "contractTerms.36.minMargin": Decimal("35"),
    "contractTerms.36.suggestedMargin": Decimal("50"),
    "contractTerms.36.nrcCharge": Decimal("0"),
    "protectedServiceMargins.12.minMargin": Decimal("50"),
    "protectedServiceMargins.12.suggestedMargin": Decimal("70"),
    "protectedServiceMargins.24.minMargin": Decimal("47.5"),
    "protectedServiceMargins.24.suggestedMargin": Decimal("65"),
    "protectedServiceMargins.36.minMargin": Decimal("45"),
    "protectedServiceMargins.36.suggestedMargin": Decimal("60"),
    "charges.protectionPathMultiplier": Decimal("0.7"),
    "utilizationFactors.primary": Decimal("0.9"),
    "utilizationFactors.protection": Decimal("1.0"),
    "promoPricing.minimumMarginPercent": Decimal("35"),
}
SECTIONS = (
    "contractTerms",
    "protectedServiceMargins",
    "charges",
    "utilizationFactors",
    "promoPricing",
)


@dataclass(frozen=True, slots=True)
class Config:
    """The rules in force, as dotted keys; a key that is missing has its default."""

    values: Mapping[str, Decimal] = field(default_factory=dict)

    def value(self, key: str) -> Decimal:
        """Return one value."""
        return self.values.get(key, DEFAULTS[key])

    def of_term(self, term: str, name: str) -> Decimal:
        """Return a value of a contract term; an unknown term has the set of 12 months."""
        known = term if term in TERMS else DEFAULT_TERM
        return self.value(f"contractTerms.{known}.{name}")


@dataclass(frozen=True, slots=True)
class Promo:
    """A promotion: prices in USD by tier, valid between its sets in either direction."""

    rule_id: int
    name: str
    sources: frozenset[str]
    destinations: frozenset[str]
    prices: Mapping[str, Decimal]

    def covers(self, a: str, b: str) -> bool:
        """Whether the pair is covered."""
        return (a in self.sources and b in self.destinations) or (
            b in self.sources and a in self.destinations
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """One path's prices in the output currency, rounded; margins in percent."""

    allocated: Decimal
    minimum: Decimal
    suggested: Decimal
    minimum_margin: Decimal
    suggested_margin: Decimal
    floor: Decimal
    nrc: Decimal
    is_floored: bool
    promo: Promo | None = None
    promo_usd: Decimal = Decimal(0)

    @classmethod
    def of(cls, allocated: Decimal, minimum: Decimal, suggested: Decimal, **others: Any) -> Quote:
        """Round what is not rounded yet; the margins are those of the unrounded amounts."""
        return cls(
            cents(allocated),
            cents(minimum),
            cents(suggested),
            margin_percent(minimum, allocated),
            margin_percent(suggested, allocated),
            **others,
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: Mbps, term, currency, ends; floors in USD of each end by tier."""

    mbps: Decimal
    term: str
    output: str
    source: str
    destination: str
    floors: Sequence[Mapping[str, Decimal]] = ()


def tier_of(mbps: Decimal) -> str:
    """Return the price tier of a bandwidth."""
    bounds = zip((100, 1000, 3000), TIERS, strict=False)
    return next((tier for bound, tier in bounds if mbps < bound), TIERS[-1])


def quote_path(
    segments: Iterable[Segment],
    kind: str,
    ask: Ask,
    rates: Rates,
    config: Config,
    promos: Sequence[Promo] = (),
) -> Quote:
    """Price one path of the kind `primary` or `protection`. Raises `NoRate`.

    A promotion is tried first: the lowest price of the tier, where it leaves its minimum margin.
    """
    used = config.value(f"utilizationFactors.{kind}")
    allocated = sum(
        (
            rates.convert(part.cost, part.currency, ask.output) * ask.mbps / (part.mbps * used)
            for part in segments
        ),
        Decimal(0),
    )
    nrc = rates.convert(config.of_term(ask.term, "nrcCharge"), BASE, ask.output)
    promo = _best_promo(promos, ask)
    if promo is not None:
        usd = promo.prices[tier_of(ask.mbps)]
        price = rates.convert(usd, BASE, ask.output)
        share = config.value("promoPricing.minimumMarginPercent") / HUNDRED
        if allocated <= price * (1 - share):
            return Quote.of(
                allocated,
                price,
                price,
                floor=Decimal(0),
                nrc=cents(nrc),
                is_floored=False,
                promo=promo,
                promo_usd=usd,
            )
    floor = _floor(ask, rates)
    minimum = allocated / (1 - config.of_term(ask.term, "minMargin") / HUNDRED)
    suggested = allocated / (1 - config.of_term(ask.term, "suggestedMargin") / HUNDRED)
    return Quote.of(
        allocated,
        max(minimum, floor),
        max(suggested, floor),
        floor=cents(floor),
        nrc=cents(nrc),
        is_floored=floor > minimum,
    )


def protected(primary: Quote, secondary: Quote, config: Config) -> Quote:
    """Return the price of a protected service, from rounded prices; its NRC, and what set its
    price (a promotion, a floor), are the primary's."""
    share = config.value("charges.protectionPathMultiplier")
    return Quote.of(
        primary.allocated + share * secondary.allocated,
        primary.minimum + share * secondary.minimum,
        primary.suggested + share * secondary.suggested,
        floor=cents(primary.floor + share * secondary.floor),
        nrc=primary.nrc,
        is_floored=primary.is_floored,
        promo=primary.promo,
        promo_usd=primary.promo_usd,
    )


def margin_percent(price: Decimal, allocated: Decimal) -> Decimal:
    """Return the margin of a price in percent, one decimal; 0 for a price of 0."""
    return tenths((price - allocated) / price * HUNDRED) if price else Decimal(0)


def _best_promo(promos: Sequence[Promo], ask: Ask) -> Promo | None:
    tier = tier_of(ask.mbps)
    fitting = [
        promo
        for promo in promos
        if promo.prices[tier] > 0 and promo.covers(ask.source, ask.destination)
    ]
    return min(fitting, key=lambda promo: (promo.prices[tier], promo.rule_id), default=None)


def _floor(ask: Ask, rates: Rates) -> Decimal:
    tier = tier_of(ask.mbps)
    highest = max((floor.get(tier, Decimal(0)) for floor in ask.floors), default=Decimal(0))
    return rates.convert(highest, BASE, ask.output)


def nested(values: Mapping[str, Decimal]) -> dict[str, dict[str, object]]:
    """Return dotted keys as the five sections."""
    found: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        section, _, rest = key.partition(".")
        place: dict[str, object] = found.setdefault(section, {})
        group, _, name = rest.rpartition(".")
        if group:
            inner = place.setdefault(group, {})
            if isinstance(inner, dict):
                inner[name] = value
        else:
            place[name] = value
    return found
