"""Moving parts by hand over the board and between the queues of machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inventory_site.core.locks import guarded
from parts.choices.fabrication import Stage
from parts.errors.fabrication import MoveRefused
from parts.fabrication import lifecycle
from parts.models import FabricationPart
from parts.selectors.fabrication_lists import part_of
from parts.services import fabrication_flow as flow
from parts.services import fabrication_parts as parts
from parts.services import fabrication_queues as queues


def move_to_stage(*, actor: Any, part_id: int, stage: str) -> FabricationPart:
    """Do the verb that leads from a part's stage to another; raises `MoveRefused` for none."""
    part = part_of(part_id)
    if stage == part.category:
        return part
    if stage == Stage.COMPLETED:
        return flow.complete(actor=actor, part_id=part_id)
    own = lifecycle.production_stage(part.type)
    if part.category == Stage.REVIEW and stage == own:
        return flow.approve(actor=actor, part_id=part_id)
    if part.is_completed and stage == own:
        return flow.revert(actor=actor, part_id=part_id)
    if part.in_production and stage == Stage.REVIEW:
        return parts.update_part(actor=actor, part_id=part_id, body={"category": stage})
    raise MoveRefused("move", f"{part} is made as {own}, it cannot go to {stage}")


def place_in_queue(*, actor: Any, part_id: int, machine_id: int | None, ids: Sequence[int]) -> None:
    """Put a part into a machine's queue, or none, and the queue into the order `ids`.

    All or nothing. Raises `MachineRefused`, `QueueChanged`, `PartNotFound`.
    """
    with guarded():
        if part_of(part_id).machine_id != machine_id:
            parts.update_part(actor=actor, part_id=part_id, body={"machine_id": machine_id})
        if machine_id is not None:
            queues.order_queue(actor=actor, machine_id=machine_id, ids=ids)
