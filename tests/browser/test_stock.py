"""The stock in a browser: a part from photo to shelf, found, moved, built with, tidied up."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from reportlab.pdfgen.canvas import Canvas

from accounts.models import User
from parts.demo.stock import load
from parts.models import Box, Kit, PickList, ReorgPlan, ShoppingList, StockDocument, StockPart
from parts.services import documents, reorg
from tests.browser.test_routes import go, ready

HOME = "/admin/parts/"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demo(person: User) -> StockPart:
    """The demo's stock, with a datasheet and a plan that is ready."""
    load()
    part = StockPart.objects.get(id4="RELA")
    sheet = io.BytesIO()
    canvas = Canvas(sheet)
    for number in (1, 2):
        canvas.drawString(100, 700, f"Sheet {number}")
        canvas.showPage()
    canvas.save()
    content = sheet.getvalue()
    upload = documents.Upload("clickwell_r5.pdf", len(content), io.BytesIO(content))
    documents.upload_document(actor=None, parent=part, upload=upload)
    plan = reorg.request_plan(actor=person, params={})
    reorg.work_out(str(plan.pk))
    return part


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "omron_g5q_front.png"
    Image.new("RGB", (320, 240), "#1f3b73").save(file)
    return file


def addresses(part: StockPart) -> dict[str, str]:
    page = f"{HOME}stockpart/{part.pk}/change/"
    plan = ReorgPlan.objects.get()
    return {
        "parts": f"{HOME}stockpart/",
        "add": f"{HOME}stockpart/add/",
        **{tab: f"{page}?tab={tab}" for tab in ("where", "documents", "history", "buy")},
        "document": f"{HOME}stockpart/documents/{StockDocument.objects.get().pk}/",
        "intake": f"{HOME}stockpart/intake/",
        "bag": f"{HOME}stockpart/scan/?code=%7Bpc:C1,pm:R5-1A,qty:7%7D",
        "move": f"{HOME}stockpart/verbs/move-stock/?ids={part.pk}",
        "boxes": f"{HOME}box/",
        "box": f"{HOME}box/{Box.objects.get(box_no=3).pk}/change/",
        "kit": f"{HOME}kit/{Kit.objects.get().pk}/change/",
        "pick": f"{HOME}picklist/{PickList.objects.get().pk}/change/",
        "list": f"{HOME}shoppinglist/{ShoppingList.objects.get().pk}/change/",
        "board": f"{HOME}shoppinglist/board/",
        "plan": f"{HOME}reorgplan/{plan.pk}/change/",
        "shelves": f"{HOME}reorgplan/{plan.pk}/change/?tab=shelves",
        "counts": f"{HOME}stocktake/",
    }


def confirm(page: Page, word: str) -> None:
    """Press the dialog's button and wait until it is gone."""
    page.locator("dialog[open]").get_by_role("button", name=word, exact=True).click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    ready(page)


