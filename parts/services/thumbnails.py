"""Small pictures of documents, made in a limited child and kept by hash and size."""

from __future__ import annotations

import io
import threading

from inventory_site.core.errors import BusyError, NotFound
from inventory_site.core.files import blobs
from parts.errors.stock import RecordNotFound
from parts.models import StockDocument, StoredBlob
from parts.services.blob_store import IMAGES
from parts.services.pictures import (
    NotAPicture,
    has_pdf_renderer,
    pdf_icon,
    pdf_thumbnail_of,
    thumbnail_of,
)

PREFIX = "thumbs/"
USUAL_SIZE = 256
LARGEST_SIZE = 1000
MAX_BYTES = 4 * 1024 * 1024
PDF, SVG = "application/pdf", "image/svg+xml"

_one_at_a_time = threading.BoundedSemaphore(1)


def thumbnail_key(document: StockDocument, size: int, *, wait: bool = False) -> str:
    """Return the key of a thumbnail in the `images` store, making it when needed.

    A PDF that cannot be drawn, or for which no renderer is installed, has an icon.

    Raises `RecordNotFound` where no picture can be made, and `BusyError` at once when this process
    makes another one already (unless `wait`).
    """
    blob = document.blob or document.preview
    if blob is None or blob.content_type == SVG:
        raise RecordNotFound("Thumbnail of document", document.pk)
    key = f"{PREFIX}{blob.sha256}-{size}"
    if blobs.exists(IMAGES, key):
        return key
    if blob.content_type == PDF and (not has_pdf_renderer() or blobs.exists(IMAGES, _no(key))):
        return _icon_key(size)
    if not _one_at_a_time.acquire(blocking=wait):
        raise BusyError("A picture is being made; try again in a moment.")
    try:
        return _make(document, blob, size, key)
    finally:
        _one_at_a_time.release()


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


def _make(document: StockDocument, blob: StoredBlob, size: int, key: str) -> str:
    try:
        with blobs.open_seekable(blob.storage, blob.key) as content:
            make = pdf_thumbnail_of if blob.content_type == PDF else thumbnail_of
            made = make(content, size)
    except NotAPicture as err:
        if blob.content_type == PDF:
            blobs.store(io.BytesIO(b"-"), storage=IMAGES, key=_no(key), max_bytes=MAX_BYTES)
            return _icon_key(size)
        raise RecordNotFound("Thumbnail of document", document.pk) from err
    blobs.store(io.BytesIO(made), storage=IMAGES, key=key, max_bytes=MAX_BYTES)
    return key


def _no(key: str) -> str:
    """The mark that a PDF cannot be drawn, so that it is tried once."""
    return f"{key}-none"


def _icon_key(size: int) -> str:
    """The key of the icon that stands for a PDF; it is drawn when it is not there."""
    key = f"{PREFIX}pdf-{size}"
    if not blobs.exists(IMAGES, key):
        blobs.store(io.BytesIO(pdf_icon(size)), storage=IMAGES, key=key, max_bytes=MAX_BYTES)
    return key
