"""States, numbers and sentences that several pages of the register show."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from inventory_site.core.admin import badge, icon, identifier
from inventory_site.core.errors import DomainError
from networkroutes.choices import (
    ChannelState,
    LatencyState,
    ReservationAction,
    ReservationStatus,
    RouteState,
)
from networkroutes.design.money import TENTH
from networkroutes.errors import CannotRelease, CannotRenew, CannotReserve
from networkroutes.models import DarkFibreChannel, NetworkRoute, Reservation
from networkroutes.rules import DARK_FIBER, leading_number
from networkroutes.selectors.register import (
    channel_state,
    latency_limit_ms,
    latency_state,
    route_state,
)

DASH = "–"  # noqa: RUF001  an en dash stands where nothing is known
EVERY_FLOAT = Context(prec=320)
ROUTE_LOOKS = {
    RouteState.OUTAGE: "bad",
    RouteState.SLOW: "warn",
    RouteState.ACTIVE: "ok",
    RouteState.UNMEASURED: "idle",
}
CHANNEL_LOOKS = {
    ChannelState.FREE: ("ok", "circle-check"),
    ChannelState.RESERVED: ("taken", "lock"),
    ChannelState.LIT: ("taken", "zap"),
}
STATUS_LOOKS: dict[str, str] = {
    ReservationStatus.OPEN: "taken",
    ReservationStatus.RELEASED: "idle",
    ReservationStatus.EXPIRED: "idle",
}
ACTION_LOOKS: dict[str, tuple[str, str]] = {
    ReservationAction.RESERVED: ("taken", "lock"),
    ReservationAction.RELEASED: ("idle", "lock-open"),
    ReservationAction.EXPIRED: ("idle", "timer"),
    ReservationAction.RENEWED: ("ok", "refresh-cw"),
}
MBPS_PER_GBPS = 1000
CIRCUITS = (  # where a person goes on whose list is empty, as `filled_by` of a list
    "Circuits",
    "admin:networkroutes_networkroute_changelist",
    "networkroutes.change_networkroute",
)


def plain(text: Any) -> str:
    """Return a text or the dash of a missing one."""
    return str(text) if text not in (None, "") else DASH


def mono(text: Any) -> SafeString:
    """Draw a name of the trade in monospace, where the cell itself is a link already."""
    return format_html('<span class="pb-id-text">{}</span>', plain(text))


def day(moment: datetime) -> str:
    """Return a date as sentences name it, `14 March 2027`."""
    return date_format(timezone.localtime(moment), "j F Y")


def page_of(obj: Any) -> str:
    """Return the address of an object's page."""
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def verb_of(obj: Any, slug: str, back: str = "") -> str:
    """Return the address of a verb's dialog for one object; `back` is where to go afterwards."""
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_verb"
    query = [("ids", obj.pk), *([("next", back)] if back else [])]
    return f"{reverse(name, args=[slug])}?{urlencode(query)}"


def route_link(route: NetworkRoute) -> SafeString:
    """Draw a circuit's UCN as a link to its page."""
    return identifier(route.circuit_id, page_of(route))


def ends(route: NetworkRoute) -> SafeString:
    """Draw both ends of a circuit."""
    return format_html(
        '<span class="nr-ends">{}{}{}</span>',
        plain(route.location_a),
        icon("arrow-left-right", "to"),
        plain(route.location_b),
    )


def bandwidth(route: NetworkRoute) -> str:
    """Say the bandwidth of a circuit."""
    return bandwidth_words(route.bandwidth or "")


def bandwidth_words(text: str) -> str:
    """Say a bandwidth: `Dark fibre`, `100 Gbps`, `622 Mbps`; what is no number stays as it is."""
    if text.lower() == DARK_FIBER:
        return "Dark fibre"
    mbps = leading_number(text)
    if mbps is None or not text.strip().replace(".", "", 1).isdigit():
        return plain(text)
    return mbps_words(mbps)


