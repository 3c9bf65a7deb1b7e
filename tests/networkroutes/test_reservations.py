"""Reserving, releasing, renewing and expiring wavelengths (contract section 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from inventory_site.core.errors import AuthenticationRequired, NotAllowed
from networkroutes.errors import (
    CannotRelease,
    CannotRenew,
    CannotReserve,
    ChannelNotFound,
    InvalidField,
)
from networkroutes.models import DarkFibreChannel, Reservation, ReservationLog
from networkroutes.services import channels, expiry, reservations, routes
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import DarkFibreChannelFactory, ReservationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner() -> object:
    """A person who may do everything the register offers."""
    return UserFactory(roles=["administrator"], display_name="Pat Planner")


def rows(channel: DarkFibreChannel) -> list[tuple[str, str | None, str | None]]:
    """The channel's log, oldest first."""
    log = ReservationLog.objects.filter(channel=channel).order_by("pk")
    return list(log.values_list("action", "reserved_by", "notes"))


def overdue(**fields: object) -> Reservation:
    """A reservation that ran out an hour ago, although the books say open."""
    begun = timezone.now() - timedelta(days=60, hours=1)
    return ReservationFactory(reserved_at=begun, **fields)


def test_a_reservation_lasts_exactly_sixty_days_and_is_logged(planner):
    channel = DarkFibreChannelFactory(in_use=True)

    made = reservations.reserve_channel(
        actor=planner, channel_id=channel.pk, reserved_by="  Jo Planner "
    )

    assert (made.expires_at - made.reserved_at).total_seconds() == 5_184_000
    assert made.reserved_at.microsecond % 1000 == 0
    assert (made.reserved_by, made.holder) == ("Jo Planner", planner)
    assert rows(channel) == [("RESERVED", "Jo Planner", "60-day reservation")]
    log = ReservationLog.objects.get()
    assert (log.circuit_id, log.dwdm_ucn) == (channel.route.circuit_id, channel.dwdm_ucn)
    assert log.expiry_date == made.expires_at
    entry = AuditEntry.objects.get(verb="channel.reserved")
    assert (entry.actor, entry.object_id) == (planner, str(channel.pk))


@pytest.mark.parametrize("name", [None, "", "   ", 5, {"a": 1}, "x" * 256, "\x00"])
def test_a_holder_must_have_a_name(planner, name):
    channel = DarkFibreChannelFactory()

    with pytest.raises(InvalidField):
        reservations.reserve_channel(actor=planner, channel_id=channel.pk, reserved_by=name)

    assert not Reservation.objects.exists()
    assert not ReservationLog.objects.exists()


def test_a_held_channel_is_refused_and_nothing_is_written(planner):
    held = ReservationFactory()

    with pytest.raises(CannotReserve) as caught:
        reservations.reserve_channel(actor=planner, channel_id=held.channel_id, reserved_by="Other")

    assert caught.value.details["reserved_by"] == "Jana Novak"
    assert Reservation.objects.get() == held
    assert not ReservationLog.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_unknown_channel_is_not_found(planner):
    with pytest.raises(ChannelNotFound):
        reservations.reserve_channel(actor=planner, channel_id=999_999, reserved_by="Jo")


def test_strangers_and_readers_may_not_reserve():
    channel = DarkFibreChannelFactory()

    with pytest.raises(AuthenticationRequired):
        reservations.reserve_channel(actor=None, channel_id=channel.pk, reserved_by="Jo")
    with pytest.raises(NotAllowed):
        reservations.reserve_channel(
            actor=UserFactory(roles=["read_only"]), channel_id=channel.pk, reserved_by="Jo"
        )

    assert not Reservation.objects.exists()


def test_anyone_who_may_edit_releases_and_is_named(planner):
    held = ReservationFactory()

    reservations.release_channel(actor=planner, channel_id=held.channel_id)

    held.refresh_from_db()
    assert held.status == "released"
    assert rows(held.channel) == [("RELEASED", "Pat Planner", "Manual release")]
    assert ReservationLog.objects.get().expiry_date is None


def test_the_releaser_may_be_named_by_the_caller(planner):
    held = ReservationFactory()

    reservations.release_channel(actor=planner, channel_id=held.channel_id, released_by="Boss")

    assert rows(held.channel) == [("RELEASED", "Boss", "Manual release")]


def test_releasing_a_free_channel_is_refused(planner):
    channel = DarkFibreChannelFactory()

    with pytest.raises(CannotRelease):
        reservations.release_channel(actor=planner, channel_id=channel.pk)

    assert rows(channel) == []


