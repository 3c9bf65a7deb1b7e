"""The stock's pages do what their buttons say: scan field, kits, lists, plans, rounds, intake."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from parts.demo.stock import load
from parts.models import (
    Box,
    Kit,
    KitRequirement,
    PickList,
    ReorgPlan,
    ShoppingItem,
    ShoppingList,
    StockDocument,
    StockPart,
    Stocktake,
)
from parts.selectors.coverage import coverage_of, state_of, with_needs
from parts.selectors.shelves import shelves_of
from parts.services import kits, reorg, scan_commands
from parts.services.scan_commands import Command

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(db: None) -> StockPart:
    load()
    return StockPart.objects.get(id4="RELA")


def act(page: Any, model: str, verb: str, pk: Any, **data: Any) -> Any:
    """Confirm a verb's dialog."""
    address = reverse(f"admin:parts_{model}_verb", args=[verb])
    return page.post(address, {"ids": pk, "confirm": "1", **data})


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("rela +20 7-3", Command("add", "RELA", "20", "7-3")),
        ("RELA -5", Command("use", "RELA", "5")),
        ("RELA 30 3-3>2-30", Command("move", "RELA", "30", "2-30", "3-3")),
        ("RELA 3-3 > 2-30", Command("move", "RELA", "", "2-30", "3-3")),
        ("RELA", None),
        ("3-18", None),
        ("relay 5v", None),
    ],
)
def test_bookings_are_read_from_the_scan_field(text: str, command: Command | None) -> None:
    assert scan_commands.read_command(text) == command


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("rela", "/stockpart/{rela}/change/"),
        ("STK:P:RELA", "/stockpart/{rela}/change/"),
        ("STK:B:3", "/box/{box}/change/"),
        ("3-18", "/box/{box}/change/?lit=18"),
        ("RELA +20 3-3", "/verbs/add-stock/?ids={rela}&quantity=20&place=3-3"),
        ("clickwell relay 12V", "/stockpart/{relb}/change/"),
        ("0805", "/stockpart/?q=0805"),
        ("nothing like it", "/stockpart/?q=nothing+like+it"),
        ("", "/stockpart/"),
    ],
)
def test_the_scan_field_does_the_obvious_thing(
    admin_page: Any, demo: StockPart, code: str, ends: str
) -> None:
    wanted = ends.format(
        rela=demo.pk,
        relb=StockPart.objects.get(id4="RELB").pk,
        box=Box.objects.get(box_no=3).pk,
    )

    answer = admin_page.get(reverse("admin:parts_stockpart_scan"), {"code": code})

    assert answer.status_code == 302
    assert answer["Location"].endswith(wanted)


def test_a_supplier_s_bag_shows_its_part_with_its_quantity(
    admin_page: Any, demo: StockPart
) -> None:
    answer = admin_page.get(
        reverse("admin:parts_stockpart_scan"), {"code": "{pc:C1,pm:r5-1a,qty:7}"}
    )

    text = answer.content.decode()
    assert f"/verbs/add-stock/?ids={demo.pk}&amp;quantity=7" in text


def test_a_kit_gets_a_line_and_goes_through_picking(admin_page: Any, demo: StockPart) -> None:
    kit = Kit.objects.create(name="Board", build_target=2)

    act(admin_page, "kit", "add-line", kit.pk, part="rela", quantity=3)
    row = KitRequirement.objects.get(kit=kit)
    act(admin_page, "kitrequirement", "change-line", row.pk, quantity=4, designators="K1-K4")
    made = act(admin_page, "kit", "pick-list", kit.pk, units=2, short="reject")

    assert made.status_code == 302
    picks = PickList.objects.get(kit=kit)
    line = picks.lines.get()
    act(admin_page, "picklistline", "pick", line.pk)
    demo.refresh_from_db()
    assert (line.quantity_to_pick, demo.total_quantity) == (8, 112)
    act(admin_page, "picklistline", "undo", line.pk)
    demo.refresh_from_db()
    assert demo.total_quantity == 120


