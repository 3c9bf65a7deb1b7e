"""The register in a browser: three clicks to a wavelength, files, colours, a phone."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from networkroutes.models import DarkFibreChannel, NetworkRoute, Reservation, TestResultsFile
from networkroutes.services import reservations
from tests.factories.networkroutes import (
    DarkFibreChannelFactory,
    DarkFibreRouteFactory,
    LocationFactory,
    NetworkRouteFactory,
)

HOME = "/admin/networkroutes/"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def fibre(person: User) -> NetworkRoute:
    """A dark fibre with a lit, a reserved and two free channels, and a circuit that is out."""
    route = DarkFibreRouteFactory(circuit_id="LONLON100001", live_latency_ms=7.6)
    made = [
        DarkFibreChannelFactory(
            route=route,
            dwdm_ucn=f"LONLON90000{number}",
            dwdm_wavelength=f"{193.1 + number / 20:.2f}",
            in_use=number == 0,
        )
        for number in range(4)
    ]
    reservations.reserve_channel(actor=person, channel_id=made[1].pk, reserved_by="Jana Novak")
    NetworkRouteFactory(circuit_id="DUBNYC310111", live_latency_ms=0)
    LocationFactory(location_code="LON1", latitude=51.5, longitude=-0.1)
    return route


def page_of(route: NetworkRoute, tab: str) -> str:
    return f"{HOME}networkroute/{route.pk}/change/?tab={tab}"


def go(page: Page, address: str) -> None:
    """Open a page and wait until its scripts are there; without them links lead to pages."""
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("body.pb-scripts")).to_be_attached(timeout=15_000)


def addresses(route: NetworkRoute) -> dict[str, str]:
    channel = DarkFibreChannel.objects.filter(route=route).earliest("pk")
    held = Reservation.objects.get()
    return {
        "list": f"{HOME}networkroute/",
        "add": f"{HOME}networkroute/add/",
        **{tab: page_of(route, tab) for tab in ("details", "channels", "files", "history")},
        "wavelengths": f"{HOME}darkfibrechannel/?state=free",
        "wavelength": f"{HOME}darkfibrechannel/{channel.pk}/change/",
        "dialog": f"{HOME}darkfibrechannel/verbs/reserve/?ids={channel.pk}",
        "reservations": f"{HOME}reservation/",
        "reservation": f"{HOME}reservation/{held.pk}/change/",
        "locations": f"{HOME}location/",
        "rates": f"{HOME}exchangerate/",
        "log": f"{HOME}reservationlog/",
    }


def test_a_stranger_reserves_a_wavelength_in_three_clicks(page: Page, fibre: NetworkRoute) -> None:
    go(page, "/admin/")

    card = page.locator("section, article, div").filter(
        has=page.get_by_role("heading", name="Wavelengths by state")
    )
    card.last.get_by_role("link").first.click()
    page.wait_for_url("**/darkfibrechannel/**")
    ready(page)
    page.get_by_role("link", name="Reserve LONLON900002").click()
    page.get_by_role("dialog").get_by_role("button", name="Reserve").click()

    expect(page.get_by_role("status")).to_contain_text("LONLON900002 is reserved for")
    held = Reservation.objects.get(channel__dwdm_ucn="LONLON900002")
    assert (held.status, held.reserved_by) == ("open", held.holder.shown_name)


def test_undo_gives_the_wavelength_back(page: Page, fibre: NetworkRoute) -> None:
    go(page, page_of(fibre, "channels"))
    page.get_by_role("link", name="Reserve LONLON900003").click()
    page.get_by_label("For").fill("Priya Raman")
    page.keyboard.press("Enter")

    toast = page.get_by_role("status")
    expect(toast).to_contain_text("reserved for Priya Raman")
    expect(page.get_by_role("link", name="Renew LONLON900003")).to_be_visible()
    ready(page)
    toast.get_by_role("link", name="Undo").click()

    expect(page.get_by_role("link", name="Reserve LONLON900003")).to_be_visible()
    assert Reservation.objects.get(channel__dwdm_ucn="LONLON900003").status == "released"


def test_a_slot_of_the_grid_opens_its_dialog(page: Page, fibre: NetworkRoute) -> None:
    go(page, page_of(fibre, "channels"))

    page.get_by_role("link", name="32: LONLON900002, 193.20 THz, Free", exact=True).click()

    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Reserve")


def test_a_refused_reservation_keeps_the_name_in_the_dialog(
    page: Page, fibre: NetworkRoute, person: User
) -> None:
    go(page, page_of(fibre, "channels"))
    page.get_by_role("link", name="Reserve LONLON900002").click()
    channel = DarkFibreChannel.objects.get(dwdm_ucn="LONLON900002")
    reservations.reserve_channel(actor=person, channel_id=channel.pk, reserved_by="Priya Raman")
    dialog = page.get_by_role("dialog")

    dialog.get_by_label("For").fill("Tom Adeyemi")
    dialog.get_by_role("button", name="Reserve").click()

    expect(dialog.get_by_role("alert")).to_contain_text("held by Priya Raman until")
    expect(dialog.get_by_label("For")).to_have_value("Tom Adeyemi")


def test_files_are_uploaded_in_a_dialog_and_come_back_as_one_zip(
    page: Page, fibre: NetworkRoute, tmp_path: Path
) -> None:
    wanted = {"otdr.csv": b"distance_km,loss_db\n0,0\n", "acceptance.txt": b"accepted\n"}
    for name, content in wanted.items():
        (tmp_path / name).write_bytes(content)
    go(page, page_of(fibre, "files"))

    page.get_by_role("link", name="Upload test results").last.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Files").set_input_files([tmp_path / name for name in wanted])
    dialog.get_by_role("button", name="Upload test results").click()
    expect(page.get_by_role("status")).to_contain_text("2 test-results files kept.")
    with page.expect_download() as started:
        page.get_by_role("link", name="All as ZIP").click()

    with zipfile.ZipFile(started.value.path()) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == wanted
    assert started.value.suggested_filename == "LONLON100001_test_results.zip"
    assert TestResultsFile.objects.count() == 2


def test_chips_narrow_the_list_and_stay_in_the_address(page: Page, fibre: NetworkRoute) -> None:
    go(page, f"{HOME}networkroute/")

    page.locator("summary", has_text="State").click()
    page.get_by_role("link", name="Outage", exact=True).click()

    expect(page).to_have_url(f"{page.url.split('?')[0]}?state=outage")
    expect(page.get_by_role("rowheader")).to_have_text(["DUBNYC310111"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    new_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    person: User,
    fibre: NetworkRoute,
    scheme: str,
) -> None:
    page = new_page(person, scheme=scheme)

    found = {}
    for name, address in addresses(fibre).items():
        go(page, address)
        found[name] = axe(page)

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_page_scrolls_sideways_on_a_phone(phone_page: Page, fibre: NetworkRoute) -> None:
    widths = {}
    for name, address in addresses(fibre).items():
        phone_page.goto(address)
        widths[name] = phone_page.evaluate("document.documentElement.scrollWidth")

    assert {name: width for name, width in widths.items() if width > 390} == {}


def test_no_text_is_smaller_than_14_pixels(page: Page, fibre: NetworkRoute) -> None:
    go(page, page_of(fibre, "channels"))

    small = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
            .filter(node => [...node.childNodes].some(
                child => child.nodeType === 3 && child.data.trim()))
            .filter(node => parseFloat(getComputedStyle(node).fontSize) < 14)
            .map(node => node.textContent)"""
    )

    assert small == []
