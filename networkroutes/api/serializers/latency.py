"""Measured latency on the native wire; all values in ms."""

from __future__ import annotations

from rest_framework import serializers

from inventory_site.core.api.serializers import Number, SparseSerializer, StrictSerializer
from networkroutes.models import LatencyProbe, LatencySample, Outage
from networkroutes.services.latency import LARGEST_MS, MOST_SAMPLES


class LatencyProbeSerializer(SparseSerializer):
    """How a circuit is measured."""

    circuit_id = serializers.CharField(source="route.circuit_id", read_only=True)

    class Meta:
        model = LatencyProbe
        fields = [
            "circuit_id",
            "kind",
            "target",
            "json_path",
            "tcp_port",
            "snmp_port",
            "timeout_ms",
            "losses_to_outage",
            "is_enabled",
            "probed_at",
        ]
        read_only_fields = ["probed_at"]


class LatencySampleSerializer(SparseSerializer):
    """One measurement; no latency is a loss."""

    circuit_id = serializers.CharField(source="route.circuit_id", read_only=True)

    class Meta:
        model = LatencySample
        fields = ["id", "circuit_id", "sampled_at", "latency_ms", "source"]


class OutageSerializer(SparseSerializer):
    """A time in which a circuit was down; no end while it lasts."""

    circuit_id = serializers.CharField(source="route.circuit_id", read_only=True)
    location_a = serializers.CharField(source="route.location_a", read_only=True, allow_null=True)
    location_b = serializers.CharField(source="route.location_b", read_only=True, allow_null=True)

    class Meta:
        model = Outage
        fields = [
            "id",
            "circuit_id",
            "location_a",
            "location_b",
            "started_at",
            "ended_at",
            "source",
        ]


class LatencySerializer(serializers.Serializer):
    """The last word on a circuit: 0 is an outage, nothing was never measured."""

    circuit_id = serializers.CharField()
    latency_ms = serializers.FloatField(allow_null=True)
    sampled_at = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name
    is_stale = serializers.BooleanField()
    probe = LatencyProbeSerializer(allow_null=True)


class ChartPointSerializer(serializers.Serializer):
    """One share of the time of a chart."""

    at = serializers.DateTimeField()
    min_ms = serializers.FloatField(allow_null=True)
    avg_ms = serializers.FloatField(allow_null=True)
    max_ms = serializers.FloatField(allow_null=True)
    losses = serializers.IntegerField()


class LatencyChartSerializer(serializers.Serializer):
    """The history of a circuit, drawn."""

    circuit_id = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    expected_latency_ms = serializers.FloatField(allow_null=True)
    summary = serializers.DictField()
    points = ChartPointSerializer(many=True)


class PushedSampleSerializer(StrictSerializer):
    """A sample of an external monitoring system."""

    circuit_id = serializers.CharField(max_length=64)
    latency_ms = Number(min_value=0, max_value=LARGEST_MS, allow_null=True)
    sampled_at = serializers.DateTimeField(required=False)


class PushedSamplesSerializer(StrictSerializer):
    """Samples to store."""

    samples = serializers.ListField(child=PushedSampleSerializer(), max_length=MOST_SAMPLES)
