"""Bytes of parts to make: kept once by their hash, removed with the last part that uses them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from inventory_site.core.files import blobs
from parts.models import ConvertedModel, FabricationPart
from parts.services import blob_store


def unused_blobs() -> Q:
    """Say to the sweep which blobs no file and no picture of a part uses."""
    return Q(fabrication_files__isnull=True, part_views__isnull=True)


def forget_blobs(part: FabricationPart) -> None:
    """Remove what a part's files and pictures hold, once the open transaction commits."""
    files = part.files.values_list("blob_id", "uploaded_at")
    views = part.views.values_list("blob_id", "created_at")
    forget_after_commit([*files, *views])


def forget_after_commit(claims: Iterable[tuple[int, datetime]]) -> None:
    """Remove blobs that nobody uses or has claimed since, with the models made of them."""
    latest: dict[int, datetime] = {}
    for pk, seen in claims:
        latest[pk] = max(seen, latest.get(pk, seen))
    for pk, seen in latest.items():
        transaction.on_commit(partial(_forget, pk, seen), robust=True)


def _forget(pk: int, seen: datetime) -> None:
    model = ConvertedModel.objects.select_related("blob").filter(blob_id=pk).first()
    if blob_store.remove_if_unused(pk, seen_at=seen) is None or model is None:
        return
    blobs.remove(blob_store.DOCS, model.key)
    blobs.remove(blob_store.IMAGES, model.picture_key)
