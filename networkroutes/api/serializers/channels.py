"""Channels, reservations and their log on the native wire."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inventory_site.core.api.serializers import Name, SparseSerializer, StrictSerializer
from networkroutes.models import DarkFibreChannel, NetworkRoute, Reservation, ReservationLog


class OpenReservationSerializer(serializers.ModelSerializer):
    """The part of a reservation that a channel shows."""

    class Meta:
        model = Reservation
        fields = ["id", "reserved_by", "holder", "reserved_at", "expires_at"]


class CircuitField(serializers.SlugRelatedField):
    """A circuit by its UCN."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the circuit; PostgreSQL cannot be asked for a null character."""
        if "\x00" in str(data):
            self.fail("does_not_exist", slug_name=self.slug_field, value=data)
        return super().to_internal_value(data)


class DarkFibreChannelSerializer(SparseSerializer):
    """A channel of a dark fibre with who holds it."""

    circuit_id = CircuitField(
        source="route", slug_field="circuit_id", queryset=NetworkRoute.objects.all()
    )
    reservation = serializers.SerializerMethodField()

    class Meta:
        model = DarkFibreChannel
        fields = [
            "id",
            "circuit_id",
            "dwdm_wavelength",
            "dwdm_ucn",
            "equipment",
            "in_use",
            "capex_cost_to_light",
            "bandwidth",
            "reservation",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["version", "created_at", "updated_at"]
        extra_kwargs = {"capex_cost_to_light": {"coerce_to_string": False}}

    @extend_schema_field(OpenReservationSerializer(allow_null=True))
    def get_reservation(self, channel: DarkFibreChannel) -> Any:
        """The active reservation; one that has run out is not shown."""
        held = next((row for row in channel.open_reservations if row.is_active()), None)  # type: ignore[attr-defined]  # prefetched by the view
        return OpenReservationSerializer(held).data if held else None

    def validate_circuit_id(self, route: NetworkRoute) -> NetworkRoute:
        """A channel stays on its circuit."""
        if self.instance is not None and self.instance.route_id != route.pk:
            raise serializers.ValidationError("A channel stays on its circuit.")
        return route


class ReserveSerializer(StrictSerializer):
    """Input of a reservation; without a name the signed-in person's is used."""

    reserved_by = Name(max_length=255, required=False)


class NewReservationSerializer(ReserveSerializer):
    """Input of `POST /api/reservations`."""

    channel = serializers.IntegerField(min_value=1)


class ReleaseSerializer(StrictSerializer):
    """Input of a release."""

    released_by = Name(max_length=255, required=False)


class ReservationSerializer(SparseSerializer):
    """A reservation, open or over."""

    circuit_id = serializers.CharField(source="channel.route.circuit_id", read_only=True)
    dwdm_ucn = serializers.CharField(source="channel.dwdm_ucn", read_only=True, allow_null=True)
    is_active = serializers.SerializerMethodField()

    class Meta:
        model = Reservation
        fields = [
            "id",
            "channel",
            "circuit_id",
            "dwdm_ucn",
            "reserved_by",
            "holder",
            "reserved_at",
            "expires_at",
            "status",
            "is_active",
            "ended_at",
        ]

    def get_is_active(self, reservation: Reservation) -> bool:
        return reservation.is_active()


class ReservationLogSerializer(SparseSerializer):
    """A row of the reservation log."""

    class Meta:
        model = ReservationLog
        fields = [
            "id",
            "channel",
            "circuit_id",
            "dwdm_ucn",
            "action",
            "reserved_by",
            "logged_at",
            "expiry_date",
            "notes",
        ]
