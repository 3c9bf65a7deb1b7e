"""Types of parts (contract 4.1) and their parameters (12.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models.functions import Lower

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.stock import Unit
from parts.errors.stock import InUse, RecordNotFound, ResourceConflict, StockInvalid
from parts.models import Box, ParameterDefinition, PartType, ShoppingItem, StockPart
from parts.services import search
from parts.services.names import used_once

WRITABLE = ("name", "kicad_symbol", "kicad_footprint", "kicad_reference")


def create_type(*, actor: Any, values: Mapping[str, Any]) -> PartType:
    """Add a type; `ResourceConflict` when the name is taken in any letter case."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = PartType()
        _apply(row, values)
        with used_once(_taken(row)):
            row.save(force_insert=True)
        _set_parameters(row, values)
        audit.record(actor, "part_type.created", row, after=_snapshot(row))
    return row


def update_type(*, actor: Any, type_id: int, values: Mapping[str, Any]) -> PartType:
    """Change what `values` names; a new name reaches the search of all its parts."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = _locked(type_id)
        before = _snapshot(row)
        _apply(row, values)
        after, is_measured_anew = _snapshot(row), _set_parameters(row, values)
        if after == before and not is_measured_anew:
            return row
        with used_once(_taken(row)):
            row.save()
        audit.record(actor, "part_type.updated", row, before=before, after=after)
        if before["name"] != row.name:
            search.refresh(row.parts.values_list("pk", flat=True).iterator())
    return row


def delete_type(*, actor: Any, type_id: int) -> None:
    """Remove a type; `InUse` while a part, archived ones too, or a shopping item has it."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = _locked(type_id)
        if StockPart.objects.filter(type=row).exists() or (
            ShoppingItem.objects.filter(type=row).exists()
        ):
            sentence = f"Cannot delete Type {type_id} because it is being used by existing parts"
            raise InUse(sentence, why="it is being used by existing parts")
        audit.record(actor, "part_type.deleted", row, before=_snapshot(row))
        row.delete()


def load_type_names(names: Iterable[str], *, actor: Any = None) -> int:
    """Add the names that are missing, in any letter case; returns how many."""
    known = set(PartType.objects.values_list(Lower("name"), flat=True))
    added = 0
    for name in names:
        if name.lower() not in known:
            create_type(actor=actor, values={"name": name})
            known.add(name.lower())
            added += 1
    return added


def type_named(name: str) -> PartType | None:
    """Return the type of that name in any letter case."""
    return PartType.objects.filter(name__iexact=name.strip()).first()


def _locked(type_id: int) -> PartType:
    row = lock(PartType.objects.filter(pk=type_id)).first()
    if row is None:
        raise RecordNotFound("Type", type_id)
    return row


def _apply(row: PartType, values: Mapping[str, Any]) -> None:
    for name in WRITABLE:
        if name in values:
            setattr(row, name, values[name] or "")
    if "designated_box_no" in values:
        row.designated_box = _box(values["designated_box_no"])
    taken = PartType.objects.filter(name__iexact=row.name).exclude(pk=row.pk)
    if taken.exists():
        raise _taken(row)


def _taken(row: PartType) -> ResourceConflict:
    return ResourceConflict(f"A type with {row.name} already exists")


def _box(box_no: int | None) -> Box | None:
    if box_no is None:
        return None
    box = Box.objects.filter(box_no=box_no).first()
    if box is None:
        raise RecordNotFound("Box", box_no)
    return box


def _set_parameters(row: PartType, values: Mapping[str, Any]) -> bool:
    """Bring the definitions to what `values["parameters"]` says, [{name, unit}]; whether they
    changed."""
    if "parameters" not in values:
        return False
    wanted = {item["name"].lower(): item for item in values["parameters"]}
    if len(wanted) != len(values["parameters"]):
        raise StockInvalid(parameters="Each name may appear only once.")
    known = {item.name.lower(): item for item in row.parameters.all()}
    is_changed = False
    for key, definition in known.items():
        if key not in wanted:
            definition.delete()
            is_changed = True
    for key, item in wanted.items():
        definition = known.get(key) or ParameterDefinition(type=row)
        if definition.pk and definition.unit != item["unit"] and definition.values.exists():
            raise ResourceConflict(f"{definition.name} holds values in another unit.")
        before = (definition.name, definition.unit)
        definition.name, definition.unit = item["name"], Unit(item["unit"]) if item["unit"] else ""
        if definition.pk is None or (definition.name, definition.unit) != before:
            definition.save()
            is_changed = True
    return is_changed


def _snapshot(row: PartType) -> dict[str, Any]:
    return audit.snapshot(row, (*WRITABLE, "designated_box"))
