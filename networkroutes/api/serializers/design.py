"""The design tool on the native wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from inventory_site.core.api.serializers import Name, Number, SparseSerializer, StrictSerializer
from networkroutes.design.twins import KINDS
from networkroutes.models import DesignLog, SavedSearch
from networkroutes.services.design_paths import MOST_PATHS

MOST_NAMES = 1000


def _names(**more: Any) -> serializers.ListField:
    return serializers.ListField(
        child=Name(max_length=255), max_length=MOST_NAMES, required=False, **more
    )


class PathsQuestionSerializer(StrictSerializer):
    """What a path must be: bandwidth in Mbps, latency in ms; what to avoid, by name."""

    source = Name(max_length=255, trim_whitespace=False)  # type: ignore[assignment]  # a field's name
    destination = Name(max_length=255, trim_whitespace=False)
    count = serializers.IntegerField(min_value=1, max_value=MOST_PATHS, default=3)
    bandwidth_mbps = Number(min_value=0, required=False, allow_null=True)
    max_latency_ms = Number(min_value=0, required=False, allow_null=True)
    mtu = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    avoid_carriers = _names()
    avoid_cable_systems = _names()
    avoid_locations = _names()
    avoid_circuits = _names()
    via = _names(help_text="Locations that every path passes.")
    repository_types = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=100, required=False
    )
    allow_ull = serializers.BooleanField(default=True)
    allow_cisco = serializers.BooleanField(default=True)
    diverse_by = serializers.ChoiceField(choices=KINDS, required=False, allow_null=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The ends differ."""
        if data["source"] == data["destination"]:
            raise serializers.ValidationError(
                {"destination": "Source and destination cannot be the same"}
            )
        return data


class SegmentSerializer(serializers.Serializer):
    """One circuit of a path."""

    circuit_id = serializers.CharField()
    start = serializers.CharField()
    end = serializers.CharField()
    latency_ms = serializers.FloatField()
    bandwidth_mbps = serializers.FloatField(allow_null=True)
    carrier = serializers.CharField(allow_null=True)
    cable_system = serializers.CharField(allow_null=True)
    cost = serializers.FloatField()
    currency = serializers.CharField(allow_null=True)


class PathSerializer(serializers.Serializer):
    """A path; the cost per month is in USD, null when a rate is missing."""

    locations = serializers.ListField(child=serializers.CharField())
    latency_ms = serializers.FloatField()
    hops = serializers.IntegerField()
    cost_usd = serializers.FloatField(allow_null=True)
    segments = SegmentSerializer(many=True)


class PairSerializer(serializers.Serializer):
    """Two paths that share nothing of the kind asked for; `is_proven` when no better pair is."""

    kind = serializers.CharField()
    is_proven = serializers.BooleanField()
    total_latency_ms = serializers.FloatField()
    primary = PathSerializer()
    secondary = PathSerializer()


class PathsAnswerSerializer(serializers.Serializer):
    """The best paths in order of latency, and why circuits were left out.

    Without a pair, one may still exist where the search for it is not complete.
    """

    paths = PathSerializer(many=True)
    pair = PairSerializer(allow_null=True)
    is_pair_search_complete = serializers.BooleanField()
    exclusions = serializers.DictField()
    execution_time_ms = serializers.IntegerField()


class PricePathSegmentSerializer(serializers.Serializer):
    """A segment to price: cost per month and its currency."""

    circuit_id = serializers.CharField(max_length=12, required=False, allow_blank=True)
    cost = serializers.DecimalField(max_digits=18, decimal_places=4, min_value=0, default=0)
    currency = serializers.CharField(
        max_length=16, required=False, allow_null=True, allow_blank=True
    )
    bandwidth_mbps = Number(min_value=0, required=False, allow_null=True)


class PricePathSerializer(serializers.Serializer):
    """A path to price."""

    locations = _names()
    segments = PricePathSegmentSerializer(many=True)


class PriceQuestionSerializer(StrictSerializer):
    """Paths to price; with `bandwidth_mbps`, `source` and `destination` by margin, else by term."""

    paths = PricePathSerializer(many=True)
    term_months = serializers.IntegerField(min_value=1, max_value=1200, default=12)
    output_currency = serializers.CharField(max_length=3, min_length=3, default="USD")
    include_ull = serializers.BooleanField(default=False)
    bandwidth_mbps = Number(min_value=0.001, required=False)
    source = Name(max_length=255, required=False)  # type: ignore[assignment]  # a field's name
    destination = Name(max_length=255, required=False)
    is_protected = serializers.BooleanField(default=False)


class PriceAnswerSerializer(serializers.Serializer):
    """One result per path, in request order, and the rates used."""

    results = serializers.ListField(child=serializers.DictField())
    exchange_rates = serializers.DictField(child=serializers.FloatField())
    priced_at = serializers.DateTimeField()


class MapQuestionSerializer(StrictSerializer):
    """Paths to draw: the locations of each in order."""

    paths = serializers.ListField(
        child=serializers.ListField(child=Name(max_length=255)), max_length=100
    )


class MapAnswerSerializer(serializers.Serializer):
    """The stored map."""

    filename = serializers.CharField()
    url = serializers.CharField()


class SavedSearchSerializer(SparseSerializer):
    """A saved search; any result is kept as it is sent."""

    class Meta:
        model = SavedSearch
        names = ("search_name", "source_location", "destination_location")
        fields = [
            "id",
            "search_name",
            "source_location",
            "destination_location",
            "bandwidth_required",
            "bandwidth_unit",
            "include_ull",
            "protection_required",
            "max_latency_ms",
            "carrier_avoidance",
            "output_currency",
            "contract_term_months",
            "search_results",
            "owner",
            "created_at",
        ]
        read_only_fields = ["owner", "created_at"]


class DesignLogSerializer(SparseSerializer):
    """A row of the design log."""

    class Meta:
        model = DesignLog
        fields = [
            "id",
            "logged_at",
            "action_type",
            "parameters",
            "results",
            "execution_time_ms",
            "ip_address",
            "user_name",
            "kmz_files",
            "pricing_data",
            "archived_at",
        ]
