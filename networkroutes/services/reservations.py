"""Reservations of wavelengths: reserve, release, renew (contract section 6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.choices import ReservationAction, ReservationStatus
from networkroutes.errors import (
    CannotRelease,
    CannotRenew,
    CannotReserve,
    ChannelNotFound,
    InvalidField,
)
from networkroutes.models import DarkFibreChannel, Reservation, ReservationLog
from networkroutes.services import expiry

TERM = timedelta(days=60)
REMIND_BEFORE = timedelta(days=7)
NAME_LENGTH = 255
UNKNOWN = "Unknown"
NOTES = {
    ReservationAction.RESERVED: "60-day reservation",
    ReservationAction.RELEASED: "Manual release",
    ReservationAction.RENEWED: "Renewed for 60 days",
}


def reserve_channel(*, actor: Any, channel_id: int, reserved_by: Any) -> Reservation:
    """Reserve a channel for exactly 60 days.

    The channel row is the lock; a reservation that has run out is first written down as EXPIRED.
    Raises `InvalidField`, `ChannelNotFound`, and `CannotReserve` while somebody holds the channel.
    """
    policy.require(actor, "add_reservation")
    name = holder_name(reserved_by)
    try:
        with guarded():
            channel = _locked_channel(channel_id)
            now = clock()
            expiry.expire(now=now, channel_id=channel.pk)
            held = channel.reservations.filter(status=ReservationStatus.OPEN).first()
            if held is not None:
                raise _taken(channel, held)
            made = Reservation.objects.create(
                channel=channel,
                holder=actor if isinstance(actor, User) else None,
                reserved_by=name,
                reserved_at=now,
                expires_at=now + TERM,
            )
            _write_down(actor, made, ReservationAction.RESERVED, name, made.expires_at)
    except IntegrityError as err:
        raise CannotReserve("Cannot reserve - already reserved or not found") from err
    return made


def release_channel(
    *, actor: Any, channel_id: int, released_by: Any = None, only: int | None = None
) -> Reservation:
    """End the channel's reservation; anybody who may edit circuits may do so.

    A reservation that has run out is written down as EXPIRED and then refused with `CannotRelease`;
    `only` names the one reservation that is meant.
    """
    policy.require(actor, "change_reservation")
    name = releaser_name(actor, released_by)
    with guarded():
        channel = _locked_channel(channel_id)
        now = clock()
        expiry.expire(now=now, channel_id=channel.pk)
        held = channel.reservations.filter(status=ReservationStatus.OPEN).first()
        if held is not None and only not in (None, held.pk):
            held = None
        if held is not None:
            _end(held, now)
            _write_down(actor, held, ReservationAction.RELEASED, name, None)
    if held is None:
        raise CannotRelease("Cannot release - not reserved or not found", channel=channel_id)
    return held


def release_reservation(*, actor: Any, reservation_id: int, released_by: Any = None) -> Reservation:
    """End this very reservation; `CannotRelease` when it is over, even if another holds the
    channel."""
    found = Reservation.objects.open().filter(pk=reservation_id).first()
    if found is None:
        raise CannotRelease("The reservation is over already.", reservation=reservation_id)
    return release_channel(
        actor=actor, channel_id=found.channel_id, released_by=released_by, only=reservation_id
    )


def renew_reservation(*, actor: Any, reservation_id: int) -> Reservation:
    """Let the holder keep the channel for 60 days from now; `CannotRenew` for anybody else."""
    policy.require(actor, "add_reservation")
    with guarded():
        found = Reservation.objects.filter(pk=reservation_id).values_list("channel_id", flat=True)
        channel = _locked_channel(found.first() or 0)
        now = clock()
        expiry.expire(now=now, channel_id=channel.pk)
        held = Reservation.objects.get(pk=reservation_id)
        refusal = _why_not_renewable(actor, held)
        if refusal is None:
            held.expires_at = now + TERM
            held.reminded_at = None
            held.save(update_fields=["expires_at", "reminded_at"])
            _write_down(actor, held, ReservationAction.RENEWED, held.reserved_by, held.expires_at)
    if refusal is not None:
        raise refusal
    return held


def release_for_removal(channels: QuerySet[DarkFibreChannel], *, actor: Any) -> None:
    """Write down what ends because its channel is removed; the caller removes the channels.

    Locks the channels, so that nobody reserves one meanwhile.
    """
    ids = list(lock(channels).values_list("pk", flat=True))
    now = clock()
    for pk in ids:
        expiry.expire(now=now, channel_id=pk)
    held = Reservation.objects.open().filter(channel_id__in=ids).select_related("channel__route")
    ReservationLog.objects.bulk_create(
        ReservationLog(
            circuit_id=reservation.channel.route.circuit_id,
            dwdm_ucn=reservation.channel.dwdm_ucn,
            action=ReservationAction.RELEASED,
            reserved_by=releaser_name(actor, None),
            logged_at=now,
            notes="Channel deleted",
        )
        for reservation in held
    )


def remind_holders(*, at: datetime | None = None) -> int:
    """Note once, 7 days before the end, that the holder should act; return how many notes were
    made."""
    now = at or clock()
    with guarded():
        due = Reservation.objects.active(now).filter(
            expires_at__lte=now + REMIND_BEFORE, reminded_at__isnull=True
        )
        rows = list(lock(due, skip_locked=True).select_related("channel__route")[:1000])
        Reservation.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
        facts = [audit.Fact(row, after=_described(row)) for row in rows]
        return audit.record_bulk(None, "reservation.reminder_due", facts)


def clock() -> datetime:
    """Now in UTC, cut to milliseconds, as the wire tells it."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def holder_name(value: Any) -> str:
    """Return the trimmed name of a holder, 1 to 255 characters, or raise `InvalidField`."""
    if value is None or value == "":
        raise InvalidField("reserved_by", "reserved_by is required")
    if not isinstance(value, str):
        raise InvalidField("reserved_by", "reserved_by must be text")
    name = value.replace("\x00", "").strip()
    if not name:
        raise InvalidField("reserved_by", "reserved_by is required")
    if len(name) > NAME_LENGTH:
        raise InvalidField("reserved_by", f"reserved_by must be at most {NAME_LENGTH} characters")
    return name


