"""The margin rules in force."""

from __future__ import annotations

from decimal import Decimal

from networkroutes.design.margins import DEFAULTS, TIERS, Config, Promo
from networkroutes.models import PricingConfig, PromoRule


def current_version() -> PricingConfig | None:
    """Return the newest version of the rules; None while the defaults are in force."""
    return PricingConfig.objects.order_by("-pk").first()


def current_config() -> Config:
    """Return the rules in force."""
    version = current_version()
    return Config(values_of(version))


def values_of(version: PricingConfig | None) -> dict[str, Decimal]:
    """Return the values of a version by dotted key; the defaults without one."""
    if version is None:
        return dict(DEFAULTS)
    return {key: Decimal(str(version.values.get(key, DEFAULTS[key]))) for key in DEFAULTS}


def active_promos() -> list[Promo]:
    """Return the promotions that are not ended."""
    return [
        Promo(
            row.pk,
            row.rule_name,
            frozenset(row.source_locations),
            frozenset(row.destination_locations),
            {tier: getattr(row, f"price_{tier}") for tier in TIERS},
        )
        for row in PromoRule.objects.filter(is_active=True)
    ]
