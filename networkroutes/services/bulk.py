"""Bulk upload: every row is checked first, then all go in or none (contract 12.9).

The file is read twice and in chunks, so memory does not grow with it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from accounts.services.audit import Fact
from inventory_site.core.errors import AuthenticationRequired, DomainError, InvalidInput
from inventory_site.core.locks import guarded
from networkroutes import policy
from networkroutes.choices import BulkOutcome
from networkroutes.errors import BulkRefused
from networkroutes.importers.tables import Line, NotTable, read_table
from networkroutes.models import BulkUpload, ExchangeRate
from networkroutes.models.rates import BASE_CURRENCY
from networkroutes.services import bulk_modules
from networkroutes.services.bulk_modules import Key, Maker, Module
from networkroutes.services.bulk_users import USERS

MODULES: dict[str, Module] = {**bulk_modules.MODULES, USERS.slug: USERS}
CHUNK = 500
MOST_ERRORS = 1000
MOST_SHOWN_ROWS = 1000
KEPT_ERRORS = 100
INSERT, UPDATE, KEEP = "insert", "update", "unchanged"
ROLLED_BACK = "Transaction rolled back. No data was imported."


@dataclass(slots=True)
class Row:
    """A checked line; `errors` are sentences, `action` is what an upload does with it."""

    number: int
    key: Key = ()
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    pk: int | None = None
    parent: int | None = None


@dataclass(slots=True)
class Outcome:
    """What an upload found and did; `rows` shows the first 1,000 lines of a dry run."""

    module: str
    total: int = 0
    invalid: int = 0
    inserted: int = 0
    updated: int = 0
    errors: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)

    @property
    def valid(self) -> int:
        """How many lines may go in."""
        return self.total - self.invalid


def module_of(actor: Any, slug: str) -> Module:
    """Return a module, or raise `BulkRefused` naming those that exist.

    Accounts are for people with an account: an open client surface neither reads nor makes them.
    """
    found = MODULES.get(slug)
    if found is None:
        raise BulkRefused("Invalid module", module=slug, known=list(MODULES))
    if found.make is not None and not isinstance(actor, User):
        raise AuthenticationRequired
    return found


def upload(
    *,
    actor: Any,
    slug: str,
    filename: str,
    source: IO[bytes],
    upsert: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Check every line of a CSV and, unless `dry_run`, write all of them in one transaction.

    With `upsert` a row whose natural key exists is changed in the columns that the file has;
    without it such a row is an error. Raises `BulkRefused`; then nothing was written but the
    history row.
    """
    policy.require(actor, "add_bulkupload")
    module = module_of(actor, slug)
    outcome = Outcome(slug)
    try:
        _check(module, source, outcome, upsert=upsert, dry_run=dry_run)
        if outcome.invalid:
            raise _refusal("Validation failed", outcome)
        if not dry_run:
            _write(actor, module, source, outcome, upsert=upsert)
    except NotTable as err:
        outcome.errors = [str(err)]
        _remember(actor, filename, outcome, BulkOutcome.REFUSED)
        raise _refusal("Validation failed", outcome) from err
    except BulkRefused:
        _remember(actor, filename, outcome, BulkOutcome.REFUSED)
        raise
    _remember(actor, filename, outcome, BulkOutcome.DRY_RUN if dry_run else BulkOutcome.DONE)
    return outcome


def checked(module: Module, source: IO[bytes], outcome: Outcome, *, upsert: bool) -> Iterator[Row]:
    """Yield every line with its errors, in chunks that ask the database once each."""
    seen: dict[int, int] = {}
    chunk: list[Row] = []
    for line in _lines(source):
        if not outcome.total:
            outcome.ignored_columns = [n for n in line.cells if module.column(n) is None]
        outcome.total += 1
        row = _read(module, line)
        first = seen.setdefault(hash(row.key), row.number) if not row.errors else row.number
        if first != row.number:
            row.errors.append(f"{', '.join(module.key)} is the same as in row {first}")
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from _looked_up(module, chunk, upsert=upsert)
            chunk = []
    yield from _looked_up(module, chunk, upsert=upsert)


def _check(
    module: Module, source: IO[bytes], outcome: Outcome, *, upsert: bool, dry_run: bool
) -> None:
    rows = checked(module, source, outcome, upsert=upsert)
    for row, obj in paired(module, rows) if dry_run else ((row, None) for row in rows):
        if row.errors:
            outcome.invalid += 1
            room = MOST_ERRORS - len(outcome.errors)
            outcome.errors += [f"Row {row.number}: {text}" for text in row.errors][:room]
        elif dry_run:
            action = UPDATE if row.pk else INSERT
            outcome.inserted += action == INSERT
            outcome.updated += action == UPDATE
            if len(outcome.rows) < MOST_SHOWN_ROWS:
                outcome.rows.append(described(module, row, obj))


def _write(
    actor: Any, module: Module, source: IO[bytes], outcome: Outcome, *, upsert: bool
) -> None:
    again = Outcome(module.slug)
    try:
        with guarded():
            chunk: list[Row] = []
            for row in checked(module, source, again, upsert=upsert):
                if row.errors:
                    raise _refusal("Bulk upload failed", outcome, row)
                chunk.append(row)
                if len(chunk) == CHUNK:
                    _write_chunk(actor, module, chunk, outcome)
                    chunk = []
            _write_chunk(actor, module, chunk, outcome)
    except IntegrityError as err:
        outcome.errors = ["Somebody else added one of these rows meanwhile."]
        raise _refusal("Bulk upload failed", outcome) from err


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
        obj, after = known[pk], _fields(module, row)
        before = {name: getattr(obj, name) for name in after}
        for name, value in {**after, **module.fixed(), **_stamp(actor, obj)}.items():
            setattr(obj, name, value)
        facts.append(Fact(obj, before=before, after=after))
    if known:
        names = {*_fields(module, chunk[0]), *module.fixed(), *_stamp(actor, known[min(known)])}
        for row in changed.values():
            names |= set(_fields(module, row))
        manager.bulk_update(list(known.values()), sorted(names), batch_size=100)
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
            raise _refusal("Bulk upload failed", outcome, row) from err
        outcome.inserted += 1


