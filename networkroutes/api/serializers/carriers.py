"""The carrier directory on the native wire."""

from __future__ import annotations

from rest_framework import serializers

from inventory_site.core.api.serializers import SparseSerializer
from networkroutes.models import Carrier, CarrierContact


class CarrierSerializer(SparseSerializer):
    """A carrier of one region."""

    contact_count = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = Carrier
        names = ("carrier_name", "previously_known_as")
        fields = [
            "id",
            "carrier_name",
            "previously_known_as",
            "status",
            "region",
            "contact_count",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["version", "created_at", "updated_at"]
        validators: list[object] = []


class CarrierContactSerializer(SparseSerializer):
    """A contact; `is_overdue` when nobody has confirmed it for 365 days."""

    carrier_name = serializers.CharField(source="carrier.carrier_name", read_only=True)
    is_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = CarrierContact
        names = ("contact_name", "contact_function")
        fields = [
            "id",
            "carrier",
            "carrier_name",
            "contact_type",
            "contact_level",
            "contact_name",
            "contact_function",
            "contact_email",
            "contact_phone",
            "notes",
            "last_updated",
            "is_overdue",
            "approved_by",
            "approved_at",
            "version",
            "created_at",
        ]
        read_only_fields = ["last_updated", "approved_by", "approved_at", "version", "created_at"]

    def validate_carrier(self, carrier: Carrier) -> Carrier:
        """A contact stays with its carrier."""
        if self.instance is not None and self.instance.carrier_id != carrier.pk:
            raise serializers.ValidationError("A contact stays with its carrier.")
        return carrier
