"""Bulk uploads in the background: a large file is kept, checked and written by a worker."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Any

from django.db import OperationalError, transaction
from django.utils import timezone

from inventory_site.core.errors import BusyError, DomainError, NotFound
from inventory_site.core.files import blobs
from inventory_site.core.locks import busy_is_an_answer, guarded, lock
from inventory_site.core.models import QueuedTask
from inventory_site.core.tasks import enqueue
from networkroutes import policy
from networkroutes.choices import OPEN_UPLOADS, BulkOutcome
from networkroutes.errors import BulkRefused
from networkroutes.models import BulkUpload
from networkroutes.services import bulk, bulk_uploads

INLINE_BYTES = 256 * 1024
PREVIEW_ROWS = 100
TASK = "networkroutes.import_rows"
STORAGE = bulk_uploads.STORAGE
GIVEN_UP = (
    "The import was given up: at every try the database was busy, the time ran out, or the worker"
    " was lost. Upload the file again."
)


def is_large(size: int | None) -> bool:
    """Whether a file of that many bytes is work for the background."""
    return (size or 0) > INLINE_BYTES


def start(
    *, actor: Any, slug: str, filename: str, source: IO[bytes], upsert: bool, dry_run: bool
) -> BulkUpload:
    """Keep the file and queue its upload; the row tells how far it is and what came of it."""
    policy.require(actor, "add_bulkupload")
    bulk.module_of(actor, slug)
    source.seek(0)
    lines = sum(chunk.count(b"\n") for chunk in iter(lambda: source.read(65_536), b""))
    source.seek(0)
    return _queued(
        BulkUpload(
            module=slug,
            filename=filename.replace("\x00", "")[:255],
            total_rows=max(0, lines - 1),
            file_key=bulk_uploads.keep(source),
            is_upsert=upsert,
            is_dry_run=dry_run,
        ),
        actor,
    )


def apply(*, actor: Any, upload_id: int) -> BulkUpload:
    """Queue the upload of a file whose dry run went well.

    Raises `NotFound` once the file was used or swept away, `BulkRefused` while the row is no such
    dry run.
    """
    policy.require(actor, "add_bulkupload")
    with guarded():
        tried = lock(BulkUpload.objects.filter(pk=upload_id)).first()
        if tried is None:
            raise NotFound("Upload not found")
        if tried.outcome != BulkOutcome.DRY_RUN:
            raise BulkRefused("Only a dry run that went well can be applied", upload=upload_id)
        key = tried.file_key
        if not key or not blobs.exists(STORAGE, key):
            raise NotFound("The file is gone; upload it again")
        BulkUpload.objects.filter(pk=tried.pk).update(file_key="")
        return _queued(
            BulkUpload(
                module=tried.module,
                filename=tried.filename,
                total_rows=tried.total_rows,
                file_key=key,
                is_upsert=tried.is_upsert,
            ),
            actor,
        )


def run(upload_id: int) -> None:
    """Do the upload of a row; one that has ended is left alone.

    A database that is busy puts the row back to waiting and is passed on, so that the queue tries
    again.
    """
    row = BulkUpload.objects.select_related("user").filter(pk=upload_id).first()
    if row is None or not row.is_open:
        return
    try:
        with busy_is_an_answer(), blobs.open_seekable(STORAGE, row.file_key) as source:
            _upload(row, source)
    except BulkRefused:
        pass  # the file stays until it is swept: its page tells every line
    except BusyError:
        open_ones = BulkUpload.objects.filter(pk=row.pk, outcome__in=OPEN_UPLOADS)
        with suppress(OperationalError):  # still busy: the row tells its last state until then
            open_ones.update(outcome=BulkOutcome.QUEUED, checked_rows=0)
        raise
    except Exception as err:
        sentence = err.message if isinstance(err, DomainError) else "The upload broke off."
        ended = {"outcome": BulkOutcome.FAILED, "errors": [sentence], "ended_at": timezone.now()}
        BulkUpload.objects.filter(pk=row.pk).update(**ended)
        raise
    else:
        if not row.is_dry_run:
            bulk_uploads.forget(row.file_key)


def end_given_up() -> int:
    """End the open uploads whose task the queue no longer has to do; return how many."""
    open_ones = BulkUpload.objects.filter(outcome__in=OPEN_UPLOADS)
    given_up = set(open_ones.values_list("pk", flat=True))
    if not given_up:
        return 0
    tasks = QueuedTask.objects.open().filter(task=TASK)
    given_up -= {args[0] for args in tasks.values_list("args", flat=True)}
    return open_ones.filter(pk__in=given_up).update(
        outcome=BulkOutcome.FAILED, errors=[GIVEN_UP], checked_rows=0, ended_at=timezone.now()
    )


def _upload(row: BulkUpload, source: IO[bytes]) -> None:
    def progress(how: BulkOutcome, lines: int) -> None:
        BulkUpload.objects.filter(pk=row.pk).update(checked_rows=lines, outcome=how)

    progress(BulkOutcome.CHECKING, 0)
    outcome = bulk.upload(
        actor=row.user,
        slug=row.module,
        filename=row.filename,
        source=source,
        upsert=row.is_upsert,
        dry_run=row.is_dry_run,
        record=row,
        progress=progress,
    )
    if row.is_dry_run:
        row.preview = {
            "inserted": outcome.inserted,
            "updated": outcome.updated,
            "ignored_columns": outcome.ignored_columns,
            "rows": outcome.rows[:PREVIEW_ROWS],
        }
        row.save(update_fields=["preview"])


def _queued(row: BulkUpload, actor: Any) -> BulkUpload:
    row.outcome, row.user, row.user_name = BulkOutcome.QUEUED, actor, actor.username
    with transaction.atomic():
        row.save()
        enqueue(TASK, row.pk)
    return row
