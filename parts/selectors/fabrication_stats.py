"""Counts, leaderboard and times of the workshop (contract 3.3, 4.7)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum

from parts.choices.fabrication import PartKind, PartStatus, Stage
from parts.fabrication import misc_info
from parts.models import FabricationPart

BUCKETS = (
    ("< 1 hour", 1.0),
    ("1-4 hours", 4.0),
    ("4-8 hours", 8.0),
    ("8-24 hours", 24.0),
    ("> 24 hours", float("inf")),
)
BEST = 5
HAND_SHARE = 0.5
COUNTED = {
    "pending": PartStatus.PENDING,
    "in_progress": PartStatus.IN_PROGRESS,
    "completed": PartStatus.COMPLETED,
}


def counts() -> dict[str, Any]:
    """Count parts (not amounts) by stage, by three statuses, by whether somebody has them."""
    has_name = Q(assigned__isnull=False) & ~Q(assigned="")
    asked = {f"stage_{stage}": Count("pk", filter=Q(category=stage)) for stage in Stage.values}
    asked |= {f"is_{key}": Count("pk", filter=Q(status=word)) for key, word in COUNTED.items()}
    found = FabricationPart.objects.aggregate(
        **asked, named=Count("pk", filter=has_name), everything=Count("pk")
    )
    by_category = {stage: found[f"stage_{stage}"] for stage in Stage.values}
    return {
        "by_category": by_category,
        "by_status": {key: found[f"is_{key}"] for key in COUNTED},
        "assignment": {
            "assigned": found["named"],
            "unassigned": found["everything"] - found["named"],
        },
        "total": sum(by_category.values()),
    }


def leaderboard() -> list[dict[str, Any]]:
    """Return who made how much, best first: one for each own part, a half for each earlier hand."""
    scores: dict[str, float] = defaultdict(float)
    for row in _completed("assigned", "misc_info"):
        name, info = (row["assigned"] or "").strip(), row["misc_info"]
        if name:
            scores[name] += -1.0 if misc_info.is_incorrect(info) else 1.0
        for entry in misc_info.workers_of(info):
            if entry["name"].strip() != name:
                scores[entry["name"].strip()] += HAND_SHARE
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [{"name": name, "score": score} for name, score in ranked]


def detailed() -> dict[str, Any]:
    """Return sums of amounts, and how long completed parts took from claim to completion."""
    rows = FabricationPart.objects.all()
    by_stage = _amounts(rows.values_list("category").annotate(n=Sum("amount")).order_by())
    by_kind = _amounts(rows.values_list("type").annotate(n=Sum("amount")).order_by())
    running = rows.filter(status=PartStatus.IN_PROGRESS).aggregate(n=Sum("amount"))["n"]
    done = list(_completed("assigned", "misc_info", "amount", "claimed_date", "updated_at"))
    average, buckets = _times(done)
    return {
        "total_parts": sum(by_stage.values()),
        "completed_parts": by_stage.get(Stage.COMPLETED.value, 0),
        "in_progress_parts": running or 0,
        "by_type": {kind: by_kind.get(kind, 0) for kind in PartKind.values},
        "by_category": {stage: by_stage.get(stage, 0) for stage in Stage.values},
        "average_completion_time": average,
        "completion_time_distribution": buckets,
        "top_contributors": _contributors(done),
    }


def yields() -> dict[str, Any]:
    """Return pieces made good and lost; `yield` is the share of good ones, None without any."""
    found = FabricationPart.objects.aggregate(good=Sum("good"), scrap=Sum("scrap"))
    good, scrap = found["good"] or 0, found["scrap"] or 0
    share = round(good / (good + scrap), 4) if good + scrap else None
    return {"good": good, "scrap": scrap, "yield": share}


def hours_of(row: Mapping[str, Any]) -> float:
    """Return the hours from claim to completion, never negative."""
    noted = misc_info.read_time((row["misc_info"] or {}).get(misc_info.COMPLETED_AT))
    ended: datetime = noted or row["updated_at"]
    return max((ended - row["claimed_date"]).total_seconds() / 3600, 0.0)


def _times(done: Iterable[Mapping[str, Any]]) -> tuple[float | None, dict[str, int]]:
    buckets = {name: 0 for name, _ in BUCKETS}
    hours, pieces = 0.0, 0
    for row in done:
        if row["claimed_date"] is None:
            continue
        took = hours_of(row)
        hours, pieces = hours + took * row["amount"], pieces + row["amount"]
        buckets[next(name for name, end in BUCKETS if took < end)] += row["amount"]
    return (hours / pieces if pieces else None), buckets


def _contributors(done: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    made: Counter[str] = Counter()
    for row in done:
        if name := (row["assigned"] or "").strip():
            made[name] += row["amount"]
    ranked = sorted(made.items(), key=lambda item: (-item[1], item[0]))
    return [{"name": name, "count": count} for name, count in ranked[:BEST]]


def _completed(*names: str) -> Iterable[dict[str, Any]]:
    return FabricationPart.objects.filter(category=Stage.COMPLETED).order_by("pk").values(*names)


def _amounts(pairs: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    return dict(pairs)
