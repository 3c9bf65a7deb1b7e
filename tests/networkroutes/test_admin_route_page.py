"""The page of a circuit in the admin: its tabs, its verbs, its form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from networkroutes.admin import words
from networkroutes.admin.routes import NetworkRouteAdmin
from networkroutes.models import NetworkRoute, Reservation
from networkroutes.services import reservations
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    DarkFibreRouteFactory,
    NetworkRouteFactory,
    ReservationFactory,
)

LIST = "/admin/networkroutes/networkroute/"
DIALOG = {"headers": {"X-Patchbay-Dialog": "1"}}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'

pytestmark = pytest.mark.django_db


def page_of(route: NetworkRoute, tab: str = "") -> str:
    return f"{LIST}{route.pk}/change/{f'?tab={tab}' if tab else ''}"


def form_of(client: Client, route: NetworkRoute) -> dict[str, Any]:
    """What the browser would send back of the form as it was drawn."""
    form = client.get(page_of(route, "details")).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def client_of(*roles: str) -> Client:
    client = Client()
    client.force_login(UserFactory(roles=roles))
    return client


def test_a_dark_fibre_opens_on_its_channels_and_others_on_their_details(
    admin_page: Client,
) -> None:
    dark = admin_page.get(page_of(DarkFibreRouteFactory()))
    other = admin_page.get(page_of(NetworkRouteFactory()))

    assert [tab.slug for tab in dark.context["tabs"]] == [
        "details",
        "channels",
        "map",
        "files",
        "latency",
        "history",
    ]
    assert [tab.slug for tab in dark.context["tabs"] if tab.is_open] == ["channels"]
    assert [tab.slug for tab in other.context["tabs"]] == [
        "details",
        "map",
        "files",
        "latency",
        "history",
    ]
    assert [tab.slug for tab in other.context["tabs"] if tab.is_open] == ["details"]


def test_the_channels_tab_offers_each_channel_its_verb_and_draws_the_grid(
    admin_page: Client,
) -> None:
    route = DarkFibreRouteFactory()
    free = DarkFibreChannelFactory(route=route, dwdm_wavelength="1552.52")
    mine = DarkFibreChannelFactory(route=route, dwdm_wavelength="1551.72")
    reservations.reserve_channel(actor=admin_page.user, channel_id=mine.pk, reserved_by="Jana")

    answer = admin_page.get(page_of(route))
    tab = answer.context["tab_context"]
    page = answer.content.decode()

    assert [[verb.label for verb in row.verbs] for row in tab["rows"]] == [
        ["Reserve"],
        ["Renew", "Release"],
    ]
    assert f"verbs/reserve/?ids={free.pk}&next=" in tab["rows"][0].verbs[0].url
    assert "Jana (you)" in page
    assert f"{free}, 193.10 THz, Free" in page
    assert f"{mine}, 193.20 THz, Reserved by Jana until" in page


def test_what_is_not_known_of_ull_is_not_a_no(admin_page: Client) -> None:
    shown = [
        NetworkRouteAdmin(NetworkRoute, admin.site).ull(NetworkRouteFactory(is_special=word))
        for word in (True, False, None)
    ]

    assert ["ULL" in shown[0], *shown[1:]] == [True, "No", words.DASH]


def test_reserving_in_the_grid_comes_back_to_the_grid(admin_page: Client) -> None:
    channel = DarkFibreChannelFactory()
    back = page_of(channel.route, "channels")
    verbs = "/admin/networkroutes/darkfibrechannel/verbs/reserve/"

    done = admin_page.post(
        verbs,
        {"ids": channel.pk, "confirm": "1", "reserved_by": "Jana Novak", "next": back},
        **DIALOG,
    )

    assert done.json() == {"location": back}


def test_reserve_channel_on_the_circuit_offers_its_free_channels(admin_page: Client) -> None:
    route = DarkFibreRouteFactory()
    DarkFibreChannelFactory(route=route, in_use=True)
    DarkFibreChannelFactory()
    free = DarkFibreChannelFactory(route=route)
    verb = f"{LIST}verbs/reserve/"

    asked = admin_page.get(verb, {"ids": route.pk}, **DIALOG)
    offered = list(asked.context["form"].fields["channel"].queryset)
    sent = {"ids": route.pk, "confirm": "1", "channel": free.pk, "reserved_by": "Jana Novak"}
    admin_page.post(verb, sent, **DIALOG)
    page = admin_page.get(page_of(route)).content.decode()

    assert offered == [free]
    assert Reservation.objects.get().channel == free
    assert f"darkfibrechannel/verbs/release/?ids={free.pk}" in page
    assert verb not in page


def test_an_expired_reservation_is_written_down_when_its_circuit_is_looked_at(
    admin_page: Client,
) -> None:
    held = ReservationFactory(
        reserved_at=timezone.now() - timedelta(days=61),
        expires_at=timezone.now() - timedelta(hours=1),
    )

    page = admin_page.get(page_of(held.channel.route, "channels")).content.decode()

    held.refresh_from_db()
    assert held.status == "expired"
    assert f"{held.channel}, 193.40 THz, Free" in page


def test_a_circuit_is_made_with_blank_texts_as_null(admin_page: Client) -> None:
    answer = admin_page.post(
        f"{LIST}add/",
        {
            "circuit_id": "LONSNG420017",
            "repository_type": "1",
            "bandwidth": "100000",
            "location_a": "LON1",
            "cost": "21000.50",
            "currency": "USD",
            "is_special": "true",
            "equipment_type": "Cisco",
            "capacity_usage_percent": "41.5",
            "local_loop_carriers_b": "Pelagia, Sunward",
        },
    )

    made = NetworkRoute.objects.get()
    assert answer["Location"] == page_of(made)
    assert (made.circuit_id, made.location_a, made.location_b) == ("LONSNG420017", "LON1", None)
    assert (str(made.cost), made.currency, made.is_special) == ("21000.5000", "USD", True)
    assert (made.equipment_type, made.capacity_usage_percent) == ("Cisco", 41.5)
    assert (made.local_loop_carriers_a, made.local_loop_carriers_b) == (None, "Pelagia, Sunward")
    assert AuditEntry.objects.get().verb == "route.created"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("circuit_id", "lonsng420017", "Six capital letters and six digits."),
        ("circuit_id", "LONPAR999999", "Another circuit has this UCN."),
        ("bandwidth", "fast", "Bandwidth must be either"),
        ("bandwidth", "100 Gbps", "Give it in Mbps: 100000 for 100 Gbps."),
        ("live_latency_ms", "-1", "greater than or equal to 0"),
        ("cost", "1e30", "Ensure that there are no more than"),
        ("mtu", "-5", "greater than or equal to 0"),
        ("capacity_usage_percent", "100.1", "less than or equal to 100"),
    ],
)
def test_what_is_refused_keeps_the_typing_and_writes_nothing(
    admin_page: Client, field: str, value: str, sentence: str
) -> None:
    NetworkRouteFactory(circuit_id="LONPAR999999")
    typed = {"circuit_id": "LONSNG420017", "repository_type": "1", "more_details": "keep me"}

    answer = admin_page.post(f"{LIST}add/", {**typed, field: value})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert sentence in page
    assert "keep me" in page
    assert f'value="{value}"' in page
    assert NetworkRoute.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_a_circuit_is_changed_through_the_service_and_says_what_changed(
    admin_page: Client,
) -> None:
    route = NetworkRouteFactory(more_details=None)
    sent = {**form_of(admin_page, route), "underlying_carrier": "Pelagia", "cost": "12.5"}

    answer = admin_page.post(page_of(route), sent)

    route.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert answer["Location"] == page_of(route, "details")
    assert (route.underlying_carrier, route.more_details, route.version) == ("Pelagia", None, 2)
    assert (entry.verb, entry.channel) == ("route.updated", "admin")
    assert entry.before["underlying_carrier"] == "Aurora Fibre"
    assert entry.after["underlying_carrier"] == "Pelagia"


def test_the_second_of_two_editors_is_told_and_keeps_the_typing(admin_page: Client) -> None:
    route = NetworkRouteFactory()
    first, second = form_of(admin_page, route), form_of(admin_page, route)

    admin_page.post(page_of(route), {**first, "cable_system": "Silk Sea"})
    answer = admin_page.post(page_of(route), {**second, "cable_system": "Coral Route"})
    page = answer.content.decode()

    route.refresh_from_db()
    assert answer.status_code == 200
    assert "Somebody else changed this circuit meanwhile." in page
    assert 'value="Coral Route"' in page
    assert (route.cable_system, route.version) == ("Silk Sea", 2)


def test_the_ucn_never_changes(admin_page: Client) -> None:
    route = NetworkRouteFactory(circuit_id="LONPAR000001")

    admin_page.post(page_of(route), {**form_of(admin_page, route), "circuit_id": "LONPAR000002"})

    route.refresh_from_db()
    assert route.circuit_id == "LONPAR000001"


def test_the_form_suggests_what_the_register_knows(admin_page: Client) -> None:
    NetworkRouteFactory(underlying_carrier=HOSTILE, cable_system="Silk Sea")

    page = admin_page.get(f"{LIST}add/").content.decode()

    assert '<datalist id="underlying_carrier_suggestions"><option value="&quot;&gt;&lt;scr' in page
    assert '<option value="Silk Sea"></option>' in page
    assert '<option value="Dark Fiber"></option>' in page


def test_deleting_asks_for_the_name_and_only_who_may_is_asked(admin_page: Client) -> None:
    route = NetworkRouteFactory(circuit_id="LONPAR000001")
    verb = f"{LIST}verbs/delete/"
    sent = {"ids": route.pk, "confirm": "1"}

    closed = client_of("provisioner").post(verb, {**sent, "typed_name": "LONPAR000001"}, **DIALOG)
    wrong = admin_page.post(verb, {**sent, "typed_name": "LONPAR000002"}, **DIALOG)
    assert closed.status_code == 403
    assert "This does not match: type LONPAR000001" in wrong.content.decode()
    assert NetworkRoute.objects.count() == 1

    admin_page.post(verb, {**sent, "typed_name": "LONPAR000001"}, **DIALOG)
    assert not NetworkRoute.objects.exists()


def test_a_viewer_reads_the_page_and_may_not_save() -> None:
    viewer = client_of("viewer")
    route = NetworkRouteFactory(cable_system="Silk Sea")

    opened = viewer.get(page_of(route, "details"))
    refused = viewer.post(page_of(route), {"cable_system": "Coral Route"})
    page = opened.content.decode()

    assert opened.status_code == 200
    assert 'name="_save"' not in page
    assert "verbs/" not in page
    assert "Silk Sea" in page
    assert viewer.get(f"{LIST}add/").status_code == 403
    assert refused.status_code == 403


def test_the_history_tab_tells_of_circuit_channels_and_reservations(admin_page: Client) -> None:
    channel = DarkFibreChannelFactory(dwdm_ucn="LONLON900001")
    reservations.reserve_channel(
        actor=admin_page.user, channel_id=channel.pk, reserved_by="Jana Novak"
    )

    tables = admin_page.get(page_of(channel.route, "history")).context["tab_context"]["tables"]
    viewer = client_of("read_only").get(page_of(channel.route, "history"))

    assert [table.title for table in tables] == ["What happened", "Reservation log"]
    assert "reserved channel" in str(tables[0].rows[0][0])
    assert tables[1].rows[0][2] == "Jana Novak"
    assert [table.title for table in viewer.context["tab_context"]["tables"]] == ["Reservation log"]


def test_hostile_text_stays_text_on_every_tab(admin_page: Client) -> None:
    route = DarkFibreRouteFactory()
    channel = DarkFibreChannelFactory(route=route)
    ReservationFactory(channel=channel, reserved_by=HOSTILE)
    texts = ("location_a", "location_b", "underlying_carrier", "cable_system", "more_details")
    NetworkRoute.objects.filter(pk=route.pk).update(**dict.fromkeys(texts, HOSTILE))
    type(channel).objects.filter(pk=channel.pk).update(
        dwdm_ucn=HOSTILE[:50], dwdm_wavelength=HOSTILE[:50], equipment=HOSTILE
    )

    for tab in ("details", "channels", "files", "history"):
        page = admin_page.get(page_of(route, tab)).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert" in page


def test_the_channels_tab_asks_as_often_for_thirty_channels_as_for_three(
    admin_page: Client,
) -> None:
    route = DarkFibreRouteFactory()

    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin_page.get(page_of(route, "channels")).status_code == 200
        return len(asked)

    for _ in range(3):
        ReservationFactory(channel__route=route)
    ask()
    few = ask()
    for _ in range(27):
        ReservationFactory(channel__route=route)

    assert ask() == few
