"""Repository types, locations, exchange rates (contract 4.1, 4.7, 4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.fast import json_array
from inventory_site.core.sql import InBytes
from networkroutes.api.clients.network_inventory import forms, wire
from networkroutes.api.clients.network_inventory.base import ClientView, json_response, whole_id
from networkroutes.choices import Region
from networkroutes.errors import InvalidField
from networkroutes.models import ExchangeRate, Location, RepositoryType
from networkroutes.rules import ABOVE_RATES
from networkroutes.services import locations, rates, routes

LATER_TEXTS = {"provider": 255, "access_info": None, "more_info": None}
OPTIONAL_TEXTS = {
    "datacenter_name": 255,
    "datacenter_address": None,
    "time_zone": 64,
    "pop_type": 64,
}


class RepositoryTypesView(ClientView):
    """GET the kinds of inventory by name; POST a new one."""

    reads = "view_repositorytype"
    writes = {"POST": "add_repositorytype"}

    def get(self, request: Request) -> HttpResponse:
        """Answer the bare array."""
        rows = RepositoryType.objects.order_by(InBytes("name"))
        return json_response(json_array(rows, wire.REPOSITORY_TYPE))

    def post(self, request: Request) -> Response:
        """Make a kind of inventory."""
        refusal = InvalidField("name", "name is required")
        name = forms.required_text(request.data, "name", refusal, 255)
        description = forms.text("description", request.data.get("description"))
        made = routes.create_repository_type(actor=request.user, name=name, description=description)
        body: dict[str, Any] = {"id": made.pk, "name": made.name}
        if "description" in request.data:
            body["description"] = description
        return Response(body, status=201)


class LocationsView(ClientView):
    """GET the locations by code; POST a new one."""

    reads = "view_location"
    writes = {"POST": "add_location"}

    def get(self, request: Request) -> HttpResponse:
        """Answer the bare array."""
        rows = Location.objects.order_by(InBytes("location_code"))
        return json_response(json_array(rows, wire.LOCATION))

    def post(self, request: Request) -> Response:
        """Make a location; its status is Active unless another is sent."""
        refusal = _incomplete("location_code")
        code = forms.required_text(request.data, "location_code", refusal, 100)
        values = location_values(request.data)
        values.setdefault("status", "Active")
        made = locations.create_location(actor=request.user, location_code=code, values=values)
        return Response({"id": made.pk, "location_code": made.location_code}, status=201)


class LocationView(ClientView):
    """One location."""

    writes = {"PUT": "change_location", "DELETE": "delete_location"}

    def put(self, request: Request, location_id: str) -> Response:
        """Replace the fields; the code stays, and so does the status when none is sent."""
        locations.update_location(
            actor=request.user,
            location_id=whole_id(location_id),
            values=location_values(request.data),
        )
        return Response({"message": "Location updated"})

    def delete(self, request: Request, location_id: str) -> Response:
        """Remove the location."""
        locations.delete_location(actor=request.user, location_id=whole_id(location_id))
        return Response({"message": "Location deleted"})


class ExchangeRatesView(ClientView):
    """GET the rates by currency; POST a new one."""

    reads = "view_exchangerate"
    writes = {"POST": "add_exchangerate"}

    def get(self, request: Request) -> HttpResponse:
        """Answer the bare array."""
        return json_response(json_array(ExchangeRate.objects.order_by("currency_code"), wire.RATE))

    def post(self, request: Request) -> Response:
        """Add a currency."""
        made = rates.create_rate(
            actor=request.user,
            currency_code=_currency(request.data.get("currency_code")),
            exchange_rate=_rate(request.data.get("exchange_rate")),
            updated_by=forms.text("updated_by", request.data.get("updated_by"), longest=255),
        )
        return Response({"id": made.pk, "currency_code": made.currency_code}, status=201)


class ExchangeRateView(ClientView):
    """One rate."""

    writes = {"PUT": "change_exchangerate", "DELETE": "delete_exchangerate"}

    def put(self, request: Request, rate_id: str) -> Response:
        """Set the rate; due again in 30 days."""
        rates.update_rate(
            actor=request.user,
            rate_id=whole_id(rate_id),
            exchange_rate=_rate(request.data.get("exchange_rate")),
            updated_by=forms.text("updated_by", request.data.get("updated_by"), longest=255),
        )
        return Response({"message": "Exchange rate updated"})

    def delete(self, request: Request, rate_id: str) -> Response:
        """Remove the currency, unless it is USD or a circuit's."""
        rates.delete_rate(actor=request.user, rate_id=whole_id(rate_id))
        return Response({"message": "Exchange rate deleted successfully"})


def location_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a location; city and country must be there, absent ones are null."""
    values: dict[str, Any] = {
        name: forms.required_text(body, name, _incomplete(name), 255)
        for name in ("city", "country")
    }
    for name, longest in OPTIONAL_TEXTS.items():
        values[name] = forms.text(name, body.get(name), longest=longest)
    for name, bound in (("latitude", 90), ("longitude", 180)):
        number = forms.real(name, body.get(name), low=None)
        if number is not None and abs(number) > bound:
            raise InvalidField(name, f"{name} must be between -{bound} and {bound}")
        values[name] = number
    if body.get("status") not in (None, ""):
        values["status"] = forms.text("status", body["status"], longest=64)
    return values | _later_values(body)


def _later_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the later fields (contract 12.6); one that is not sent stays as it is."""
    values: dict[str, Any] = {
        name: forms.text(name, body[name], longest=longest)
        for name, longest in LATER_TEXTS.items()
        if name in body
    }
    if "region" in body:
        sent = (forms.text("region", body["region"]) or "").strip().lower()
        known = {word.lower(): word for word in Region.values}
        if sent and sent not in known:
            raise InvalidField("region", f"region must be one of {', '.join(Region.values)}")
        values["region"] = known.get(sent)
    return values


def _incomplete(field: str) -> InvalidField:
    return InvalidField(field, "Location code, city, and country are required")


def _currency(value: Any) -> str:
    code = value.strip().upper() if isinstance(value, str) else ""
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise InvalidField("currency_code", "currency_code must be a 3-letter code")
    return code


def _rate(value: Any) -> Decimal:
    refusal = InvalidField("exchange_rate", "exchange_rate must be a positive number")
    try:
        number = forms.real("exchange_rate", value)
    except InvalidField as err:
        raise refusal from err
    if number is None:
        raise refusal
    try:
        rate = Decimal(str(value).strip()).quantize(Decimal("1e-8"))
    except InvalidOperation as err:
        raise refusal from err
    if not 0 < rate < ABOVE_RATES:
        raise refusal
    return rate
