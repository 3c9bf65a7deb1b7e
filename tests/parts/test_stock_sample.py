"""The replaced system's sample data must give the figures that it gave."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from parts.models import StockMovement
from parts.services.legacy_import import import_electronics

pytestmark = pytest.mark.django_db


def data(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()["data"]


def test_importing_twice_adds_nothing_and_the_promises_hold(sample: Any) -> None:
    again = import_electronics(folder=sample)

    assert sum(again.added.values()) == 0
    assert StockMovement.objects.count() == 63
    call_command("check_stock")


def test_opening_lines_are_dated_a_minute_before_the_first_one(sample: Any) -> None:
    lines = list(StockMovement.objects.filter(part__id4="QRST").order_by("seq"))

    assert lines[0].delta_qty == 50
    assert lines[0].reason == "opening"
    assert (lines[1].at - lines[0].at).total_seconds() == 60


def test_dashboard_says_what_the_replaced_one_said(sample: Any, stock: Any) -> None:
    assert data(stock.get("/api/stock/dashboard/stats")) == {
        "total_parts": 53,
        "total_quantity": 1550,
        "total_boxes": 10,
        "total_types": 100,
        "changes_7d": 0,
        "changes_30d": 0,
        "low_stock_count": 16,
    }
    low = data(stock.get("/api/stock/dashboard/low-stock"))
    assert [(row["part_id4"], row["current_quantity"]) for row in low[:5]] == [
        ("JJKE", 1),
        ("WXBC", 1),
        ("BCDE", 2),
        ("PQST", 2),
        ("QTUV", 2),
    ]
    spread = data(stock.get("/api/stock/dashboard/category-distribution"))
    assert [(row["type_name"], row["part_count"]) for row in spread[:3]] == [
        ("LED (Discrete)", 6),
        ("Sensor", 6),
        ("Microcontroller", 4),
    ]
    summary = data(stock.get("/api/stock/dashboard/storage-summary"))
    assert summary[1]["usage_percentage"] == 6.7


def test_box_usage_is_rounded_to_two_digits(sample: Any, stock: Any) -> None:
    assert data(stock.get("/api/stock/boxes/2/usage"))["usage_percentage"] == 6.67
    assert data(stock.get("/api/stock/boxes/3/usage"))["usage_percentage"] == 46.67


RANKING: dict[str, list[tuple[str, int]]] = {
    "lm358": [("EFGH", 70)],
    "ABCD": [("ABCD", 100)],
    "AB": [
        ("ABCD", 80),
        ("ABEF", 80),
        ("NORS", 25),
        ("UVWX", 25),
        ("WXYZ", 25),
        ("OPQR", 20),
        ("TUVW", 20),
    ],
    "relay 5v": [("YZAB", 115), ("MEDC", 115)],
    "texas": [("ABCD", 35), ("EFGH", 35), ("GHKL", 35), ("WXYZ", 35), ("MEDA", 35)],
}
MENDED = {"resisror": "resistor", "capcitor": "capacitor", "registar": "register"}


def test_search_ranks_as_the_contract_says(sample: Any, stock: Any) -> None:
    for query, expected in RANKING.items():
        found = data(stock.get("/api/stock/search", {"q": query}))

        assert [(row["id4"], row["score"]) for row in found][: len(expected)] == expected


def test_search_mends_what_is_misspelt_a_little(sample: Any, stock: Any) -> None:
    def found(query: str) -> Any:
        return data(stock.get("/api/stock/search", {"q": query}))

    for query, word in MENDED.items():
        assert found(query)
        assert {row["score"] for row in found(query)} == {5}
        assert any(word in str(row).lower() for row in found(query))
    assert not any("relay" in row["description"].lower() for row in found("realy"))


def test_search_needs_at_most_six_queries(
    sample: Any, stock: Any, django_assert_max_num_queries: Any
) -> None:
    asked = ("registar s", "lm358", "resisror", "relay 5v", "resisror capcitor", "e", "resisror e")
    for query in asked:
        with django_assert_max_num_queries(8):  # two of them read the caller's rights
            stock.get("/api/stock/search", {"q": query})


def test_suggestions_prefer_boxes_that_hold_the_type(sample: Any, stock: Any) -> None:
    resistor = data(stock.get("/api/stock/types", {"q": "Resistor"}))
    kind = next(row for row in resistor if row["name"] == "Resistor")

    near = data(stock.get("/api/stock/locations/suggest", {"type_id": kind["id"], "count": 3}))
    anywhere = data(stock.get("/api/stock/locations/suggest", {"count": 3}))

    assert near["suggestions"] == [
        {"box_no": 2, "loc_no": number, "reason": "same_type_box"} for number in (5, 6, 7)
    ]
    assert [(row["box_no"], row["loc_no"]) for row in anywhere["suggestions"]] == [
        (1, 4),
        (1, 6),
        (1, 7),
    ]


def test_kit_coverage_and_preview_agree_with_the_replaced_system(sample: Any, stock: Any) -> None:
    kits = {row["name"]: row["id"] for row in data(stock.get("/api/stock/projects"))}

    kit = data(stock.get(f"/api/stock/projects/{kits['Field Recorder Essentials']}"))
    keys = ("part_id4", "total_required", "in_stock", "reserved", "available", "shortfall")
    lines = [tuple(row[key] for key in keys) for row in kit["requirements"]]
    assert lines == [("ABCD", 2, 25, 6, 19, 0), ("IJKL", 6, 5, 0, 5, 1)]
    assert kit["coverage"] == "partial"
    assert kit["buildable_units"] == 1

    preview = stock.post(
        f"/api/stock/projects/{kits['Synth Voice Starter']}/pick-lists/preview",
        {"requested_units": 10},
    )
    assert preview.json()["data"]["parts_with_shortfall"][0] == {
        "part_id4": "ABCD",
        "required_quantity": 20,
        "usable_quantity": 17,
        "shortfall_amount": 3,
    }


def test_shopping_groups_add_up(sample: Any, stock: Any) -> None:
    lists = {row["name"]: row for row in data(stock.get("/api/stock/shopping-lists"))}
    bench = data(stock.get(f"/api/stock/shopping-lists/{lists['Bench Replenishment']['id']}"))

    shown = [
        (row["seller"], row["totals"]["needed"], row["totals"]["ordered"], row["status"])
        for row in bench["groups"]
    ]
    assert shown == [
        ("DigiKey", 5, 5, "ordered"),
        ("Mouser", 2, 2, "ordered"),
        ("TinyTronics", 6, 0, "active"),
        (None, 18, 0, None),
    ]
    assert bench["status"] == "ready"
    assert lists["Spring Synth Build"]["status"] == "concept"
