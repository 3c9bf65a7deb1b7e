"""Queues of machines: positions 1 to n without gaps (contract 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from accounts.services import audit
from inventory_site.core.errors import NotFound
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.fabrication import PartStatus
from parts.errors.fabrication import FieldRefused, MachineRefused, QueueChanged
from parts.models import FabricationPart, Machine
from parts.services import fabrication_changes as changes

MACHINE_FIELDS = ("name", "type", "is_active")


class MachineNotFound(NotFound):
    """There is no such machine."""

    code = "MACHINE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Machine not found")


def create_machine(*, actor: Any, values: Mapping[str, Any]) -> Machine:
    """Add a machine; raises Django's `ValidationError` for a taken name or an unknown type."""
    policy.require(actor, policy.REVIEW_FABRICATION)
    with guarded():
        machine = Machine(**values)
        machine.full_clean()
        machine.save()
        audit.record(
            actor, "machine.created", machine, after=audit.snapshot(machine, MACHINE_FIELDS)
        )
    return machine


def update_machine(*, actor: Any, machine_id: int, values: Mapping[str, Any]) -> Machine:
    """Rename a machine, or take it out of use; parts in its queue stay."""
    policy.require(actor, policy.REVIEW_FABRICATION)
    with guarded():
        machine = locked_machine(machine_id)
        before = audit.snapshot(machine, MACHINE_FIELDS)
        for name, value in values.items():
            setattr(machine, name, value)
        machine.full_clean()
        machine.save()
        after = audit.snapshot(machine, MACHINE_FIELDS)
        audit.record(actor, "machine.updated", machine, before=before, after=after)
    return machine


def delete_machine(*, actor: Any, machine_id: int) -> None:
    """Remove a machine; its parts lose their place in the queue."""
    policy.require(actor, policy.ADMIN_FABRICATION)
    with guarded():
        machine = locked_machine(machine_id)
        for part in lock(machine.parts.all()):
            part.machine = part.queue_position = None
            changes.write(part)
        audit.record(actor, "machine.deleted", machine, before={"name": machine.name})
        machine.delete()


def order_queue(*, actor: Any, machine_id: int, ids: Sequence[int]) -> list[FabricationPart]:
    """Put a machine's parts into an order; `QueueChanged` when `ids` are not exactly its parts."""
    policy.require(actor, policy.WORK_FABRICATION)
    with guarded():
        machine = locked_machine(machine_id)
        rows = {part.pk: part for part in lock(machine.parts.all())}
        if sorted(ids) != sorted(rows):
            raise QueueChanged([part.pk for part in queue_of(machine)])
        before = [part.pk for part in queue_of(machine)]
        for position, pk in enumerate(ids, start=1):
            if rows[pk].queue_position != position:
                rows[pk].queue_position = position
                changes.write(rows[pk])
        audit.record(
            actor,
            "machine.queue_ordered",
            machine,
            before={"ids": before},
            after={"ids": list(ids)},
        )
    return [rows[pk] for pk in ids]


def queue_of(machine: Machine) -> list[FabricationPart]:
    """Return a machine's parts in their order."""
    return list(machine.parts.order_by("queue_position", "pk"))


def set_machine(part: FabricationPart, machine_id: int | None) -> None:
    """Put a locked part at the end of a machine's queue, or take it out; the caller saves it."""
    if machine_id == part.machine_id:
        return
    machine = _named_machine(machine_id) if machine_id is not None else None
    if machine is not None and not part.in_production:
        raise MachineRefused("Part is not in production")
    if machine is not None and not machine.is_active:
        raise MachineRefused(f"{machine.name} takes no new parts")
    leave_queue(part)
    if machine is not None:
        part.machine = machine
        part.queue_position = machine.parts.exclude(pk=part.pk).count() + 1
        if part.status == PartStatus.IN_PROGRESS:
            require_free_machine(part)


def _named_machine(machine_id: int) -> Machine:
    """Return the machine that a field names, locked."""
    try:
        return locked_machine(machine_id)
    except MachineNotFound as err:
        raise FieldRefused("machine_id", "machine_id must be the id of a machine") from err


def leave_queue(part: FabricationPart) -> None:
    """Take a locked part out of its queue and close the gap; the caller saves it."""
    if part.machine_id is None:
        return
    machine = locked_machine(part.machine_id)
    rest = [row for row in queue_of(machine) if row.pk != part.pk]
    for position, row in enumerate(rest, start=1):
        if row.queue_position != position:
            FabricationPart.objects.filter(pk=row.pk).update(queue_position=position)
    part.machine = part.queue_position = None


def require_free_machine(part: FabricationPart) -> None:
    """Refuse to start a part while its machine makes another one, where the site says so."""
    if part.machine_id is None or not settings.FABRICATION_ONE_PER_MACHINE:
        return
    machine = locked_machine(part.machine_id)
    other = (
        machine.parts.filter(status=PartStatus.IN_PROGRESS)
        .exclude(pk=part.pk)
        .order_by("pk")
        .first()
    )
    if other is not None:
        raise MachineRefused(f"{machine.name} is making {other}", part=other.pk)


def locked_machine(machine_id: int) -> Machine:
    """Return the machine, locked until the transaction ends; raises `MachineNotFound`."""
    machine = lock(Machine.objects.filter(pk=machine_id)).first()
    if machine is None:
        raise MachineNotFound
    return machine
