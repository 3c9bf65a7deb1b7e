"""Dark-fibre channels and their reservations (contract 4.5, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.fast import json_array
from networkroutes.api.clients.network_inventory import forms, wire
from networkroutes.api.clients.network_inventory.base import ClientView, json_response, whole_id
from networkroutes.choices import ChannelBandwidth, ReservationAction
from networkroutes.errors import (
    CannotRelease,
    CannotReserve,
    ChannelNotFound,
    InvalidField,
    RouteNotFound,
)
from networkroutes.models import ReservationLog
from networkroutes.services import channels, expiry, reservations


class ChannelListView(ClientView):
    """POST a new channel."""

    writes = {"POST": "add_darkfibrechannel"}

    def post(self, request: Request) -> Response:
        """Add a channel to a circuit."""
        refusal = InvalidField("circuit_id", "circuit_id is required")
        circuit_id = forms.required_text(request.data, "circuit_id", refusal, 100)
        try:
            made = channels.create_channel(
                actor=request.user, circuit_id=circuit_id, values=channel_values(request.data)
            )
        except RouteNotFound as err:
            raise RouteNotFound("Circuit ID not found") from err
        return Response({"id": made.pk}, status=201)


class ChannelView(ClientView):
    """GET the channels of a circuit; PUT and DELETE one channel: the segment is a UCN or a key."""

    reads = "view_darkfibrechannel"
    writes = {"PUT": "change_darkfibrechannel", "DELETE": "delete_darkfibrechannel"}

    def get(self, request: Request, key: str) -> HttpResponse:
        """Answer the channels of a circuit; an expired reservation is never shown as active."""
        circuit_id = key
        expiry.expire_of_route(circuit_id)
        return json_response(json_array(wire.channels_with_holder(circuit_id), wire.CHANNEL))

    def put(self, request: Request, key: str) -> Response:
        """Replace the channel's five fields."""
        channels.update_channel(
            actor=request.user, channel_id=whole_id(key), values=channel_values(request.data)
        )
        return Response({"message": "Updated"})

    def delete(self, request: Request, key: str) -> Response:
        """Remove the channel, reserved or not."""
        channels.delete_channel(actor=request.user, channel_id=whole_id(key))
        return Response({"message": "Deleted"})


class ReserveView(ClientView):
    """POST reserves a channel for 60 days."""

    writes = {"POST": "add_reservation"}

    def post(self, request: Request, key: str) -> Response:
        """Reserve."""
        try:
            made = reservations.reserve_channel(
                actor=request.user,
                channel_id=whole_id(key),
                reserved_by=request.data.get("reserved_by"),
            )
        except ChannelNotFound as err:
            raise CannotReserve("Cannot reserve - already reserved or not found") from err
        return Response(
            {
                "message": "Reserved successfully",
                "reserved_at": wire.t2(made.reserved_at),
                "expires_at": wire.t2(made.expires_at),
            }
        )


class ReleaseView(ClientView):
    """POST ends a reservation."""

    writes = {"POST": "change_reservation"}

    def post(self, request: Request, key: str) -> Response:
        """Release."""
        try:
            reservations.release_channel(
                actor=request.user,
                channel_id=whole_id(key),
                released_by=request.data.get("released_by"),
            )
        except ChannelNotFound as err:
            raise CannotRelease("Cannot release - not reserved or not found") from err
        return Response({"message": "Released successfully"})


class ReservationLogsView(ClientView):
    """GET the log, newest first; filters `circuit_id`, `dark_fiber_id`, `action`.

    The front end knows three actions; renewals are native and stay out.
    """

    reads = "view_reservationlog"

    def get(self, request: Request) -> HttpResponse:
        """Answer the bare array; what has run out is in it."""
        expiry.expire_before_reading()
        rows = _filtered(ReservationLog.objects.all(), request.query_params)
        return json_response(json_array(rows, wire.RESERVATION_LOG))


def channel_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the five fields of a channel; absent ones are null, `in_use` no.

    The later field `bandwidth` is read only where its key is sent.
    """
    values = {
        "dwdm_wavelength": forms.text("dwdm_wavelength", body.get("dwdm_wavelength"), longest=50),
        "dwdm_ucn": forms.text("dwdm_ucn", body.get("dwdm_ucn"), longest=50),
        "equipment": forms.text("equipment", body.get("equipment"), longest=255),
        "in_use": forms.truthy(body.get("in_use")),
        "capex_cost_to_light": forms.money("capex_cost_to_light", body.get("capex_cost_to_light")),
    }
    if "bandwidth" in body:
        bandwidth = forms.text("bandwidth", body["bandwidth"])
        if bandwidth and bandwidth not in ChannelBandwidth.values:
            known = ", ".join(ChannelBandwidth.values)
            raise InvalidField("bandwidth", f"bandwidth must be one of {known}")
        values["bandwidth"] = bandwidth or None
    return values


def _filtered(
    rows: QuerySet[ReservationLog], params: Mapping[str, str]
) -> QuerySet[ReservationLog]:
    rows = rows.exclude(action=ReservationAction.RENEWED)
    circuit_id = params.get("circuit_id", "")
    if "\x00" in circuit_id + params.get("action", ""):
        return rows.none()
    if circuit_id:
        rows = rows.filter(circuit_id=circuit_id)
    if params.get("dark_fiber_id", ""):
        rows = rows.filter(channel_id=whole_id(params["dark_fiber_id"]))
    action = params.get("action", "")
    if action:
        rows = rows.filter(action=action.upper())
    return rows
