"""Writing the checked lines of a bulk upload, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import F
from django.utils import timezone

from accounts.services import audit
from accounts.services.audit import Fact
from inventory_site.core.bulk import update_rows
from inventory_site.core.errors import DomainError, InvalidInput
from inventory_site.core.locks import guarded
from networkroutes.services.bulk_modules import Maker, Module
from networkroutes.services.bulk_rows import CHUNK, Outcome, Row, checked, fields_of, refusal


def write_rows(
    actor: Any,
    module: Module,
    source: IO[bytes],
    outcome: Outcome,
    *,
    upsert: bool,
    at_end: Callable[[], None],
) -> None:
    """Write every line and call `at_end`, all in one transaction.

    The lines are checked again, since the register may have changed. Raises `BulkRefused` with the
    line that does not go in; `BusyError` while another writer holds the database.
    """
    again = Outcome(module.slug)
    try:
        with guarded():
            chunk: list[Row] = []
            for row in checked(module, source, again, upsert=upsert):
                if row.errors:
                    raise refusal("Bulk upload failed", outcome, row)
                chunk.append(row)
                if len(chunk) == CHUNK:
                    _write_chunk(actor, module, chunk, outcome)
                    chunk = []
            _write_chunk(actor, module, chunk, outcome)
            at_end()
    except IntegrityError as err:
        outcome.errors = ["Somebody else added one of these rows meanwhile."]
        raise refusal("Bulk upload failed", outcome) from err


def _write_chunk(actor: Any, module: Module, chunk: Sequence[Row], outcome: Outcome) -> None:
    if not chunk:
        return
    if module.make is not None:
        _make_each(actor, module.make, chunk, outcome)
        return
    fresh = [row for row in chunk if row.pk is None]
    made: Any = [_instance(actor, module, row) for row in fresh]
    manager = module.model._default_manager
    manager.bulk_create(made, batch_size=CHUNK)
    verb = f"bulk.{module.slug}"
    audit.record_bulk(
        actor,
        f"{verb}.inserted",
        [Fact(obj, after=_audited(row)) for obj, row in zip(made, fresh, strict=True)],
    )
    changed = {row.pk: row for row in chunk if row.pk is not None}
    known: dict[Any, Any] = manager.in_bulk(list(changed))
    facts = []
    for pk, row in changed.items():
        obj, after = known[pk], fields_of(module, row)
        before = {name: getattr(obj, name) for name in after}
        for name, value in {**after, **module.fixed(), **_stamp(actor, obj)}.items():
            setattr(obj, name, value)
        facts.append(Fact(obj, before=before, after=after))
    if known:
        names = {*fields_of(module, chunk[0]), *module.fixed(), *_stamp(actor, known[min(known)])}
        for row in changed.values():
            names |= set(fields_of(module, row))
        update_rows(list(known.values()), sorted(names))
        if hasattr(module.model, "version"):
            manager.filter(pk__in=known).update(version=F("version") + 1)
        audit.record_bulk(actor, f"{verb}.updated", facts)
    outcome.inserted += len(fresh)
    outcome.updated += len(changed)


def _make_each(actor: Any, make: Maker, chunk: Sequence[Row], outcome: Outcome) -> None:
    """Make rows by the service that owns them; its refusal ends the upload."""
    for row in chunk:
        try:
            make(actor, row.values, row.parent)
        except (DomainError, ValidationError) as err:
            row.errors = sentences(err)
            raise refusal("Bulk upload failed", outcome, row) from err
        outcome.inserted += 1


def sentences(error: DomainError | ValidationError) -> list[str]:
    """Return a refusal of another service as sentences of a row."""
    if isinstance(error, ValidationError):
        return list(error.messages)
    if isinstance(error, InvalidInput) and error.fields:
        return [f"{name}: {text}" for name, texts in error.fields.items() for text in texts]
    return [error.message]


def _instance(actor: Any, module: Module, row: Row) -> models.Model:
    made = module.model(**fields_of(module, row), **module.fixed())
    for name, value in _stamp(actor, made).items():
        setattr(made, name, value)
    if module.parent_field:
        setattr(made, module.parent_field, row.parent)
    if hasattr(made, "created_by"):
        made.created_by = audit.name_of(actor)
    return made


def _stamp(actor: Any, obj: models.Model) -> dict[str, Any]:
    """Return who changed a row and when, as far as the model keeps it."""
    stamp: dict[str, Any] = {}
    if hasattr(obj, "updated_at"):
        stamp["updated_at"] = timezone.now()
    if hasattr(obj, "created_by") and hasattr(obj, "updated_by"):
        stamp["updated_by"] = audit.name_of(actor)
    return stamp


def _audited(row: Row) -> Mapping[str, Any]:
    return {name: value for name, value in row.values.items() if value not in (None, "")}
