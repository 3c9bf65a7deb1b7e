"""The workshop in a browser: a part seen in 3D and made, cards that move, every page looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from parts.demo import fabrication as demo
from parts.models import FabricationPart, Machine
from tests.browser.conftest import PHONE_WIDTH, complaints
from tests.browser.test_routes import go, ready
from tests.clients.fabrication import SAMPLES
from tests.factories.fabrication import FabricationPartFactory

HOME = "/admin/parts/fabricationpart/"
DRAWN_WITHIN_MS = 40_000  # models are drawn in software here

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workshop(person: User) -> None:
    """The demo's machines and parts."""
    demo.load_workshop()


def page_of(part: FabricationPart, tab: str = "model") -> str:
    return f"{HOME}{part.pk}/change/?tab={tab}"


def addresses() -> dict[str, str]:
    """Every page of the workshop with something on it."""
    claimed = FabricationPart.objects.get(name__startswith="Hex")
    plain = FabricationPartFactory(revision="B")
    return {
        "board": f"{HOME}board/",
        "queues": f"{HOME}queues/",
        "figures": f"{HOME}figures/",
        "parts": HOME,
        "add": f"{HOME}add/",
        **{tab: page_of(claimed, tab) for tab in ("files", "history")},
        "old paper": f"{page_of(plain)}&r=A",
        "pieces": f"{HOME}verbs/pieces/?ids={claimed.pk}",
        "machines": "/admin/parts/machine/",
        "machine": f"/admin/parts/machine/{Machine.objects.get(name='Mill 1').pk}/change/",
    }


def press(page: Page, verb: str, **typed: str) -> None:
    """Do a verb of the open part with what is typed into its dialog."""
    for close in page.locator("[data-close-toast]").all():
        close.click()  # on a phone the last message lies over the verbs for ten seconds
    link = page.locator("main").get_by_role("link", name=verb, exact=True)
    if not link.first.is_visible():
        page.locator("summary", has_text="More").click()
    link.first.click()
    dialog = page.locator("dialog[open]")
    for label, text in typed.items():
        dialog.get_by_label(label.replace("_", " "), exact=True).fill(text)
    dialog.get_by_role("button", name=verb, exact=True).click()
    expect(dialog).to_have_count(0)
    ready(page)


def orbit(page: Page) -> str:
    return str(page.evaluate("document.querySelector('model-viewer').getCameraOrbit().toString()"))


def test_a_part_is_seen_in_3d_and_made_from_upload_to_the_last_piece(
    page: Page, phone_page: Page, axe: Callable[[Page], list[str]]
) -> None:
    for one in (page, phone_page):
        one.set_default_timeout(DRAWN_WITHIN_MS)
    page.set_viewport_size({"width": 1000, "height": 600})  # few pixels to draw
    go(page, f"{HOME}add/")
    page.get_by_label("Name").fill("Bracket")
    page.get_by_label("Type").select_option("hand")
    page.get_by_label("Amount").fill("4")
    page.get_by_label("STEP or PDF").set_input_files(SAMPLES / "l-bracket.stp")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_function("document.querySelector('model-viewer')?.loaded")
    expect(page.locator(".fb-dim").first).to_have_text("50.0 mm")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe(page) == []
    before = orbit(page)
    page.locator("model-viewer").hover()
    page.mouse.down()
    page.mouse.move(600, 500, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "(before) => document.querySelector('model-viewer').getCameraOrbit().toString() !== before",
        arg=before,
    )
    part = FabricationPart.objects.get()
    go(page, page_of(part, "files"))  # drawing in software would take the time of what follows
    press(page, "Approve", Reviewed_by="Rae")

    go(phone_page, page_of(part, "files"))
    press(phone_page, "Claim", For="Jana")
    press(phone_page, "Report pieces", Good_pieces="2")
    press(phone_page, "Report pieces", Scrap="1", Why_scrap="Bent")
    expect(phone_page.get_by_text("2 / 4, 1 scrap")).to_be_visible()
    press(phone_page, "Done", Put_where="Shelf 9")

    part.refresh_from_db()
    assert (part.category, part.assigned, part.good, part.scrap) == ("completed", "Jana", 2, 1)
    assert part.misc_info["storage"] == "Shelf 9"


def test_a_card_is_dragged_to_the_next_column_and_refused_where_it_cannot_go(
    page: Page, workshop: None
) -> None:
    draft = FabricationPart.objects.get(name__startswith="Fan")
    card = page.locator(f"[data-part='{draft.pk}']")
    go(page, f"{HOME}board/")

    card.drag_to(page.locator("[data-stage=hand] > h2"))
    expect(page.locator("[data-voice]")).to_contain_text("it cannot go to hand")
    complaints(page).clear()  # the refusal's 409
    card.drag_to(page.locator("[data-stage=cnc] > h2"))
    expect(page.locator(f"[data-stage=cnc] [data-part='{draft.pk}']")).to_be_visible()

    draft.refresh_from_db()
    assert (draft.category, draft.status) == ("cnc", "Reviewed")


def test_the_workshops_pages_are_fit_for_everyone_and_for_a_phone(
    new_page: Callable[..., Page],
    person: User,
    workshop: None,
    axe: Callable[[Page], list[str]],
) -> None:
    """Light and dark by axe, and nothing goes sideways on a phone."""
    desks = {scheme: new_page(person, scheme=scheme) for scheme in ("light", "dark")}
    phone = new_page(person, width=PHONE_WIDTH)
    found: dict[str, list[str]] = {}
    wide = {}
    for name, address in addresses().items():
        for scheme, page in desks.items():
            go(page, address)
            if violations := axe(page):
                found[f"{name}, {scheme}"] = violations
        go(phone, address)
        width = phone.evaluate("document.documentElement.scrollWidth")
        if width > PHONE_WIDTH:
            wide[name] = width

    assert (found, wide) == ({}, {})
