"""How far the stock reaches for a kit (contract 5.6.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Cast

from parts.choices.stock import KitStatus
from parts.models import Kit, KitRequirement

ORDER = ("enough", "partial", "missing")
KEPT = Cast("required_qty", BigIntegerField()) * Cast("kit__build_target", BigIntegerField())


@dataclass(frozen=True, slots=True)
class Reservation:
    """What another active kit keeps of a part."""

    project_id: int
    project_name: str
    status: str
    build_target: int
    required_qty: int
    reserved_quantity: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """One requirement against the stock, in pieces."""

    requirement: KitRequirement
    total_required: int
    in_stock: int
    reserved: int
    available: int
    shortfall: int
    state: str
    text: str
    reservations: list[Reservation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KitCoverage:
    """A kit against the stock: the worst line decides; units without other kits' share."""

    lines: list[Coverage]
    state: str | None
    buildable_units: int | None


def reservations_of(
    part_pks: Iterable[int], *, but: int | None = None
) -> dict[int, list[Reservation]]:
    """Return what active kits keep of each part, by kit name then id; one query."""
    rows = (
        KitRequirement.objects.filter(part__in=list(part_pks), kit__status=KitStatus.ACTIVE)
        .exclude(kit=but)
        .select_related("kit")
        .order_by("kit__name", "kit_id")
    )
    found: dict[int, list[Reservation]] = defaultdict(list)
    for row in rows:
        found[row.part_id or 0].append(_reservation(row))
    return found


def reserved_quantities(part_pks: Iterable[int]) -> dict[int, int]:
    """Return how many of each part the active kits keep together; one query."""
    rows = (
        KitRequirement.objects.filter(part__in=list(part_pks), kit__status=KitStatus.ACTIVE)
        .values("part_id")
        .annotate(kept=Sum(KEPT))
    )
    return {row["part_id"]: int(row["kept"]) for row in rows.order_by()}


def coverage_of(kit: Kit) -> KitCoverage:
    """Return every requirement with what is there for it, by part id, placeholders last."""
    rows = list(
        kit.requirements.select_related("part", "part__type").order_by(
            F("part__id4").asc(nulls_last=True), "pk"
        )
    )
    kept = reservations_of([row.part_id for row in rows if row.part_id], but=kit.pk)
    lines = [line_of(row, kit, kept.get(row.part_id or 0, [])) for row in rows]
    state = max((line.state for line in lines), key=ORDER.index, default=None)
    return KitCoverage(lines, state, _buildable(lines))


def with_needs(rows: QuerySet[Kit]) -> QuerySet[Kit]:
    """Load what `state_of` asks of each kit; two queries whatever their number."""
    kept = (
        KitRequirement.objects.filter(part=OuterRef("part"), kit__status=KitStatus.ACTIVE)
        .order_by()
        .values("part")
        .annotate(kept=Sum(KEPT))
        .values("kept")
    )
    lines = KitRequirement.objects.select_related("part").annotate(
        kept_by_all=Subquery(kept, output_field=BigIntegerField())
    )
    return rows.prefetch_related(Prefetch("requirements", lines, to_attr="needs"))


def state_of(kit: Any) -> str | None:
    """Return how far the stock reaches for a kit of `with_needs`; the worst line decides."""
    is_active = kit.status == KitStatus.ACTIVE
    states = []
    for row in kit.needs:
        total = row.required_qty * kit.build_target
        reserved = (row.kept_by_all or 0) - (total if is_active and row.part_id else 0)
        available = max((row.part.total_quantity if row.part else 0) - reserved, 0)
        states.append("enough" if total <= available else "partial" if available else "missing")
    return max(states, key=ORDER.index, default=None)


def line_of(row: KitRequirement, kit: Kit, kept: list[Reservation]) -> Coverage:
    """Work out one line; `kept` are the other active kits' shares of its part."""
    total = row.required_qty * kit.build_target
    in_stock = row.part.total_quantity if row.part else 0
    reserved = sum(item.reserved_quantity for item in kept)
    available = max(in_stock - reserved, 0)
    short = max(total - available, 0)
    state = "enough" if short == 0 else "missing" if available == 0 else "partial"
    text = "have enough" if short == 0 else f"short by {short}"
    if row.part is None:
        text = "not in inventory"
    return Coverage(row, total, in_stock, reserved, available, short, state, text, kept)


def _buildable(lines: list[Coverage]) -> int | None:
    if not lines:
        return None
    if any(line.requirement.part_id is None for line in lines):
        return 0
    return min(line.available // line.requirement.required_qty for line in lines)


def _reservation(row: KitRequirement) -> Reservation:
    return Reservation(
        project_id=row.kit_id,
        project_name=row.kit.name,
        status=row.kit.status,
        build_target=row.kit.build_target,
        required_qty=row.required_qty,
        reserved_quantity=row.required_qty * row.kit.build_target,
        updated_at=row.kit.updated_at,
    )
