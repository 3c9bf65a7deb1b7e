"""What pages and scripts read besides the list: history, queues, capacity, pictures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from parts.choices.fabrication import Stage
from parts.models import ConvertedModel, FabricationFile, FabricationPart, Machine, PartEvent
from parts.models.fabrication import FabricationPartQuerySet
from parts.selectors.fabrication_stats import hours_of


def events_of(part: FabricationPart) -> Any:
    """Return a part's events, newest first."""
    return PartEvent.objects.filter(part=part).order_by("-pk")


def models_of(parts: Iterable[FabricationPart]) -> dict[int, ConvertedModel]:
    """Return the model of each part's current file by the part's id, in two queries."""
    named = {part.pk: part.file for part in parts if part.file}
    rows = FabricationFile.objects.filter(part_id__in=named).order_by("pk")
    blobs = {
        part_id: blob_id
        for part_id, name, blob_id in rows.values_list("part_id", "stored_name", "blob_id")
        if named[part_id] == name
    }
    found = {
        model.blob_id: model
        for model in ConvertedModel.objects.filter(blob_id__in=set(blobs.values())).select_related(
            "blob"
        )
    }
    return {part_id: found[blob] for part_id, blob in blobs.items() if blob in found}


def stage_of(stage: str, *, limit: int = 50) -> tuple[list[FabricationPart], int]:
    """Return the parts of a stage in queue order (done ones newest first), and how many."""
    rows = FabricationPart.objects.filter(category=stage).select_related("machine")
    ordered = rows.order_by("-updated_at", "-pk") if stage == Stage.COMPLETED else _queue(rows)
    return list(ordered[:limit]), rows.count()


def machines_with_queues() -> list[tuple[Machine, list[FabricationPart]]]:
    """Return every machine that is active or has parts, with its queue."""
    queues: dict[int, list[FabricationPart]] = {}
    rows = FabricationPart.objects.filter(machine__isnull=False)
    for part in rows.order_by("machine", "queue_position", "pk"):
        queues.setdefault(part.machine_id or 0, []).append(part)
    machines = Machine.objects.filter(Q(is_active=True) | Q(pk__in=queues))
    return [(machine, queues.get(machine.pk, [])) for machine in machines]


def without_machine() -> list[FabricationPart]:
    """Return parts in production that stand in no machine's queue, in queue order."""
    return list(_queue(FabricationPart.objects.in_production().filter(machine__isnull=True))[:200])


def capacity() -> dict[str, Any]:
    """Return open amounts by machine, type and subsystem, the oldest part's age, and hours of the
    last 30 days."""
    rows = FabricationPart.objects.unfinished()
    asked = {"parts": Count("pk"), "amount": Sum("amount"), "oldest": Min("created_at")}
    since = timezone.now() - timedelta(days=30)
    done = FabricationPart.objects.filter(
        category=Stage.COMPLETED, claimed_date__isnull=False, updated_at__gte=since
    ).values("misc_info", "claimed_date", "updated_at")
    hours = [hours_of(row) for row in done]
    return {
        "by_machine": _grouped(rows.filter(machine__isnull=False), "machine__name", asked),
        "by_type": _grouped(rows, "type", asked),
        "by_subsystem": _grouped(rows, "subsystem", asked),
        "average_hours_30_days": round(sum(hours) / len(hours), 2) if hours else None,
    }


def _grouped(
    rows: FabricationPartQuerySet, name: str, asked: dict[str, Any]
) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "name": row[name],
            "parts": row["parts"],
            "amount": row["amount"],
            "oldest_days": (now - row["oldest"]).days,
        }
        for row in rows.values(name).annotate(**asked).order_by(name)
    ]


def _queue(rows: FabricationPartQuerySet) -> FabricationPartQuerySet:
    return rows.queued()
