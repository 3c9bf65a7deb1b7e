"""Small pictures of documents, made in a limited child and kept by hash and size."""

from __future__ import annotations

import io
import threading

from inventory_site.core.errors import BusyError, NotFound
from inventory_site.core.files import blobs
from parts.errors.stock import RecordNotFound
from parts.models import StockDocument, StoredBlob
from parts.services.blob_store import IMAGES
from parts.services.pictures import NotAPicture, pdf_thumbnail_of, thumbnail_of

PREFIX = "thumbs/"
USUAL_SIZE = 256
LARGEST_SIZE = 1000
MAX_BYTES = 4 * 1024 * 1024
PDF, SVG = "application/pdf", "image/svg+xml"

_one_at_a_time = threading.BoundedSemaphore(1)


def thumbnail_key(document: StockDocument, size: int, *, wait: bool = False) -> str:
    """Return the key of a thumbnail in the `images` store, making it when needed.

    Raises `RecordNotFound` where no picture can be made, and `BusyError` at once when this process
    makes another one already (unless `wait`).
    """
    blob = document.blob or document.preview
    if blob is None or blob.content_type == SVG:
        raise RecordNotFound("Thumbnail of document", document.pk)
    key = f"{PREFIX}{blob.sha256}-{size}"
    if blobs.exists(IMAGES, key):
        return key
    if not _one_at_a_time.acquire(blocking=wait):
        raise BusyError("A picture is being made; try again in a moment.")
    try:
        _make(document, blob, size, key)
    finally:
        _one_at_a_time.release()
    return key


def make_usual_thumbnail(document_id: int) -> bool:
    """Make the thumbnail of the usual size; false where there is none."""
    document = (
        StockDocument.objects.filter(pk=document_id).select_related("blob", "preview").first()
    )
    if document is None:
        return False
    try:
        thumbnail_key(document, USUAL_SIZE, wait=True)
    except (RecordNotFound, NotFound):
        return False
    return True


def _make(document: StockDocument, blob: StoredBlob, size: int, key: str) -> None:
    try:
        with blobs.open_seekable(blob.storage, blob.key) as content:
            make = pdf_thumbnail_of if blob.content_type == PDF else thumbnail_of
            made = make(content, size)
    except NotAPicture as err:
        raise RecordNotFound("Thumbnail of document", document.pk) from err
    blobs.store(io.BytesIO(made), storage=IMAGES, key=key, max_bytes=MAX_BYTES)
