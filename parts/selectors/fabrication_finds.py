"""Finds of the global search among parts to make, and what the overview counts."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse

from inventory_site.core.registry import SearchHit
from parts.choices.fabrication import Stage
from parts.models import FabricationPart
from parts.models.fabrication import folded


def parts(text: str, limit: int) -> list[SearchHit]:
    """Return parts that hold a text; those whose name or id is it come first."""
    needle = folded(text)
    rows = FabricationPart.objects.matching(text).order_by("-updated_at", "-pk")[: limit * 4]
    hits = [_hit(part, needle) for part in rows]
    return sorted(hits, key=lambda hit: (hit.rank, hit.label.casefold()))[:limit]


def open_by_stage() -> list[tuple[str, str, int]]:
    """Return stage, its word and how many parts are there, of the stages that have any."""
    rows = FabricationPart.objects.unfinished().values_list("category").annotate(n=Count("pk"))
    counts = dict(rows.order_by())
    return [(stage.value, stage.label, counts[stage]) for stage in Stage if stage in counts]


def _hit(part: FabricationPart, needle: str) -> SearchHit:
    names = (folded(part.name), folded(part.part_id))
    rank = 0 if needle in names else 1 if any(n.startswith(needle) for n in names if n) else 2
    return SearchHit(
        kind="Part to make",
        label=str(part),
        url=reverse("admin:parts_fabricationpart_change", args=[part.pk]),
        rank=rank,
        note=f"{part.get_category_display()} · {part.status}",
        object_id=str(part.pk),
    )
