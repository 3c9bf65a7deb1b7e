"""A change that changes nothing writes nothing: no time, no audit entry."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry
from parts.models import Box, PartSeller
from tests.factories.parts import (
    PartTypeFactory,
    SellerFactory,
    ShoppingItemFactory,
    ShoppingListFactory,
    StockDocumentFactory,
    make_part,
)

pytestmark = pytest.mark.django_db
API = "/api/stock"


def check(stock: Any, path: str, row: Any, same: dict[str, Any], other: dict[str, Any]) -> None:
    """Unknown fields, none and the same values leave the row as it is; another value does not."""
    before, entries = row.updated_at, AuditEntry.objects.count()

    for body in ({"nothing_like_this": 1}, {}, same):
        answer = stock.patch(f"{API}{path}", body)
        assert answer.status_code == 200, answer.content
        row.refresh_from_db()
        assert row.updated_at == before, body
    assert AuditEntry.objects.count() == entries
    assert stock.patch(f"{API}{path}", other).status_code == 200
    row.refresh_from_db()
    assert row.updated_at > before
    assert AuditEntry.objects.count() == entries + 1


def test_of_a_part(stock: Any) -> None:
    kind = stock.post(
        f"{API}/types", {"name": "Resistor", "parameters": [{"name": "value", "unit": "ohm"}]}
    ).json()["data"]
    part = make_part("PART", description="Relay", tags=["a"], type_id=kind["id"])
    seller = SellerFactory(name="Mouser")
    stock.post(f"{API}/parts/PART/seller-links", {"seller_id": seller.pk, "link": "https://a.b"})
    stock.patch(f"{API}/parts/PART", {"parameters": {"value": "4k7"}})
    part.refresh_from_db()

    same = {
        "description": "Relay",
        "tags": ["a"],
        "type_id": kind["id"],
        "seller": "mouser",
        "seller_link": "https://a.b",
        "parameters": {"value": "4k7"},
    }
    check(stock, "/parts/PART", part, same, {"parameters": {"value": "10k"}})
    check(stock, "/parts/PART", part, same | {"parameters": {}}, {"seller_link": "https://a.c"})


def test_of_a_seller_link(stock: Any) -> None:
    make_part("PART")
    sent = {"seller_id": SellerFactory().pk, "link": "https://a.b"}
    stock.post(f"{API}/parts/PART/seller-links", sent)
    link = PartSeller.objects.get()

    same = {"link": "https://a.b", "is_primary": True}
    check(stock, f"/parts/PART/seller-links/{link.pk}", link, same, {"link": "https://a.c"})


def test_of_a_type(stock: Any) -> None:
    kind = PartTypeFactory(name="Relay")
    same = {"name": "Relay", "designated_box_no": None, "parameters": []}

    check(stock, f"/types/{kind.pk}", kind, same, {"parameters": [{"name": "value", "unit": "V"}]})
    assert kind.parameters.get().unit == "V"


def test_of_a_box(stock: Any) -> None:
    made = stock.post(f"{API}/boxes", {"description": "Relays", "capacity": 4}).json()["data"]
    box = Box.objects.get(box_no=made["box_no"])

    same = {"description": "Relays", "capacity": 4}
    check(stock, f"/boxes/{box.box_no}", box, same, {"description": "Fuses"})


def test_of_a_seller_and_a_document(stock: Any) -> None:
    seller = SellerFactory(name="Mouser", website="https://m.example")
    document = StockDocumentFactory(part=make_part("PART"), title="Datasheet")

    same = {"name": "Mouser", "website": "https://m.example"}
    check(stock, f"/sellers/{seller.pk}", seller, same, {"name": "Farnell"})
    check(stock, f"/documents/{document.pk}", document, {"title": "Datasheet"}, {"title": "B"})


def test_of_a_shopping_list_and_its_line(stock: Any) -> None:
    shopping = ShoppingListFactory(name="Bench", description="b")
    item = ShoppingItemFactory(list=shopping, manufacturer_code="X1", desired_qty=3)
    shopping.refresh_from_db()
    before = shopping.updated_at

    stock.patch(f"{API}/shopping-items/{item.pk}", {"nothing_like_this": 1})
    shopping.refresh_from_db()
    assert shopping.updated_at == before, "it keeps its place among the lists"
    same = {"name": "Bench", "description": "b"}
    check(stock, f"/shopping-lists/{shopping.pk}", shopping, same, {"description": "c"})
    kind = PartTypeFactory()
    same = {"desired_qty": 3, "manufacturer_code": "X1"}
    check(stock, f"/shopping-items/{item.pk}", item, same, {"type_id": kind.pk})


def put_twice(stock: Any, path: str, row: Any, same: dict[str, Any], other: dict[str, Any]) -> None:
    """The second time writes nothing; another value does."""
    assert stock.put(f"{API}{path}", same).status_code == 200
    row.refresh_from_db()
    before, entries = row.updated_at, AuditEntry.objects.count()

    assert stock.put(f"{API}{path}", same).status_code == 200
    row.refresh_from_db()
    assert (row.updated_at, AuditEntry.objects.count()) == (before, entries)
    assert stock.put(f"{API}{path}", other).status_code == 200
    row.refresh_from_db()
    assert row.updated_at > before
    assert AuditEntry.objects.count() == entries + 1


def test_of_a_cover(stock: Any) -> None:
    part = make_part("PART")
    picture = StockDocumentFactory(part=part, kind="image")

    path, none = "/parts/PART/cover", {"document_id": None}
    put_twice(stock, path, part, {"document_id": picture.pk}, none)
    put_twice(stock, path, part, none, {"document_id": picture.pk})


def test_of_a_group_s_note(stock: Any) -> None:
    shopping, seller = ShoppingListFactory(), SellerFactory()

    path = f"/shopping-lists/{shopping.pk}/groups/{seller.pk}"
    put_twice(stock, path, shopping, {"note": "by Friday"}, {"note": None})
