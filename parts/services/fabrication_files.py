"""Files of parts: uploads with their revisions, and what is delivered (contract 3.4, 3.5, 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.errors import TooLarge
from inventory_site.core.files.headers import base_name
from parts import policy
from parts.choices.fabrication import FileKind, PartStatus, Stage
from parts.errors.fabrication import FabricationFileTooLarge, NotThere, UploadRefused
from parts.fabrication import filenames, lifecycle
from parts.models import FabricationFile, FabricationPart, StoredBlob
from parts.selectors.fabrication_lists import part_of
from parts.services import blob_store
from parts.services import fabrication_queues as queues
from parts.services.fabrication_blobs import forget_after_commit
from parts.services.fabrication_changes import Change, changing

PDF_MARK, PDF_HEAD_BYTES = b"%PDF-", 1024
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived: seekable, with the name and size that were sent."""

    name: str
    size: int
    stream: BinaryIO


def upload_file(
    *,
    actor: Any,
    part_id: int,
    upload: Upload,
    reason: str = "",
    expected_version: int | None = None,
) -> FabricationFile:
    """Keep a file of a part and make it the current one.

    Other bytes on a part that was approved make the next revision, and send a part in production
    back to review. Raises `UploadRefused`, `FabricationFileTooLarge`, `PartNotFound`, `NotAllowed`.
    """
    part = part_of(part_id)
    policy.require_may_upload(actor, part)
    blob = _kept(upload)
    with changing(
        actor=actor, part_id=part_id, action="file_uploaded", expected_version=expected_version
    ) as change:
        part = change.part
        name = filenames.stored_name(upload.name, part.pk, allowed_endings())
        _apply_revision(actor, change, blob, reason)
        _drop_views(part)
        row = add_file(actor, part, upload.name, name, blob, FileKind.SOURCE, reason)
        part.file = name
        change.payload |= {"file": name, "sha256": blob.sha256, "revision": part.revision}
        change.is_note = True
    return row


def add_file(
    actor: Any,
    part: FabricationPart,
    original_name: str,
    name: str,
    blob: StoredBlob,
    kind: str,
    reason: str = "",
) -> FabricationFile:
    """Write the row of a stored file; the caller holds the part and saves it."""
    return FabricationFile.objects.create(
        part=part,
        kind=kind,
        stored_name=name,
        original_name=base_name(original_name),
        blob=blob,
        content_type=filenames.content_type_of(name),
        revision=part.revision,
        reason=reason[:LONGEST_REASON],
        uploaded_at=timezone.now(),
        uploaded_by=audit.name_of(actor),
    )


def allowed_endings() -> tuple[str, ...]:
    """Return the endings that uploads may have, in lower case."""
    return tuple(ending.lower().lstrip(".") for ending in settings.FABRICATION_ALLOWED_EXTENSIONS)


def current_file(part: FabricationPart) -> FabricationFile:
    """Return the stored file that the part's label names; raises `NotThere`."""
    if not part.file:
        raise NotThere("No file associated with this part")
    row = part.files.select_related("blob").filter(stored_name=part.file).order_by("-pk").first()
    if row is None:
        raise NotThere("File not found on server")
    return row


def revisions_of(part: FabricationPart) -> list[FabricationFile]:
    """Return the last source file of each revision, newest revision first."""
    found: dict[str, FabricationFile] = {}
    for row in part.files.filter(kind=FileKind.SOURCE).select_related("blob").order_by("-pk"):
        found.setdefault(row.revision, row)
    return list(found.values())


def revision_file(part: FabricationPart, revision: str) -> FabricationFile:
    """Return the file of one revision; raises `NotThere`."""
    row = next((row for row in revisions_of(part) if row.revision == revision), None)
    if row is None:
        raise NotThere("Revision not found")
    return row


def _kept(upload: Upload) -> StoredBlob:
    """Check an upload before anything of it is stored, then store it."""
    if not upload.name:
        raise UploadRefused("No file selected")
    ending, allowed = filenames.ending_of(upload.name), allowed_endings()
    if ending not in allowed:
        raise UploadRefused("Invalid file type", f"Only {', '.join(allowed)} files are allowed")
    limit = settings.FABRICATION_MAX_FILE_BYTES
    if upload.size > limit:
        raise FabricationFileTooLarge(limit)
    if ending == filenames.PDF_ENDING:
        upload.stream.seek(0)
        if PDF_MARK not in upload.stream.read(PDF_HEAD_BYTES):
            raise UploadRefused("Invalid file type", "Not a PDF document")
    upload.stream.seek(0)
    try:
        return blob_store.keep(
            upload.stream,
            storage=blob_store.DOCS,
            content_type=filenames.content_type_of(f"x.{ending}"),
            max_bytes=limit,
        )
    except TooLarge as err:
        raise FabricationFileTooLarge(limit) from err


def _apply_revision(actor: Any, change: Change, blob: StoredBlob, reason: str) -> None:
    """Draw the next letter when an approved part gets other bytes."""
    part = change.part
    last = part.files.filter(kind=FileKind.SOURCE).order_by("-pk").first()
    if last is None or last.blob_id == blob.pk or part.category == Stage.REVIEW:
        return
    part.revision = lifecycle.next_revision(part.revision)
    change.action = "revision"
    change.payload |= {"reason": reason[:LONGEST_REASON], "was_assigned": part.assigned}
    if part.in_production:
        _announce_revision(actor, part)
        queues.leave_queue(part)
        part.category, part.status = Stage.REVIEW, PartStatus.PENDING
        part.assigned = part.claimed_date = None


def _announce_revision(actor: Any, part: FabricationPart) -> None:
    """Note whom the new revision concerns: who had the part and who submitted it, but never who
    acted; notifications deliver it (contract 10)."""
    own = {actor.get_username(), actor.get_full_name()} if isinstance(actor, User) else set()
    submitter = part.submitted_by.get_username() if part.submitted_by else None
    names = [name for name in (part.assigned, submitter) if name and name not in own]
    if names:
        after = {"revision": part.revision, "to": list(dict.fromkeys(names))}
        audit.record(actor, "fabrication.revision_announced", part, after=after)


def _drop_views(part: FabricationPart) -> None:
    forget_after_commit(part.views.values_list("blob_id", "created_at"))
    part.views.all().delete()
    part.views_updated_at = None
