"""Reorganisation plans: stored, applied step by step (contract 5.11)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.stock import JobKind, MovementReason, PlanStatus
from parts.errors.stock import (
    InvalidOperation,
    PlanExpired,
    PlanStale,
    RecordNotFound,
    StockInvalid,
)
from parts.models import Box, PartLocation, PartType, ReorgPlan, StockJob, StockPart
from parts.reorg import Layout, Plan, Step, Stock, Wishes, planned
from parts.services import jobs
from parts.services.booking import Amount, Booking, Place, locked_boxes, locked_parts
from parts.services.movements import move_within

PENDING, APPLIED, SKIPPED, STALE, BLOCKED = "pending", "applied", "skipped", "stale", "blocked"
OPEN = {PENDING, STALE, BLOCKED}


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did, by step number."""

    plan: ReorgPlan
    applied: list[int]
    stale: list[int]
    blocked: list[int]


def request_plan(*, actor: Any, params: Mapping[str, Any]) -> ReorgPlan:
    """Store a pending plan and queue the work on it."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        plan = ReorgPlan.objects.create(
            params=dict(params), created_by=actor if isinstance(actor, User) else None
        )
        job = jobs.start(actor=actor, kind=JobKind.REORG, params={"plan_id": str(plan.pk)})
        plan.job_id = job.pk
        plan.save(update_fields=["job_id", "updated_at"])
        audit.record(actor, "reorg.requested", plan, after=dict(params))
    plan.refresh_from_db()
    return plan


def work_out(plan_id: str) -> ReorgPlan | None:
    """Plan the moves of a pending plan; a plan that is ready stays as it is."""
    plan = ReorgPlan.objects.filter(pk=plan_id).first()
    if plan is None or plan.status != PlanStatus.PENDING:
        return plan
    found = planned(_layout(plan.params), _wishes(plan.params))
    with guarded():
        row = lock(ReorgPlan.objects.filter(pk=plan_id)).first()
        if row is None or row.status != PlanStatus.PENDING:
            return row
        row.steps = [_stored(step) for step in found.steps]
        row.metrics = _metrics(found)
        row.status = PlanStatus.READY
        row.expires_at = timezone.now() + timedelta(hours=settings.STOCK_PLAN_HOURS)
        row.save()
    return row


def give_up(plan_id: str, reason: str) -> None:
    """Say that a pending plan will not be worked out."""
    pending = ReorgPlan.objects.filter(pk=plan_id, status=PlanStatus.PENDING)
    pending.update(status=PlanStatus.FAILED, error=reason, updated_at=timezone.now())


def apply_plan(*, actor: Any, plan_id: str, seqs: Sequence[int] | None = None) -> Applied:
    """Do the steps named, or all that are pending, and say how those, or all, stand now.

    So a repeated call changes nothing and says the same. Raises `PlanExpired`, `PlanStale` when the
    one step asked for is stale, which is kept in the plan, `InvalidOperation` for a step whose
    dependency is neither applied nor asked for.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        plan = _locked(plan_id)
        steps = {step["seq"]: step for step in plan.steps}
        wanted = _wanted(steps, seqs)
        todo = [seq for seq in wanted if steps[seq]["status"] in OPEN]
        if plan.status in {PlanStatus.PENDING, PlanStatus.FAILED}:
            raise InvalidOperation("apply plan", "it is not ready")
        if plan.status != PlanStatus.APPLIED and _is_over(plan):
            raise PlanExpired("The plan has expired; make a new one.")
        _require_dependencies(steps, todo)
        if todo:
            done = _run(actor, plan, steps, todo)
            _settle(plan)
            after = {"steps": done.applied, **({"stale": done.stale} if done.stale else {})}
            audit.record(actor, "reorg.applied", plan, after=after)
    if todo and seqs is not None and len(wanted) == 1 and done.stale:
        raise PlanStale("The stock has changed since the plan was made.", step=wanted[0])
    return _said(plan, steps, wanted if seqs else sorted(steps))


def skip_steps(*, actor: Any, plan_id: str, seqs: Sequence[int]) -> ReorgPlan:
    """Leave steps out; steps that were applied or left out before stay as they are."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        plan = _locked(plan_id)
        steps = {step["seq"]: step for step in plan.steps}
        todo = [seq for seq in _wanted(steps, seqs) if steps[seq]["status"] in OPEN]
        for seq in todo:
            steps[seq]["status"] = SKIPPED
        if todo:
            _settle(plan)
            audit.record(actor, "reorg.skipped", plan, after={"steps": todo})
    return plan


def delete_plan(*, actor: Any, plan_id: str) -> None:
    """Remove a plan; what was moved stays moved."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        plan = _locked(plan_id)
        audit.record(actor, "reorg.deleted", plan)
        plan.delete()


def require_plan(plan_id: str) -> ReorgPlan:
    """Return a plan, or raise `RecordNotFound`."""
    try:
        key = uuid.UUID(plan_id)
    except ValueError as err:
        raise RecordNotFound("Plan", plan_id) from err
    plan = all_plans().filter(pk=key).first()
    if plan is None:
        raise RecordNotFound("Plan", plan_id)
    return plan


def all_plans() -> QuerySet[ReorgPlan]:
    """Return all plans, after those whose worker died were told so."""
    jobs.end_lost(StockJob.objects.filter(kind=JobKind.REORG))
    return ReorgPlan.objects.all()


def _locked(plan_id: str) -> ReorgPlan:
    pk = require_plan(plan_id).pk
    plan = lock(ReorgPlan.objects.filter(pk=pk)).first()
    if plan is None:
        raise RecordNotFound("Plan", plan_id)
    return plan


