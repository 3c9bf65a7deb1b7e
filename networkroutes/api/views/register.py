"""Native locations and exchange rates."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column
from inventory_site.core.api.views import ServiceViewSet, expected_version
from inventory_site.core.errors import InvalidInput
from networkroutes.api.serializers.register import ExchangeRateSerializer, LocationSerializer
from networkroutes.filtersets import ExchangeRateFilterSet, LocationFilterSet
from networkroutes.models import ExchangeRate, Location
from networkroutes.selectors.search import find_locations
from networkroutes.services import locations, rates


class LocationViewSet(ServiceViewSet):
    """Points of presence."""

    queryset = Location.objects.all()
    serializer_class = LocationSerializer
    filterset_class = LocationFilterSet
    reads_values = True
    resource = "Location"
    ordering_fields = ("location_code", "city", "country", "created_at", "updated_at")
    ordering = ("location_code",)
    permissions = {
        "list": "networkroutes.view_location",
        "retrieve": "networkroutes.view_location",
        "create": "networkroutes.add_location",
        "partial_update": "networkroutes.change_location",
        "destroy": "networkroutes.delete_location",
    }
    export_name = "locations"
    export_columns = tuple(
        Column(name, name)
        for name in (
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
        )
    )

    def search_rows(self, rows: QuerySet[Location], text: str) -> QuerySet[Location]:
        """Find in code, city, country and data centre."""
        return find_locations(rows, text)

    def create(self, request: Request) -> Response:
        """Make a location."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        made = locations.create_location(
            actor=request.user, location_code=values.pop("location_code"), values=values
        )
        return Response(self.get_serializer(made).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some fields; `If-Match` or `expected_version` guards against lost changes."""
        location = self.get_object()
        body = {name: value for name, value in request.data.items() if name != "expected_version"}
        sent = self.get_serializer(location, data=body, partial=True)
        sent.is_valid(raise_exception=True)
        values = {k: v for k, v in sent.validated_data.items() if k != "location_code"}
        changed = locations.update_location(
            actor=request.user,
            location_id=location.pk,
            values=values,
            expected_version=expected_version(request),
        )
        return Response(self.get_serializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a location."""
        locations.delete_location(actor=request.user, location_id=self.get_object().pk)
        return Response(status=204)


class ExchangeRateViewSet(ServiceViewSet):
    """Exchange rates, units per 1 USD."""

    queryset = ExchangeRate.objects.all()
    serializer_class = ExchangeRateSerializer
    filterset_class = ExchangeRateFilterSet
    reads_values = True
    resource = "Exchange rate"
    search_fields = ("currency_code", "updated_by")
    ordering_fields = ("currency_code", "exchange_rate", "last_updated", "next_update_due")
    ordering = ("currency_code",)
    permissions = {
        "list": "networkroutes.view_exchangerate",
        "retrieve": "networkroutes.view_exchangerate",
        "create": "networkroutes.add_exchangerate",
        "partial_update": "networkroutes.change_exchangerate",
    }
    export_name = "exchange-rates"
    export_columns = tuple(
        Column(name, name)
        for name in (
            "currency_code",
            "exchange_rate",
            "last_updated",
            "next_update_due",
            "status",
            "updated_by",
        )
    )

    def create(self, request: Request) -> Response:
        """Add a currency."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = rates.create_rate(
            actor=request.user,
            currency_code=sent.validated_data["currency_code"],
            exchange_rate=sent.validated_data["exchange_rate"],
            updated_by=sent.validated_data.get("updated_by") or request.user.shown_name,
        )
        return Response(self.get_serializer(made).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Set the rate; due again in 30 days."""
        rate = self.get_object()
        body = {name: value for name, value in request.data.items() if name != "expected_version"}
        sent = self.get_serializer(rate, data=body, partial=True)
        sent.is_valid(raise_exception=True)
        if "exchange_rate" not in sent.validated_data:
            raise InvalidInput(fields={"exchange_rate": ["This field is required."]})
        changed = rates.update_rate(
            actor=request.user,
            rate_id=rate.pk,
            exchange_rate=sent.validated_data["exchange_rate"],
            updated_by=sent.validated_data.get("updated_by") or request.user.shown_name,
            expected_version=expected_version(request),
        )
        return Response(self.get_serializer(changed).data)
