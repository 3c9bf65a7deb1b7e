"""Files of the import page, kept between its preview and its Apply; the sweep takes old ones."""

from __future__ import annotations

from typing import IO

from django.conf import settings

from inventory_site.core.files import blobs
from networkroutes.choices import OPEN_UPLOADS
from networkroutes.models import BulkUpload

STORAGE = "docs"
PREFIX = "networkroutes/bulk/"


def keep(source: IO[bytes]) -> str:
    """Store a file under a random key and return the key."""
    key = blobs.random_key(PREFIX, ".csv")
    blobs.store(source, storage=STORAGE, key=key, max_bytes=settings.NETWORKROUTES_BULK_MAX_BYTES)
    return key


def forget(key: str) -> None:
    """Remove a kept file."""
    blobs.remove(STORAGE, key)


def known(keys: list[str]) -> set[str]:
    """Return those that an upload still needs; a sweep removes the others after their day."""
    needed = BulkUpload.objects.filter(file_key__in=keys, outcome__in=OPEN_UPLOADS)
    return set(needed.values_list("file_key", flat=True))
