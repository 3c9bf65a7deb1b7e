"""Reserve, renew and release, as people press them on channels and on reservations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from inventory_site.core.admin import Answer, Verb, each
from inventory_site.core.errors import DomainError
from networkroutes.admin.plan import frequency_thz
from networkroutes.admin.words import day, explained, page_of, plain
from networkroutes.errors import CannotRenew
from networkroutes.models import DarkFibreChannel, Reservation
from networkroutes.selectors.register import reservation_of
from networkroutes.services import reservations

MAY_RESERVE = "networkroutes.add_reservation"
MAY_RELEASE = "networkroutes.change_reservation"


class ReserveForm(forms.Form):
    """Who will hold the wavelength."""

    reserved_by = forms.CharField(
        label="For",
        max_length=reservations.NAME_LENGTH,
        help_text="The person or team that will hold it.",
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )


def own_name(request: HttpRequest, objects: Sequence[Any]) -> dict[str, Any]:
    """Begin with the person who is signed in."""
    return {"reserved_by": getattr(request.user, "shown_name", "")}


def reserve_one(request: HttpRequest, channel: DarkFibreChannel, data: dict[str, Any]) -> str:
    """Reserve one channel and say until when; a refusal says who holds it."""
    try:
        made = reservations.reserve_channel(
            actor=request.user, channel_id=channel.pk, reserved_by=data["reserved_by"]
        )
    except DomainError as refusal:
        raise explained(refusal, channel, _held_now(channel)) from refusal
    return f"{channel} is reserved for {made.reserved_by} until {day(made.expires_at)}."


def release_one(request: HttpRequest, channel: DarkFibreChannel, data: dict[str, Any]) -> str:
    """Release one channel."""
    try:
        ended = reservations.release_channel(actor=request.user, channel_id=channel.pk)
    except DomainError as refusal:
        raise explained(refusal, channel, None) from refusal
    return f"{channel} is released; {ended.reserved_by} held it."


def renew_one(request: HttpRequest, channel: DarkFibreChannel, data: dict[str, Any]) -> str:
    """Renew the reservation of one channel for 60 days from now."""
    held = _held_now(channel)
    if held is None:
        raise CannotRenew(f"{channel} is not reserved; reserve it instead.", channel=channel.pk)
    return renew_reservation(request, held, data)


def renew_reservation(request: HttpRequest, held: Reservation, data: dict[str, Any]) -> str:
    """Renew one reservation for 60 days from now."""
    channel = held.channel
    try:
        kept = reservations.renew_reservation(actor=request.user, reservation_id=held.pk)
    except DomainError as refusal:
        raise explained(refusal, channel, _held_now(channel)) from refusal
    return f"{channel} is yours until {day(kept.expires_at)}."


def release_reservation(request: HttpRequest, held: Reservation, data: dict[str, Any]) -> str:
    """Release one reservation, never the one that came after it."""
    reservations.release_reservation(actor=request.user, reservation_id=held.pk)
    return f"{held.channel} is released; {held.reserved_by} held it."


def _reserve(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    answer = each(reserve_one, "reserved")(request, objects, data)
    return replace(answer, url=page_of(objects[0])) if len(objects) == 1 else answer


def _what_reserving_means(objects: Sequence[DarkFibreChannel]) -> str:
    until = f"Held for 60 days, until {day(timezone.now() + reservations.TERM)}."
    held = [row for row in objects if reservation_of(row) is not None]
    if not held:
        return f"{_where(objects)}{until} {_lit_warning(objects)}".strip()
    if len(objects) == 1:
        found = reservation_of(held[0])
        return f"{found.reserved_by} holds it until {day(found.expires_at)}." if found else until
    return f"{until} {len(held)} of these are held already and will be refused."


def _where(objects: Sequence[DarkFibreChannel]) -> str:
    if len(objects) > 1:
        return ""
    channel = objects[0]
    thz = frequency_thz(channel.dwdm_wavelength)
    light = f"{thz:.2f} THz on " if thz else ""
    route = channel.route
    return f"{light}{route}, {plain(route.location_a)} to {plain(route.location_b)}. "


def _lit_warning(objects: Sequence[DarkFibreChannel]) -> str:
    lit = [str(row) for row in objects if row.in_use]
    if not lit:
        return ""
    return "It carries light now." if len(objects) == 1 else f"{len(lit)} of these carry light now."


def _what_releasing_means(objects: Sequence[Any]) -> str:
    if len(objects) > 1:
        return "Anybody can reserve them afterwards; the holders are not asked."
    held = objects[0] if isinstance(objects[0], Reservation) else reservation_of(objects[0])
    if held is None:
        return "Nobody holds it now."
    return f"{held.reserved_by} holds it until {day(held.expires_at)}. Then anybody can reserve it."


def _what_renewing_means(objects: Sequence[Any]) -> str:
    whose = "" if len(objects) == 1 else " Reservations of others will be refused."
    return f"Held for 60 days from now, until {day(timezone.now() + reservations.TERM)}.{whose}"


def _held_now(channel: DarkFibreChannel) -> Reservation | None:
    """Who holds it, read again: the row at hand may be older than the refusal."""
    return channel.reservations.active().first()


RESERVE = Verb(
    slug="reserve",
    label="Reserve",
    permission=MAY_RESERVE,
    run=_reserve,
    form=ReserveForm,
    initial=own_name,
    follows=_what_reserving_means,
    undo="release",
    fits=lambda channel: reservation_of(channel) is None,
    icon="lock",
)
RENEW = Verb(
    slug="renew",
    label="Renew",
    permission=MAY_RESERVE,
    run=each(renew_one, "renewed"),
    follows=_what_renewing_means,
    fits=lambda channel: reservation_of(channel) is not None,
    icon="refresh-cw",
)
RELEASE = Verb(
    slug="release",
    label="Release",
    permission=MAY_RELEASE,
    run=each(release_one, "released"),
    follows=_what_releasing_means,
    fits=lambda channel: reservation_of(channel) is not None,
    icon="lock-open",
)
RENEW_RESERVATION = replace(
    RENEW, run=each(renew_reservation, "renewed"), fits=lambda held: held.is_active()
)
RELEASE_RESERVATION = replace(
    RELEASE, run=each(release_reservation, "released"), fits=lambda held: held.is_active()
)


def is_offered(verb: Verb, held: Reservation | None, user: Any) -> bool:
    """Whether a button makes sense for this person: Renew is for the holder only."""
    mine = held is not None and held.holder_id is not None and held.holder_id == user.pk
    return mine or verb.slug != "renew"
