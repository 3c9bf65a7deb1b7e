"""Content kept once: bytes first, then the row that uses them (contract 5.8.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from inventory_site.core.files import blobs
from inventory_site.core.locks import guarded, lock
from parts.models import StoredBlob

PREFIX = "cas/"
DOCS, IMAGES = "docs", "images"
CHUNK_BYTES = 256 * 1024
SWEEP_AT_ONCE = 500

UsedBy = Callable[[], Q]
_used_by: dict[str, UsedBy] = {}


def register_use(slug: str, unused: UsedBy) -> None:
    """Let a wing say which blobs it does not use: a condition on `StoredBlob`."""
    _used_by[slug] = unused


def keep(content: BinaryIO, *, storage: str, content_type: str, max_bytes: int) -> StoredBlob:
    """Store bytes under their hash and return their row; the same bytes are kept once.

    Outside a transaction. The row is claimed before the bytes are written, so that a sweep that
    runs meanwhile leaves both; a kill in between leaves what the sweep removes a day later.
    """
    sha256, size = digest(content)
    claim(sha256, storage=storage, size=size, content_type=content_type)
    blobs.store_by_content(content, storage=storage, prefix=PREFIX, max_bytes=max_bytes)
    return claim(sha256, storage=storage, size=size, content_type=content_type)


def claim(sha256: str, *, storage: str, size: int, content_type: str) -> StoredBlob:
    """Lock the row of some content, or make it, and date its use."""
    with guarded():
        row, is_new = StoredBlob.objects.get_or_create(
            sha256=sha256,
            storage=storage,
            defaults={"size": size, "content_type": content_type},
        )
        if not is_new:
            row = lock(StoredBlob.objects.filter(pk=row.pk)).get()
            row.used_at = timezone.now()
            row.save(update_fields=["used_at"])
    return row


def sweep_unused() -> int:
    """Remove content that nothing has used for a day, row and bytes; returns how many."""
    before = timezone.now() - timedelta(hours=settings.ORPHAN_AGE_HOURS)
    removed = 0
    for pk in list(_unused(before).values_list("pk", flat=True)[:SWEEP_AT_ONCE]):
        with guarded():
            row = lock(StoredBlob.objects.filter(pk=pk)).first()
            if row is None or not _unused(before).filter(pk=pk).exists():
                continue
            blobs.remove(row.storage, row.key)
            row.delete()
            removed += 1
    return removed


def known_keys(storage: str, prefix: str = PREFIX) -> Callable[[list[str]], set[str]]:
    """Return the question of the file sweep: which of these keys have a row?"""

    def known(keys: list[str]) -> set[str]:
        by_hash = {key.removeprefix(prefix).partition("-")[0]: key for key in keys}
        rows = StoredBlob.objects.filter(sha256__in=by_hash)
        if prefix == PREFIX:
            rows = rows.filter(storage=storage)
        hashes = set(rows.values_list("sha256", flat=True))
        return {key for key in keys if key.removeprefix(prefix).partition("-")[0] in hashes}

    return known


def digest(content: BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 and the size of a seekable file, which is wound back."""
    content.seek(0)
    found, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK_BYTES):
        found.update(chunk)
        size += len(chunk)
    content.seek(0)
    return found.hexdigest(), size


def remove_if_unused(pk: int, *, seen_at: datetime) -> StoredBlob | None:
    """Remove content that its last user gave up, unless somebody claimed it after `seen_at`.

    Returns the row that is gone; None when the content stays.
    """
    with guarded():
        row = lock(StoredBlob.objects.filter(pk=pk)).first()
        if row is None or row.used_at > seen_at or not unused().filter(pk=pk).exists():
            return None
        blobs.remove(row.storage, row.key)
        row.delete()
    return row


def unused() -> QuerySet[StoredBlob]:
    """Return the content that no wing uses."""
    rows = StoredBlob.objects.all()
    for condition in _used_by.values():
        rows = rows.filter(condition())
    return rows


def _unused(before: object) -> QuerySet[StoredBlob]:
    return unused().filter(used_at__lt=before)
