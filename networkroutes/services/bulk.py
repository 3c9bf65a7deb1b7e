"""Bulk upload: every row is checked first, then all go in or none (contract 12.9).

The file is read twice and in chunks, so memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any

from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.errors import AuthenticationRequired
from networkroutes import policy
from networkroutes.choices import BulkOutcome
from networkroutes.errors import BulkRefused
from networkroutes.importers.tables import NotTable
from networkroutes.models import BulkUpload
from networkroutes.services import bulk_modules
from networkroutes.services.bulk_modules import Module
from networkroutes.services.bulk_rows import (
    CHUNK,
    MOST_SHOWN_ROWS,
    Outcome,
    Row,
    checked,
    described,
    paired,
    refusal,
)
from networkroutes.services.bulk_users import USERS
from networkroutes.services.bulk_write import write_rows

MODULES: dict[str, Module] = {**bulk_modules.MODULES, USERS.slug: USERS}
MOST_ERRORS = 1000
KEPT_ERRORS = 101  # one more than a page shows, which tells that there are more
ROLLED_BACK = "Transaction rolled back. No data was imported."
NO_ROWS = "The file has no rows below its header"

Progress = Callable[[BulkOutcome, int], None]


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
    record: BulkUpload | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Check every line of a CSV and, unless `dry_run`, write all of them in one transaction.

    With `upsert` a row whose natural key exists is changed in the columns that the file has;
    without it such a row is an error. Raises `BulkRefused`; then nothing was written but the
    history row: `record` where one is there already, else a new one. `progress` is told now and
    then how many lines are checked, and when the writing begins.
    """
    policy.require(actor, "add_bulkupload")
    module = module_of(actor, slug)
    outcome = Outcome(slug)
    row = record or BulkUpload(module=slug, filename=filename.replace("\x00", "")[:255])
    row.user_name = audit.name_of(actor)
    try:
        _check(module, source, outcome, upsert=upsert, dry_run=dry_run, progress=progress)
        if outcome.invalid:
            raise refusal("Validation failed", outcome)
        if dry_run:
            _remember(row, outcome, BulkOutcome.DRY_RUN)
        else:
            if progress is not None:
                progress(BulkOutcome.WRITING, outcome.total)
            done = partial(_remember, row, outcome, BulkOutcome.DONE)
            write_rows(actor, module, source, outcome, upsert=upsert, at_end=done)
    except NotTable as err:
        outcome.errors = [str(err)]
        _remember(row, outcome, BulkOutcome.REFUSED)
        raise refusal("Validation failed", outcome) from err
    except BulkRefused:
        _remember(row, outcome, BulkOutcome.REFUSED)
        raise
    return outcome


def preview(
    *, actor: Any, slug: str, source: IO[bytes], upsert: bool
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Yield every line of a file with what an upload would do; nothing is written."""
    policy.require(actor, "add_bulkupload")
    module = module_of(actor, slug)
    rows = checked(module, source, Outcome(slug), upsert=upsert)
    for row, obj in paired(module, rows):
        yield row, {} if row.errors else described(module, row, obj)


def _check(
    module: Module,
    source: IO[bytes],
    outcome: Outcome,
    *,
    upsert: bool,
    dry_run: bool,
    progress: Progress | None,
) -> None:
    rows = checked(module, source, outcome, upsert=upsert)
    pairs = paired(module, rows) if dry_run else ((row, None) for row in rows)
    for place, (row, obj) in enumerate(pairs, start=1):
        if progress is not None and place % CHUNK == 0:
            progress(BulkOutcome.CHECKING, place)
        if row.errors:
            outcome.invalid += 1
            room = MOST_ERRORS - len(outcome.errors)
            outcome.errors += [f"Row {row.number}: {text}" for text in row.errors][:room]
        elif dry_run:
            _note(module, outcome, row, obj)
    if not outcome.total:
        raise NotTable(NO_ROWS)


def _note(module: Module, outcome: Outcome, row: Row, obj: Any) -> None:
    outcome.inserted += not row.pk
    outcome.updated += bool(row.pk)
    if len(outcome.rows) < MOST_SHOWN_ROWS:
        outcome.rows.append(described(module, row, obj))


def _remember(row: BulkUpload, outcome: Outcome, how: str) -> None:
    is_done = how == BulkOutcome.DONE
    row.outcome = how
    row.total_rows = row.checked_rows = outcome.total
    row.rows_imported = outcome.inserted if is_done else 0
    row.rows_updated = outcome.updated if is_done else 0
    row.invalid_rows = outcome.invalid
    row.errors = outcome.errors[:KEPT_ERRORS]
    row.ended_at = timezone.now()
    row.save()