def sentences(error: DomainError | ValidationError) -> list[str]:
    """Return a refusal of another service as sentences of a row."""
    if isinstance(error, ValidationError):
        return list(error.messages)
    if isinstance(error, InvalidInput) and error.fields:
        return [f"{name}: {text}" for name, texts in error.fields.items() for text in texts]
    return [error.message]


def _lines(source: IO[bytes]) -> Iterator[Line]:
    source.seek(0)
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        yield from read_table(text)
    finally:
        text.detach()


def _read(module: Module, line: Line) -> Row:
    row = Row(line.number)
    for column in module.columns:
        cell = line.cells.get(column.name)
        if not cell and column.is_required:
            row.errors.append(f"{column.name} is required")
        elif cell is not None:
            try:
                row.values[column.name] = column.read(cell)
            except ValueError as err:
                row.errors.append(f"{column.name} {err}")
    if not row.errors:
        row.key = module.key_of(row.values)
    return row


def _looked_up(module: Module, chunk: list[Row], *, upsert: bool) -> list[Row]:
    good = [row for row in chunk if not row.errors]
    known = module.known([row.key for row in good]) if good else {}
    for row in good:
        row.pk = known.get(row.key)
        if row.pk is not None and (module.make is not None or not upsert):
            shown = ", ".join(str(row.values[name]) for name in module.key)
            row.errors.append(f"{', '.join(module.key)} {shown} already exists")
        if module.model is ExchangeRate and row.values.get("currency_code") == BASE_CURRENCY:
            row.errors.append("USD is the base currency and cannot be edited")
    if module.parent is not None and good:
        keys = {row.number: module.key_of(row.values, module.parent_key) for row in good}
        parents = module.parent(keys.values())
        for row in good:
            row.parent = parents.get(keys[row.number])
            if row.parent is None:
                shown = ", ".join(str(row.values[name]) for name in module.parent_key)
                row.errors.append(f"{module.parent_word} {shown} does not exist")
    return chunk


def _fields(module: Module, row: Row) -> dict[str, Any]:
    """Return the model's fields that the file has."""
    found = {}
    for name, value in row.values.items():
        column = module.column(name)
        if column is not None and column.field is not None:
            found[column.field] = value
    return found


def _instance(actor: Any, module: Module, row: Row) -> models.Model:
    made = module.model(**_fields(module, row), **module.fixed())
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


def paired(module: Module, rows: Iterable[Row]) -> Iterator[tuple[Row, Any]]:
    """Yield each row with the object that it changes, in chunks that ask the database once."""
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == CHUNK:
            yield from _with_objects(module, waiting)
            waiting = []
    yield from _with_objects(module, waiting)


def described(module: Module, row: Row, obj: Any) -> dict[str, Any]:
    """Say what an upload would do with a row, and each value that it would change."""
    shown: dict[str, Any] = {
        "row": row.number,
        "action": UPDATE if row.pk else INSERT,
        "key": ", ".join(str(row.values.get(name, "")) for name in module.key),
    }
    if row.pk is not None:
        shown["changes"] = {
            name: {"old": getattr(obj, name), "new": value}
            for name, value in _fields(module, row).items()
            if getattr(obj, name) != value
        }
        if not shown["changes"]:
            shown["action"] = KEEP
    return shown


def preview(
    *, actor: Any, slug: str, source: IO[bytes], upsert: bool
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Yield every line of a file with what an upload would do; nothing is written."""
    policy.require(actor, "add_bulkupload")
    module = module_of(actor, slug)
    rows = checked(module, source, Outcome(slug), upsert=upsert)
    for row, obj in paired(module, rows):
        yield row, {} if row.errors else described(module, row, obj)


def _with_objects(module: Module, rows: Sequence[Row]) -> Iterator[tuple[Row, Any]]:
    keys = [row.pk for row in rows if row.pk is not None and not row.errors]
    known: dict[Any, Any] = module.model._default_manager.in_bulk(keys) if keys else {}
    return ((row, known.get(row.pk)) for row in rows)


def _refusal(message: str, outcome: Outcome, row: Row | None = None) -> BulkRefused:
    if row is not None:
        outcome.errors = [f"Row {row.number}: {text}" for text in row.errors]
    return BulkRefused(
        message,
        errors=outcome.errors,
        total_rows=outcome.total,
        valid_rows=outcome.valid,
        invalid_rows=outcome.invalid,
    )


def _remember(actor: Any, filename: str, outcome: Outcome, how: str) -> None:
    is_done = how == BulkOutcome.DONE
    BulkUpload.objects.create(
        module=outcome.module,
        filename=filename.replace("\x00", "")[:255],
        user_name=audit.name_of(actor),
        outcome=how,
        total_rows=outcome.total,
        rows_imported=outcome.inserted if is_done else 0,
        rows_updated=outcome.updated if is_done else 0,
        invalid_rows=outcome.invalid,
        errors=outcome.errors[:KEPT_ERRORS],
    )