def _wanted(steps: Mapping[int, dict[str, Any]], seqs: Sequence[int] | None) -> list[int]:
    if seqs is None:
        return sorted(seq for seq, step in steps.items() if step["status"] == PENDING)
    unknown = [seq for seq in seqs if seq not in steps]
    if unknown:
        raise StockInvalid(steps=f"The plan has no step {unknown[0]}.")
    return sorted(set(seqs))


def _is_over(plan: ReorgPlan) -> bool:
    return plan.expires_at is not None and plan.expires_at <= timezone.now()


def _said(plan: ReorgPlan, steps: Mapping[int, dict[str, Any]], seqs: Sequence[int]) -> Applied:
    """Name the steps that are applied, stale and blocked now, of those that were meant."""
    states = {seq: steps[seq]["status"] for seq in seqs}
    applied, stale, blocked = (
        [seq for seq in seqs if states[seq] == state] for state in (APPLIED, STALE, BLOCKED)
    )
    return Applied(plan, applied, stale, blocked)


def _require_dependencies(steps: Mapping[int, dict[str, Any]], todo: Sequence[int]) -> None:
    for seq in todo:
        for needed in steps[seq]["depends_on"]:
            if needed not in todo and steps[needed]["status"] != APPLIED:
                raise InvalidOperation(f"apply step {seq}", f"step {needed} must be applied first")


def _run(
    actor: Any, plan: ReorgPlan, steps: dict[int, dict[str, Any]], todo: Sequence[int]
) -> Applied:
    done = Applied(plan, [], [], [])
    failed: set[int] = set()
    _lock_all([steps[seq] for seq in todo])
    for seq in todo:
        step = steps[seq]
        if failed.intersection(step["depends_on"]):
            step["status"] = BLOCKED
            failed.add(seq)
            done.blocked.append(seq)
        elif _applied(actor, plan, step):
            step["status"] = APPLIED
            done.applied.append(seq)
        else:
            step["status"] = STALE
            failed.add(seq)
            done.stale.append(seq)
    _block_followers(steps, failed)
    return done


def _block_followers(steps: dict[int, dict[str, Any]], failed: set[int]) -> None:
    """Block the steps nobody asked for yet that wait for one that failed."""
    for seq, step in sorted(steps.items()):
        if step["status"] == PENDING and failed.intersection(step["depends_on"]):
            step["status"] = BLOCKED
            failed.add(seq)


def _lock_all(steps: Sequence[dict[str, Any]]) -> None:
    """Lock the boxes of all steps, then their parts, so that no step locks out of order."""
    locked_boxes(step[key] for step in steps for key in ("from_box_no", "to_box_no"))
    known = StockPart.objects.filter(id4__in={step["part_id4"] for step in steps})
    locked_parts(known.values_list("id4", flat=True))


def _applied(actor: Any, plan: ReorgPlan, step: dict[str, Any]) -> bool:
    """Book one step; false when the stock behind it is not what the plan saw."""
    source = (step["from_box_no"], step["from_loc_no"])
    target = (step["to_box_no"], step["to_loc_no"])
    try:
        booking = Booking(
            actor,
            id4s=[step["part_id4"]],
            places=[source, target],
            reason=MovementReason.REORG,
            ref=f"reorg:{plan.pk}:{step['seq']}",
        )
        if booking.quantity(step["part_id4"], source) != step["qty"]:
            return False
        booking.require_place(target)
    except RecordNotFound:
        return False
    if not booking.quantity(step["part_id4"], target) and _is_taken(target):
        return False
    move_within(booking, step["part_id4"], source, Amount(*target, step["qty"]))
    booking.write()
    return True


def _is_taken(place: Place) -> bool:
    return PartLocation.objects.filter(box_no=place[0], loc_no=place[1]).exists()


def _settle(plan: ReorgPlan) -> None:
    """Set the plan's state by its steps."""
    states = [step["status"] for step in plan.steps]
    if states and all(state == APPLIED for state in states):
        plan.status = PlanStatus.APPLIED
    elif APPLIED in states:
        is_over = not OPEN.intersection(states)
        plan.status = PlanStatus.APPLIED if is_over else PlanStatus.PARTIAL
    plan.save()


def _layout(params: Mapping[str, Any]) -> Layout:
    boxes = Box.objects.all()
    rows = PartLocation.objects.select_related("part").order_by("box_no", "loc_no", "part__id4")
    if params.get("box_nos"):
        boxes = boxes.filter(box_no__in=params["box_nos"])
        rows = rows.filter(box_no__in=params["box_nos"])
    kinds = PartType.objects.values_list("pk", "name", "designated_box__box_no")
    return Layout(
        rows=[
            Stock(row.part.id4, row.qty, row.box_no, row.loc_no, row.part.type_id) for row in rows
        ],
        capacities=dict(boxes.values_list("box_no", "capacity")),
        types={pk: (name, box_no) for pk, name, box_no in kinds},
    )


def _wishes(params: Mapping[str, Any]) -> Wishes:
    kinds = params.get("type_ids")
    return Wishes(
        max_moves=params.get("max_moves", 20),
        type_ids=frozenset(kinds) if kinds else None,
        compact=params.get("compact", True),
    )


def _stored(step: Step) -> dict[str, Any]:
    return {
        "seq": step.seq,
        "part_id4": step.id4,
        "qty": step.qty,
        "from_box_no": step.source[0],
        "from_loc_no": step.source[1],
        "to_box_no": step.target[0],
        "to_loc_no": step.target[1],
        "reason": step.reason,
        "depends_on": list(step.depends_on),
        "text": step.text,
        "status": PENDING,
    }


def _metrics(found: Plan) -> dict[str, Any]:
    return {
        "before": asdict(found.before),
        "after": asdict(found.after),
        "moves": len(found.steps),
    }