def mbps_words(mbps: float) -> str:
    """Say a number of Mbps: `100 Gbps`, `622 Mbps`."""
    return f"{mbps / MBPS_PER_GBPS:g} Gbps" if mbps >= MBPS_PER_GBPS else f"{mbps:g} Mbps"


def route_badge(route: NetworkRoute) -> SafeString:
    """Draw the state of a circuit."""
    state = route_state(route)
    return badge(state.label, ROUTE_LOOKS[state])


def latency(route: NetworkRoute) -> SafeString:
    """Draw live over expected latency in ms, with a tick within the limit, a warning above it.

    During an outage there is no live latency to show; the state says so.
    """
    live = _ms(route.live_latency_ms) if route.live_latency_ms else DASH
    expected = DASH if route.expected_latency_ms is None else _ms(route.expected_latency_ms)
    return format_html(
        '<span class="pb-num nr-latency"><b>{}</b> / {} {}</span>',
        live,
        expected,
        _latency_mark(route),
    )


def _ms(value: float) -> str:
    return f"{Decimal(str(value)).quantize(TENTH, ROUND_HALF_UP, EVERY_FLOAT):,}"


def _latency_mark(route: NetworkRoute) -> SafeString:
    state = latency_state(route)
    if state is None:
        return format_html('<span class="nr-mark{}"></span>', "")
    words = f"{state.label} of {_ms(latency_limit_ms(route) or 0)} ms"
    look, symbol = ("warn", "triangle-alert") if state == LatencyState.SLOW else ("ok", "check")
    return format_html(
        '<span class="nr-mark nr-mark-{}" title="{}">{}</span>', look, words, icon(symbol, words)
    )


def channel_badge(channel: DarkFibreChannel) -> SafeString:
    """Draw whether a channel is free, reserved or lit."""
    state = channel_state(channel)
    return badge(state.label, *CHANNEL_LOOKS[state])


def reservation_badge(reservation: Reservation) -> SafeString:
    """Draw how a reservation stands; one past its end is expired, whatever the books still say."""
    status = reservation.status
    if status == ReservationStatus.OPEN and not reservation.is_active():
        status = ReservationStatus.EXPIRED
    word = dict(ReservationStatus.choices).get(status, status)
    return badge(word, STATUS_LOOKS.get(status, "idle"))


def action_badge(action: str) -> SafeString:
    """Draw an event of the reservation log."""
    look, symbol = ACTION_LOOKS.get(action, ("idle", ""))
    return badge(dict(ReservationAction.choices).get(action, action), look, symbol)


def size_words(size: int) -> str:
    """Say a size: `812 B`, `4.2 MB` (powers of 1,000)."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def person(reservation: Reservation | None, viewer: Any = None) -> str:
    """Say who holds: the name as given, and that it is you where the account is yours."""
    if reservation is None:
        return DASH
    mine = isinstance(viewer, User) and reservation.holder_id == viewer.pk
    return f"{reservation.reserved_by} (you)" if mine else reservation.reserved_by


def explained(
    refusal: DomainError, channel: DarkFibreChannel, held: Reservation | None
) -> DomainError:
    """Return the refusal with a sentence that says who holds the channel and until when."""
    if held is not None and isinstance(refusal, CannotReserve):
        return CannotReserve(
            f"{channel} is held by {held.reserved_by} until {day(held.expires_at)}; "
            "from then on it is free again.",
            **refusal.details,
        )
    if held is not None and isinstance(refusal, CannotRenew):
        return CannotRenew(
            f"Only the holder may renew: {channel} is held by {held.reserved_by} "
            f"until {day(held.expires_at)}.",
            **refusal.details,
        )
    if isinstance(refusal, CannotRelease):
        return CannotRelease(f"{channel} is not reserved.", **refusal.details)
    return refusal


def channel_count(reserved: int, total: int) -> SafeString | str:
    """Draw how many channels of a circuit are reserved, out of how many."""
    if not total:
        return DASH
    return format_html('<span class="pb-num">{}/{}</span>', reserved, total)
