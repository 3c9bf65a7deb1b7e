"""Reservations: what is yours, what ends soon, and the log of all of them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import ReadOnlyAdmin, Tab, Verb, column, identifier, register, when
from networkroutes.admin.channel_verbs import (
    RELEASE_RESERVATION,
    RENEW_RESERVATION,
    is_offered,
)
from networkroutes.admin.filters import ActionChip, EndsChip, MineChip, StandingChip
from networkroutes.admin.history import history_tables, log_table
from networkroutes.admin.words import (
    action_badge,
    ends,
    mono,
    page_of,
    person,
    plain,
    reservation_badge,
    route_link,
)
from networkroutes.models import Reservation, ReservationLog


def _history(request: HttpRequest, held: Reservation) -> dict[str, Any]:
    log = log_table(request, ReservationLog.objects.filter(channel_id=held.channel_id))
    trail = history_tables(request, {"darkfibrechannel": [held.channel_id]})
    return {"tables": [*log, *trail]}


@register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    """Who holds which wavelength until when."""

    list_display = ["channel_name", "circuit", "way", "holder_name", "standing", "since", "until"]
    list_filter = [MineChip, EndsChip, StandingChip]
    list_select_related = ["channel__route", "holder"]
    search_fields = ["channel__dwdm_ucn", "channel__route__circuit_id", "reserved_by"]
    ordering = ["-reserved_at", "-pk"]
    phone_columns = ["circuit", "holder_name", "standing", "until"]
    verbs = [RENEW_RESERVATION, RELEASE_RESERVATION]
    row_verbs = ["renew", "release"]
    export_fields = [
        ("Channel", "channel__dwdm_ucn"),
        ("Circuit", "channel__route__circuit_id"),
        ("Location A", "channel__route__location_a"),
        ("Location B", "channel__route__location_b"),
        ("For", "reserved_by"),
        ("Account", "holder__username"),
        ("State", "standing"),
        ("Reserved (UTC)", "reserved_at"),
        ("Ends (UTC)", "expires_at"),
        ("Ended (UTC)", "ended_at"),
    ]
    summary = ["channel_link", "circuit", "way", "holder_name", "account", "since", "until", "over"]
    details_title = ""
    fields = ["reserved_by"]
    tabs = [Tab("history", "History", context=_history)]
    empty_text = "Nobody holds a wavelength. Reserve one under Wavelengths."
    filled_by = (
        "Wavelengths",
        "admin:networkroutes_darkfibrechannel_changelist",
        "networkroutes.add_reservation",
    )

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def verb_fits(self, request: HttpRequest, verb: Verb, obj: Reservation) -> bool:
        """Offer Renew to the holder only."""
        return super().verb_fits(request, verb, obj) and is_offered(verb, obj, request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        """Read channel and circuit along; every cell names them."""
        rows = Reservation.objects.select_related("channel__route", "holder")
        return rows.order_by(*self.get_ordering(request))

    def state(self, obj: Reservation) -> SafeString:
        return reservation_badge(obj)

    @column("Wavelength", order="channel__dwdm_ucn")
    def channel_name(self, obj: Reservation) -> SafeString:
        return mono(obj.channel)

    @column("Wavelength")
    def channel_link(self, obj: Reservation) -> SafeString:
        return identifier(obj.channel, page_of(obj.channel))

    @column("Circuit", order="channel__route__circuit_id")
    def circuit(self, obj: Reservation) -> SafeString:
        return route_link(obj.channel.route)

    @column("Ends")
    def way(self, obj: Reservation) -> SafeString:
        return ends(obj.channel.route)

    @column("For", order="reserved_by")
    def holder_name(self, obj: Reservation) -> str:
        return person(obj)

    @column("Account", order="holder__username")
    def account(self, obj: Reservation) -> str:
        return obj.holder.shown_name if obj.holder else plain(None)

    @column("State")
    def standing(self, obj: Reservation) -> SafeString:
        return reservation_badge(obj)

    @column("Reserved", order="reserved_at")
    def since(self, obj: Reservation) -> SafeString:
        return when(obj.reserved_at)

    @column("Ends in", order="expires_at")
    def until(self, obj: Reservation) -> SafeString:
        return when(obj.expires_at, acts=obj.is_active())

    @column("Over since")
    def over(self, obj: Reservation) -> SafeString:
        return when(obj.ended_at)


@register(ReservationLog)
class ReservationLogAdmin(ReadOnlyAdmin):
    """Every event of every reservation; kept when channel and circuit are gone."""

    list_title = "Reservation log"
    list_display = ["event", "circuit", "ucn", "who", "moment", "until", "notes"]
    list_filter = [ActionChip]
    search_fields = ["circuit_id", "dwdm_ucn", "reserved_by"]
    ordering = ["-logged_at", "-pk"]
    phone_columns = ["circuit", "ucn", "who", "moment"]
    export_fields = [
        ("When (UTC)", "logged_at"),
        ("Event", "action"),
        ("Circuit", "circuit_id"),
        ("Channel", "dwdm_ucn"),
        ("By", "reserved_by"),
        ("Until (UTC)", "expiry_date"),
        ("Notes", "notes"),
    ]
    summary = ["circuit", "channel_link", "event", "who", "moment", "until", "notes"]
    details_title = ""
    fields = ["notes"]
    empty_text = "No wavelength was ever reserved."

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def object_title(self, obj: ReservationLog) -> str:
        return f"{obj.dwdm_ucn or obj.circuit_id} {obj.get_action_display().lower()}"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The summary says it all."""
        return []

    def get_summary(self, request: HttpRequest, obj: ReservationLog) -> list[str]:
        """Leave the channel's link out when the channel is gone."""
        return [name for name in self.summary if name != "channel_link" or obj.channel_id]

    @column("Event", order="action")
    def event(self, obj: ReservationLog) -> SafeString:
        return action_badge(obj.action)

    @column("Circuit", order="circuit_id")
    def circuit(self, obj: ReservationLog) -> SafeString:
        return identifier(obj.circuit_id)

    @column("Wavelength", order="dwdm_ucn")
    def ucn(self, obj: ReservationLog) -> SafeString:
        return identifier(obj.dwdm_ucn)

    @column("Wavelength")
    def channel_link(self, obj: ReservationLog) -> SafeString:
        return identifier(obj.dwdm_ucn or obj.channel, page_of(obj.channel))

    @column("By", order="reserved_by")
    def who(self, obj: ReservationLog) -> str:
        return plain(obj.reserved_by)

    @column("When", order="logged_at")
    def moment(self, obj: ReservationLog) -> SafeString:
        return when(obj.logged_at)

    @column("Until", order="expiry_date")
    def until(self, obj: ReservationLog) -> SafeString:
        return when(obj.expiry_date)
