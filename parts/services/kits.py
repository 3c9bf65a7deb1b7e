"""Kits and what they need (contract 4.9, 5.6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.stock import KitStatus, PickStatus
from parts.errors.stock import (
    InvalidOperation,
    RecordNotFound,
    ResourceConflict,
    RowChanged,
    StockInvalid,
)
from parts.models import Kit, KitListLink, KitRequirement, StockPart
from parts.services.names import used_once

WRITABLE = ("name", "notes", "build_target")
LINE_WRITABLE = ("required_qty", "notes", "designators")


def create_kit(*, actor: Any, values: Mapping[str, Any]) -> Kit:
    """Begin a kit; refused when the name is taken."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        _require_free_name(values["name"], "create project")
        with used_once(_taken(values["name"], "create project")):
            kit = Kit.objects.create(**{name: values[name] for name in WRITABLE if name in values})
        audit.record(actor, "kit.created", kit, after=audit.snapshot(kit, WRITABLE))
    return kit


def update_kit(*, actor: Any, kit_id: int, values: Mapping[str, Any]) -> Kit:
    """Change name, notes or target; refused for archived kits and without a change."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit = locked_kit(kit_id)
        require_active(kit, "update project")
        before = audit.snapshot(kit, WRITABLE)
        for name in WRITABLE:
            if name in values:
                setattr(kit, name, values[name])
        after = audit.snapshot(kit, WRITABLE)
        if after == before:
            raise InvalidOperation("update project", "no changes were provided")
        if kit.name != before["name"]:
            _require_free_name(kit.name, "update project")
        with used_once(_taken(kit.name, "update project")):
            kit.save()
        audit.record(actor, "kit.updated", kit, before=before, after=after)
    return kit


def delete_kit(*, actor: Any, kit_id: int) -> None:
    """Remove a kit with requirements, links and pick lists; stock and its history stay."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit = locked_kit(kit_id)
        audit.record(actor, "kit.deleted", kit, before=audit.snapshot(kit, WRITABLE))
        kit.delete()


def archive_kit(*, actor: Any, kit_id: int) -> Kit:
    """Make a kit read-only; it reserves nothing any more."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit = locked_kit(kit_id)
        if kit.status == KitStatus.ARCHIVED:
            raise InvalidOperation("archive project", "project is already archived")
        kit.status, kit.archived_at = KitStatus.ARCHIVED, timezone.now()
        kit.save()
        audit.record(actor, "kit.archived", kit)
    return kit


def unarchive_kit(*, actor: Any, kit_id: int) -> Kit:
    """Make an archived kit active again."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit = locked_kit(kit_id)
        if kit.status == KitStatus.ACTIVE:
            raise InvalidOperation("unarchive project", "project is not archived")
        kit.status, kit.archived_at = KitStatus.ACTIVE, None
        kit.save()
        audit.record(actor, "kit.unarchived", kit)
    return kit


def add_requirement(*, actor: Any, kit_id: int, values: Mapping[str, Any]) -> KitRequirement:
    """Add a line for a part or for something without one."""
    policy.require(actor, policy.CHANGE_STOCK)
    id4, placeholder = values.get("part_id4"), values.get("placeholder")
    if bool(id4) == bool(placeholder):
        raise StockInvalid(part_id4="Send either part_id4 or placeholder.")
    with guarded():
        kit = locked_kit(kit_id)
        require_active(kit, "add requirement")
        row = KitRequirement(kit=kit, placeholder=placeholder or None)
        _set_part(row, id4)
        _set_line(row, values)
        row.save(force_insert=True)
        touch(kit)
        audit.record(actor, "kit.requirement_added", kit, after=_line(row))
    return row


