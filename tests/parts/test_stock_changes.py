"""Stock changes, boxes and parts: the contract's numbers and sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from parts.models import (
    Box,
    BoxLocation,
    PartLocation,
    Seller,
    ShoppingItem,
    StockMovement,
    StockPart,
)
from parts.selectors import invariants
from parts.services.units import parse_value
from tests.factories.parts import PartTypeFactory, make_box, make_part

pytestmark = pytest.mark.django_db
API = "/api/stock"


@pytest.fixture
def part(db: None) -> StockPart:
    make_box(5)
    make_box(5)
    return make_part("SPQD")


def error(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    body = response.json()
    assert body["success"] is False
    return body["error"]


def test_a_box_gets_the_next_number_and_its_places(stock: Any) -> None:
    made = stock.post(f"{API}/boxes", {"description": "Test box", "capacity": 5})

    assert made.status_code == 201
    assert made.json()["data"]["locations"] == [
        {"box_no": 1, "loc_no": number} for number in range(1, 6)
    ]
    assert stock.delete(f"{API}/boxes/1").status_code == 204
    bad = error(stock.post(f"{API}/boxes", {"description": " ", "capacity": 1001}), 400)
    assert bad["code"] == "VALIDATION_ERROR"
    assert sorted(bad["details"]["fields"]) == ["capacity", "description"]
    assert (
        stock.post(f"{API}/boxes", {"description": "B", "capacity": 1}).json()["data"]["box_no"]
        == 2
    )


def test_an_answer_s_total_is_the_sum_of_its_places_even_while_others_book(
    stock: Any, part: StockPart
) -> None:
    for place in (1, 2):
        stock.post(f"{API}/parts/SPQD/stock/add", {"box_no": 1, "loc_no": place, "qty": 7})
    StockPart.objects.filter(pk=part.pk).update(total_quantity=7)  # as read before the second

    row = stock.get(f"{API}/parts", {"include": "locations"}).json()["data"][0]
    full = stock.get(f"{API}/parts/SPQD").json()["data"]

    assert (row["total_quantity"], full["total_quantity"]) == (14, 14)
    assert row["locations"] == full["locations"]


def test_adding_moving_and_using_keep_ledger_and_places_in_step(
    stock: Any, part: StockPart
) -> None:
    add = {"box_no": 1, "loc_no": 5, "qty": 10}
    assert stock.post(f"{API}/parts/spqd/stock/add", add).status_code == 201
    stock.post(f"{API}/parts/SPQD/stock/add", {**add, "qty": 4})
    move = {"from_box_no": 1, "from_loc_no": 5, "to_box_no": 1, "to_loc_no": 1, "qty": 6}
    moved = stock.post(f"{API}/parts/SPQD/stock/move", move).json()["data"]

    assert [(row["loc_no"], row["qty"]) for row in moved["locations"]] == [(1, 6), (5, 8)]
    history = stock.get(f"{API}/parts/SPQD/history").json()["data"]
    assert [row["delta_qty"] for row in history] == [6, -6, 4, 10]
    assert history[0]["move_id"] == history[1]["move_id"]
    assert history[1]["location_reference"] == "1-5"
    assert history[0]["user"] == stock.user.username
    assert list(invariants.broken()) == []


def test_too_little_and_unknown_places_are_refused_and_nothing_is_written(
    stock: Any, part: StockPart
) -> None:
    stock.post(f"{API}/parts/SPQD/stock/add", {"box_no": 1, "loc_no": 5, "qty": 14})
    use = {"box_no": 1, "loc_no": 5, "qty": 20}

    short = error(stock.post(f"{API}/parts/SPQD/stock/use", use), 409)
    assert short["code"] == "INSUFFICIENT_QUANTITY"
    assert short["message"] == "Not enough parts available at 1-5 (requested 20, have 14)"
    assert short["details"]["message"] == "Insufficient quantity available"
    nowhere = {"box_no": 1, "loc_no": 6, "qty": 1}
    gone = error(stock.post(f"{API}/parts/SPQD/stock/add", nowhere), 404)
    assert gone["message"] == "Location 1-6 was not found"
    empty = error(stock.post(f"{API}/parts/SPQD/stock/use", {**use, "loc_no": 2}), 404)
    assert empty["message"] == "Part location SPQD at 1-2 was not found"
    unknown = error(stock.post(f"{API}/parts/ZZZZ/stock/use", use), 404)
    assert unknown["message"] == "Part ZZZZ was not found"
    assert unknown["code"] == "RECORD_NOT_FOUND"
    for bad in (0, -1, True, 1.5, ""):
        error(stock.post(f"{API}/parts/SPQD/stock/use", {**use, "qty": bad}), 400)
    assert StockMovement.objects.count() == 1


def test_a_split_moves_to_several_places_at_once(stock: Any, part: StockPart) -> None:
    stock.post(f"{API}/parts/SPQD/stock/add", {"box_no": 1, "loc_no": 1, "qty": 100})
    places = [{"box_no": 2, "loc_no": 1, "qty": 30}, {"box_no": 2, "loc_no": 2, "qty": 20}]
    source = {"from_box_no": 1, "from_loc_no": 1}

    split = stock.post(f"{API}/parts/SPQD/stock/move", {**source, "destinations": places})

    assert [row["qty"] for row in split.json()["data"]["locations"]] == [50, 30, 20]
    back = {**source, "to_box_no": 1, "to_loc_no": 1, "qty": 1}
    error(stock.post(f"{API}/parts/SPQD/stock/move", back), 400)
    twice = {**source, "destinations": [places[0], places[0]]}
    error(stock.post(f"{API}/parts/SPQD/stock/move", twice), 400)


def test_a_repeated_key_books_once(stock: Any, part: StockPart) -> None:
    add = {"box_no": 1, "loc_no": 1, "qty": 3}

    first = stock.post(f"{API}/parts/SPQD/stock/add", add, headers={"Idempotency-Key": "k1"})
    again = stock.post(f"{API}/parts/SPQD/stock/add", add, headers={"Idempotency-Key": "k1"})
    other = stock.post(
        f"{API}/parts/SPQD/stock/add", {**add, "qty": 4}, headers={"Idempotency-Key": "k1"}
    )

    assert first.json()["data"] == again.json()["data"]
    assert error(other, 409)["code"] == "RESOURCE_CONFLICT"
    assert StockMovement.objects.count() == 1


def test_shrinking_an_occupied_box_is_refused_whole(stock: Any, part: StockPart) -> None:
    stock.post(f"{API}/parts/SPQD/stock/add", {"box_no": 1, "loc_no": 5, "qty": 1})

    refused = error(stock.patch(f"{API}/boxes/1", {"capacity": 3, "description": "New"}), 409)

    assert refused["code"] == "CAPACITY_CONFLICT"
    assert refused["message"] == (
        "Cannot reduce box 1 to 3 locations because 1 location above 3 still holds parts"
    )
    assert refused["details"]["occupied"] == [{"box_no": 1, "loc_no": 5, "id4": "SPQD", "qty": 1}]
    assert Box.objects.get(box_no=1).description == "Test box"
    assert stock.patch(f"{API}/boxes/2", {"capacity": 3}).json()["data"]["total_locations"] == 3
    assert BoxLocation.objects.filter(box_no=2).count() == 3
    full = error(stock.delete(f"{API}/boxes/1"), 409)
    assert full["message"] == (
        "Cannot delete box 1 because it contains parts that must be moved or removed first"
    )


def test_a_part_with_stock_cannot_go_and_an_empty_one_is_archived(
    stock: Any, part: StockPart
) -> None:
    stock.post(f"{API}/parts/SPQD/stock/add", {"box_no": 1, "loc_no": 1, "qty": 2})
    held = error(stock.delete(f"{API}/parts/SPQD"), 409)
    assert held["message"] == (
        "Cannot delete part SPQD because it still has parts in inventory that must be removed first"
    )
    stock.post(f"{API}/parts/SPQD/stock/use", {"box_no": 1, "loc_no": 1, "qty": 2})

    assert stock.delete(f"{API}/parts/SPQD").status_code == 204

    assert PartLocation.objects.count() == 0
    assert stock.get(f"{API}/parts").json()["data"] == []
    assert stock.get(f"{API}/parts/SPQD").json()["data"]["archived_at"] is not None
    assert stock.get(f"{API}/search", {"q": "small"}).json()["data"] == []
    add = {"box_no": 1, "loc_no": 1, "qty": 1}
    assert error(stock.post(f"{API}/parts/SPQD/stock/add", add), 409)["code"] == (
        "INVALID_OPERATION"
    )
    stock.post(f"{API}/parts/SPQD/restore")
    assert len(stock.get(f"{API}/search", {"q": "small"}).json()["data"]) == 1


def test_counting_sets_a_place_and_dates_it(stock: Any, part: StockPart) -> None:
    count = {"box_no": 1, "loc_no": 1, "qty": 7, "note": "shelf"}
    first = stock.post(f"{API}/parts/SPQD/stock/count", count).json()["data"]
    same = stock.post(f"{API}/parts/SPQD/stock/count", count).json()["data"]
    none = stock.post(f"{API}/parts/SPQD/stock/count", {**count, "qty": 0}).json()["data"]

    assert first["total_quantity"] == 7
    assert same["history_ids"] == []
    assert none["locations"] == []
    part.refresh_from_db()
    assert part.last_counted_at is not None


def test_the_ledger_cannot_be_changed_even_by_sql(stock: Any, part: StockPart) -> None:
    stock.post(f"{API}/parts/SPQD/stock/add", {"box_no": 1, "loc_no": 1, "qty": 2})

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE parts_stockmovement SET delta_qty = 5, balance_after = 5")

    assert StockMovement.objects.get().delta_qty == 2


def test_writing_a_seller_on_a_part_makes_it_the_primary_one(stock: Any) -> None:
    made = stock.post(
        f"{API}/parts", {"description": "10k", "seller": "Mouser", "seller_link": "https://m/1"}
    ).json()["data"]
    id4 = made["id4"]
    stock.patch(f"{API}/parts/{id4}", {"seller": "mouser"})
    second = stock.patch(f"{API}/parts/{id4}", {"seller": "DigiKey"}).json()["data"]
    removed = stock.patch(f"{API}/parts/{id4}", {"seller": None}).json()["data"]

    assert made["seller_links"][0]["is_primary"] is True
    assert [row["seller_name"] for row in second["seller_links"]] == ["Mouser", "DigiKey"]
    assert (second["seller"], removed["seller"]) == ("DigiKey", "Mouser")


def test_types_are_unique_in_any_case_and_kept_while_used(stock: Any) -> None:
    kind = PartTypeFactory(name="Zeta")
    taken = error(stock.post(f"{API}/types", {"name": "zeta"}), 409)
    stock.post(f"{API}/parts", {"description": "x", "type_id": kind.pk})
    used = error(stock.delete(f"{API}/types/{kind.pk}"), 409)

    assert taken["code"] == "RESOURCE_CONFLICT"
    assert used["code"] == "IN_USE"
    assert used["message"] == (
        f"Cannot delete Type {kind.pk} because it is being used by existing parts"
    )
    wrong = error(stock.post(f"{API}/parts", {"description": "x", "type_id": 9999}), 400)
    assert (wrong["code"], wrong["message"]) == ("INVALID_REFERENCE", "Invalid reference")


def test_reading_and_changing_need_their_permissions(api: Any, part: StockPart) -> None:
    nobody = error(api.anonymous.get(f"{API}/parts"), 401)
    wrong = error(api.anonymous.get(f"{API}/parts", headers={"X-API-Key": "nonsense"}), 401)
    assert (wrong["code"], wrong["message"]) == (
        "AUTHENTICATION_REQUIRED",
        "Invalid or expired API key",
    )
    viewer = api("viewer")
    refused = error(viewer.post(f"{API}/boxes", {"description": "x", "capacity": 1}), 403)

    assert nobody["code"] == "AUTHENTICATION_REQUIRED"
    assert viewer.get(f"{API}/parts").status_code == 200
    assert refused["code"] == "AUTHORIZATION_FAILED"
    assert Box.objects.count() == 2
    assert error(api("operator").delete(f"{API}/parts/SPQD?purge=true"), 403)


def test_lists_refuse_bad_limits_and_includes(stock: Any, part: StockPart) -> None:
    for query in ({"limit": "abc"}, {"limit": -1}, {"limit": 501}, {"include": "foo"}):
        error(stock.get(f"{API}/parts", query), 400)
    found = stock.get(f"{API}/parts", {"include": "locations,cover,projects,shopping_lists"})
    assert found.json()["meta"] == {"count": 1, "total": 1, "limit": 50, "offset": 0}


def test_parameters_are_found_by_value_whatever_the_spelling(stock: Any) -> None:
    kind = stock.post(
        f"{API}/types",
        {"name": "Resistor", "parameters": [{"name": "resistance", "unit": "ohm"}]},
    ).json()["data"]
    for text in ("4k7", "10 kΩ", "100R"):
        body = {"description": text, "type_id": kind["id"], "parameters": {"resistance": text}}
        assert stock.post(f"{API}/parts", body).status_code == 201

    query = {"param.resistance__gte": "1k", "param.resistance__lte": "10k"}
    found = stock.get(f"{API}/parts", {**query, "ordering": "description"}).json()["data"]
    exact = stock.get(f"{API}/parts", {"param.resistance": "4.7k"}).json()["data"]

    assert [row["description"] for row in found] == ["10 kΩ", "4k7"]
    assert [row["parameters"]["resistance"]["value"] for row in exact] == ["4700"]
    bad = {"description": "x", "type_id": kind["id"], "parameters": {"resistance": "5V"}}
    error(stock.post(f"{API}/parts", bad), 400)


def test_a_parameter_of_two_units_is_filtered_in_each_that_fits(stock: Any) -> None:
    for name, unit in (("Relay", "V"), ("Fuse", "")):
        parameters = [{"name": "rating", "unit": unit}]
        kind = stock.post(f"{API}/types", {"name": name, "parameters": parameters}).json()["data"]
        body = {"description": name, "type_id": kind["id"], "parameters": {"rating": "5"}}
        assert stock.post(f"{API}/parts", body).status_code == 201

    def named(value: str) -> list[str]:
        query = {"param.rating__gte": value, "ordering": "description"}
        return [row["description"] for row in stock.get(f"{API}/parts", query).json()["data"]]

    assert named("4V") == ["Relay"]
    assert named("4") == ["Fuse", "Relay"]
    error(stock.get(f"{API}/parts", {"param.rating": "4A"}), 400)
    error(stock.get(f"{API}/parts", {"param.rating__about": "4"}), 400)
    refused = stock.get(f"{API}/parts", {"param.ratnig__gt": "4"})
    assert error(refused, 400)["details"]["fields"] == {
        "param.ratnig__gt": ["No type has a parameter called 'ratnig'."]
    }


def test_values_are_read_in_every_usual_spelling() -> None:
    spellings = {"4k7": "4700", "R47": "0.47", "2R2": "2.2", "10 kOhm": "10000", "1,5M": "1500000"}
    assert {text: str(parse_value(text, "ohm").normalize()) for text in spellings} == {
        text: str(Decimal(value).normalize()) for text, value in spellings.items()
    }
    assert parse_value("p33", "F") == Decimal("0.33e-12")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:a",
        " JavaScript:x",
        "javascript:0?a.b:0",
        "data:text/html,x",
        "java\tscript:a",
        "http:javascript:a",
    ],
)
def test_addresses_of_sellers_are_of_the_web(stock: Any, address: str) -> None:
    part = make_part("ABCD")
    seller = stock.post(
        f"{API}/sellers", {"name": "Mouser", "website": "mouser.example:8080/a"}
    ).json()["data"]
    link = {"seller_id": seller["id"], "link": address}
    line = {"desired_qty": 1, "description": "x", "seller_link": address}
    wanted = stock.post(f"{API}/shopping-lists", {"name": "Week"}).json()["data"]

    for path, body in (
        ("sellers", {"name": "Other", "website": address}),
        ("parts/ABCD/seller-links", link),
        ("parts", {"description": "x", "seller": "Mouser", "seller_link": address}),
        (f"shopping-lists/{wanted['id']}/items", line),
    ):
        refused = error(stock.post(f"{API}/{path}", body), 400)
        assert list(refused["details"]["fields"].values()) == [
            ["An address that begins with http:// or https://."]
        ], path
    assert (Seller.objects.count(), part.seller_links.count()) == (1, 0)
    assert StockPart.objects.count() == 1
    assert not ShoppingItem.objects.exists()


def test_tags_are_counted_without_their_other_spellings(stock: Any) -> None:
    names = [f"tag {number}" for number in range(50)]

    made = stock.post(
        f"{API}/parts", {"description": "x", "tags": [*names, *map(str.upper, names)]}
    )
    refused = stock.post(f"{API}/parts", {"description": "x", "tags": [*names, "one more"]})

    assert made.json()["data"]["tags"] == names
    assert error(refused, 400)["details"]["fields"] == {"tags": ["At most 50 tags."]}


def test_what_is_wrong_with_a_list_is_said_under_its_name(stock: Any) -> None:
    refused = stock.post(f"{API}/stock/bulk-use", {"items": []})

    assert error(refused, 400)["details"]["errors"] == [
        {"field": "items", "message": "Ensure this field has at least 1 elements."}
    ]