def test_reserving_an_expired_reservation_writes_expired_first(planner):
    old = overdue()

    reservations.reserve_channel(actor=planner, channel_id=old.channel_id, reserved_by="Next")

    assert rows(old.channel) == [
        ("EXPIRED", "Jana Novak", "Automatically expired after 60 days"),
        ("RESERVED", "Next", "60-day reservation"),
    ]
    old.refresh_from_db()
    assert old.status == "expired"


def test_releasing_an_expired_reservation_is_refused_after_expired_was_written(planner):
    old = overdue()

    with pytest.raises(CannotRelease):
        reservations.release_channel(actor=planner, channel_id=old.channel_id)

    assert rows(old.channel) == [("EXPIRED", "Jana Novak", "Automatically expired after 60 days")]
    assert ReservationLog.objects.get().expiry_date == old.expires_at


def test_the_job_expires_what_is_due_once_and_leaves_the_rest():
    old, young = [overdue() for _ in range(3)], ReservationFactory()

    assert expiry.expire_overdue() == 3
    assert expiry.expire_overdue() == 0

    assert ReservationLog.objects.filter(action="EXPIRED").count() == 3
    assert Reservation.objects.open().get() == young
    assert [rows(item.channel)[0][1] for item in old] == ["Jana Novak"] * 3


def test_only_the_holder_renews(planner):
    held = ReservationFactory(holder=planner)
    stranger = UserFactory(roles=["administrator"])

    with pytest.raises(CannotRenew):
        reservations.renew_reservation(actor=stranger, reservation_id=held.pk)
    before = reservations.clock()
    kept = reservations.renew_reservation(actor=planner, reservation_id=held.pk)

    assert kept.expires_at >= before + timedelta(days=60)
    assert rows(held.channel) == [("RENEWED", "Jana Novak", "Renewed for 60 days")]


def test_a_reservation_that_ran_out_cannot_be_renewed(planner):
    old = overdue(holder=planner)

    with pytest.raises(CannotRenew):
        reservations.renew_reservation(actor=planner, reservation_id=old.pk)

    assert rows(old.channel)[0][0] == "EXPIRED"


def test_removing_a_held_channel_keeps_the_log(planner):
    held = ReservationFactory()
    circuit_id, ucn = held.channel.route.circuit_id, held.channel.dwdm_ucn

    channels.delete_channel(actor=planner, channel_id=held.channel_id)

    log = ReservationLog.objects.get()
    assert (log.action, log.notes, log.channel) == ("RELEASED", "Channel deleted", None)
    assert (log.circuit_id, log.dwdm_ucn) == (circuit_id, ucn)
    assert not Reservation.objects.exists()


def test_removing_a_circuit_writes_down_what_ends(planner):
    held, old = ReservationFactory(), overdue()
    old.channel.route = held.channel.route
    old.channel.save()

    routes.delete_route(actor=planner, circuit_id=held.channel.route.circuit_id)

    assert sorted(ReservationLog.objects.values_list("action", flat=True)) == [
        "EXPIRED",
        "RELEASED",
    ]
    assert not DarkFibreChannel.objects.exists()


def test_holders_are_reminded_once_seven_days_before_the_end():
    soon = ReservationFactory(reserved_at=timezone.now() - timedelta(days=54))
    ReservationFactory()

    assert reservations.remind_holders() == 1
    assert reservations.remind_holders() == 0

    entry = AuditEntry.objects.get(verb="reservation.reminder_due")
    assert entry.object_id == str(soon.pk)


@pytest.mark.parametrize("path", ["/api/reservations", "/api/reservation-log", "/reservation_logs"])
def test_a_look_at_reservations_or_their_log_writes_down_what_ran_out(api, path):
    due, kept = overdue(reserved_by="Jo"), ReservationFactory()
    client = api("administrator")

    refused = api.anonymous.get(path)
    before = ReservationLog.objects.filter(action="EXPIRED").count()
    answers = [client.get(path) for _ in range(2)]

    assert (refused.status_code, before) == (401, 0)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert ReservationLog.objects.filter(action="EXPIRED").count() == 1
    assert rows(due.channel) == [("EXPIRED", "Jo", "Automatically expired after 60 days")]
    standing = client.get("/api/reservations", {"status": "open"}).json()["data"]
    assert [row["id"] for row in standing] == [kept.pk]
