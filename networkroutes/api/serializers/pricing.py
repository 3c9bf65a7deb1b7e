"""Margin rules, promotions and capabilities on the native wire; prices in USD."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from inventory_site.core.api.serializers import Name, SparseSerializer, StrictSerializer
from networkroutes.design.margins import TIERS
from networkroutes.models import LocationCapabilities, PricingConfig, PromoRule
from networkroutes.models.capabilities import CAPABILITIES
from networkroutes.services.pricing_rules import PROMO_PRICES


class PricingConfigSerializer(SparseSerializer):
    """A version of the margin rules by dotted key; the newest is in force."""

    class Meta:
        model = PricingConfig
        fields = ["id", "values", "created_at", "created_by", "note"]


class PricingSectionsSerializer(StrictSerializer):
    """The five sections of the margin rules."""

    contractTerms = serializers.DictField()
    protectedServiceMargins = serializers.DictField()
    charges = serializers.DictField()
    utilizationFactors = serializers.DictField()
    promoPricing = serializers.DictField()
    note = serializers.CharField(max_length=255, required=False, allow_blank=True)


class PromoRuleSerializer(SparseSerializer):
    """A promotion between two sets of locations."""

    source_locations = serializers.ListField(child=Name(max_length=100))
    destination_locations = serializers.ListField(child=Name(max_length=100))

    class Meta:
        model = PromoRule
        names = ("rule_name",)
        fields = [
            "id",
            "rule_name",
            "source_locations",
            "destination_locations",
            *PROMO_PRICES,
            "is_active",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["is_active", "version", "created_at", "updated_at"]
        extra_kwargs = {name: {"coerce_to_string": False} for name in PROMO_PRICES}


class CapabilitiesSerializer(serializers.ModelSerializer):
    """The thirteen capabilities of a location."""

    class Meta:
        model = LocationCapabilities
        fields = list(CAPABILITIES)


def _price() -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        coerce_to_string=False,
    )


MinimumPricesSerializer = type(
    "MinimumPricesSerializer",
    (StrictSerializer,),
    {
        "__doc__": "The four floor prices of a location.",
        "__module__": __name__,
        **{f"min_price_{tier}": _price() for tier in TIERS},
    },
)
