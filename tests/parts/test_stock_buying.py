"""Buying from a part's page, and naming a part by its words."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from parts.admin.stock_forms import PartField
from parts.models import KitRequirement, PartSeller, ShoppingItem, ShoppingList
from parts.services import parts
from tests.factories.parts import KitFactory, ShoppingListFactory, make_part

pytestmark = pytest.mark.django_db


def opened(page: Any, model: str, slug: str, pk: int) -> str:
    """The dialog of a verb."""
    address = reverse(f"admin:parts_{model}_verb", args=[slug])
    return unescape(page.get(address, {"ids": pk}).content.decode())


def sent(page: Any, model: str, slug: str, pk: int, **data: str) -> str:
    """What a verb answers; blank when it was done."""
    address = reverse(f"admin:parts_{model}_verb", args=[slug])
    answer = page.post(address, {"ids": pk, "confirm": "1", **data})
    return "" if answer.status_code == 302 else unescape(answer.content.decode())


def test_a_part_is_put_on_the_newest_open_list_at_its_seller(admin_page: Any) -> None:
    done = ShoppingListFactory(name="Done", status="done")
    part = make_part("PART", min_qty=7, seller="Mouser", seller_link="https://a.b/1")
    page = reverse("admin:parts_stockpart_change", args=[part.pk])
    assert "Put on a shopping list" in admin_page.get(page, {"tab": "buy"}).content.decode()
    assert 'value="7"' in opened(admin_page, "stockpart", "want", part.pk)

    assert not sent(admin_page, "stockpart", "want", part.pk, quantity="9", notes="soon")

    item = ShoppingItem.objects.get()
    assert (item.maybe_part, item.desired_qty, item.notes) == (part, 9, "soon")
    assert (item.seller.name, item.list.name, item.list.status) == (
        "Mouser",
        "Shopping list",
        "concept",
    )
    again = sent(admin_page, "stockpart", "want", part.pk, quantity="1")
    assert "this part is already on the list" in again
    assert (ShoppingItem.objects.count(), ShoppingList.objects.count()) == (1, 2)
    assert done.items.count() == 0


def test_a_seller_and_its_address_are_named_on_the_page(admin_page: Any) -> None:
    part = make_part("PART")
    page = reverse("admin:parts_stockpart_change", args=[part.pk])
    assert "Set seller" in admin_page.get(page, {"tab": "buy"}).content.decode()
    verb = ("stockpart", "set-seller", part.pk)

    refused = sent(admin_page, *verb, seller="Mouser", link="javascript:alert(1)")
    assert "begins with http:// or https://" in refused
    assert not PartSeller.objects.exists()
    assert not sent(admin_page, *verb, seller="Mouser", link="https://a.b/1")
    link = PartSeller.objects.get()
    assert (link.seller.name, link.link, link.is_primary) == ("Mouser", "https://a.b/1", True)
    address = reverse("admin:parts_stockpart_verb", args=["set-seller"])
    again = {"ids": part.pk, "confirm": "1", "seller": "mouser", "link": "https://a.b/1"}
    assert admin_page.post(address, again).headers["Location"] == f"{page}?tab=buy"
    form = opened(admin_page, *verb)
    assert 'value="Mouser"' in form
    assert 'value="https://a.b/1"' in form
    assert "https://a.b/1" in admin_page.get(page, {"tab": "buy"}).content.decode()
    other = {**again, "seller": "DigiKey"}
    assert "is that of Mouser" in admin_page.post(address, other, follow=True).content.decode()
    assert set(PartSeller.objects.values_list("seller__name", "link", "is_primary")) == {
        ("Mouser", "https://a.b/1", False),
        ("DigiKey", "", True),
    }
    admin_page.post(address, {**other, "link": "https://d.e/2"})
    admin_page.post(address, {**again, "link": "https://d.e/2"})
    assert set(PartSeller.objects.values_list("seller__name", "link", "is_primary")) == {
        ("Mouser", "https://a.b/1", True),
        ("DigiKey", "https://d.e/2", False),
    }


def test_an_archived_part_is_offered_for_no_list(admin_page: Any) -> None:
    part = make_part("PART")
    parts.archive_part(actor=None, id4="PART")

    page = admin_page.get(reverse("admin:parts_stockpart_change", args=[part.pk]), {"tab": "buy"})

    assert "Put on a shopping list" not in page.content.decode()


def test_a_line_of_a_kit_names_its_part_by_words(admin_page: Any) -> None:
    make_part("AAAA", description="Relay 5V", manufacturer_code="G5LE-1")
    make_part("BBBB", description="Relay 12V")
    kit = KitFactory()
    verb = ("kit", "add-line", kit.pk)

    several = sent(admin_page, *verb, part="relay", quantity="1")
    typo = sent(admin_page, *verb, part="relai", quantity="1")
    beside = sent(admin_page, *verb, part="g5lo relay", quantity="1")
    added = sent(admin_page, *verb, part="g5le", quantity="1")

    assert "Several parts are called so: AAAA Relay 5V, BBBB Relay 12V." in several
    assert "There is no part relai." in typo
    assert "There is no part g5lo relay." in beside
    assert not added
    assert KitRequirement.objects.get().part.id4 == "AAAA"


def test_four_letters_come_before_words(db: None) -> None:
    part = make_part("RELA", description="Socket")
    make_part("ZZZZ", description="rela")
    field = PartField(required=False)

    assert field.clean(" rela ") == part
    assert field.clean("") is None
