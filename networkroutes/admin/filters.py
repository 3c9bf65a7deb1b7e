"""Chips of the register's lists; each lives in the address and combines with the others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from inventory_site.core.whole import whole_number
from networkroutes.choices import ChannelState, ReservationAction, RouteState
from networkroutes.models import RepositoryType
from networkroutes.selectors import register

Words = Iterable[tuple[str, str]]
SPANS = {"week": 7, "month": 30}
CHOICES = 200


class Chip(admin.SimpleListFilter):
    """A filter by one word of the address; words that nobody knows filter nothing."""

    words: Words = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in self.words]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.narrowed(request, queryset, self.value()) if self.value() else queryset

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        """Return the rows that the word keeps."""
        raise NotImplementedError


class TextChip(Chip):
    """A filter by one of the texts that circuits hold; that of the address is always offered."""

    columns: tuple[str, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = register.texts_of(*self.columns, limit=CHOICES)
        asked = request.GET.get(self.parameter_name or "", "")
        missing = [asked] if asked and asked not in found else []
        return [(text, text) for text in (*missing, *found)]


class RouteStateChip(Chip):
    """Outage, over the limit, active or never measured."""

    title, parameter_name, words = "state", "state", RouteState.choices

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return register.routes_in(rows, value)


class UllChip(Chip):
    """Special (ultra-low-latency) circuits."""

    title, parameter_name, words = "ULL", "ull", (("yes", "ULL"), ("no", "not ULL"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        if value == "yes":
            return rows.filter(is_special=True)
        return rows.exclude(is_special=True) if value == "no" else rows


class ClearedChip(Chip):
    """Rows of the design log that a client has cleared stay here; its own list hides them."""

    title, parameter_name = "log", "log"
    words = (("kept", "not cleared"), ("cleared", "cleared"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return (
            rows.filter(archived_at__isnull=value != "cleared")
            if value in dict(self.words)
            else rows
        )


class FreeChip(Chip):
    """Circuits with a channel to reserve."""

    title, parameter_name, words = "channels", "free", (("yes", "has free channels"),)

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return register.with_free_channels(rows) if value == "yes" else rows


class DarkChip(Chip):
    """Dark fibre, or circuits of a bandwidth."""

    title, parameter_name = "kind", "dark"
    words = (("yes", "dark fibre"), ("no", "lit service"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        if value == "yes":
            return rows.dark_fibre()
        return rows.exclude(bandwidth__iexact="dark fiber") if value == "no" else rows


class CarrierChip(TextChip):
    """Circuits of one carrier."""

    title, parameter_name, columns = "carrier", "carrier", ("underlying_carrier",)

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return rows.filter(underlying_carrier=value)


class LocationChip(TextChip):
    """Circuits with one location at either end."""

    title, parameter_name, columns = "location", "location", ("location_a", "location_b")

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return register.ending_at(rows, value)


class RepositoryChip(Chip):
    """Circuits of one kind of inventory."""

    title, parameter_name = "repository", "repository"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in RepositoryType.objects.values_list("pk", "name")]

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        number = whole_number(value)
        return rows if number is None else rows.filter(repository_type_id=number)


class ChannelStateChip(Chip):
    """Free, reserved or lit."""

    title, parameter_name, words = "state", "state", ChannelState.choices

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return register.channels_in(rows, value)


class ChannelCarrierChip(CarrierChip):
    """Channels on circuits of one carrier."""

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return rows.filter(route__underlying_carrier=value)


class ChannelLocationChip(LocationChip):
    """Channels on circuits with one location at either end."""

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        a, b = {"route__location_a__iexact": value}, {"route__location_b__iexact": value}
        return rows.filter(**a) | rows.filter(**b)


class OneRouteChip(Chip):
    """Channels of one circuit; set by links of its page."""

    title, parameter_name = "circuit", "circuit"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get("circuit", "")
        return [(asked, asked)] if asked else []

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return rows.filter(route__circuit_id=value)


class MineChip(Chip):
    """Reservations of the person who looks."""

    title, parameter_name, words = "whose", "mine", (("yes", "mine"), ("no", "of others"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        if value == "yes":
            return rows.filter(holder=request.user)
        return rows.exclude(holder=request.user) if value == "no" else rows


class StandingChip(Chip):
    """Open or over; one past its end is over, whatever the books still say."""

    title, parameter_name, words = "status", "status__exact", (("open", "open"), ("over", "over"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        if value == "open":
            return rows.active()
        return rows.exclude(pk__in=rows.active().values("pk")) if value == "over" else rows


class EndsChip(Chip):
    """Open reservations that end soon."""

    title, parameter_name = "ends", "ends"
    words = (("week", "within 7 days"), ("month", "within 30 days"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        if value not in SPANS:
            return rows
        return rows.active().filter(expires_at__lte=timezone.now() + timedelta(days=SPANS[value]))


class ActionChip(Chip):
    """Events of the log by what happened."""

    title, parameter_name, words = "event", "action", ReservationAction.choices

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return rows.filter(action=value)


class DueChip(Chip):
    """Exchange rates to renew."""

    title, parameter_name = "due", "due"
    words = (("overdue", "overdue"), ("soon", "due within 5 days"))

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        now = timezone.now()
        rows = rows.exclude(currency_code="USD")
        if value == "overdue":
            return rows.filter(next_update_due__lte=now - timedelta(days=1))
        soon = {"next_update_due__gt": now - timedelta(days=1)}
        limit = now + timedelta(days=5)
        return rows.filter(next_update_due__lte=limit, **soon) if value == "soon" else rows
