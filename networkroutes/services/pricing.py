"""Prices of paths, by term (contract 9) and by margin (12.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from networkroutes import policy
from networkroutes.choices import DesignAction
from networkroutes.design import margins
from networkroutes.design.legs import as_number
from networkroutes.design.margins import Ask, Config, Quote
from networkroutes.design.money import NoRate
from networkroutes.design.pricing import Price, Segment, price_path
from networkroutes.errors import PathRefused, RateMissing
from networkroutes.models import Location
from networkroutes.selectors import design as selector
from networkroutes.selectors import pricing as rules
from networkroutes.services import design_log


@dataclass(frozen=True, slots=True)
class PricedSegment:
    """A segment as the caller sent it; `circuit_id` is checked against the register."""

    segment: Segment
    circuit_id: str = ""


@dataclass(frozen=True, slots=True)
class PathToPrice:
    """A path with its segments; `shown` holds what the answer repeats (path, latency, hops)."""

    segments: Sequence[PricedSegment]
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prices:
    """Result rows in request order, the rates used, and what else the answer carries."""

    results: list[dict[str, Any]]
    exchange_rates: dict[str, Decimal]
    priced_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)


def price_by_term(
    *,
    actor: Any,
    paths: Sequence[PathToPrice],
    term_months: Decimal,
    output_currency: str,
    with_ull: bool,
) -> Prices:
    """Price each path with the discount of its term; one row is logged.

    The caller's costs count; where the register knows the circuit and differs, the row says
    `costMismatch`. Raises `RateMissing`, and `PathRefused` for amounts beyond 25 digits.
    """
    policy.require(actor, "view_designlog")
    rates, stored = selector.active_rates(), _stored(paths)
    results = []
    for path in paths:
        segments = [part.segment for part in path.segments]
        with _refusals():
            price = price_path(segments, rates, output_currency, term_months, with_ull=with_ull)
        row = dict(path.shown)
        row["pricing"] = _term_pricing(price, term_months, output_currency, with_ull=with_ull)
        results.append(_marked(row, path, stored))
    design_log.note(
        actor,
        DesignAction.PRICING,
        parameters={
            "contract_term": as_number(term_months),
            "output_currency": output_currency,
            "include_ull": with_ull,
        },
        pricing_data=results,
    )
    return Prices(results, selector.shown_rates(), timezone.now())


def price_by_margin(
    *,
    actor: Any,
    paths: Sequence[PathToPrice],
    ask: Ask,
    with_ull: bool,
    is_protected: bool,
) -> Prices:
    """Price each path by allocated cost and margin; the first is the primary, others protection.

    Raises `RateMissing`, and `PathRefused` for amounts beyond 25 digits.
    """
    policy.require(actor, "view_designlog")
    rates, stored, config = selector.active_rates(), _stored(paths), rules.current_config()
    promos = rules.active_promos()
    full = Ask(ask.mbps, ask.term, ask.output, ask.source, ask.destination, _floors(ask))
    quotes, results = [], []
    for number, path in enumerate(paths):
        kind = margins.PROTECTION if number else margins.PRIMARY
        segments = [part.segment for part in path.segments]
        with _refusals():
            quote = margins.quote_path(segments, kind, full, rates, config, promos)
        quotes.append(quote)
        row = {**path.shown, "pathType": kind}
        row["pricing"] = quote_words(quote, full, config, with_ull=with_ull)
        results.append(_marked(row, path, stored))
    extra = _margin_extra(quotes, full, config, with_ull=with_ull, is_protected=is_protected)
    design_log.note(
        actor, DesignAction.PRICING, parameters=extra["parameters"], pricing_data=results
    )
    return Prices(results, selector.shown_rates(), timezone.now(), extra)


def quote_words(quote: Quote, ask: Ask, config: Config, *, with_ull: bool) -> dict[str, Any]:
    """Return a quote in the contract's words."""
    promo: dict[str, Any] | None = None
    if quote.promo is not None:
        promo = {
            "used": True,
            "ruleId": quote.promo.rule_id,
            "ruleName": quote.promo.name,
            "originalPriceUSD": as_number(quote.promo_usd),
            "priceField": f"price_{margins.tier_of(ask.mbps)}",
        }
    return {
        "allocatedCost": as_number(quote.allocated),
        "minimumPrice": as_number(quote.minimum),
        "suggestedPrice": as_number(quote.suggested),
        "minimumMargin": as_number(quote.minimum_margin),
        "suggestedMargin": as_number(quote.suggested_margin),
        "locationMinimum": as_number(quote.floor),
        "marginEnforced": not quote.is_floored and quote.promo is None,
        "contractTerm": _term(ask),
        "targetMinMargin": as_number(config.of_term(ask.term, "minMargin")),
        "targetSuggestedMargin": as_number(config.of_term(ask.term, "suggestedMargin")),
        "nrcCharge": as_number(quote.nrc),
        "promoPricing": promo or {"used": False},
        "currency": ask.output,
        "bandwidth": as_number(ask.mbps),
        "includeULL": with_ull,
    }


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except NoRate as err:
        raise RateMissing(str(err), currency=err.currency) from err
    except ArithmeticError as err:
        raise PathRefused("The amounts are too large to be priced") from err


