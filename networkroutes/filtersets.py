"""Filters of the native lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from inventory_site.core.api.filters import BooleanFilter, StrictFilterSet
from networkroutes.choices import ReservationAction, ReservationStatus
from networkroutes.models import (
    DarkFibreChannel,
    ExchangeRate,
    Location,
    NetworkRoute,
    Reservation,
    ReservationLog,
    TestResultsFile,
)


class NetworkRouteFilterSet(StrictFilterSet):
    """Filters of circuits; `location` matches either end."""

    circuit_id = django_filters.CharFilter(lookup_expr="icontains")
    carrier = django_filters.CharFilter("underlying_carrier", lookup_expr="iexact")
    underlying_carrier = django_filters.CharFilter(lookup_expr="iexact")
    bandwidth = django_filters.CharFilter(lookup_expr="iexact")
    cable_system = django_filters.CharFilter(lookup_expr="icontains")
    location = django_filters.CharFilter(method="filter_location", label="Either end")
    location_a = django_filters.CharFilter(lookup_expr="iexact")
    location_b = django_filters.CharFilter(lookup_expr="iexact")
    is_out = BooleanFilter(method="filter_out", label="Outage now")
    is_dark_fibre = BooleanFilter(method="filter_dark", label="Dark fibre")
    expected_latency_max = django_filters.NumberFilter("expected_latency_ms", lookup_expr="lte")
    updated_after = django_filters.IsoDateTimeFilter("updated_at", lookup_expr="gte")

    class Meta:
        model = NetworkRoute
        fields = (
            "repository_type",
            "is_special",
            "currency",
            "equipment_type",
            "mtu",
        )

    def filter_location(
        self, rows: QuerySet[NetworkRoute], name: str, value: str
    ) -> QuerySet[NetworkRoute]:
        """Match either end exactly, in any case."""
        return rows.filter(Q(location_a__iexact=value) | Q(location_b__iexact=value))

    def filter_out(
        self, rows: QuerySet[NetworkRoute], name: str, value: bool
    ) -> QuerySet[NetworkRoute]:
        """Circuits that are out, or that are not."""
        return rows.filter(live_latency_ms=0) if value else rows.exclude(live_latency_ms=0)

    def filter_dark(
        self, rows: QuerySet[NetworkRoute], name: str, value: bool
    ) -> QuerySet[NetworkRoute]:
        """Circuits that carry channels, or that do not."""
        dark = Q(bandwidth__iexact="dark fiber")
        return rows.filter(dark) if value else rows.exclude(dark)


class DarkFibreChannelFilterSet(StrictFilterSet):
    """Filters of channels."""

    circuit_id = django_filters.CharFilter("route__circuit_id")
    dwdm_ucn = django_filters.CharFilter(lookup_expr="icontains")
    is_reserved = BooleanFilter(method="filter_reserved", label="Reserved now")

    class Meta:
        model = DarkFibreChannel
        fields = (
            "route",
            "in_use",
        )

    def filter_reserved(
        self, rows: QuerySet[DarkFibreChannel], name: str, value: bool
    ) -> QuerySet[DarkFibreChannel]:
        """Channels that somebody holds now, or that are free."""
        held = Reservation.objects.active().values("channel_id")
        return rows.filter(pk__in=held) if value else rows.exclude(pk__in=held)


class ReservationFilterSet(StrictFilterSet):
    """Filters of reservations."""

    status = django_filters.MultipleChoiceFilter(choices=ReservationStatus.choices)
    circuit_id = django_filters.CharFilter("channel__route__circuit_id")
    mine = BooleanFilter(method="filter_mine", label="Held by the caller")
    expires_before = django_filters.IsoDateTimeFilter("expires_at", lookup_expr="lte")
    expires_after = django_filters.IsoDateTimeFilter("expires_at", lookup_expr="gte")

    class Meta:
        model = Reservation
        fields = (
            "channel",
            "holder",
        )

    def filter_mine(
        self, rows: QuerySet[Reservation], name: str, value: bool
    ) -> QuerySet[Reservation]:
        """Reservations whose holder is the caller, or is somebody else."""
        person: Any = self.request.user if self.request else None
        return rows.filter(holder=person) if value else rows.exclude(holder=person)


class ReservationLogFilterSet(StrictFilterSet):
    """Filters of the reservation log."""

    action = django_filters.MultipleChoiceFilter(choices=ReservationAction.choices)
    logged_after = django_filters.IsoDateTimeFilter("logged_at", lookup_expr="gte")
    logged_before = django_filters.IsoDateTimeFilter("logged_at", lookup_expr="lte")

    class Meta:
        model = ReservationLog
        fields = (
            "channel",
            "circuit_id",
        )


class LocationFilterSet(StrictFilterSet):
    """Filters of locations."""

    country = django_filters.CharFilter(lookup_expr="iexact")
    city = django_filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = Location
        fields = (
            "location_code",
            "status",
            "pop_type",
            "region",
        )


class ExchangeRateFilterSet(StrictFilterSet):
    """Filters of exchange rates."""

    due_before = django_filters.IsoDateTimeFilter("next_update_due", lookup_expr="lte")

    class Meta:
        model = ExchangeRate
        fields = ("currency_code", "status")


class TestResultsFileFilterSet(StrictFilterSet):
    """Filters of test-result files."""

    __test__ = False
    circuit_id = django_filters.CharFilter("route__circuit_id")

    class Meta:
        model = TestResultsFile
        fields = ("route",)
