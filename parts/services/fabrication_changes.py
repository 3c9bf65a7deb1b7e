"""How every verb changes a part: locked, checked, versioned, with one event and one audit entry."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts.errors.fabrication import PartChanged, PartNotFound
from parts.fabrication.fields import CONTRACT_FIELDS
from parts.models import FabricationPart, PartEvent

RELATIONS = {"machine_id": "machine"}
SET_BY_VERBS = ("revision", "queue_position", "good", "scrap", "rework")
AUDITED = (*(RELATIONS.get(name, name) for name in CONTRACT_FIELDS), *SET_BY_VERBS)
LARGEST_NUMBER = 2**63 - 1


@dataclass
class Change:
    """A part under change; `payload` goes to the event, `action` names it."""

    part: FabricationPart
    action: str
    before: dict[str, Any]
    payload: dict[str, Any] = field(default_factory=dict)
    is_note: bool = False


@contextlib.contextmanager
def changing(
    *, actor: Any, part_id: int, action: str, expected_version: int | None = None
) -> Iterator[Change]:
    """Lock a part for one verb; what changed is written, noted and audited when the block ends.

    Raises `PartNotFound`, `PartChanged` for another version, `BusyError`; an error inside the block
    leaves nothing behind. A block that changes nothing writes nothing, unless `is_note` is set.
    """
    with guarded():
        part = locked_part(part_id)
        if expected_version is not None and expected_version != part.version:
            raise PartChanged(part.version)
        change = Change(part, action, audit.snapshot(part, AUDITED))
        yield change
        after = audit.snapshot(part, AUDITED)
        if after != change.before or change.is_note:
            write(part)
            note(actor, part, change.action, change.before, change.payload)
            audit.record(
                actor, f"fabrication.{change.action}", part, before=change.before, after=after
            )


def locked_part(part_id: int) -> FabricationPart:
    """Return the part, locked until the transaction ends; raises `PartNotFound`."""
    if not 0 < part_id <= LARGEST_NUMBER:
        raise PartNotFound
    part = lock(FabricationPart.objects.filter(pk=part_id)).first()
    if part is None:
        raise PartNotFound
    return part


def write(part: FabricationPart) -> None:
    """Save a locked part as its next version."""
    part.version += 1
    part.updated_at = timezone.now()
    part.write_search_text()
    part.save()


def note(
    actor: Any,
    part: FabricationPart,
    action: str,
    before: dict[str, Any] | None = None,
    payload: dict[str, Any] | None = None,
) -> PartEvent:
    """Add one event; `before` is the audited snapshot of the part as it was."""
    was = before or {}
    return PartEvent.objects.create(
        part=part,
        part_number=part.pk,
        part_label=str(part)[:255],
        actor=actor if isinstance(actor, User) else None,
        actor_name=audit.name_of(actor),
        action=action,
        from_category=was.get("category") or "",
        to_category=part.category,
        from_status=was.get("status") or "",
        to_status=part.status,
        payload=payload or {},
    )
