"""Amounts in several currencies: units of each per 1 USD (contract 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

BASE = "USD"
CENT = Decimal("0.01")
TENTH = Decimal("0.1")
EXACT = Context(prec=24)  # a third and three thirds differ from 1 in the 28th digit only


class NoRate(ValueError):
    """A needed currency has no active rate; `currency` is its code."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"No active exchange rate for {currency}")
        self.currency = currency


@dataclass(frozen=True, slots=True)
class Rates:
    """Active rates by code; the base is always 1."""

    per_usd: Mapping[str, Decimal]

    def convert(self, amount: Decimal, source: str, target: str) -> Decimal:
        """Return an amount in another currency, not rounded; raise `NoRate` for a missing rate.

        Nothing is needed for an amount of 0 or for one that is in the target currency.
        """
        if not amount or source == target:
            return amount
        return amount / self.rate(source) * self.rate(target)

    def rate(self, code: str) -> Decimal:
        """Return the units per USD, or raise `NoRate`."""
        if code == BASE:
            return Decimal(1)
        found = self.per_usd.get(code)
        if found is None:
            raise NoRate(code)
        return found


def cents(amount: Decimal) -> Decimal:
    """Round half up to two decimals."""
    return EXACT.plus(amount).quantize(CENT, ROUND_HALF_UP)


def tenths(amount: Decimal) -> Decimal:
    """Round half up to one decimal."""
    return EXACT.plus(amount).quantize(TENTH, ROUND_HALF_UP)
