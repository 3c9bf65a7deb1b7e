"""Archived parts in lists, addresses without a seller, names that differ by letter case."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from parts.models import Kit, PartSeller, ReorgPlan, StockPart
from parts.selectors import tagged
from parts.services import movements, parts, picking, reorg
from parts.services.booking import Amount
from tests.factories.parts import (
    KitFactory,
    KitRequirementFactory,
    PartTypeFactory,
    SellerFactory,
    StockDocumentFactory,
    make_box,
    make_part,
)

pytestmark = pytest.mark.django_db
API = "/api/stock"


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id4"] for row in answer.json()["data"]]


@pytest.fixture
def gone(db: None) -> StockPart:
    """An archived part beside a live one of the same words."""
    kind = PartTypeFactory(name="Relay")
    values = {"description": "Relais \u00e0 5V", "type_id": kind.pk, "tags": ["Coil"]}
    part = make_part("GONE", seller="DigiKey", manufacturer_code="G5LE", **values)
    StockDocumentFactory(part=part, original_filename="g5le-datasheet.pdf", title="Sheet")
    make_part("LIVE", **values)
    parts.archive_part(actor=None, id4="GONE")
    return part


@pytest.mark.parametrize(
    "text",
    ["gone", "GO", "g5le", "5v relay", "relais a", "coil", "digikey", "datasheet", "relayy"],
)
def test_archived_parts_are_found_in_lists_that_ask_for_them(
    stock: Any, admin_page: Any, gone: StockPart, text: str
) -> None:
    asked = {"q": text}

    assert ids(stock.get(f"{API}/parts", asked | {"archived": "true"})) == ["GONE"]
    assert "GONE" in ids(stock.get(f"{API}/parts", asked | {"archived": "all"}))
    assert "GONE" not in ids(stock.get(f"{API}/parts", asked))
    assert "GONE" not in ids(stock.get(f"{API}/search", asked))
    page = admin_page.get(reverse("admin:parts_stockpart_changelist"), asked | {"stock": "gone"})
    assert [part.id4 for part in page.context["cl"].result_list] == ["GONE"]


def test_lists_of_archived_parts_need_every_word_and_keep_other_filters(
    stock: Any, gone: StockPart
) -> None:
    archived = {"archived": "true"}

    assert ids(stock.get(f"{API}/parts", archived | {"q": "relay led"})) == []
    assert ids(stock.get(f"{API}/parts", archived | {"q": "relay", "tag": "none"})) == []
    assert set(ids(stock.get(f"{API}/parts", {"q": "coil", "archived": "all"}))) == {"GONE", "LIVE"}
    assert ids(stock.get(f"{API}/parts", {"q": "g5le", "archived": "all"})) == ["GONE"]


def test_an_address_without_a_seller_is_refused(stock: Any) -> None:
    link = "https://example.com/p/1"
    part = make_part("PART", description="old")
    alone = {"seller_link": link}

    for answer in (
        stock.post(f"{API}/parts", {"description": "new"} | alone),
        stock.patch(f"{API}/parts/PART", {"description": "new"} | alone),
        stock.patch(f"{API}/parts/PART", {"seller": None} | alone),
        stock.post(f"{API}/parts/bulk-edit", {"id4s": ["PART"], "set": alone}),
    ):
        assert answer.status_code == 400
        assert answer.json()["error"]["details"]["field"] == "seller_link"
    part.refresh_from_db()
    assert (StockPart.objects.count(), part.description) == (1, "old")
    assert not PartSeller.objects.exists()

    blank = {"seller": None, "seller_link": None}
    assert stock.patch(f"{API}/parts/PART", blank).status_code == 200
    both = stock.patch(f"{API}/parts/PART", {"seller": "Mouser", "seller_link": link})
    assert (both.json()["data"]["seller"], both.json()["data"]["seller_link"]) == ("Mouser", link)


def test_a_row_of_an_import_says_which_field_is_wrong_and_what_stays(stock: Any) -> None:
    make_part("PART", description="Relay", seller=SellerFactory(name="Mouser").name)
    rows = [
        {"id4": "PART", "description": "Relay", "seller": "mouser"},
        {"description": "New", "seller_link": "https://a.b"},
    ]

    sent = {"file": SimpleUploadedFile("p.json", json.dumps(rows).encode()), "partial": "true"}
    answer = stock.post(f"{API}/import/parts", sent, format="multipart")

    found = answer.json()["data"]["rows"]
    assert [row["action"] for row in found] == ["skip", "error"]
    assert found[1]["errors"] == [
        "seller_link: Send seller too: the part has none that the link could be of."
    ]


@pytest.mark.parametrize("sent", [None, ""])
def test_an_address_is_cleared_beside_the_seller_s_name(stock: Any, sent: str | None) -> None:
    make_part("PART")
    path = f"{API}/parts/PART"
    stock.patch(path, {"seller": "Mouser", "seller_link": "https://a.b/1"})

    stock.patch(path, {"seller": "Mouser"})
    assert PartSeller.objects.get().link == "https://a.b/1"
    stock.patch(path, {"seller": "Mouser", "seller_link": sent})

    assert PartSeller.objects.get().link == ""


@pytest.mark.parametrize("tag", ["smd", 'a "b" \\', "fl\u00f6te"])
def test_any_number_of_parts_has_a_tag(
    stock: Any, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    """More keys than a statement takes values: 32,766 on SQLite, 65,535 on PostgreSQL."""
    many, few = range(66_000), ["AAAA", "AAAB"]
    other = [StockPart(id4="ZZZZ", description="x", tags=[f"{tag}x"])]
    StockPart.objects.bulk_create(
        [StockPart(id4=id4, description="x", tags=["x", tag.upper()]) for id4 in few] + other
    )
    monkeypatch.setattr(tagged, "keys", lambda pks, real=tagged.keys: real([*pks, *many]))

    found = stock.get(f"{API}/parts", {"tag": tag, "ordering": "id4"})

    assert ids(stock.get(f"{API}/parts", {"tag": "a" * 60_000})) == []
    assert ids(found) == (few if tag.isascii() else [*few, "ZZZZ"])


def test_names_of_kits_differ_by_letter_case(stock: Any) -> None:
    """Contract 3: unique as they are; those of types and sellers alone ignore the case."""
    names = ["Flute", "FLUTE", "flute"]

    made = [stock.post(f"{API}/projects", {"name": name}).status_code for name in [*names, "FLUTE"]]

    assert made == [201, 201, 201, 409]
    assert sorted(Kit.objects.values_list("name", flat=True)) == sorted(names)


def test_steps_that_are_applied_or_left_out_are_not_written_again(stock: Any) -> None:
    kind = PartTypeFactory(name="Relay")
    make_box(4)
    make_box(4)
    places = {"RESA": (1, 1), "RESB": (1, 4), "RESC": (2, 1)}
    for id4, place in places.items():
        make_part(id4, type_id=kind.pk)
        movements.add_stock(actor=None, id4=id4, additions=[Amount(*place, 5)])
    plan = reorg.request_plan(actor=None, params={"max_moves": 20, "compact": True})
    reorg.work_out(str(plan.pk))
    path = f"{API}/reorg/plans/{plan.pk}"
    steps = [step["seq"] for step in stock.get(path).json()["data"]["steps"]]
    assert len(steps) == 2
    assert stock.post(f"{path}/apply", {"steps": steps[:1]}).status_code == 200
    assert stock.post(f"{path}/skip", {"steps": steps[1:]}).status_code == 200
    before = (ReorgPlan.objects.get().updated_at, AuditEntry.objects.count())

    again = stock.post(f"{path}/skip", {"steps": steps})
    applied = stock.post(f"{path}/apply", {"steps": steps[:1]})

    assert [step["status"] for step in again.json()["data"]["steps"]] == ["applied", "skipped"]
    assert applied.json()["data"]["applied"] == steps[:1]
    assert (ReorgPlan.objects.get().updated_at, AuditEntry.objects.count()) == before


def test_a_line_s_same_quantity_and_no_logo_write_nothing(stock: Any) -> None:
    make_box(1)
    part = make_part("PART")
    movements.add_stock(actor=None, id4="PART", additions=[Amount(1, 1, 9)])
    kit = KitFactory(build_target=1)
    KitRequirementFactory(kit=kit, part=part, required_qty=2)
    row = picking.create_pick_list(actor=None, kit_id=kit.pk, units=1)
    line, seller = row.lines.get(), SellerFactory()
    entries = AuditEntry.objects.count()

    same = stock.patch(f"{API}/pick-lists/{row.pk}/lines/{line.pk}", {"quantity_to_pick": 2})

    assert same.status_code == 200
    assert stock.delete(f"{API}/sellers/{seller.pk}/logo").status_code == 204
    assert AuditEntry.objects.count() == entries
    updated = seller.updated_at
    seller.refresh_from_db()
    assert seller.updated_at == updated
