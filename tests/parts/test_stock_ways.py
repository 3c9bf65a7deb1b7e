"""Ways on the stock's pages: empty ones lead on, names tell lines apart, numbers line up."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parts.models import PickListLine, StockPart
from parts.services import kits, movements, picking
from parts.services.booking import Amount
from tests.factories.accounts import UserFactory
from tests.factories.fabrication import FabricationPartFactory
from tests.factories.parts import KitFactory, PartTypeFactory, make_box, make_part

pytestmark = pytest.mark.django_db


def links(answer: Any) -> dict[str, str]:
    """The links of a page by what a screen reader calls them."""
    found = re.findall(r"<a ([^>]*)>(.*?)</a>", answer.content.decode(), re.DOTALL)
    named = {}
    for marks, inside in found:
        label = re.search(r'aria-label="([^"]*)"', marks)
        words = label[1] if label else re.sub(r"<[^>]*>", "", inside).strip()
        named[unescape(words)] = re.search(r'href="([^"]*)"', marks)[1]  # type: ignore[index]  # each link has one
    return named


@pytest.fixture
def lines(db: None) -> list[PickListLine]:
    """Two lines of one part from two places."""
    make_box(5)
    make_part("PART")
    places = [Amount(1, 1, 7), Amount(1, 2, 20)]
    movements.add_stock(actor=None, id4="PART", additions=places)
    kit = KitFactory(build_target=1)
    kits.add_requirement(actor=None, kit_id=kit.pk, values={"part_id4": "PART", "required_qty": 10})
    row = picking.create_pick_list(actor=None, kit_id=kit.pk, units=1)
    return list(row.lines.order_by("loc_no"))


def test_the_verbs_of_a_pick_list_tell_line_and_place(
    admin_page: Any, lines: list[PickListLine]
) -> None:
    page = reverse("admin:parts_picklist_change", args=[lines[0].pick_list_id])
    picking.pick_line(actor=None, pick_list_id=lines[0].pick_list_id, line_id=lines[0].pk)

    named = links(admin_page.get(page))
    dialog = admin_page.get(
        unescape(named["Other quantity of PART from 1-2"]), headers={"X-Patchbay-Dialog": "1"}
    ).content.decode()

    assert "Put back 7 of PART to 1-1" in named
    assert "Pick 3 of PART from 1-2" in named
    assert '<p class="pb-target" id="pb-dialog-target">3 of PART from 1-2</p>' in dialog


@pytest.mark.parametrize(
    ("model", "label", "target"),
    [
        ("picklist", "Kits", "admin:parts_kit_changelist"),
        ("picklistline", "Kits", "admin:parts_kit_changelist"),
        ("shoppingitem", "Shopping lists", "admin:parts_shoppinglist_changelist"),
        ("airun", "Photo intake", "admin:parts_stockpart_intake"),
    ],
)
def test_an_empty_list_leads_to_what_fills_it(
    admin_page: Any, client: Any, model: str, label: str, target: str
) -> None:
    address = reverse(f"admin:parts_{model}_changelist")
    button = f'class="pb-button pb-primary" href="{reverse(target)}">{label}</a>'

    assert button in admin_page.get(address).content.decode()
    client.force_login(UserFactory(roles=["viewer"]))
    assert button not in client.get(address).content.decode()


def test_empty_tabs_have_the_button_that_fills_them(admin_page: Any) -> None:
    part, kit, kind = make_part("PART"), KitFactory(), PartTypeFactory()
    made = FabricationPartFactory()

    def shown(row: Any, tab: str) -> str:
        name = row._meta.model_name
        address = reverse(f"admin:parts_{name}_change", args=[row.pk])
        return unescape(admin_page.get(address, {"tab": tab}).content.decode())

    def button(model: str, verb: str, pk: int) -> str:
        return f'href="{reverse(f"admin:parts_{model}_verb", args=[verb])}?ids={pk}" data-dialog>'

    assert (
        shown(part, "where")
        .split("It lies nowhere yet.")[1]
        .count(button("stockpart", "add-stock", part.pk))
    )
    picks = shown(kit, "picks")
    assert button("kit", "pick-list", kit.pk) in picks.split("Nothing is picked yet.")[1]
    assert button("kit", "to-shopping-list", kit.pk) in picks.split("Nothing was put on a list")[1]
    assert (
        button("parttype", "add-parameter", kind.pk)
        in shown(kind, "parts").split("Nothing is measured.")[1]
    )
    assert (
        button("fabricationpart", "file", made.pk)
        in shown(made, "model").split("No STEP file yet.")[1]
    )


def test_after_adding_a_document_the_page_shows_the_documents(admin_page: Any) -> None:
    part = make_part("PART")
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF")
    address = reverse("admin:parts_stockpart_verb", args=["add-document"])
    page = reverse("admin:parts_stockpart_change", args=[part.pk])

    answer = admin_page.post(address, {"ids": part.pk, "confirm": "1", "file": file, "next": page})

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{page}?tab=documents"
    assert StockPart.objects.get().documents.count() == 1


def test_numbers_of_short_tables_stand_to_the_right(admin_page: Any) -> None:
    make_box(3)
    part = make_part("PART")
    movements.add_stock(actor=None, id4="PART", additions=[Amount(1, 1, 1200)])
    address = reverse("admin:parts_stockpart_change", args=[part.pk])

    text = admin_page.get(address, {"tab": "history"}).content.decode()

    assert '<th scope="col" class="pb-right">Change</th>' in text
    assert '<th scope="col">Place</th>' in text
    assert (
        '<td class="pb-right" data-label="Balance"><span class="pb-num">1,200</span></td>' in text
    )
