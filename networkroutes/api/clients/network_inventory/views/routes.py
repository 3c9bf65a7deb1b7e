"""Circuits (contract 4.2, 4.3, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import csv_response
from inventory_site.core.api.fast import json_array, json_found, json_texts
from networkroutes.api.clients.network_inventory import forms, wire
from networkroutes.api.clients.network_inventory.base import ClientView, json_response
from networkroutes.api.clients.network_inventory.export import csv_of_routes
from networkroutes.choices import EquipmentType
from networkroutes.errors import InvalidBandwidth, InvalidField, RouteNotFound
from networkroutes.models import NetworkRoute
from networkroutes.rules import check_bandwidth, check_circuit_id
from networkroutes.selectors.search import FILTERS, search_by_index, search_routes
from networkroutes.services import routes

TEXTS = {
    "test_results_link": None,
    "cable_system": None,
    "underlying_carrier": 255,
    "currency": 16,
    "location_a": 255,
    "location_b": 255,
    "more_details": None,
}
WHOLES = ("outage_tickets_last_30d", "maintenance_tickets_last_30d", "mtu")
LATER_TEXTS = ("local_loop_carriers_a", "local_loop_carriers_b")
REALS = {"expected_latency": "expected_latency_ms", "sla_latency": "sla_latency_ms"}


class RouteListView(ClientView):
    """GET all circuits; POST a new one."""

    writes = {"POST": "add_networkroute"}

    def get(self, request: Request) -> HttpResponse:
        """Answer the bare array in insertion order."""
        rows = NetworkRoute.objects.in_order()
        wanted = request.query_params.get("repository_type_id", "").strip()
        if wanted:
            rows = rows.filter(repository_type_id=_key_or_none(wanted))
        return json_response(json_array(rows, wire.ROUTE))

    def post(self, request: Request) -> Response:
        """Make a circuit."""
        body = request.data
        circuit_id = body.get("circuit_id")
        check_circuit_id(circuit_id)
        values = route_values(body)
        values.setdefault("repository_type_id", 1)
        if forms.text("kmz_file_path", body.get("kmz_file_path")) == "":
            values["kmz_file_path"] = ""
        routes.create_route(actor=request.user, circuit_id=circuit_id, values=values)
        return Response({"circuit_id": circuit_id}, status=201)


class RouteView(ClientView):
    """One circuit."""

    writes = {"PUT": "change_networkroute", "DELETE": "delete_networkroute"}

    def get(self, request: Request, circuit_id: str) -> HttpResponse:
        """Answer the circuit."""
        rows = NetworkRoute.objects.filter(circuit_id=circuit_id)
        found = next(json_texts(rows, wire.ROUTE), None)
        if found is None:
            raise RouteNotFound("Not found")
        return json_response(found.encode())

    def put(self, request: Request, circuit_id: str) -> Response:
        """Replace the circuit's fields: what is absent becomes null, with the contract's
        exceptions."""
        check_circuit_id(circuit_id)
        body = request.data
        values = route_values(body)
        if "live_latency" not in body:
            del values["live_latency_ms"]
        if "kmz_file_path" in body:
            values["kmz_file_path"] = forms.text("kmz_file_path", body["kmz_file_path"])
        if values.get("equipment_type") == EquipmentType.NOKIA and _is_unknown(circuit_id):
            del values["equipment_type"]  # the row as it was shown
        routes.update_route(actor=request.user, circuit_id=circuit_id, values=values)
        return Response({"message": "Updated"})

    def delete(self, request: Request, circuit_id: str) -> Response:
        """Remove the circuit with its channels and files."""
        routes.delete_route(actor=request.user, circuit_id=circuit_id)
        return Response({"message": "Deleted"})


class RouteSearchView(ClientView):
    """GET circuits that match every filter."""

    def get(self, request: Request) -> HttpResponse:
        """Answer the bare array."""
        found = json_found(NetworkRoute, wire.ROUTE, *search_by_index(filters_of(request)))
        return json_response(found)


class RouteExportView(ClientView):
    """GET the register as CSV; the filters of the search apply when given."""

    def get(self, request: Request) -> HttpResponseBase:
        """Stream the file."""
        return csv_response(csv_of_routes(search_routes(filters_of(request))), "network_routes")


class CarriersView(ClientView):
    """GET the names of carriers in use."""

    def get(self, request: Request) -> Response:
        """Answer distinct non-empty names in byte order."""
        rows = NetworkRoute.objects.exclude(underlying_carrier__isnull=True)
        names = (
            rows.exclude(underlying_carrier="")
            .order_by()
            .values_list("underlying_carrier", flat=True)
        )
        return Response(sorted(set(names.distinct()), key=lambda name: name.encode()))


class CoreOutagesView(ClientView):
    """GET circuits whose live latency is 0."""

    def get(self, request: Request) -> HttpResponse:
        """Answer full circuits by UCN."""
        return json_response(
            json_array(NetworkRoute.objects.out().order_by("circuit_id"), wire.ROUTE)
        )


def route_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read all writable fields of a body, the bandwidth first; absent ones are null.

    `repository_type_id` is left out when blank.
    """
    values: dict[str, Any] = {"bandwidth": _bandwidth(body.get("bandwidth"))}
    type_id = forms.key("repository_type_id", body.get("repository_type_id"))
    for name in WHOLES:
        values[name] = forms.whole(name, body.get(name))
    for name, column in REALS.items():
        values[column] = forms.real(name, body.get(name))
    values["live_latency_ms"] = forms.real("live_latency", body.get("live_latency"))
    values["cost"] = forms.money("cost", body.get("cost"))
    values["is_special"] = forms.yes_no("is_special", body.get("is_special"))
    if type_id is not None:
        values["repository_type_id"] = type_id
    for name, longest in TEXTS.items():
        values[name] = forms.text(name, body.get(name), longest=longest)
    return values | later_values(body)


def later_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the later fields (contract 12.3), each only where its key is sent."""
    values: dict[str, Any] = {}
    if "capacity_usage_percent" in body:
        percent = forms.real("capacity_usage_percent", body["capacity_usage_percent"])
        if percent is not None and percent > 100:
            raise InvalidField(
                "capacity_usage_percent", "capacity_usage_percent must be between 0 and 100"
            )
        values["capacity_usage_percent"] = percent
    for name in LATER_TEXTS:
        if name in body:
            values[name] = forms.text(name, body[name])
    if "equipment_type" in body:
        kind = forms.text("equipment_type", body["equipment_type"])
        if kind and kind not in EquipmentType.values:
            known = ", ".join(EquipmentType.values)
            raise InvalidField("equipment_type", f"equipment_type must be one of {known}")
        values["equipment_type"] = kind or None
    return values


def filters_of(request: Request) -> dict[str, str]:
    """Return the search filters of a query; a repeated one uses its last value."""
    return {name: request.query_params.get(name, "") for name in FILTERS}


def _is_unknown(circuit_id: str) -> bool:
    """Whether a circuit's equipment was never told; it is shown as Nokia."""
    rows = NetworkRoute.objects.filter(circuit_id=circuit_id, equipment_type__isnull=True)
    return rows.exists()


def _bandwidth(value: Any) -> str | None:
    if isinstance(value, (bool, dict, list)):
        raise InvalidBandwidth
    found = forms.number_text(value) if isinstance(value, (int, float)) else value
    if value != 0:
        check_bandwidth(found)
    if found is not None and "\x00" in found:
        raise InvalidBandwidth
    return found


def _key_or_none(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        return 0
    return int(number) if number.is_integer() and 0 < number < 2**31 else 0