def test_a_line_is_taken_off_on_the_page_of_its_kit(admin_page: Any, demo: StockPart) -> None:
    kit = Kit.objects.create(name="Board", build_target=2)
    act(admin_page, "kit", "add-line", kit.pk, part="rela", quantity=3)
    row = KitRequirement.objects.get(kit=kit)
    here = reverse("admin:parts_kit_change", args=[kit.pk])

    page = admin_page.get(here).content.decode()
    (address,) = re.findall(r'href="([^"]*/verbs/remove-line/[^"]*)"', page)
    done = admin_page.post(unescape(address), {"ids": row.pk, "next": here, "confirm": "1"})

    assert (done.status_code, done["Location"]) == (302, here)
    assert not kit.requirements.exists()


def test_the_list_of_kits_says_what_each_kit_s_page_says(admin_page: Any, demo: StockPart) -> None:
    for name, target, needs in (("A", 2, 40), ("B", 9, 20), ("C", 0, 5)):
        kit = Kit.objects.create(name=name, build_target=target)
        KitRequirement.objects.create(kit=kit, part=demo, required_qty=needs)
    kits = list(with_needs(Kit.objects.all()))

    assert {kit.name: state_of(kit) for kit in kits} == {
        kit.name: coverage_of(kit).state for kit in kits
    }
    assert len({state_of(kit) for kit in kits}) > 1


def test_a_refused_pick_list_keeps_the_sentence_on_the_page(
    admin_page: Any, demo: StockPart
) -> None:
    kit = Kit.objects.get()

    refused = act(admin_page, "kit", "pick-list", kit.pk, units=100, short="reject")

    assert "insufficient stock for parts with reject handling" in refused.content.decode()
    assert PickList.objects.count() == 1


def test_a_line_is_ordered_received_into_two_places_and_closed(
    admin_page: Any, demo: StockPart
) -> None:
    row = ShoppingList.objects.get()
    item = row.items.get(maybe_part__id4="USBC")

    act(admin_page, "shoppingitem", "order", item.pk, quantity=20)
    act(
        admin_page,
        "shoppingitem",
        "receive",
        item.pk,
        quantity=20,
        place="3-2",
        second_place="3-5",
        second_quantity=5,
    )
    act(admin_page, "shoppingitem", "complete", item.pk, reason="")

    item.refresh_from_db()
    places = StockPart.objects.get(id4="USBC").places.values_list("box_no", "loc_no", "qty")
    assert (item.status, item.received_qty) == ("done", 20)
    assert list(places) == [(3, 2, 19), (3, 5, 5)]


def test_lists_take_lines_and_change_state_from_the_board(admin_page: Any, demo: StockPart) -> None:
    row = ShoppingList.objects.create(name="Winter")

    act(admin_page, "shoppinglist", "add-line", row.pk, part="RELA", quantity=4)
    act(admin_page, "shoppinglist", "set-state", row.pk, status="ready")
    act(admin_page, "shoppinglist", "order-group", row.pk, group=_seller_of(row))

    row.refresh_from_db()
    board = admin_page.get(reverse("admin:parts_shoppinglist_board")).content.decode()
    assert (row.status, row.items.get().status) == ("ready", "ordered")
    assert "Winter" in board


def _seller_of(row: ShoppingList) -> str:
    return str(ShoppingItem.objects.get(list=row).seller_id)


def test_shelves_are_the_same_before_and_after_however_much_is_done(demo: StockPart) -> None:
    plan = reorg.request_plan(actor=None, params={})
    reorg.work_out(str(plan.pk))
    plan.refresh_from_db()
    fresh = shelves_of(plan)
    first = [step["seq"] for step in plan.steps if not step["depends_on"]][:2]

    reorg.apply_plan(actor=None, plan_id=str(plan.pk), seqs=first)
    half = shelves_of(ReorgPlan.objects.get())
    reorg.apply_plan(actor=None, plan_id=str(plan.pk))

    assert fresh == half == shelves_of(ReorgPlan.objects.get())
    assert fresh[0] != fresh[1]


