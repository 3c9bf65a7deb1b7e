"""Kits, picking and shopping: the contract's numbers and sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from parts.api.wire import kits as kits_wire
from parts.api.wire import parts as parts_wire
from parts.api.wire import shopping as shopping_wire
from parts.errors.stock import RecordNotFound
from parts.models import Kit, PickList, StockMovement, StockPart
from parts.selectors import invariants
from parts.services import kits, movements
from parts.services.booking import Amount
from tests.factories.parts import KitFactory, SellerFactory, make_box, make_part

pytestmark = pytest.mark.django_db
API = "/api/stock"


def need(kit: Kit, id4: str, quantity: int) -> None:
    values = {"part_id4": id4, "required_qty": quantity}
    kits.add_requirement(actor=None, kit_id=kit.pk, values=values)


def message(response: Any, status: int = 409) -> str:
    assert response.status_code == status, response.content
    text: str = response.json()["error"]["message"]
    return text


@pytest.fixture
def kit(db: None) -> Kit:
    """A kit that needs 30 of a part with 50 at 1-1, 7 at 1-2 and 20 at 1-3."""
    make_box(5)
    make_part("PART")
    places = [Amount(1, 1, 50), Amount(1, 2, 7), Amount(1, 3, 20)]
    movements.add_stock(actor=None, id4="PART", additions=places)
    made = KitFactory(build_target=1)
    need(made, "PART", 30)
    return made


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (parts_wire.full_part, "Part 7 was"),
        (kits_wire.one_kit, "Project 7 was"),
        (kits_wire.full_kit, "Project 7 was"),
        (kits_wire.one_pick_list, "Pick list 7 was"),
        (shopping_wire.full_list, "Shopping list 7 was"),
        (shopping_wire.one_item, "Shopping item 7 was"),
    ],
)
def test_what_somebody_removed_meanwhile_is_said_to_be_gone(
    db: None, read: Callable[[Any], Any], words: str
) -> None:
    with pytest.raises(RecordNotFound, match=words):
        read(7)


def test_small_places_are_emptied_first(stock: Any, kit: Kit) -> None:
    made = stock.post(f"{API}/projects/{kit.pk}/pick-lists", {"requested_units": 1})

    lines = [(row["loc_no"], row["quantity_to_pick"]) for row in made.json()["data"]["lines"]]
    assert lines == [(1, 3), (2, 7), (3, 20)]


def test_what_others_hold_is_swallowed_first(stock: Any, kit: Kit) -> None:
    other = KitFactory(build_target=1)
    need(other, "PART", 10)

    made = stock.post(f"{API}/projects/{kit.pk}/pick-lists", {"requested_units": 1})

    lines = [(row["loc_no"], row["quantity_to_pick"]) for row in made.json()["data"]["lines"]]
    assert lines == [(1, 13), (3, 17)]


def test_short_parts_are_named_and_nothing_is_made(stock: Any, kit: Kit) -> None:
    path = f"{API}/projects/{kit.pk}/pick-lists"

    refused = stock.post(path, {"requested_units": 5})

    assert message(refused) == (
        "Cannot create pick list because insufficient stock for parts with reject handling: PART"
    )
    omit = {"requested_units": 5, "shortfall_handling": {"PART": {"action": "omit"}}}
    assert message(stock.post(path, omit)).endswith(
        "all parts would be omitted; cannot create empty pick list"
    )
    limit = {"requested_units": 5, "shortfall_handling": {"part": {"action": "limit"}}}
    assert stock.post(path, limit).json()["data"]["total_quantity_to_pick"] == 77
    assert PickList.objects.count() == 1


def test_picking_and_undoing_keep_the_books(stock: Any, kit: Kit) -> None:
    row = stock.post(f"{API}/projects/{kit.pk}/pick-lists", {"requested_units": 1}).json()["data"]
    first = f"{API}/pick-lists/{row['id']}/lines/{row['lines'][1]['id']}"

    picked = stock.post(f"{first}/pick").json()["data"]
    twice = stock.post(f"{first}/pick")
    kept = stock.delete(f"{API}/pick-lists/{row['id']}")
    undone = stock.post(f"{first}/undo", {}).json()["data"]

    assert picked["picked_quantity"] == 7
    assert "line already completed" in message(twice)
    assert kept.status_code == 409
    assert undone["open_line_count"] == 3
    assert StockPart.objects.get().total_quantity == 77
    assert [line.reason for line in StockMovement.objects.order_by("seq")][-2:] == [
        "pick",
        "pick_undo",
    ]
    pdf = stock.get(f"{API}/pick-lists/{row['id']}/pdf")
    assert pdf["Content-Disposition"] == f'inline; filename="pick_list_{row["id"]}.pdf"'
    assert pdf.content.startswith(b"%PDF-")


def test_what_was_picked_does_not_go_back_to_an_archived_part(stock: Any, kit: Kit) -> None:
    row = stock.post(f"{API}/projects/{kit.pk}/pick-lists", {"requested_units": 1}).json()["data"]
    first = f"{API}/pick-lists/{row['id']}/lines/{row['lines'][1]['id']}"
    assert stock.post(f"{first}/pick").status_code == 200
    StockPart.objects.update(archived_at=timezone.now())

    refused = stock.post(f"{first}/undo", {})

    assert message(refused) == (
        "Cannot add stock to part PART because it is archived and must be restored first"
    )
    assert StockPart.objects.get().total_quantity == 70
    assert StockMovement.objects.filter(reason="pick_undo").count() == 0
    assert PickList.objects.get().lines.filter(status="completed").count() == 1
    StockPart.objects.update(archived_at=None)
    assert stock.post(f"{first}/undo", {}).json()["data"]["open_line_count"] == 3


def test_a_line_whose_place_was_used_up_is_not_picked(stock: Any, kit: Kit) -> None:
    row = stock.post(f"{API}/projects/{kit.pk}/pick-lists", {"requested_units": 1}).json()["data"]
    line = row["lines"][0]
    place = {"box_no": line["box_no"], "loc_no": line["loc_no"]}
    stock.post(f"{API}/parts/PART/stock/use", {**place, "qty": 50})

    refused = stock.post(f"{API}/pick-lists/{row['id']}/lines/{line['id']}/pick")

    assert refused.status_code == 409
    assert message(refused) == "Not enough parts available at 1-1 (requested 3, have 0)"
    assert PickList.objects.get().lines.filter(status="completed").count() == 0


def test_building_takes_all_or_nothing(stock: Any, kit: Kit) -> None:
    path = f"{API}/projects/{kit.pk}/build"
    wrong = [{"part_id4": "PART", "box_no": 1, "loc_no": 1, "qty": 29}]
    assert "PART" in message(stock.post(path, {"units": 1, "allocations": wrong}))

    built = stock.post(path, {"units": 2, "decrease_build_target": True}).json()["data"]

    assert sum(row["qty"] for row in built["deductions"]) == 60
    assert built["build_target"] == 0
    assert StockPart.objects.get().total_quantity == 17
    assert list(invariants.broken()) == []


def test_requirements_are_guarded_by_their_version(stock: Any, kit: Kit) -> None:
    row = kit.requirements.get()
    path = f"{API}/projects/{kit.pk}/requirements/{row.pk}"

    changed = stock.patch(path, {"version": 1, "required_qty": 5}).json()["data"]
    stale = stock.patch(path, {"version": 1, "required_qty": 6})

    assert (changed["required_qty"], changed["version"]) == (5, 2)
    assert message(stale) == "The row was changed by someone else"
    twice = stock.post(
        f"{API}/projects/{kit.pk}/requirements", {"part_id4": "PART", "required_qty": 1}
    )
    assert twice.json()["error"]["code"] == "RESOURCE_CONFLICT"
    assert stock.delete(f"{API}/parts/PART").status_code == 409


def test_pushing_a_kit_adds_up_on_the_same_list(stock: Any) -> None:
    make_box(1)
    make_part("PART")
    movements.add_stock(actor=None, id4="PART", additions=[Amount(1, 1, 67)])
    kit, other = KitFactory(), KitFactory(build_target=1)
    need(kit, "PART", 10)
    need(other, "PART", 10)
    path = f"{API}/projects/{kit.pk}/shopping-list"

    first = stock.post(path, {"units": 20, "new_list_name": "New"})
    pk = first.json()["data"]["shopping_list"]["id"]
    again = {"units": 20, "honor_reserved": True, "shopping_list_id": pk}
    second = stock.post(path, again).json()["data"]

    assert first.status_code == 201
    assert first.json()["data"]["total_needed_quantity"] == 133
    assert second["total_needed_quantity"] == 143
    assert second["shopping_list"]["items"][0]["desired_qty"] == 276
    noop = stock.post(path, {"units": 1, "new_list_name": "Not made"}).json()["data"]
    assert (noop["noop"], noop["shopping_list"]) == (True, None)


def test_lists_go_through_their_states_and_receive_into_stock(stock: Any) -> None:
    make_box(2)
    make_part("PART")
    seller = SellerFactory()
    row = stock.post(f"{API}/shopping-lists", {"name": "List"}).json()["data"]
    path = f"{API}/shopping-lists/{row['id']}"
    assert message(stock.put(f"{path}/status", {"status": "ready"})) == (
        "Cannot mark shopping list ready because at least one line item is required"
    )
    assert message(stock.put(f"{path}/status", {"status": "done"})) == (
        "Cannot complete shopping list because lists must be marked ready before completion"
    )
    body = {"maybe_part_id4": "part", "desired_qty": 10, "seller_id": seller.pk}
    item = stock.post(f"{path}/items", body).json()["data"]
    assert "already on the list" in message(stock.post(f"{path}/items", body))
    stock.put(f"{path}/status", {"status": "ready"})
    one = f"{API}/shopping-items/{item['id']}"
    stock.post(f"{one}/order", {"ordered_qty": 12})
    places = [{"box_no": 1, "loc_no": 1, "qty": 3}, {"box_no": 1, "loc_no": 2, "qty": 1}]

    wrong = stock.post(f"{one}/receive", {"receive_qty": 5, "allocations": places})
    done = stock.post(f"{one}/receive", {"receive_qty": 4, "allocations": places}).json()["data"]

    assert message(wrong).endswith("allocation quantities must sum to the receive quantity")
    assert (done["received_qty"], done["has_quantity_mismatch"]) == (4, True)
    assert [line.delta_qty for line in StockMovement.objects.order_by("seq")] == [3, 1]
    assert message(stock.put(f"{path}/status", {"status": "concept"})) == (
        "Cannot revert shopping list to concept because ordered lines must be cleared "
        "before reverting"
    )
    assert "mismatch reason is required" in message(stock.post(f"{one}/complete", {}))
    closed = stock.post(f"{one}/complete", {"mismatch_reason": "sold out"}).json()["data"]
    assert (closed["status"], closed["completion_mismatch"]) == ("done", True)
    stock.put(f"{path}/status", {"status": "done"})
    assert message(stock.put(f"{path}/status", {"status": "ready"})) == (
        "Cannot change shopping list status because lists marked as done cannot change status"
    )


def test_only_picking_goes_on_in_an_archived_kit(stock: Any, kit: Kit) -> None:
    path = f"{API}/projects/{kit.pk}"
    stock.post(f"{path}/documents", {"url": "http://x.example/", "fetch": False})
    picks = stock.post(f"{path}/pick-lists", {"requested_units": 1}).json()["data"]
    line = f"{API}/pick-lists/{picks['id']}/lines/{picks['lines'][0]['id']}"
    kits.archive_kit(actor=None, kit_id=kit.pk)
    document = f"{API}/documents/{kit.documents.get().pk}"

    refused = [
        stock.patch(line, {"quantity_to_pick": 1}),
        stock.delete(f"{API}/pick-lists/{picks['id']}"),
        stock.post(f"{path}/documents", {"url": "http://x.example/", "fetch": False}),
        stock.patch(document, {"title": "Other"}),
        stock.delete(document),
        stock.put(f"{path}/cover", {"document_id": None}),
    ]

    assert all("project is archived" in message(answer) for answer in refused)
    assert kit.documents.get().title == "http://x.example/"
    assert stock.post(f"{line}/pick").status_code == 200
    assert stock.post(f"{line}/undo").status_code == 200


def test_archived_kits_are_read_only_and_reserve_nothing(stock: Any, kit: Kit) -> None:
    path = f"{API}/projects/{kit.pk}"
    assert stock.post(f"{path}/archive").status_code == 200

    assert "project is archived" in message(stock.patch(path, {"name": "Other"}))
    assert stock.get(f"{API}/parts/PART").json()["data"]["reserved_quantity"] == 0
    assert stock.post(f"{path}/archive").status_code == 409
    taken = stock.post(f"{API}/projects", {"name": kit.name})
    assert message(taken) == (
        f"Cannot create project because project name '{kit.name}' is already in use"
    )


def test_a_group_is_ordered_again_although_more_came_than_was_ordered(stock: Any) -> None:
    make_part("PART")
    make_box(1)
    row = stock.post(f"{API}/shopping-lists", {"name": "To buy"}).json()["data"]
    path = f"{API}/shopping-lists/{row['id']}"
    body = {"maybe_part_id4": "PART", "desired_qty": 5}
    item = stock.post(f"{path}/items", body).json()["data"]["id"]
    stock.post(f"{path}/items", {"description": "late", "desired_qty": 2})
    stock.put(f"{path}/status", {"status": "ready"})
    stock.post(f"{API}/shopping-items/{item}/order", {})
    places = [{"box_no": 1, "loc_no": 1, "qty": 9}]
    stock.post(f"{API}/shopping-items/{item}/receive", {"receive_qty": 9, "allocations": places})

    ordered = stock.post(f"{path}/groups/ungrouped/order", {}).json()["data"]["items"]
    less = {"items": [{"item_id": item, "ordered_qty": 8}]}
    refused = stock.post(f"{path}/groups/ungrouped/order", less)

    assert [(line["ordered_qty"], line["status"]) for line in ordered] == [
        (5, "ordered"),
        (2, "ordered"),
    ]
    assert refused.status_code == 409
