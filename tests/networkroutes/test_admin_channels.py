"""Wavelengths and reservations in the admin: find a free one, reserve, renew, release."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from networkroutes.choices import ReservationStatus
from networkroutes.models import DarkFibreChannel, Reservation, ReservationLog
from networkroutes.services import reservations
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    DarkFibreRouteFactory,
    ReservationFactory,
    ReservationLogFactory,
)

LIST = "/admin/networkroutes/darkfibrechannel/"
HELD = "/admin/networkroutes/reservation/"
DIALOG = {"headers": {"X-Patchbay-Dialog": "1"}}

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def confirm(client: Client, slug: str, *rows: Any, base: str = LIST, **data: Any) -> Any:
    sent = {"ids": [row.pk for row in rows], "confirm": "1", **data}
    return client.post(f"{base}verbs/{slug}/", sent, **DIALOG)


def hold(channel: DarkFibreChannel, user: User, name: str = "Jana Novak") -> Reservation:
    return reservations.reserve_channel(actor=user, channel_id=channel.pk, reserved_by=name)


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["rows"]]


def test_the_state_chip_tells_free_from_reserved_and_lit(admin_page: Client) -> None:
    free = DarkFibreChannelFactory(dwdm_ucn="LONLON900001")
    lit = DarkFibreChannelFactory(dwdm_ucn="LONLON900002", in_use=True)
    held = DarkFibreChannelFactory(dwdm_ucn="LONLON900003", in_use=True)
    gone = DarkFibreChannelFactory(dwdm_ucn="LONLON900004")
    ReservationFactory(channel=held)
    ReservationFactory(
        channel=gone,
        reserved_at=timezone.now() - timedelta(days=61),
        expires_at=timezone.now() - timedelta(days=1),
    )

    found = {
        state: names(admin_page.get(LIST, {"state": state, "o": "1"}))
        for state in ("free", "reserved", "lit", "nonsense")
    }

    assert found == {
        "free": [str(free), str(gone)],
        "reserved": [str(held)],
        "lit": [str(lit)],
        "nonsense": [str(row) for row in (free, lit, held, gone)],
    }


def test_chips_combine_with_each_other_and_with_the_search(admin_page: Client) -> None:
    wanted = DarkFibreChannelFactory(route__location_b="SNG1", dwdm_ucn="LONSNG900001")
    DarkFibreChannelFactory(route__location_b="SNG1", dwdm_ucn="LONSNG900002", in_use=True)
    DarkFibreChannelFactory(route__location_b="PAR1", dwdm_ucn="LONPAR900001")
    query = {"state": "free", "location": "sng1", "carrier": "Aurora Fibre", "q": "900001"}

    assert names(admin_page.get(LIST, query)) == [str(wanted)]


def test_a_free_wavelength_is_reserved_from_the_list_for_the_person_who_asks(
    admin_page: Client,
) -> None:
    channel = DarkFibreChannelFactory()

    listed = admin_page.get(LIST, {"state": "free"}).content.decode()
    asked = admin_page.get(f"{LIST}verbs/reserve/", {"ids": channel.pk}, **DIALOG)
    done = confirm(admin_page, "reserve", channel, reserved_by="Jana Novak")

    held = Reservation.objects.get()
    assert f'aria-label="Reserve {channel}"' in listed
    assert asked.context["form"].initial == {"reserved_by": admin_page.user.shown_name}
    assert "Held for 60 days, until" in asked.content.decode()
    assert done.json() == {"location": f"{LIST}{channel.pk}/change/"}
    assert (held.channel, held.holder, held.reserved_by) == (channel, admin_page.user, "Jana Novak")
    assert held.expires_at - held.reserved_at == timedelta(days=60)
    assert ReservationLog.objects.get().action == "RESERVED"


def test_after_reserving_undo_releases_again(admin_page: Client) -> None:
    channel = DarkFibreChannelFactory()
    confirm(admin_page, "reserve", channel, reserved_by="Jana Novak")

    page = admin_page.get(f"{LIST}{channel.pk}/change/").content.decode()
    assert f'href="{LIST}verbs/release/?ids={channel.pk}" data-undo' in page
    confirm(admin_page, "release", channel)

    assert Reservation.objects.get().status == ReservationStatus.RELEASED
    actions = list(ReservationLog.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["RESERVED", "RELEASED"]


def test_a_held_wavelength_is_refused_with_its_holder_and_the_day_it_is_free(
    admin_page: Client,
) -> None:
    channel = DarkFibreChannelFactory(dwdm_ucn="LONLON900007")
    held = hold(channel, UserFactory(roles=["operator"]), "Priya Raman")

    answer = confirm(admin_page, "reserve", channel, reserved_by="Jana Novak")
    page = answer.content.decode()

    day = f"{held.expires_at:%-d %B %Y}"
    assert f"LONLON900007 is held by Priya Raman until {day}" in page
    assert "free again" in page
    assert 'value="Jana Novak"' in page
    assert Reservation.objects.get() == held
    assert ReservationLog.objects.count() == 1


def test_a_blank_or_endless_name_is_refused_and_nothing_is_written(admin_page: Client) -> None:
    channel = DarkFibreChannelFactory()

    answers = [
        confirm(admin_page, "reserve", channel, reserved_by=name) for name in ("", "  ", "x" * 256)
    ]

    assert all(answer.context["form"].errors["reserved_by"] for answer in answers)
    assert not Reservation.objects.exists()


def test_reserving_several_says_what_became_of_each(admin_page: Client) -> None:
    free, held = DarkFibreChannelFactory(), DarkFibreChannelFactory()
    hold(held, UserFactory(roles=["operator"]), "Priya Raman")

    asked = admin_page.post(LIST, {"action": "reserve", "_selected_action": [free.pk, held.pk]})
    done = confirm(admin_page, "reserve", free, held, reserved_by="Jana Novak")
    rows = {row.label: row for row in done.context["answer"].rows}

    assert "1 of these are held already and will be refused." in asked.content.decode()
    assert done.context["answer"].text == "1 reserved, 1 refused"
    assert rows[str(free)].is_done
    assert "held by Priya Raman until" in rows[str(held)].text
    assert set(Reservation.objects.values_list("channel", "reserved_by")) == {
        (free.pk, "Jana Novak"),
        (held.pk, "Priya Raman"),
    }


def test_only_the_holder_is_offered_renew_and_others_are_refused(admin_page: Client) -> None:
    mine, others = DarkFibreChannelFactory(), DarkFibreChannelFactory()
    held = hold(mine, admin_page.user)
    kept = hold(others, UserFactory(roles=["operator"]), "Priya Raman")
    Reservation.objects.update(expires_at=timezone.now() + timedelta(days=3))

    pages = [admin_page.get(f"{LIST}{row.pk}/change/").content.decode() for row in (mine, others)]
    done = confirm(admin_page, "renew", mine, others)
    rows = {row.label: row for row in done.context["answer"].rows}

    assert ["verbs/renew/" in page for page in pages] == [True, False]
    assert rows[str(mine)].is_done
    assert "Only the holder may renew" in rows[str(others)].text
    assert "Priya Raman" in rows[str(others)].text
    held.refresh_from_db()
    kept.refresh_from_db()
    assert held.expires_at > timezone.now() + timedelta(days=59)
    assert kept.expires_at < timezone.now() + timedelta(days=4)


@pytest.mark.parametrize("base", [LIST, HELD])
def test_a_row_of_a_list_offers_renew_to_the_holder_only(admin_page: Client, base: str) -> None:
    hold(DarkFibreChannelFactory(dwdm_ucn="LONLON900001"), admin_page.user)
    others = DarkFibreChannelFactory(dwdm_ucn="LONLON900002")
    hold(others, UserFactory(roles=["operator"]))

    rows = admin_page.get(base).context["rows"]

    assert {row.verb_label for row in rows} == {"Renew", "Release"}
    offered = next(row for row in rows if row.verb_label == "Release")
    kept = Reservation.objects.get(channel=others)
    assert offered.pk == (others.pk if base == LIST else kept.pk)


def test_renewing_or_releasing_what_nobody_holds_is_a_sentence(admin_page: Client) -> None:
    channel = DarkFibreChannelFactory(dwdm_ucn="LONLON900008")

    renewed = confirm(admin_page, "renew", channel).content.decode()
    released = confirm(admin_page, "release", channel).content.decode()

    assert "LONLON900008 is not reserved; reserve it instead." in renewed
    assert "LONLON900008 is not reserved." in released
    assert not ReservationLog.objects.exists()


def test_reservations_of_mine_that_end_soon_are_found_renewed_and_released(
    admin_page: Client,
) -> None:
    soon = hold(DarkFibreChannelFactory(), admin_page.user)
    later = hold(DarkFibreChannelFactory(), admin_page.user)
    hold(DarkFibreChannelFactory(), UserFactory(roles=["operator"]))
    Reservation.objects.filter(pk=soon.pk).update(expires_at=timezone.now() + timedelta(days=2))

    mine = admin_page.get(HELD, {"mine": "yes", "status__exact": "open"})
    ending = admin_page.get(HELD, {"mine": "yes", "ends": "week"})
    confirm(admin_page, "renew", soon, base=HELD)
    confirm(admin_page, "release", later, base=HELD)
    over = admin_page.get(HELD, {"status__exact": "over"})

    assert {row.pk for row in mine.context["rows"]} == {soon.pk, later.pk}
    assert [row.pk for row in ending.context["rows"]] == [soon.pk]
    assert [row.pk for row in over.context["rows"]] == [later.pk]
    soon.refresh_from_db()
    assert soon.expires_at > timezone.now() + timedelta(days=59)


def test_releasing_an_old_reservation_never_ends_the_one_that_came_after(
    admin_page: Client,
) -> None:
    channel = DarkFibreChannelFactory()
    old = hold(channel, admin_page.user)
    reservations.release_channel(actor=admin_page.user, channel_id=channel.pk)
    new = hold(channel, admin_page.user)

    answer = confirm(admin_page, "release", old, base=HELD)

    new.refresh_from_db()
    assert "The reservation is over already." in answer.content.decode()
    assert new.status == ReservationStatus.OPEN


def test_a_viewer_sees_states_and_no_verbs() -> None:
    client = client_of(UserFactory(roles=["viewer"]))
    free, held = DarkFibreChannelFactory(), DarkFibreChannelFactory()
    hold(held, UserFactory(roles=["operator"]))

    pages = [
        client.get(LIST),
        client.get(f"{LIST}{free.pk}/change/"),
        client.get(f"{LIST}{held.pk}/change/"),
        client.get(HELD),
        client.get(f"/admin/networkroutes/networkroute/{free.route_id}/change/?tab=channels"),
    ]
    refused = [confirm(client, slug, free, held) for slug in ("reserve", "renew", "release")]

    assert [page.status_code for page in pages] == [200] * 5
    assert all("verbs/" not in page.content.decode() for page in pages)
    assert [answer.status_code for answer in refused] == [403] * 3
    assert Reservation.objects.count() == 1


def test_a_provisioner_reserves_and_may_not_delete() -> None:
    client = client_of(UserFactory(roles=["provisioner"]))
    channel = DarkFibreChannelFactory()

    page = client.get(f"{LIST}{channel.pk}/change/").content.decode()
    refused = confirm(client, "delete", channel, typed_name=str(channel))
    done = confirm(client, "reserve", channel, reserved_by="Jana Novak")

    assert "verbs/reserve/" in page
    assert "verbs/delete/" not in page
    assert [refused.status_code, done.status_code] == [403, 200]
    assert Reservation.objects.get().channel == channel


def test_a_channel_is_added_from_its_circuit_and_changed(admin_page: Client) -> None:
    route = DarkFibreRouteFactory(circuit_id="LONLON100001")

    asked = admin_page.get(f"{LIST}add/", {"circuit": "LONLON100001"}).content.decode()
    admin_page.post(
        f"{LIST}add/",
        {
            "circuit_id": "LONLON100001",
            "dwdm_ucn": "LONLON900001",
            "dwdm_wavelength": "1550.12",
            "bandwidth": "400Gb",
        },
    )
    made = DarkFibreChannel.objects.get()
    assert made.bandwidth == "400Gb"
    admin_page.post(
        f"{LIST}{made.pk}/change/",
        {"dwdm_ucn": "LONLON900001", "dwdm_wavelength": "", "expected_version": made.version},
    )

    made.refresh_from_db()
    assert 'value="LONLON100001"' in asked
    assert (made.route, made.equipment, made.dwdm_wavelength) == (route, None, None)
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["channel.created", "channel.updated"]


def test_a_channel_of_an_unknown_circuit_is_refused_with_the_typing_kept(
    admin_page: Client,
) -> None:
    answer = admin_page.post(f"{LIST}add/", {"circuit_id": "LONLON999999", "dwdm_ucn": "KEPT"})

    assert "No circuit has the UCN LONLON999999." in answer.content.decode()
    assert 'value="KEPT"' in answer.content.decode()
    assert not DarkFibreChannel.objects.exists()


def test_the_export_names_holder_and_end_of_what_the_list_shows(admin_page: Client) -> None:
    channel = DarkFibreChannelFactory(dwdm_ucn="LONLON900001")
    held = hold(channel, admin_page.user)

    answer = admin_page.get(LIST, {"export": "csv", "state": "reserved"})
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert "Held by,Ends (UTC)" in lines[0]
    assert lines[1].startswith("LONLON900001,")
    assert "Reserved,Jana Novak," in lines[1]
    assert f"{held.expires_at:%Y-%m-%d}" in lines[1]


def test_the_log_is_read_only_and_outlives_the_channel(admin_page: Client) -> None:
    channel = DarkFibreChannelFactory()
    row = ReservationLogFactory(channel=channel, dwdm_ucn="LONLON900001")
    channel.delete()
    page = f"/admin/networkroutes/reservationlog/{row.pk}/change/"

    opened = admin_page.get(page)
    sent = admin_page.post(page, {"notes": "rewritten"})

    row.refresh_from_db()
    assert (opened.status_code, sent.status_code) == (200, 403)
    assert "LONLON900001" in opened.content.decode()
    assert row.notes != "rewritten"