def releaser_name(actor: Any, sent: Any) -> str:
    """Return who releases: the name sent, else the signed-in person's, else `Unknown`."""
    if isinstance(sent, str) and sent.replace("\x00", "").strip():
        return sent.replace("\x00", "").strip()[:NAME_LENGTH]
    return actor.shown_name if isinstance(actor, User) else UNKNOWN


def _locked_channel(channel_id: int) -> DarkFibreChannel:
    channel = lock(DarkFibreChannel.objects.filter(pk=channel_id).select_related("route")).first()
    if channel is None:
        raise ChannelNotFound("Not found", channel=channel_id)
    return channel


def _taken(channel: DarkFibreChannel, held: Reservation) -> CannotReserve:
    return CannotReserve(
        "Cannot reserve - already reserved or not found",
        channel=channel.pk,
        reserved_by=held.reserved_by,
        free_again_at=held.expires_at.isoformat(),
    )


def _why_not_renewable(actor: Any, held: Reservation) -> CannotRenew | None:
    if held.status != ReservationStatus.OPEN:
        return CannotRenew("The reservation is over; reserve the channel again.", id=held.pk)
    if not isinstance(actor, User) or held.holder_id != actor.pk:
        return CannotRenew("Only the holder may renew a reservation.", id=held.pk)
    return None


def _end(held: Reservation, now: datetime) -> None:
    held.status, held.ended_at = ReservationStatus.RELEASED, now
    held.save(update_fields=["status", "ended_at"])


def _write_down(
    actor: Any,
    reservation: Reservation,
    action: ReservationAction,
    name: str,
    expiry_date: datetime | None,
) -> None:
    channel = reservation.channel
    ReservationLog.objects.create(
        channel=channel,
        circuit_id=channel.route.circuit_id,
        dwdm_ucn=channel.dwdm_ucn,
        action=action,
        reserved_by=name,
        logged_at=clock(),
        expiry_date=expiry_date,
        notes=NOTES[action],
    )
    DarkFibreChannel.objects.filter(pk=channel.pk).update(updated_at=timezone.now())
    audit.record(actor, f"channel.{action.lower()}", channel, after=_described(reservation))


def _described(reservation: Reservation) -> dict[str, Any]:
    return {
        "reservation": reservation.pk,
        "reserved_by": reservation.reserved_by,
        "expires_at": reservation.expires_at.isoformat(),
        "circuit_id": reservation.channel.route.circuit_id,
    }