def test_a_part_goes_from_photo_to_kit_and_a_plan_is_half_applied(
    page: Page, demo: StockPart, photo: Path
) -> None:
    go(page, f"{HOME}stockpart/add/")
    page.get_by_label("Description").fill("Power relay 24V")
    page.get_by_label("Photo or datasheet").set_input_files(photo)
    page.get_by_label("Place", exact=True).fill("3-10")
    page.get_by_label("Quantity", exact=True).fill("80")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Open the label")).to_be_visible()
    part = StockPart.objects.get(description="Power relay 24V")
    assert part.cover_document is not None

    page.locator("[data-scan]").fill("omron_g5q_front")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=part.id4, exact=True)).to_be_visible()
    ready(page)

    page.keyboard.press("s")
    page.keyboard.type(f"{part.id4} 30 3-10>2-30")
    page.keyboard.press("Enter")
    page.get_by_label("And to").fill("1-30")
    page.get_by_label("Quantity there").fill("20")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("50 of")).to_be_visible()
    assert [(row.box_no, row.loc_no, row.qty) for row in part.places.all()] == [
        (1, 30, 20),
        (2, 30, 30),
        (3, 10, 30),
    ]

    go(page, f"{HOME}kit/add/")
    page.get_by_label("Name").fill("Switch board")
    page.get_by_role("button", name="Save", exact=True).click()
    ready(page)
    page.get_by_role("link", name="Add line").first.click()
    page.locator("dialog[open]").get_by_label("Part", exact=True).fill(part.id4)
    page.locator("dialog[open]").get_by_label("Per unit").fill("4")
    confirm(page, "Add line")
    expect(page.locator("tr.st-enough")).to_have_count(1)
    page.get_by_role("button", name="More").or_(page.locator("summary", has_text="More")).click()
    page.get_by_role("link", name="Build", exact=True).click()
    page.locator("dialog[open]").get_by_label("Units").fill("5")
    confirm(page, "Build")
    part.refresh_from_db()
    assert part.total_quantity == 60

    go(page, addresses_of_plan())
    moves = len(ReorgPlan.objects.get().steps)
    page.get_by_role("link", name="Apply", exact=True).click()
    ticks = page.locator("dialog[open] input[type=checkbox]")
    expect(ticks).to_have_count(moves)
    for number in range(moves // 2, moves):
        ticks.nth(number).uncheck()
    confirm(page, "Apply")
    states = [step["status"] for step in ReorgPlan.objects.get().steps]
    assert states.count("applied") == moves // 2
    assert ReorgPlan.objects.get().status == "partial"


def addresses_of_plan() -> str:
    return f"{HOME}reorgplan/{ReorgPlan.objects.get().pk}/change/"


def test_a_part_is_moved_in_its_box_by_keys_alone(page: Page, demo: StockPart) -> None:
    go(page, f"{HOME}box/{Box.objects.get(box_no=3).pk}/change/")

    page.locator("[data-name=USBC]").focus()
    for key in ("m", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]").get_by_label("To", exact=True)).to_have_value("3-4")
    confirm(page, "Move")

    place = StockPart.objects.get(id4="USBC").places.get()
    assert (place.box_no, place.loc_no, place.qty) == (3, 4, 4)


def test_a_part_is_dragged_to_another_place(page: Page, demo: StockPart) -> None:
    go(page, f"{HOME}box/{Box.objects.get(box_no=3).pk}/change/")

    page.locator("[data-name=USBC]").drag_to(page.locator("[data-place='3-9']"))
    expect(page.locator("dialog[open]").get_by_label("From")).to_have_value("3-2")
    confirm(page, "Move")

    assert StockPart.objects.get(id4="USBC").places.get().loc_no == 9


def test_a_pdf_is_read_inside_the_admin(page: Page, demo: StockPart) -> None:
    go(page, addresses(demo)["document"])

    expect(page.locator("[data-pdf-state]")).to_have_text("Page 1 of 2")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-pdf-state]")).to_have_text("Page 2 of 2")


def test_what_a_scanner_types_is_done(page: Page, demo: StockPart) -> None:
    go(page, f"{HOME}stockpart/")
    for text, heading in (("STK:P:RELA", "RELA"), ("3-18", "#3 Relays and connectors")):
        page.locator("[data-scan]").fill(text)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        ready(page)
    expect(page.locator(".st-lit")).to_have_attribute("data-place", "3-18")
    page.locator("[data-scan]").fill("RELA -5 3-18")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("5 of RELA used.")).to_be_visible()
    demo.refresh_from_db()
    assert demo.total_quantity == 115
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_text("5 added to RELA.")).to_be_visible()
    demo.refresh_from_db()
    assert demo.total_quantity == 120
    assert demo.places.get(box_no=3, loc_no=18).qty == 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_stocks_pages(
    scheme: str,
    new_page: Callable[..., Page],
    person: User,
    demo: StockPart,
    axe: Callable[[Page], list[str]],
) -> None:
    page = new_page(person, scheme=scheme)
    found = {}
    for name, address in addresses(demo).items():
        go(page, address)
        if violations := axe(page):
            found[name] = violations

    assert found == {}


def test_on_a_phone_nothing_goes_sideways(phone_page: Page, demo: StockPart) -> None:
    wide = {}
    for name, address in addresses(demo).items():
        go(phone_page, address)
        width = phone_page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[name] = width

    assert wide == {}
