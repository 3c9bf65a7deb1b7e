"""Locations, exchange rates and files on the native wire."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from rest_framework import serializers

from inventory_site.core.api.serializers import SparseSerializer
from networkroutes.models import ExchangeRate, KmzFile, Location, TestResultsFile


class LocationSerializer(SparseSerializer):
    """A point of presence; coordinates in degrees (WGS 84)."""

    class Meta:
        model = Location
        names = ("location_code", "city", "country", "datacenter_name")
        fields = [
            "id",
            "location_code",
            "city",
            "country",
            "datacenter_name",
            "datacenter_address",
            "latitude",
            "longitude",
            "time_zone",
            "pop_type",
            "status",
            "region",
            "provider",
            "access_info",
            "more_info",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["version", "created_at", "updated_at"]
        extra_kwargs: ClassVar[dict[str, Any]] = {"location_code": {"validators": []}}

    def validate_location_code(self, value: str) -> str:
        """The code never changes."""
        if self.instance is not None and self.instance.location_code != value:
            raise serializers.ValidationError("The code of a location never changes.")
        return value


class ExchangeRateSerializer(SparseSerializer):
    """Units of a currency per 1 USD."""

    exchange_rate = serializers.DecimalField(
        max_digits=20,
        decimal_places=8,
        min_value=Decimal("0.00000001"),
        coerce_to_string=False,
        error_messages={"min_value": "exchange_rate must be a positive number"},
    )

    class Meta:
        model = ExchangeRate
        names = ("updated_by",)
        fields = [
            "id",
            "currency_code",
            "exchange_rate",
            "last_updated",
            "next_update_due",
            "status",
            "updated_by",
            "version",
            "created_at",
        ]
        read_only_fields = ["last_updated", "next_update_due", "status", "version", "created_at"]
        extra_kwargs: ClassVar[dict[str, Any]] = {"currency_code": {"validators": []}}

    def to_internal_value(self, data: Any) -> Any:
        """Trim the code and put it in capitals before it is checked."""
        code = data.get("currency_code") if isinstance(data, dict) else None
        if isinstance(code, str):
            data = {**data, "currency_code": code.strip().upper()}
        return super().to_internal_value(data)

    def validate_currency_code(self, value: str) -> str:
        """Three letters (ISO 4217), fixed once the rate exists."""
        if len(value) != 3 or not (value.isascii() and value.isalpha()):
            raise serializers.ValidationError("currency_code must be a 3-letter code")
        if self.instance is not None and self.instance.currency_code != value:
            raise serializers.ValidationError("The currency of a rate never changes.")
        return value


class TestResultsFileSerializer(SparseSerializer):
    """A test-result file; `filename` is the opaque stored name."""

    __test__ = False
    circuit_id = serializers.CharField(source="route.circuit_id", read_only=True)

    class Meta:
        model = TestResultsFile
        fields = [
            "id",
            "circuit_id",
            "filename",
            "original_name",
            "file_size",
            "sha256",
            "uploaded_at",
        ]


class KmzFileSerializer(SparseSerializer):
    """A stored map."""

    class Meta:
        model = KmzFile
        fields = ["id", "filename", "original_name", "file_size", "sha256", "uploaded_at"]


class KmzUploadSerializer(serializers.Serializer):
    """Multipart input of a map."""

    file = serializers.FileField(allow_empty_file=True)


class TestResultsUploadSerializer(serializers.Serializer):
    """Multipart input of test results, 1 to 10 files."""

    __test__ = False
    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), max_length=10)
