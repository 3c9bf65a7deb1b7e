"""Pictures that a front end rendered of a part (contract 3.6)."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from inventory_site.core.locks import guarded
from parts import policy
from parts.errors.fabrication import NotThere, UploadRefused
from parts.models import FabricationPart, PartView
from parts.models.fabrication_files import VIEWS
from parts.services import blob_store
from parts.services.fabrication_blobs import forget_after_commit
from parts.services.fabrication_changes import locked_part

MAX_BYTES, MAX_SIDE_PX = 2 * 1024 * 1024, 2000
PNG_MARK, PNG = b"\x89PNG\r\n\x1a\n", "image/png"
HEADER = struct.Struct(">I4sII")


def store_views(*, actor: Any, part_id: int, pictures: Mapping[int, bytes]) -> FabricationPart:
    """Keep pictures by their index 0 to 7; each takes the place of the one before it.

    Raises `UploadRefused` for anything but a PNG within the limits, and then keeps none.
    """
    policy.require(actor, policy.WORK_FABRICATION)
    for content in pictures.values():
        require_png(content)
    kept = {
        index: blob_store.keep(
            io.BytesIO(content), storage=blob_store.IMAGES, content_type=PNG, max_bytes=MAX_BYTES
        )
        for index, content in pictures.items()
        if 0 <= index < VIEWS
    }
    with guarded():
        part, now = locked_part(part_id), timezone.now()
        old = part.views.filter(index__in=kept)
        gone = {row.blob_id: row.created_at for row in old}
        forget_after_commit(gone.items())
        for index, blob in kept.items():
            PartView.objects.update_or_create(
                part=part, index=index, defaults={"blob": blob, "created_at": now}
            )
        part.views_updated_at = now
        part.save(update_fields=["views_updated_at"])
    return part


def view_of(part: FabricationPart, index: int) -> PartView:
    """Return one picture; raises `NotThere`."""
    row = None
    if 0 <= index < VIEWS:
        row = part.views.select_related("blob").filter(index=index).first()
    if row is None:
        raise NotThere("View image not found")
    return row


def require_png(content: bytes) -> None:
    """Refuse what is no PNG, or too large a one, by its first chunk (PNG 1.2, 4.1.1)."""
    head = content[: len(PNG_MARK) + HEADER.size]
    is_png = head.startswith(PNG_MARK) and len(head) == len(PNG_MARK) + HEADER.size
    if is_png and len(content) <= MAX_BYTES:
        length, kind, wide, high = HEADER.unpack_from(head, len(PNG_MARK))
        if (length, kind) == (13, b"IHDR") and 0 < wide <= MAX_SIDE_PX and 0 < high <= MAX_SIDE_PX:
            return
    raise UploadRefused("Invalid view image")
