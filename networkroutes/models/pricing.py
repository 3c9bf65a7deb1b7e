"""Rules of the margin pricing model (contract 12.2)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from inventory_site.core.models.base import TimeStamped, Versioned


def tier_price(name: str) -> models.DecimalField[Decimal, Decimal]:
    """Return a price in USD of one bandwidth tier; 0 is none."""
    return models.DecimalField(
        name,
        max_digits=14,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )


class PricingConfig(models.Model):
    """One version of the margin rules, the newest is in force; `values` by dotted key.

    Keys are those of the contract, e.g. `contractTerms.12.minMargin`; versions are never changed.
    """

    values = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "pricing rules version"

    def __str__(self) -> str:
        return f"Version {self.pk}"


class PromoRule(TimeStamped, Versioned):
    """Promotional prices in USD between two sets of locations; deleting only ends it."""

    rule_name = models.CharField("name", max_length=255)
    source_locations = models.JSONField(default=list)
    destination_locations = models.JSONField(default=list)
    price_under_100mb = tier_price("price below 100 Mbps")
    price_100_to_999mb = tier_price("price 100 to 999 Mbps")
    price_1000_to_2999mb = tier_price("price 1,000 to 2,999 Mbps")
    price_3000mb_plus = tier_price("price from 3,000 Mbps")
    is_active = models.BooleanField("active", default=True, db_index=True)

    class Meta:
        ordering = ["-is_active", "rule_name", "pk"]

    def __str__(self) -> str:
        return self.rule_name
