"""Drawings of hand parts: stored ones, and those fetched from Onshape (contract 4.8)."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from inventory_site.core.choices import TaskStatus
from inventory_site.core.models import QueuedTask
from inventory_site.core.tasks import enqueue
from parts import policy
from parts.choices.fabrication import FileKind, PartKind
from parts.errors.fabrication import (
    DrawingFailed,
    DrawingNotDelivered,
    DrawingPending,
    DrawingRefused,
    NotThere,
    PartNotFound,
)
from parts.fabrication.filenames import PDF_ENDING, clean_name, ending_of
from parts.models import FabricationFile, FabricationPart
from parts.selectors.fabrication_lists import part_of
from parts.services import blob_store, onshape
from parts.services.fabrication_changes import changing
from parts.services.fabrication_files import add_file

TASK = "parts.fetch_drawing"
WAIT_S, POLL_S = 25.0, 0.1
PDF = "application/pdf"
FAILED = "Failed to retrieve drawing"

_one_waits = threading.BoundedSemaphore(1)


def drawing_of(*, actor: Any, part_id: int, refresh: bool) -> FabricationFile:
    """Return the stored drawing of a hand part, fetching it when asked to or when there is none.

    Raises `DrawingRefused` (400, 503), `NotThere`, `DrawingFailed` (502), `DrawingPending` (503).
    """
    policy.require(actor, policy.VIEW_FABRICATION)
    part = part_of(part_id)
    if part.type != PartKind.HAND:
        raise DrawingRefused("Drawing downloads are only available for hand fab parts")
    stored = stored_drawing(part)
    url = part.onshape_url if part.onshape_url not in {None, "", "#"} else ""
    if stored is not None and not refresh:
        return stored
    if not url and refresh:
        raise DrawingRefused("No Onshape URL to refresh from")
    if not url:
        if part.file and ending_of(part.file) == PDF_ENDING:
            raise NotThere("Drawing file not found")
        raise NotThere("No drawing available for this part")
    return _fetched(part)


def stored_drawing(part: FabricationPart) -> FabricationFile | None:
    """Return the newest PDF that was fetched for a part or is its file; never a STEP file."""
    rows = part.files.select_related("blob").filter(content_type=PDF).order_by("-pk")
    return rows.filter(Q(kind=FileKind.DRAWING) | Q(stored_name=part.file)).first()


def fetch_drawing(part_id: int, actor_name: str = "") -> None:
    """Fetch a drawing and keep it; `DrawingNotDelivered` says what went wrong."""
    part = FabricationPart.objects.filter(pk=part_id).first()
    place = onshape.place_of(part.onshape_url or "") if part is not None else None
    if part is None or place is None:
        return
    name = name_of(part)
    try:
        content = onshape.drawing_pdf(place, name)
    except onshape.OnshapeFailed as err:
        raise DrawingNotDelivered(str(err)) from err
    blob = blob_store.keep(
        io.BytesIO(content),
        storage=blob_store.DOCS,
        content_type=PDF,
        max_bytes=onshape.MOST_BYTES,
    )
    try:
        with changing(actor=None, part_id=part_id, action="drawing_fetched") as change:
            add_file(None, change.part, name, name, blob, FileKind.DRAWING)
            change.part.file = change.part.file or name
            change.payload |= {"file": name, "asked_by": actor_name}
            change.is_note = True
    except PartNotFound:
        return


def name_of(part: FabricationPart) -> str:
    """Return the name that a fetched drawing is kept under."""
    own = clean_name(part.part_id or "") or clean_name(part.name or "") or str(part.pk)
    return f"{own[:150]}_drawing.pdf"


def _fetched(part: FabricationPart) -> FabricationFile:
    if onshape.place_of(part.onshape_url or "") is None:
        raise DrawingRefused(FAILED, "The Onshape URL leads to no drawing of a workspace")
    if not onshape.has_credentials():
        refusal = DrawingRefused(FAILED, "Onshape credentials are not configured")
        refusal.status_code = 503
        raise refusal
    began = timezone.now()
    if not _one_waits.acquire(blocking=False):
        enqueue(TASK, part.pk, dedupe_key=_key(part))
        raise DrawingPending
    try:
        return _waited_for(part, began)
    finally:
        _one_waits.release()


def _waited_for(part: FabricationPart, began: Any) -> FabricationFile:
    if connection.in_atomic_block and settings.PATCHBAY_TASKS == "inline":
        row = None
        try:
            fetch_drawing(part.pk)  # nothing is sent before the outer transaction ends
        except DrawingNotDelivered as err:
            raise DrawingFailed(err.message) from err
    else:
        row = enqueue(TASK, part.pk, dedupe_key=_key(part))
        _wait(row)
    found = stored_drawing(part)
    if found is not None and found.kind == FileKind.DRAWING and found.uploaded_at >= began:
        return found
    if row is not None and row.status == TaskStatus.FAILED:
        raise DrawingFailed(row.error.partition("\n")[0][:200])
    raise DrawingPending


def _wait(row: QueuedTask) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        row.refresh_from_db()
        if row.status not in {TaskStatus.READY, TaskStatus.RUNNING}:
            return
        time.sleep(POLL_S)


def _key(part: FabricationPart) -> str:
    return f"{TASK}:{part.pk}"
