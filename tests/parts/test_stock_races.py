"""A hundred people at one part: nothing is lost, nothing falls below zero."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from inventory_site.core.errors import DomainError
from parts.models import (
    Kit,
    PartLocation,
    PartSeller,
    PartType,
    Seller,
    ShoppingList,
    StockMovement,
    StockPart,
)
from parts.selectors import invariants
from parts.services import boxes, kits, movements, parts, sellers, shopping, types
from parts.services.booking import Amount
from tests.factories.parts import make_box, make_part

pytestmark = pytest.mark.django_db(transaction=True)
CONFLICT = "RESOURCE_CONFLICT"
SHOP = {"name": "Once", "website": "https://once.example"}


def together(works: list[Callable[[], object]]) -> list[str]:
    """Do all at once; returns the codes of refusals."""
    gate, refusals = threading.Barrier(len(works)), list[str]()

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait(30)
            work()
        except DomainError as refusal:
            refusals.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return refusals


def again(work: Callable[[], object]) -> Callable[[], object]:
    """Try until the part is free: a wait that ended is no loss."""

    def patient() -> object:
        while True:
            try:
                return work()
            except DomainError as refusal:
                if refusal.code != "BUSY":
                    raise

    return patient


def test_six_clients_that_add_five_times_leave_31() -> None:
    make_box(2)
    make_part("RACE")
    movements.add_stock(actor=None, id4="RACE", additions=[Amount(1, 1, 1)])

    def five_times() -> None:
        for _ in range(5):
            again(
                lambda: movements.add_stock(actor=None, id4="RACE", additions=[Amount(1, 1, 1)])
            )()

    assert together([five_times] * 6) == []

    assert PartLocation.objects.get().qty == 31
    assert list(invariants.broken()) == []


def test_a_hundred_threads_leave_ledger_places_and_totals_agreed() -> None:
    make_box(4)
    make_part("RACE")
    movements.add_stock(actor=None, id4="RACE", additions=[Amount(1, 1, 20)])

    def add() -> object:
        return movements.add_stock(actor=None, id4="RACE", additions=[Amount(1, 1, 1)])

    def use() -> object:
        return movements.use_stock(actor=None, id4="RACE", deductions=[Amount(1, 1, 1)])

    def move() -> object:
        return movements.move_stock(
            actor=None, id4="RACE", source=(1, 1), destinations=[Amount(1, 2, 2)]
        )

    refusals = together([again(work) for work in [add] * 40 + [use] * 40 + [move] * 20])

    lines = StockMovement.objects.order_by("seq")
    used = sum(1 for line in lines if line.reason == "use")
    assert set(refusals) <= {"INSUFFICIENT_QUANTITY", "RECORD_NOT_FOUND"}
    assert StockPart.objects.get().total_quantity == 60 - used
    assert lines.count() == lines.last().seq  # type: ignore[union-attr]  # there are lines
    times = [line.at for line in lines]
    assert times == sorted(times)
    assert list(invariants.broken()) == []


def test_a_box_does_not_shrink_under_an_add() -> None:
    make_part("RACE")
    for number in range(1, 6):
        make_box(2)
        refusals = together(
            [
                lambda number=number: boxes.update_box(actor=None, box_no=number, capacity=1),
                lambda number=number: movements.add_stock(
                    actor=None, id4="RACE", additions=[Amount(number, 2, 1)]
                ),
            ]
        )

        assert len(refusals) == 1
    assert list(invariants.broken()) == []


@pytest.mark.parametrize(
    ("make", "kind", "code"),
    [
        (lambda: types.create_type(actor=None, values={"name": "Once"}), PartType, CONFLICT),
        (lambda: sellers.create_seller(actor=None, values=SHOP), Seller, CONFLICT),
        (lambda: shopping.create_list(actor=None, name="Once"), ShoppingList, CONFLICT),
        (lambda: kits.create_kit(actor=None, values={"name": "Once"}), Kit, "INVALID_OPERATION"),
    ],
)
def test_of_many_that_take_one_name_at_once_one_gets_it(
    make: Callable[[], object], kind: Any, code: str
) -> None:
    refusals = together([again(make)] * 12)

    assert refusals == [code] * 11
    assert kind.objects.count() == 1


def test_parts_of_one_new_seller_made_at_once_share_it() -> None:
    values = {"description": "Relay", "seller": "New shop"}

    refusals = together([again(lambda: parts.create_part(actor=None, values=values))] * 8)

    assert refusals == []
    assert (Seller.objects.count(), PartSeller.objects.filter(is_primary=True).count()) == (1, 8)


@pytest.mark.parametrize(("lost", "status"), [("FOREIGN KEY constraint failed", 409), ("x", 500)])
def test_a_row_that_went_away_before_the_commit_is_a_conflict(
    stock: Any, monkeypatch: pytest.MonkeyPatch, lost: str, status: int
) -> None:
    def delete(**values: Any) -> None:
        raise IntegrityError(lost)

    monkeypatch.setattr(types, "delete_type", delete)
    stock.raise_request_exception = False

    assert stock.delete("/api/stock/types/1").status_code == status
