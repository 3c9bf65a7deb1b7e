"""Native channels, reservations and their log."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column
from inventory_site.core.api.idempotency import idempotent
from inventory_site.core.api.pagination import Keyset
from inventory_site.core.api.views import GuardedMixin, ListMixin, ServiceViewSet, expected_version
from networkroutes.api.serializers.channels import (
    DarkFibreChannelSerializer,
    NewReservationSerializer,
    ReleaseSerializer,
    ReservationLogSerializer,
    ReservationSerializer,
    ReserveSerializer,
)
from networkroutes.filtersets import (
    DarkFibreChannelFilterSet,
    ReservationFilterSet,
    ReservationLogFilterSet,
)
from networkroutes.models import DarkFibreChannel, Reservation, ReservationLog
from networkroutes.services import channels, expiry, reservations


class DarkFibreChannelViewSet(ServiceViewSet):
    """Channels of dark fibre; reserve and release are verbs of a channel."""

    queryset = DarkFibreChannel.objects.select_related("route").with_open_reservation()
    serializer_class = DarkFibreChannelSerializer
    filterset_class = DarkFibreChannelFilterSet
    resource = "Channel"
    search_fields = ("dwdm_ucn", "dwdm_wavelength", "equipment", "route__circuit_id")
    ordering_fields = ("id", "dwdm_ucn", "dwdm_wavelength", "created_at", "updated_at")
    ordering = ("pk",)
    permissions = {
        "list": "networkroutes.view_darkfibrechannel",
        "retrieve": "networkroutes.view_darkfibrechannel",
        "create": "networkroutes.add_darkfibrechannel",
        "partial_update": "networkroutes.change_darkfibrechannel",
        "destroy": "networkroutes.delete_darkfibrechannel",
        "reserve": "networkroutes.add_reservation",
        "release": "networkroutes.change_reservation",
    }
    export_name = "dark-fibre-channels"
    export_columns = (
        Column("id", "id"),
        Column("circuit_id", "route__circuit_id"),
        Column("dwdm_wavelength", "dwdm_wavelength"),
        Column("dwdm_ucn", "dwdm_ucn"),
        Column("equipment", "equipment"),
        Column("in_use", "in_use"),
        Column("capex_cost_to_light", "capex_cost_to_light"),
        Column("created_at", "created_at"),
        Column("updated_at", "updated_at"),
    )

    def create(self, request: Request) -> Response:
        """Add a channel to a circuit."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        route = values.pop("route")
        made = channels.create_channel(
            actor=request.user, circuit_id=route.circuit_id, values=values
        )
        return Response(self._shown(made.pk), status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some fields; `If-Match` or `expected_version` guards against lost changes."""
        channel = self.get_object()
        body = {name: value for name, value in request.data.items() if name != "expected_version"}
        sent = self.get_serializer(channel, data=body, partial=True)
        sent.is_valid(raise_exception=True)
        values = {name: value for name, value in sent.validated_data.items() if name != "route"}
        channels.update_channel(
            actor=request.user,
            channel_id=channel.pk,
            values=values,
            expected_version=expected_version(request),
        )
        return Response(self._shown(channel.pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a channel; an active reservation is written down as released."""
        channels.delete_channel(actor=request.user, channel_id=self.get_object().pk)
        return Response(status=204)

    @extend_schema(request=ReserveSerializer, responses={201: ReservationSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def reserve(self, request: Request, pk: str) -> Response:
        """Reserve the channel for 60 days."""
        sent = ReserveSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = reservations.reserve_channel(
            actor=request.user,
            channel_id=self.get_object().pk,
            reserved_by=sent.validated_data.get("reserved_by", request.user.shown_name),
        )
        return Response(ReservationSerializer(made).data, status=201)

    @extend_schema(request=ReleaseSerializer, responses=ReservationSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """End the channel's reservation."""
        sent = ReleaseSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        ended = reservations.release_channel(
            actor=request.user, channel_id=self.get_object().pk, **sent.validated_data
        )
        return Response(ReservationSerializer(ended).data)

    def _shown(self, pk: int) -> object:
        return self.get_serializer(self.get_queryset().get(pk=pk)).data


class ExpiringMixin:
    """Writes down what has run out before anything is shown."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Expire on reads, once the caller is known and may look."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # of APIView
        if request.method in SAFE_METHODS:
            expiry.expire_before_reading()


class ReservationViewSet(ExpiringMixin, ServiceViewSet):
    """Reservations, open and over."""

    queryset = Reservation.objects.select_related("channel__route", "holder")
    serializer_class = ReservationSerializer
    filterset_class = ReservationFilterSet
    resource = "Reservation"
    search_fields = ("reserved_by", "channel__dwdm_ucn", "channel__route__circuit_id")
    ordering_fields = ("reserved_at", "expires_at", "reserved_by")
    ordering = ("-reserved_at", "-pk")
    permissions = {
        "list": "networkroutes.view_reservation",
        "retrieve": "networkroutes.view_reservation",
        "create": "networkroutes.add_reservation",
        "renew": "networkroutes.add_reservation",
        "release": "networkroutes.change_reservation",
    }
    export_name = "reservations"
    export_columns = (
        Column("id", "id"),
        Column("circuit_id", "channel__route__circuit_id"),
        Column("dwdm_ucn", "channel__dwdm_ucn"),
        Column("reserved_by", "reserved_by"),
        Column("reserved_at", "reserved_at"),
        Column("expires_at", "expires_at"),
        Column("status", "status"),
        Column("ended_at", "ended_at"),
    )

    @extend_schema(request=NewReservationSerializer, responses={201: ReservationSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Reserve a channel for 60 days."""
        sent = NewReservationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = reservations.reserve_channel(
            actor=request.user,
            channel_id=sent.validated_data["channel"],
            reserved_by=sent.validated_data.get("reserved_by", request.user.shown_name),
        )
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(request=None, responses=ReservationSerializer)
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: str) -> Response:
        """Let the holder keep the channel for 60 days from now."""
        kept = reservations.renew_reservation(
            actor=request.user, reservation_id=self.get_object().pk
        )
        return Response(self.get_serializer(kept).data)

    @extend_schema(request=ReleaseSerializer, responses=ReservationSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """End the reservation."""
        sent = ReleaseSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        ended = reservations.release_reservation(
            actor=request.user, reservation_id=self.get_object().pk, **sent.validated_data
        )
        return Response(self.get_serializer(ended).data)


class ReservationLogViewSet(ExpiringMixin, GuardedMixin, ListMixin, viewsets.GenericViewSet):
    """The reservation log, newest first; it only grows, so pages go by cursor."""

    queryset = ReservationLog.objects.all()
    serializer_class = ReservationLogSerializer
    filterset_class = ReservationLogFilterSet
    reads_values = True
    pagination_class = Keyset
    keyset_field = "-id"
    search_fields = ("circuit_id", "dwdm_ucn", "reserved_by")
    permissions = {"list": "networkroutes.view_reservationlog"}
    export_name = "reservation-log"
    export_columns = tuple(
        Column(name, path)
        for name, path in (
            ("id", "id"),
            ("circuit_id", "circuit_id"),
            ("dwdm_ucn", "dwdm_ucn"),
            ("action", "action"),
            ("reserved_by", "reserved_by"),
            ("logged_at", "logged_at"),
            ("expiry_date", "expiry_date"),
            ("notes", "notes"),
        )
    )
