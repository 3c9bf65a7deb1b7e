"""Reorganisation: the planner's example, and plans applied whole, in part and too late."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parts.models import Box, PartLocation, ReorgPlan, StockMovement, StockPart
from parts.reorg import Layout, Metrics, Stock, Wishes, planned
from parts.services import movements, reorg
from parts.services.booking import Amount

API = "/api/stock/reorg/plans"
EXAMPLE = Layout(
    rows=[
        Stock("RESA", 10, 1, 1, 1),
        Stock("CAPA", 5, 1, 2, 2),
        Stock("RESB", 7, 1, 3, 1),
        Stock("CAPB", 8, 2, 1, 2),
        Stock("CAPC", 9, 2, 3, 2),
        Stock("RESC", 3, 2, 4, 1),
    ],
    capacities={1: 4, 2: 4},
    types={1: ("Resistor", None), 2: ("Capacitor", None)},
)


def test_the_contract_s_example_is_planned_as_written() -> None:
    plan = planned(EXAMPLE, Wishes())

    moves = [(step.id4, step.source, step.target, step.depends_on) for step in plan.steps]
    assert moves == [("CAPA", (1, 2), (2, 2), ()), ("RESC", (2, 4), (1, 2), (1,))]
    assert (plan.before, plan.after) == (Metrics(2, 1), Metrics(0, 0))
    assert plan.steps[0].text == (
        "Move 5 of CAPA from 1-2 to 2-2 to keep all Capacitor parts in box 2"
    )


def test_a_group_moves_whole_or_not_at_all() -> None:
    assert planned(EXAMPLE, Wishes(max_moves=1)).steps[0].id4 == "CAPA"
    assert len(planned(EXAMPLE, Wishes(max_moves=1)).steps) == 1
    full = Layout(EXAMPLE.rows, {1: 3, 2: 3}, EXAMPLE.types)
    assert [step.reason for step in planned(full, Wishes(compact=False)).steps] == [
        "cluster",
        "cluster",
    ]


@pytest.fixture
def plan_id(sample: Any, stock: Any, commits: Any) -> str:
    with commits():
        made = stock.post(API, {})
    assert made.status_code == 202, made.content
    assert made.json()["data"]["status"] == "pending"
    found: str = made.json()["data"]["id"]
    return found


@pytest.mark.django_db
def test_sample_data_gives_the_contract_s_steps_and_applying_twice_is_once(
    stock: Any, plan_id: str
) -> None:
    plan = stock.get(f"{API}/{plan_id}").json()["data"]

    moves = [
        (
            step["part_id4"],
            f"{step['from_box_no']}-{step['from_loc_no']}",
            f"{step['to_box_no']}-{step['to_loc_no']}",
            step["reason"],
            step["depends_on"],
        )
        for step in plan["steps"]
    ]
    assert moves == [
        ("UVYZ", "3-9", "10-3", "cluster", []),
        ("YZAB", "1-5", "1-4", "compact", []),
        ("ACEG", "3-14", "3-9", "compact", [1]),
    ]
    assert plan["metrics"] == {
        "before": {"spread": 1, "gaps": 1},
        "after": {"spread": 0, "gaps": 0},
        "moves": 3,
    }
    half = stock.post(f"{API}/{plan_id}/apply", {"steps": [1, 2]}).json()["data"]
    assert (half["applied"], half["plan"]["status"]) == ([1, 2], "partial")
    whole = stock.post(f"{API}/{plan_id}/apply", {}).json()["data"]
    again = stock.post(f"{API}/{plan_id}/apply", {}).json()["data"]
    assert (whole["applied"], whole["plan"]["status"]) == ([1, 2, 3], "applied")
    assert again == whole
    assert StockMovement.objects.filter(reason="reorg").count() == 6
    ReorgPlan.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert stock.post(f"{API}/{plan_id}/apply", {}).status_code == 200


@pytest.mark.django_db
def test_a_stale_step_is_refused_and_blocks_what_depends_on_it(stock: Any, plan_id: str) -> None:
    movements.use_stock(actor=None, id4="UVYZ", deductions=[Amount(3, 9, 1)])

    alone = stock.post(f"{API}/{plan_id}/apply", {"steps": [1]})
    marked = [step["status"] for step in stock.get(f"{API}/{plan_id}").json()["data"]["steps"]]
    early = stock.post(f"{API}/{plan_id}/apply", {"steps": [3]})
    done = stock.post(f"{API}/{plan_id}/apply", {}).json()["data"]

    assert (alone.status_code, alone.json()["error"]["code"]) == (409, "PLAN_STALE")
    assert marked == ["stale", "pending", "blocked"]
    assert (early.status_code, early.json()["error"]["code"]) == (409, "INVALID_OPERATION")
    assert (done["applied"], done["stale"], done["blocked"]) == ([2], [1], [3])
    assert PartLocation.objects.filter(part__id4="UVYZ", box_no=3, loc_no=9).exists()


@pytest.mark.django_db
def test_what_follows_a_stale_step_is_blocked_though_nobody_asked_for_it(
    stock: Any, plan_id: str
) -> None:
    movements.use_stock(actor=None, id4="UVYZ", deductions=[Amount(3, 9, 1)])

    some = stock.post(f"{API}/{plan_id}/apply", {"steps": [1, 2]}).json()["data"]
    rest = stock.post(f"{API}/{plan_id}/apply", {}).json()["data"]
    again = stock.post(f"{API}/{plan_id}/apply", {}).json()["data"]

    assert [step["status"] for step in some["plan"]["steps"]] == ["stale", "applied", "blocked"]
    assert again == rest
    assert (rest["applied"], rest["stale"], rest["blocked"]) == ([2], [1], [3])


@pytest.mark.django_db
def test_an_expired_plan_is_refused(stock: Any, plan_id: str) -> None:
    ReorgPlan.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    late = stock.post(f"{API}/{plan_id}/apply", {})

    assert (late.status_code, late.json()["error"]["code"]) == (409, "PLAN_EXPIRED")
    assert StockMovement.objects.filter(reason="reorg").count() == 0


def test_a_place_that_two_parts_shared_is_free_after_both_have_left() -> None:
    shared = Layout(
        rows=[
            Stock("RESA", 1, 1, 1, 1),
            Stock("RESB", 1, 1, 3, 1),
            Stock("CAPA", 5, 1, 2, 2),
            Stock("CAPB", 6, 1, 2, 2),
            Stock("CAPC", 8, 2, 1, 2),
            Stock("CAPD", 8, 2, 2, 2),
            Stock("CAPE", 8, 2, 3, 2),
        ],
        capacities={1: 3, 2: 5},
        types={1: ("Resistor", None), 2: ("Capacitor", None)},
    )

    steps = planned(shared, Wishes()).steps

    assert [(step.id4, step.source, step.target, step.depends_on) for step in steps] == [
        ("CAPA", (1, 2), (2, 4), ()),
        ("CAPB", (1, 2), (2, 5), ()),
        ("RESB", (1, 3), (1, 2), (1, 2)),
    ]


@pytest.mark.django_db
def test_all_boxes_are_locked_before_the_first_part(plan_id: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        reorg.apply_plan(actor=None, plan_id=plan_id)

    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    first_box, first_part = (
        next(place for place, sql in enumerate(reads) if f'FROM "{table}"' in sql)
        for table in (Box._meta.db_table, StockPart._meta.db_table)
    )
    assert first_box < first_part
    assert set(re.findall(r"\d+", reads[first_box].split(" IN ")[1])) == {"1", "3", "10"}


@pytest.mark.django_db
def test_a_plan_without_moves_offers_nothing_to_apply(admin_page: Any) -> None:
    plan = reorg.request_plan(actor=None, params={})
    reorg.work_out(str(plan.pk))

    page = admin_page.get(f"/admin/parts/reorgplan/{plan.pk}/change/").content.decode()

    assert "Nothing to tidy up" in page
    assert "verbs/apply" not in page
    assert "verbs/skip" not in page