def test_a_round_of_counting_is_done_in_the_admin(admin_page: Any, demo: StockPart) -> None:
    box = Box.objects.get(box_no=3)
    admin_page.post(reverse("admin:parts_stocktake_add"), {"boxes": [box.pk]})
    row = Stocktake.objects.get()

    act(admin_page, "stocktake", "count", row.pk, part="RELA", place="3-3", counted=79)
    act(admin_page, "stocktake", "close", row.pk)

    demo.refresh_from_db()
    row.refresh_from_db()
    assert (row.status, demo.total_quantity) == ("closed", 119)


def test_intake_takes_only_what_was_accepted(admin_page: Any, demo: StockPart) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "PNG")
    photo = SimpleUploadedFile("photo.png", picture.getvalue())

    answer = admin_page.post(
        reverse("admin:parts_stockpart_intake"),
        {"description": "Blue LED 0603", "tags": "0603, SMD", "photo": photo, "quantity": "12"},
    )

    part = StockPart.objects.get(description="Blue LED 0603")
    assert answer["Location"].endswith(f"/stockpart/{part.pk}/change/")
    assert (part.tags, part.manufacturer, part.total_quantity) == (["0603", "SMD"], None, 12)
    assert part.cover_document is not None


def test_a_refused_intake_keeps_what_was_typed(admin_page: Any, demo: StockPart) -> None:
    before = StockPart.objects.count()

    answer = admin_page.post(
        reverse("admin:parts_stockpart_intake"),
        {"description": "Blue LED", "quantity": "12", "place": "9-99"},
    )

    text = answer.content.decode()
    assert "Location 9-99 was not found" in text
    assert 'value="Blue LED"' in text
    assert StockPart.objects.count() == before


def test_documents_are_added_made_cover_and_removed(admin_page: Any, demo: StockPart) -> None:
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        picture = io.BytesIO()
        Image.new("RGB", (4, 3), colour).save(picture, "PNG")
        file = SimpleUploadedFile(name, picture.getvalue())
        act(admin_page, "stockpart", "add-document", demo.pk, file=file)
    first, second = StockDocument.objects.order_by("pk")

    def change(row: StockDocument, what: str) -> Any:
        return admin_page.post(
            reverse("admin:parts_stockpart_document_change", args=[row.pk, what])
        )

    change(second, "cover")
    demo.refresh_from_db()
    assert demo.cover_document == second
    change(second, "remove")
    demo.refresh_from_db()
    assert demo.cover_document == first
    assert (
        admin_page.get(
            reverse("admin:parts_stockpart_document_change", args=[first.pk, "remove"])
        ).status_code
        == 404
    )


def test_a_reader_sees_pages_without_verbs(api: Any, client: Any, demo: StockPart) -> None:
    from tests.factories.accounts import UserFactory

    client.force_login(UserFactory(roles=["viewer"]))

    page = client.get(reverse("admin:parts_stockpart_change", args=[demo.pk]))
    grid = client.get(reverse("admin:parts_box_change", args=[Box.objects.get(box_no=3).pk]))

    assert page.status_code == grid.status_code == 200
    assert b"/verbs/add-stock/" not in page.content
    assert b"draggable" not in grid.content
    assert client.get(reverse("admin:parts_stockpart_intake")).status_code == 403


@pytest.mark.parametrize(
    ("link", "is_link"), [("https://shop.example/x", True), ("javascript:alert(1)", False)]
)
def test_only_an_address_of_the_web_is_a_link(
    admin_page: Any, demo: StockPart, link: str, is_link: bool
) -> None:
    demo.seller_links.update(link=link)

    page = admin_page.get(f"/admin/parts/stockpart/{demo.pk}/change/?tab=buy").content.decode()

    assert (f'href="{link}"' in page, f">{link}" in page) == (is_link, True)


def test_the_documents_of_an_archived_kit_offer_no_verb(admin_page: Any, demo: StockPart) -> None:
    kit = Kit.objects.get()
    page = f"/admin/parts/kit/{kit.pk}/change/?tab=documents"
    before = admin_page.get(page).content.decode()
    kits.archive_kit(actor=None, kit_id=kit.pk)

    after = admin_page.get(page).content.decode()

    assert ("add-document" in before, "add-document" in after) == (True, False)
