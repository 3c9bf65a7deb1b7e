"""Figures, failures and the wipe (contract 3.3, 3.7, 4.7)."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parts.models import FabricationPart, PartEvent
from parts.services import fabrication_backup
from tests.clients.fabrication import KEY, Shop
from tests.factories.accounts import UserFactory
from tests.factories.fabrication import FabricationPartFactory

pytestmark = pytest.mark.django_db


def test_parts_are_counted_as_recorded(shop: Shop) -> None:
    FabricationPartFactory(category="hand", status="In Progress", assigned="Ann")
    FabricationPartFactory(category="hand", assigned="")
    FabricationPartFactory(category="misc", status="Approved")
    FabricationPartFactory(category="completed", status="Completed", assigned="Ben")

    assert shop.get("stats").json() == {
        "by_category": {"review": 0, "cnc": 0, "hand": 2, "misc": 1, "completed": 1},
        "by_status": {"pending": 1, "in_progress": 1, "completed": 1},
        "assignment": {"assigned": 2, "unassigned": 2},
        "total": 4,
    }


def test_the_leaderboard_scores_as_recorded(shop: Shop) -> None:
    def log(*names: str) -> list[dict[str, str]]:
        return [{"name": name, "timestamp": "2026-11-20T10:00:00+00:00"} for name in names]

    made = {"category": "completed", "status": "Completed"}
    FabricationPartFactory(**made, assigned="Ann")
    FabricationPartFactory(
        **made, assigned="Ben", misc_info={"handWorkers": [*log("Ann", "Ann", "Ben", "Hal"), 5]}
    )
    FabricationPartFactory(
        **made,
        assigned="Cy",
        misc_info={"completedIncorrectly": True, "hand_workers": log("Ben")},
    )
    FabricationPartFactory(assigned="Nobody yet")

    assert shop.get("leaderboard").json() == {
        "leaderboard": [
            {"name": "Ann", "score": 2.0},
            {"name": "Ben", "score": 1.5},
            {"name": "Hal", "score": 0.5},
            {"name": "Cy", "score": -1.0},
        ]
    }


def test_times_are_weighed_by_amount_as_worked_out(shop: Shop) -> None:
    claimed = datetime(2026, 11, 1, tzinfo=UTC)
    for hours, amount in ((0.5, 3), (1, 2), (24, 5)):
        FabricationPartFactory(
            category="completed",
            status="Completed",
            amount=amount,
            assigned="Ann",
            claimed_date=claimed,
            misc_info={"completed_at": (claimed + timedelta(hours=hours)).isoformat()},
        )

    found = shop.get("stats/detailed").json()

    assert found["average_completion_time"] == pytest.approx(12.35)
    assert list(found["completion_time_distribution"].items()) == [
        ("< 1 hour", 3), ("1-4 hours", 2), ("4-8 hours", 0), ("8-24 hours", 0), ("> 24 hours", 5),
    ]  # fmt: skip
    assert found["top_contributors"] == [{"name": "Ann", "count": 10}]
    assert (found["total_parts"], found["completed_parts"], found["in_progress_parts"]) == (
        10,
        10,
        0,
    )
    assert found["by_type"] == {"cnc": 10, "hand": 0, "misc": 0}


def test_an_empty_shop_has_empty_figures(shop: Shop) -> None:
    found = shop.get("stats/detailed").json()

    assert found["average_completion_time"] is None
    assert set(found["completion_time_distribution"].values()) == {0}
    assert found["top_contributors"] == []
    assert shop.get("leaderboard").json() == {"leaderboard": []}


def test_a_failure_says_what_failed_and_nothing_else(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = shop.made()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(FabricationPart, "write_search_text", broken)
    answers = {
        "create part": shop.post("", {"name": "x"}),
        "update part": shop.put(str(part["id"]), {"name": "y"}),
        "approve part": shop.post(f"{part['id']}/approve"),
        "complete part": shop.post(f"{part['id']}/complete"),
    }

    for verb, answer in answers.items():
        assert (answer.status_code, answer.json()) == (500, {"error": f"Failed to {verb}"})
    assert shop.get(str(part["id"])).json() == part


def test_everything_is_wiped_after_a_backup(shop: Shop, settings: Any, tmp_path: Path) -> None:
    settings.PATCHBAY_VAR = tmp_path
    part = shop.made()
    shop.upload(part["id"], "x.pdf", b"%PDF-1.4 x")

    wrong = [shop.post("wipe", body) for body in ({}, {"password": "no"}, {"password": 5})]
    right = shop.post("wipe", {"password": KEY})
    later = shop.made()
    backup = next((tmp_path / "backups").glob("fabrication.*.bak"))

    assert [(answer.status_code, answer.json()) for answer in wrong] == [
        (403, {"error": "Incorrect password"})
    ] * 3
    assert right.json() == {"message": "All parts and files wiped successfully", "count": 1}
    assert later["id"] > part["id"]
    assert PartEvent.objects.filter(action="wiped").count() == 1
    with zipfile.ZipFile(backup) as archive:
        assert any(name.startswith("blobs/") for name in archive.namelist())


def test_nothing_is_wiped_without_a_backup_or_the_scope(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = shop.made()
    person = Shop(key=None)
    person.client.force_login(UserFactory(roles=["fab_reviewer"]))

    refused = person.post("wipe", {"password": KEY})

    def no_room(*args: Any) -> Path:
        raise OSError

    monkeypatch.setattr(fabrication_backup, "folder", no_room)
    failed = shop.post("wipe", {"password": KEY})

    assert (refused.status_code, refused.json()) == (403, {"error": "Forbidden"})
    assert (failed.status_code, failed.json()) == (500, {"error": "Failed to wipe parts"})
    assert shop.get(str(part["id"])).status_code == 200
