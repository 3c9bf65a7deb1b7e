"""Rules of the contract that no other file of tests has."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from inventory_site.core.outbound.addresses import is_listed
from parts.models import Kit, KitRequirement, PartSeller, ShoppingItem, Stocktake
from parts.services import boxes, movements, parts
from parts.services.booking import Amount

pytestmark = pytest.mark.django_db
API = "/api/stock"
LARGEST = 2_147_483_647


@pytest.fixture
def part(db: None) -> Any:
    """Ten of a part at 1-1."""
    boxes.create_box(actor=None, description="Drawer", capacity=5)
    return parts.create_part(
        actor=None, values={"description": "res 10k"}, stock=[Amount(1, 1, 10)]
    )


def test_a_link_to_an_unknown_seller_names_nothing(stock: Any, part: Any) -> None:
    body = {"seller_id": 999, "link": "https://example.org/x"}

    refused = stock.post(f"{API}/parts/{part.id4}/seller-links", body)

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "INVALID_REFERENCE"
    assert PartSeller.objects.count() == 0


@pytest.mark.parametrize("qty", ["7.0", "1.5", "", True, 1.5, None, [], "7x"])
def test_what_is_no_whole_number_is_refused(stock: Any, part: Any, qty: Any) -> None:
    body = {"box_no": 1, "loc_no": 2, "qty": qty}

    refused = stock.post(f"{API}/parts/{part.id4}/stock/add", body)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    part.refresh_from_db()
    assert part.total_quantity == 10


def test_every_error_has_a_message_in_its_details(stock: Any, part: Any) -> None:
    address = f"{API}/parts/{part.id4}"
    answers = {
        404: stock.get(f"{address}/nowhere"),
        405: stock.post(address, {}),
        415: stock.generic("PATCH", address, "<x/>", content_type="application/xml"),
    }

    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.json()["error"]["details"]["message"]


def test_a_whole_number_as_text_is_taken(stock: Any, part: Any) -> None:
    body = {"box_no": "1", "loc_no": 2, "qty": "7"}

    assert stock.post(f"{API}/parts/{part.id4}/stock/add", body).status_code == 201


@pytest.mark.parametrize(
    "path", ["documents", "projects", "shopping-items", "locations", "seller-links", "history"]
)
def test_short_lists_are_cut_and_refuse_bad_limits(stock: Any, part: Any, path: str) -> None:
    address = f"{API}/parts/{part.id4}/{path}"

    assert stock.get(address).status_code == 200
    assert stock.get(f"{address}?limit=1&offset=1").json()["meta"]["limit"] == 1
    assert stock.get(f"{address}?limit=abc").status_code == 400
    assert stock.get(f"{address}?limit=-1").status_code == 400


def test_sums_past_the_largest_quantity_are_refused(stock: Any, part: Any) -> None:
    first, second = Kit.objects.create(name="A"), Kit.objects.create(name="B", build_target=LARGEST)
    for kit in (first, second):
        KitRequirement.objects.create(kit=kit, part=part, required_qty=LARGEST)

    shown = stock.get(f"{API}/parts/{part.id4}").json()["data"]
    push = {"units": LARGEST, "new_list_name": "Much"}
    refused = stock.post(f"{API}/projects/{first.pk}/shopping-list", push)
    preview = stock.post(f"{API}/projects/{first.pk}/pick-lists/preview", {"requested_units": 1})

    assert shown["reserved_quantity"] == LARGEST + LARGEST * LARGEST
    assert refused.status_code == 400
    assert ShoppingItem.objects.count() == 0
    assert preview.json()["data"]["parts_with_shortfall"][0]["usable_quantity"] == 0


def test_keys_are_short_and_closing_a_round_twice_with_one_says_the_same(
    stock: Any, part: Any
) -> None:
    made = stock.post(f"{API}/stocktakes", {"box_nos": [1]}).json()["data"]["id"]
    counted = {"id4": part.id4, "box_no": 1, "loc_no": 1, "qty": 8}
    stock.put(f"{API}/stocktakes/{made}", {"counts": [counted]})
    close = f"{API}/stocktakes/{made}/close"

    refused = stock.post(close, {}, headers={"Idempotency-Key": "k" * 65})
    first = stock.post(close, {}, headers={"Idempotency-Key": "k" * 64})
    again = stock.post(close, {}, headers={"Idempotency-Key": "k" * 64})

    assert (refused.status_code, first.status_code) == (400, 200)
    assert again.json() == first.json()
    part.refresh_from_db()
    assert part.total_quantity == 8


def test_a_count_is_void_even_when_the_stock_came_back(stock: Any, part: Any) -> None:
    made = stock.post(f"{API}/stocktakes", {"box_nos": [1]}).json()["data"]["id"]
    counted = {"id4": part.id4, "box_no": 1, "loc_no": 1, "qty": 9}
    stock.put(f"{API}/stocktakes/{made}", {"counts": [counted]})
    movements.use_stock(actor=None, id4=part.id4, deductions=[Amount(1, 1, 2)])
    movements.add_stock(actor=None, id4=part.id4, additions=[Amount(1, 1, 2)])

    refused = stock.post(f"{API}/stocktakes/{made}/close", {})
    skipped = stock.post(f"{API}/stocktakes/{made}/close", {"skip_changed": True})

    assert refused.status_code == 409
    assert refused.json()["error"]["details"]["changed"] == [
        {"id4": part.id4, "box_no": 1, "loc_no": 1}
    ]
    assert skipped.json()["data"]["lines"][0]["booked"] is False
    assert Stocktake.objects.get().status == "closed"
    part.refresh_from_db()
    assert part.total_quantity == 10


def test_a_pdf_that_cannot_be_drawn_has_an_icon(stock: Any, part: Any) -> None:
    file = SimpleUploadedFile("sheet.pdf", b"%PDF-1.4 broken")
    address = f"{API}/parts/{part.id4}/documents"
    made = stock.post(address, {"file": file}, format="multipart").json()["data"]

    small = stock.get(f"{made['thumbnail_url']}?size=64")
    usual = stock.get(made["thumbnail_url"])

    sizes = [Image.open(io.BytesIO(b"".join(one))).size for one in (small, usual)]
    assert sizes == [(48, 64), (192, 256)]


def test_a_network_on_the_list_opens_ports_of_its_own_addresses_only() -> None:
    allowed = ["10.0.0.0/8", "build.example:8080"]

    assert is_listed("wiki.example", 8443, ["10.1.2.3"], allowed)
    assert not is_listed("wiki.example", 8443, ["10.1.2.3", "93.184.216.34"], allowed)
    assert not is_listed("evil.example", 22, ["93.184.216.34"], allowed)
    assert is_listed("build.example", 8080, ["93.184.216.34"], allowed)
    assert not is_listed("build.example", 8081, ["93.184.216.34"], allowed)
