"""Circuits and repository types on the native wire."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from inventory_site.core.api.serializers import SparseSerializer
from networkroutes.errors import InvalidBandwidth, InvalidCircuitId
from networkroutes.models import NetworkRoute, RepositoryType
from networkroutes.rules import check_bandwidth, check_circuit_id


class RepositoryTypeSerializer(SparseSerializer):
    """A kind of inventory."""

    class Meta:
        model = RepositoryType
        names = ("name",)
        fields = ["id", "name", "description", "created_at"]
        read_only_fields = ["created_at"]
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}}


class NetworkRouteSerializer(SparseSerializer):
    """A circuit; latencies in ms, cost per month in `currency`."""

    channel_count = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = NetworkRoute
        names = ("circuit_id", "underlying_carrier", "location_a", "location_b", "cable_system")
        fields = [
            "id",
            "circuit_id",
            "repository_type",
            "location_a",
            "location_b",
            "underlying_carrier",
            "cable_system",
            "bandwidth",
            "is_special",
            "live_latency_ms",
            "expected_latency_ms",
            "sla_latency_ms",
            "mtu",
            "cost",
            "currency",
            "outage_tickets_last_30d",
            "maintenance_tickets_last_30d",
            "test_results_link",
            "test_results_file",
            "kmz_file_path",
            "more_details",
            "capacity_usage_percent",
            "local_loop_carriers_a",
            "local_loop_carriers_b",
            "equipment_type",
            "created_by",
            "updated_by",
            "channel_count",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = [
            "test_results_file",
            "kmz_file_path",
            "created_by",
            "updated_by",
            "version",
            "created_at",
            "updated_at",
        ]
        extra_kwargs = {
            "circuit_id": {"validators": []},
            "cost": {"coerce_to_string": False},
        }

    def validate_circuit_id(self, value: str) -> str:
        """Six capital letters and six digits; fixed once the circuit exists."""
        try:
            check_circuit_id(value)
        except InvalidCircuitId as err:
            raise serializers.ValidationError(err.message) from err
        if self.instance is not None and self.instance.circuit_id != value:
            raise serializers.ValidationError("The UCN of a circuit never changes.")
        return value

    def validate_bandwidth(self, value: str | None) -> str | None:
        """`Dark Fiber`, or text that begins with a number of Mbps."""
        try:
            check_bandwidth(value)
        except InvalidBandwidth as err:
            raise serializers.ValidationError(err.message) from err
        return value


def route_values(validated: dict[str, Any]) -> dict[str, Any]:
    """Turn validated input into what the service takes."""
    values = {name: value for name, value in validated.items() if name != "circuit_id"}
    if "repository_type" in values:
        values["repository_type_id"] = values.pop("repository_type").pk
    return values
