"""Submitting, editing and deleting parts to make (contract 3.1, 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.errors import NotAllowed
from inventory_site.core.locks import guarded
from parts import policy
from parts.choices.fabrication import PRODUCTION, PartKind, PartStatus, Stage
from parts.errors.fabrication import FieldRefused, MoveRefused, NothingSent, PartChanged
from parts.fabrication import fields, lifecycle, misc_info
from parts.models import FabricationPart
from parts.services import fabrication_changes as changes
from parts.services import fabrication_queues as queues
from parts.services.fabrication_blobs import forget_blobs

WITH_DEFAULT = ("status", "category")


def create_part(*, actor: Any, body: Mapping[str, Any]) -> FabricationPart:
    """Submit a part; `body` holds its fields in either spelling, unknown keys are ignored.

    Raises `NothingSent`, `FieldRefused`. A hand part for somebody begins the log of hands.
    """
    policy.require(actor, policy.SUBMIT_FABRICATION)
    if not body:
        raise NothingSent
    sent = fields.spelled(body)
    fields.require(sent, settings.FABRICATION_REQUIRED_FIELDS)
    values = fields.cleaned(
        {name: sent[name] for name in sent if name not in {"part_id", "machine_id"}}
    )
    if not policy.may(actor, policy.REVIEW_FABRICATION):
        require_draft(values)
    part = FabricationPart(submitted_by=actor if isinstance(actor, User) else None)
    for name, value in values.items():
        if name == "misc_info":
            value = misc_info.replaced(None, value)
        if value is not None or name not in WITH_DEFAULT:
            setattr(part, name, value)
    part.part_id = str(part.uuid)[:8]
    if part.type == PartKind.HAND and part.assigned:
        part.misc_info = misc_info.with_worker(part.misc_info, part.assigned, timezone.now())
    with guarded():
        part.write_search_text()
        part.save(force_insert=True)
        changes.note(actor, part, "created")
        audit.record(
            actor, "fabrication.created", part, after=audit.snapshot(part, changes.AUDITED)
        )
    return part


def require_draft(values: Mapping[str, Any]) -> None:
    """Refuse a submission that skips the review, from somebody who may not review."""
    stage, status = values.get("category"), values.get("status")
    if stage not in {None, Stage.REVIEW} or status not in {None, PartStatus.PENDING}:
        raise NotAllowed(required=policy.REVIEW_FABRICATION)


def update_part(
    *, actor: Any, part_id: int, body: Mapping[str, Any], expected_version: int | None = None
) -> FabricationPart:
    """Change the fields that `body` names; the workflow does not run.

    Raises `NothingSent`, `FieldRefused`, `MoveRefused`, `MachineRefused`, `PartChanged`.
    """
    with changes.changing(
        actor=actor, part_id=part_id, action="updated", expected_version=expected_version
    ) as change:
        part = change.part
        if not body:
            raise NothingSent
        sent = fields.spelled(body)
        policy.require_may_edit_part(actor, part, sent)
        required = [name for name in ("subsystem",) if name in sent]
        fields.require(sent, [n for n in required if n in settings.FABRICATION_REQUIRED_FIELDS])
        values = fields.cleaned(sent)
        _require_part_id(values)
        if not policy.may(actor, policy.REVIEW_FABRICATION):
            _require_workers_values(part, values)
        change.payload["fields"] = sorted(values)
        _apply(part, values)
    return part


def delete_part(*, actor: Any, part_id: int, expected_version: int | None = None) -> None:
    """Remove a part with its files and pictures; its history stays."""
    policy.require(actor, policy.ADMIN_FABRICATION)
    with guarded():
        part = changes.locked_part(part_id)
        if expected_version is not None and expected_version != part.version:
            raise PartChanged(part.version)
        queues.leave_queue(part)
        was = audit.snapshot(part, changes.AUDITED)
        changes.note(actor, part, "deleted", was, {"uuid": str(part.uuid)})
        audit.record(actor, "fabrication.deleted", part, before=was)
        forget_blobs(part)
        part.delete()


def _require_part_id(values: Mapping[str, Any]) -> None:
    if "part_id" in values and not values["part_id"]:
        raise FieldRefused("part_id", "Part ID is required")


def _require_workers_values(part: FabricationPart, values: Mapping[str, Any]) -> None:
    """Leave marking a part as made wrongly, and what only reviewers set, to reviewers."""
    if "misc_info" in values:
        was = misc_info.is_incorrect(part.misc_info)
        if misc_info.is_incorrect(values["misc_info"]) != was:
            raise NotAllowed(required=policy.REVIEW_FABRICATION)
    if part.category == Stage.REVIEW:
        require_draft({name: values.get(name) for name in WITH_DEFAULT})


def _apply(part: FabricationPart, values: dict[str, Any]) -> None:
    before_name = part.assigned
    was_started = part.status == PartStatus.IN_PROGRESS
    stage = _stage_after(part, values)
    for name, value in values.items():
        if name == "misc_info":
            part.misc_info = misc_info.replaced(part.misc_info, value)
        elif name not in {"category", "machine_id"} and not (name == "status" and value is None):
            setattr(part, name, value)
    if "part_id" in values:
        part.is_own_part_id = part.part_id != str(part.uuid)[:8]
    part.category = stage
    if stage not in PRODUCTION:
        queues.leave_queue(part)
    if "machine_id" in values:
        queues.set_machine(part, values["machine_id"])
    if part.status == PartStatus.IN_PROGRESS and not was_started:
        queues.require_free_machine(part)
    if part.type == PartKind.HAND and part.assigned and part.assigned != before_name:
        part.misc_info = misc_info.with_worker(part.misc_info, part.assigned, timezone.now())


def _stage_after(part: FabricationPart, values: Mapping[str, Any]) -> str:
    """Return the stage that an edit leads to; a new type carries a part in production along."""
    kind = values.get("type", part.type)
    wanted = values.get("category") or part.category
    own = lifecycle.production_stage(kind)
    if part.in_production and kind != part.type and wanted in {part.category, own}:
        return own
    if not lifecycle.may_move(kind, part.category, wanted):
        raise MoveRefused("move", f"Cannot transition from {part.category} to {wanted}")
    return wanted