def _term_pricing(
    price: Price, term_months: Decimal, output_currency: str, *, with_ull: bool
) -> dict[str, Any]:
    return {
        "monthlyCost": as_number(price.monthly),
        "setupCost": as_number(price.setup),
        "totalContractValue": as_number(price.total),
        "currency": output_currency,
        "termDiscount": price.discount_percent,
        "contractTerm": as_number(term_months),
        "includeULL": with_ull,
    }


def _margin_extra(
    quotes: Sequence[Quote], ask: Ask, config: Config, *, with_ull: bool, is_protected: bool
) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if is_protected and len(quotes) >= 2:
        both = margins.protected(quotes[0], quotes[1], config)
        extra["protectionPricing"] = {
            **quote_words(both, ask, config, with_ull=with_ull),
            "serviceType": "protected",
            "composition": {
                name: {
                    "allocatedCost": as_number(part.allocated),
                    "minimumPrice": as_number(part.minimum),
                    "suggestedPrice": as_number(part.suggested),
                }
                for name, part in zip(("primary", "secondary"), quotes, strict=False)
            },
        }
    extra["contractTermDetails"] = {
        "term": _term(ask),
        **{
            name: as_number(config.of_term(ask.term, name))
            for name in ("minMargin", "suggestedMargin", "nrcCharge")
        },
    }
    extra["parameters"] = {
        "source": ask.source,
        "destination": ask.destination,
        "bandwidth": as_number(ask.mbps),
        "contract_term": _term(ask),
        "output_currency": ask.output,
        "include_ull": with_ull,
        "protection_required": is_protected,
    }
    return extra


def _term(ask: Ask) -> int | float:
    return as_number(Decimal(ask.term))


def _floors(ask: Ask) -> list[dict[str, Decimal]]:
    codes = [code for code in (ask.source, ask.destination) if "\x00" not in code]
    rows = Location.objects.filter(location_code__in=codes)
    return [{tier: getattr(row, f"min_price_{tier}") for tier in margins.TIERS} for row in rows]


def _stored(paths: Sequence[PathToPrice]) -> dict[str, tuple[Decimal, str]]:
    return selector.stored_costs(part.circuit_id for path in paths for part in path.segments)


def _marked(
    row: dict[str, Any], path: PathToPrice, stored: Mapping[str, tuple[Decimal, str]]
) -> dict[str, Any]:
    for part in path.segments:
        known = stored.get(part.circuit_id)
        if known is not None and _differs(part.segment, *known):
            row["costMismatch"] = True
            break
    return row


def _differs(segment: Segment, cost: Decimal, currency: str) -> bool:
    if segment.cost != cost:
        return True
    return bool(cost) and segment.currency != (currency or "USD")
