"""Kinds of inventory and their records: defining fields, keeping records true to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.errors import InvalidInput, VersionConflict
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.errors import DuplicateRecord, FieldInUse, RecordNotFound
from networkroutes.importers.typed import CHOICE, read_value
from networkroutes.models import InventoryRecord, RepositoryField, RepositoryType

FIELD_FIELDS = (
    "slug",
    "label",
    "kind",
    "unit",
    "choices",
    "is_required",
    "position",
    "help_text",
)
RECORD_FIELDS = ("repository_type", "name", "values")


def define_field(
    *, actor: Any, repository_type: RepositoryType, values: Mapping[str, Any]
) -> RepositoryField:
    """Add a typed field to a kind of inventory; its records keep what they have."""
    policy.require(actor, "add_repositoryfield")
    field = RepositoryField(repository_type=repository_type)
    return _save_field(actor, field, values, None)


def change_field(*, actor: Any, field_id: int, values: Mapping[str, Any]) -> RepositoryField:
    """Change a field; its kind and name stay while a record has a value of it (`FieldInUse`)."""
    policy.require(actor, "change_repositoryfield")
    with guarded():
        field = _locked_field(field_id)
        before = audit.snapshot(field, FIELD_FIELDS)
        fixed = [
            name for name in ("slug", "kind") if values.get(name, before[name]) != before[name]
        ]
        if fixed and _is_used(field):
            raise FieldInUse(f"Records have a value of {field}; its {fixed[0]} stays.")
        return _save_field(actor, field, values, before)


def remove_field(*, actor: Any, field_id: int) -> None:
    """Remove a field that no record has a value of; `FieldInUse` otherwise."""
    policy.require(actor, "delete_repositoryfield")
    with guarded():
        field = _locked_field(field_id)
        if _is_used(field):
            raise FieldInUse(f"Records have a value of {field}; clear them first.")
        before = audit.snapshot(field, FIELD_FIELDS)
        audit.record(actor, "repository_field.removed", field, before=before)
        field.delete()


def create_record(
    *, actor: Any, repository_type: RepositoryType, name: str, values: Mapping[str, Any]
) -> InventoryRecord:
    """Add a record; each value is read by its field. Raises `InvalidInput`, `DuplicateRecord`."""
    policy.require(actor, "add_inventoryrecord")
    record = InventoryRecord(repository_type=repository_type)
    _apply(record, name, values)
    try:
        with guarded():
            record.save()
            after = audit.snapshot(record, RECORD_FIELDS)
            audit.record(actor, "inventory_record.created", record, after=after)
    except IntegrityError as err:
        raise _taken(record) from err
    return record


def update_record(
    *,
    actor: Any,
    record_id: int,
    name: str | None = None,
    values: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> InventoryRecord:
    """Change the name and the values that are named; `VersionConflict` when somebody was faster."""
    policy.require(actor, "change_inventoryrecord")
    try:
        with guarded():
            record = _locked_record(record_id)
            if expected_version is not None and expected_version != record.version:
                raise VersionConflict(
                    "Somebody else changed this record meanwhile.", version=record.version
                )
            before = audit.snapshot(record, RECORD_FIELDS)
            _apply(
                record, record.name if name is None else name, {**record.values, **(values or {})}
            )
            after = audit.snapshot(record, RECORD_FIELDS)
            if after == before:
                return record
            record.version += 1
            record.updated_at = timezone.now()
            record.save()
            audit.record(actor, "inventory_record.updated", record, before=before, after=after)
    except IntegrityError as err:
        raise _taken(record) from err
    return record


def delete_record(*, actor: Any, record_id: int) -> None:
    """Remove a record."""
    policy.require(actor, "delete_inventoryrecord")
    with guarded():
        record = _locked_record(record_id)
        before = audit.snapshot(record, RECORD_FIELDS)
        audit.record(actor, "inventory_record.deleted", record, before=before)
        record.delete()


def _apply(record: InventoryRecord, name: str, sent: Mapping[str, Any]) -> None:
    record.name = name.strip()
    rows = RepositoryField.objects.filter(repository_type=record.repository_type_id)
    fields = {field.slug: field for field in rows}
    faults: dict[str, list[str]] = {
        slug: ["This kind has no such field."]
        for slug in sent
        if slug not in fields and slug not in (record.values or {})
    }
    found = {slug: value for slug, value in (record.values or {}).items() if slug not in fields}
    for slug, field in fields.items():
        try:
            value = read_value(field.rule, sent.get(slug))
        except ValueError as err:
            faults[slug] = [f"{field.label} {err}"]
            continue
        if value is not None:
            found[slug] = value
    if faults:
        raise InvalidInput(fields=faults)
    record.values = found
    record.full_clean(validate_constraints=False)


@transaction.atomic
def _save_field(
    actor: Any,
    field: RepositoryField,
    values: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> RepositoryField:
    for name in FIELD_FIELDS:
        if name in values:
            setattr(field, name, values[name])
    field.choices = [str(word).strip() for word in field.choices or [] if str(word).strip()]
    if field.kind == CHOICE and not field.choices:
        raise InvalidInput(fields={"choices": ["Name at least one choice."]})
    field.full_clean()
    field.save()
    after = audit.snapshot(field, FIELD_FIELDS)
    verb = "repository_field.defined" if before is None else "repository_field.changed"
    audit.record(actor, verb, field, before=before, after=after)
    return field


def _is_used(field: RepositoryField) -> bool:
    rows = InventoryRecord.objects.filter(repository_type=field.repository_type_id)
    return rows.filter(values__has_key=field.slug).exists()


def _locked_field(field_id: int) -> RepositoryField:
    field = lock(RepositoryField.objects.filter(pk=field_id)).first()
    if field is None:
        raise RecordNotFound("Field not found", field=field_id)
    return field


def _locked_record(record_id: int) -> InventoryRecord:
    record = lock(InventoryRecord.objects.filter(pk=record_id)).first()
    if record is None:
        raise RecordNotFound("Record not found", record=record_id)
    return record


def _taken(record: InventoryRecord) -> DuplicateRecord:
    return DuplicateRecord(
        f"{record.repository_type} has a record named {record.name} already.", name=record.name
    )
