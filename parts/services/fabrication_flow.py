"""The workflow of a part: approve, claim, put back, complete, take back (contract 3.2, 4.2)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from parts import policy
from parts.choices.fabrication import PartKind, PartStatus, Stage
from parts.errors.fabrication import (
    AlreadyClaimed,
    FieldRefused,
    MoveRefused,
    NobodyNamed,
    NotCompleted,
)
from parts.fabrication import fields, lifecycle, misc_info
from parts.models import FabricationPart
from parts.services import fabrication_queues as queues
from parts.services.fabrication_changes import changing

LONGEST_REASON = 500


def approve(
    *,
    actor: Any,
    part_id: int,
    reviewer: Any = None,
    info: Any = None,
    expected_version: int | None = None,
) -> FabricationPart:
    """Release a part to production by its type; a reviewed one only takes the data.

    Raises `MoveRefused` for a part that is being made or is done.
    """
    policy.require(actor, policy.REVIEW_FABRICATION)
    incoming = misc_info.cleaned(info) or {}
    name = reviewer.strip() if isinstance(reviewer, str) else ""
    if name:
        incoming = misc_info.cleaned({**incoming, "reviewer": name}) or {}
    with changing(
        actor=actor, part_id=part_id, action="approved", expected_version=expected_version
    ) as change:
        part = change.part
        if not lifecycle.may_approve(part.category, part.status):
            raise MoveRefused("approve", lifecycle.IN_PRODUCTION)
        if not part.in_production:
            part.category = lifecycle.production_stage(part.type)
        part.status = PartStatus.REVIEWED
        part.misc_info = misc_info.merged(part.misc_info, incoming)
        change.is_note = True
    return part


def assign(
    *,
    actor: Any,
    part_id: int,
    name: Any,
    if_unassigned: bool = False,
    expected_version: int | None = None,
) -> FabricationPart:
    """Give a part to somebody by name; the last one wins unless `if_unassigned`.

    Raises `NobodyNamed`, `AlreadyClaimed`, `MoveRefused`, `MachineRefused`.
    """
    policy.require(actor, policy.WORK_FABRICATION)
    if not isinstance(name, str) or not name.strip():
        raise NobodyNamed
    person = fields.text("assigned", name) or ""
    with changing(
        actor=actor, part_id=part_id, action="assigned", expected_version=expected_version
    ) as change:
        part = change.part
        if part.is_completed:
            raise MoveRefused("assign", lifecycle.IS_COMPLETED)
        if if_unassigned and part.assigned:
            raise AlreadyClaimed(part.assigned)
        now = timezone.now()
        change.payload |= {"assigned": person, "was": part.assigned}
        part.assigned, part.claimed_date, part.status = person, now, PartStatus.IN_PROGRESS
        queues.require_free_machine(part)
        if part.type == PartKind.HAND:
            part.misc_info = misc_info.with_worker(part.misc_info, person, now)
    return part


def unclaim(*, actor: Any, part_id: int, expected_version: int | None = None) -> FabricationPart:
    """Put a part back; raises `MoveRefused` for a completed one."""
    policy.require(actor, policy.WORK_FABRICATION)
    with changing(
        actor=actor, part_id=part_id, action="unclaimed", expected_version=expected_version
    ) as change:
        part = change.part
        if part.is_completed:
            raise MoveRefused("unclaim", lifecycle.IS_COMPLETED)
        change.payload["was"] = part.assigned
        change.is_note = True
        part.status = lifecycle.status_after_unclaim(part.category, part.status)
        part.assigned = part.claimed_date = None
    return part


def complete(
    *, actor: Any, part_id: int, info: Any = None, expected_version: int | None = None
) -> FabricationPart:
    """Mark a part as made; a completed one only takes the data and keeps its time."""
    policy.require(actor, policy.WORK_FABRICATION)
    incoming = misc_info.cleaned(info)
    with changing(
        actor=actor, part_id=part_id, action="completed", expected_version=expected_version
    ) as change:
        finish(change.part, incoming)
        change.is_note = True
    return change.part


def finish(part: FabricationPart, incoming: dict[str, Any] | None = None) -> None:
    """Complete a locked part; the caller saves it."""
    done_at = (part.misc_info or {}).get(misc_info.COMPLETED_AT) if part.is_completed else None
    info = misc_info.merged(part.misc_info, incoming) or {}
    info[misc_info.COMPLETED_AT] = done_at or timezone.now().isoformat()
    part.misc_info = info
    part.status, part.category = PartStatus.COMPLETED, Stage.COMPLETED
    queues.leave_queue(part)


def revert(*, actor: Any, part_id: int, expected_version: int | None = None) -> FabricationPart:
    """Take a part back that was completed by mistake; raises `NotCompleted`."""
    policy.require(actor, policy.REVIEW_FABRICATION)
    with changing(
        actor=actor, part_id=part_id, action="reverted", expected_version=expected_version
    ) as change:
        part = change.part
        if not part.is_completed:
            raise NotCompleted
        part.category, part.status = lifecycle.after_revert(part.type)
        info = dict(part.misc_info or {})
        info.pop(misc_info.COMPLETED_AT, None)
        part.misc_info = info or None
    return part


def report_progress(
    *,
    actor: Any,
    part_id: int,
    good: Any = 0,
    scrap: Any = 0,
    reason: Any = "",
    expected_version: int | None = None,
) -> FabricationPart:
    """Note pieces that came out good and pieces that were lost; all good completes the part.

    `good` may be negative to correct an earlier report; the sum stays between 0 and the amount.
    Raises `FieldRefused`, `MoveRefused` for a part that is not in production.
    """
    policy.require(actor, policy.WORK_FABRICATION)
    made, lost = _pieces("good", good), _pieces("scrap", scrap)
    why = reason.replace("\x00", "").strip()[:LONGEST_REASON] if isinstance(reason, str) else ""
    if not made and not lost:
        raise FieldRefused("good", "good or scrap is required")
    if lost < 0:
        raise FieldRefused("scrap", "scrap must be at least 0")
    if lost and not why:
        raise FieldRefused("reason", "reason is required for scrap")
    with changing(
        actor=actor, part_id=part_id, action="progress", expected_version=expected_version
    ) as change:
        part = change.part
        if not part.in_production:
            reason = lifecycle.IS_COMPLETED if part.is_completed else "Part is not in production"
            raise MoveRefused("report", reason)
        if not 0 <= part.good + made <= part.amount:
            raise FieldRefused("good", f"good must stay between 0 and {part.amount} in all")
        part.good += made
        part.scrap += lost
        part.rework += 1 if lost else 0
        change.payload |= {"good": made, "scrap": lost, "reason": why}
        if part.good == part.amount and settings.FABRICATION_COMPLETE_AT_AMOUNT:
            finish(part)
    return part


def _pieces(name: str, value: Any) -> int:
    number = 0 if value in (None, "") else fields.whole(value)
    if number is None or abs(number) > fields.MAX_AMOUNT:
        raise FieldRefused(name, f"{name} must be a whole number")
    return number
