"""What paths cost: term discount and ULL premium (contract 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from networkroutes.design.money import BASE, Rates, cents

SETUP_SHARE = Decimal("0.5")
ULL_FACTOR = Decimal("1.15")
ULL_SETUP_SHARE = Decimal("0.25")
DISCOUNTS = ((36, Decimal("0.20")), (24, Decimal("0.15")), (12, Decimal("0.10")))
DEFAULT_SEGMENT_MBPS = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Segment:
    """One circuit of a path: cost per month, its currency, and its capacity where known."""

    cost: Decimal
    currency: str = BASE
    mbps: Decimal = DEFAULT_SEGMENT_MBPS


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one path in the output currency, rounded to cents; discount in percent."""

    monthly: Decimal
    setup: Decimal
    total: Decimal
    discount_percent: int


def discount_for(term_months: Decimal) -> Decimal:
    """Return the share taken off for a term: 10 % from 12 months, 15 % from 24, 20 % from 36."""
    return next((share for months, share in DISCOUNTS if term_months >= months), Decimal(0))


def price_path(
    segments: Sequence[Segment], rates: Rates, output: str, term_months: Decimal, *, with_ull: bool
) -> Price:
    """Price a path; the setup charge is never discounted. Raises `NoRate`."""
    costs = (rates.convert(segment.cost, segment.currency, output) for segment in segments)
    monthly = sum(costs, Decimal(0))
    setup = monthly * SETUP_SHARE
    if with_ull:
        monthly *= ULL_FACTOR
        setup += monthly * ULL_SETUP_SHARE
    discount = discount_for(term_months)
    discounted = monthly * (1 - discount)
    return Price(
        cents(discounted),
        cents(setup),
        cents(discounted * term_months + setup),
        int(discount * 100),
    )