def update_requirement(
    *, actor: Any, kit_id: int, requirement_id: int, version: int, values: Mapping[str, Any]
) -> KitRequirement:
    """Change a line that is still at `version`; a placeholder may become a part."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit, row = _locked_requirement(kit_id, requirement_id)
        require_active(kit, "update requirement")
        if row.version != version:
            raise RowChanged(version=row.version)
        before = _line(row)
        if values.get("part_id4"):
            if row.part is not None and row.part.id4 != values["part_id4"]:
                raise InvalidOperation(
                    "update requirement", "only a placeholder can be turned into a part"
                )
            _set_part(row, values["part_id4"])
            row.placeholder = None
        _set_line(row, values)
        if _line(row) == before:
            raise InvalidOperation("update requirement", "no changes were provided")
        row.version += 1
        row.save()
        touch(kit)
        audit.record(actor, "kit.requirement_updated", kit, before=before, after=_line(row))
    return row


def delete_requirement(*, actor: Any, kit_id: int, requirement_id: int) -> None:
    """Remove a line that no open pick list line uses."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit, row = _locked_requirement(kit_id, requirement_id)
        require_active(kit, "delete requirement")
        require_unpicked(kit.requirements.filter(pk=row.pk), "delete requirement")
        audit.record(actor, "kit.requirement_deleted", kit, before=_line(row))
        row.delete()
        touch(kit)


def delete_list_link(*, actor: Any, link_id: int) -> None:
    """Forget that a list was made from a kit; the list keeps its items."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = lock(KitListLink.objects.filter(pk=link_id)).first()
        if row is None:
            raise RecordNotFound("Project list link", link_id)
        require_active(row.kit, "delete shopping list link")
        audit.record(actor, "kit.list_link_deleted", row.kit, before={"list": row.list.name})
        row.delete()


def locked_kit(kit_id: int) -> Kit:
    """Lock a kit row, or raise `RecordNotFound`."""
    kit = lock(Kit.objects.filter(pk=kit_id)).first()
    if kit is None:
        raise RecordNotFound("Project", kit_id)
    return kit


def require_active(kit: Kit, operation: str) -> None:
    """Raise `InvalidOperation` for an archived kit."""
    if kit.status == KitStatus.ARCHIVED:
        raise InvalidOperation(operation, "project is archived")


def require_unpicked(rows: QuerySet[KitRequirement], operation: str) -> None:
    """Raise `InvalidOperation` when an open pick list line uses one of the requirements."""
    if rows.filter(pick_lines__status=PickStatus.OPEN).exists():
        raise InvalidOperation(operation, "an open pick list line uses it")


def touch(kit: Kit) -> None:
    """Date a kit that one of its lines changed; shopping links see that it is newer."""
    kit.save(update_fields=["updated_at"])


def _locked_requirement(kit_id: int, requirement_id: int) -> tuple[Kit, KitRequirement]:
    kit = locked_kit(kit_id)
    row = lock(kit.requirements.filter(pk=requirement_id)).first()
    if row is None:
        raise RecordNotFound("Requirement", requirement_id)
    return kit, row


def _require_free_name(name: str, operation: str) -> None:
    if Kit.objects.filter(name=name).exists():
        raise _taken(name, operation)


def _taken(name: str, operation: str) -> InvalidOperation:
    return InvalidOperation(operation, f"project name '{name}' is already in use")


def _set_part(row: KitRequirement, id4: str | None) -> None:
    if not id4:
        return
    part = StockPart.objects.filter(id4=id4).first()
    if part is None:
        raise RecordNotFound("Part", id4)
    if KitRequirement.objects.filter(kit=row.kit, part=part).exclude(pk=row.pk).exists():
        raise ResourceConflict(f"A requirement with {id4} already exists")
    row.part = part


def _set_line(row: KitRequirement, values: Mapping[str, Any]) -> None:
    for name in LINE_WRITABLE:
        if name in values:
            setattr(row, name, values[name])
    if row.part_id is None and values.get("placeholder"):
        row.placeholder = values["placeholder"]


def _line(row: KitRequirement) -> dict[str, Any]:
    return audit.snapshot(row, ("part", "placeholder", *LINE_WRITABLE))
