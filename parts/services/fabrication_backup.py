"""Backups of the fabrication data: rows and bytes in one file (contract 5.3).

A backup is a ZIP of `rows.json` (every table, read in one transaction) and `blobs/<sha256>`. It
needs no tool of a database and is read back by `restore_backup` on either.
"""

from __future__ import annotations

import contextlib
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.errors import ConflictError, InvalidInput
from inventory_site.core.files import blobs
from parts.errors.fabrication import BackupFailed
from parts.models import (
    ConvertedModel,
    FabricationFile,
    FabricationPart,
    Machine,
    PartEvent,
    PartView,
    StoredBlob,
)

TABLES: tuple[type[models.Model], ...] = (
    Machine,
    FabricationPart,
    FabricationFile,
    PartView,
    ConvertedModel,
    PartEvent,
)
ROWS, BLOBS, ENDING, PARTIAL = "rows.json", "blobs/", ".bak", ".partial"
NAME = "fabrication"


def folder() -> Path:
    """Return where backups lie."""
    place = Path(settings.PATCHBAY_VAR) / "backups"
    place.mkdir(parents=True, exist_ok=True)
    return place


def write_backup(target: Path | None = None, *, known: Apps = apps) -> Path:
    """Write a backup and remove those past their days; raises `BackupFailed`.

    The name is `fabrication.<YYYY-MM-DD_HHMMSS>.bak`; nothing half-written keeps it. `known`
    are the models as the tables are now, which before a migration are not those of the code.
    """
    place = target or folder() / f"{NAME}.{timezone.now():%Y-%m-%d_%H%M%S}{ENDING}"
    partial = place.with_name(place.name + PARTIAL)
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            _write(archive, known)
        partial.replace(place)
    except (OSError, zipfile.BadZipFile) as err:
        partial.unlink(missing_ok=True)
        raise BackupFailed("The backup could not be written.") from err
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    if target is None:
        remove_old()
    return place


def back_up_before_migration(known: Apps) -> Path | None:
    """Keep what there is before a migration runs; None where there is nothing to keep.

    `known` are the models as the tables are before it. Raises `BackupFailed`.
    """
    try:
        parts = known.get_model(FabricationPart._meta.label_lower)
    except LookupError:
        return None
    return write_backup(known=known) if parts._default_manager.exists() else None


def remove_old() -> int:
    """Remove backups that are older than `FABRICATION_BACKUP_DAYS` by their file's time."""
    before = time.time() - timedelta(days=settings.FABRICATION_BACKUP_DAYS).total_seconds()
    old = [path for path in folder().glob(f"{NAME}.*{ENDING}") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def restore_backup(path: Path, *, actor: Any = None) -> dict[str, int]:
    """Read a backup into a site without parts to make; returns rows by table.

    Raises `ConflictError` where there are parts, `InvalidInput` for another file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            rows = orjson.loads(archive.read(ROWS))
            known = _restore_blobs(archive, rows["blobs"])
    except (OSError, zipfile.BadZipFile, KeyError, orjson.JSONDecodeError) as err:
        raise InvalidInput(f"{path.name} is no backup of the fabrication data.") from err
    with transaction.atomic():
        if FabricationPart.objects.exists():
            raise ConflictError("There are parts to make; a backup is read into an empty list.")
        PartEvent.objects.all().delete()
        Machine.objects.all().delete()
        counts = {table._meta.model_name or "": 0 for table in TABLES}
        for row in rows["rows"]:
            name = row["model"].partition(".")[2]
            if _restore_row(row, known):
                counts[name] += 1
        advance_numbers()
        audit.record(actor, "fabrication.restored", after={"file": path.name, **counts})
    return counts


def _write(archive: zipfile.ZipFile, known: Apps) -> None:
    with _one_moment():
        used = (
            known.get_model(StoredBlob._meta.label_lower)
            ._default_manager.filter(
                models.Q(fabrication_files__isnull=False) | models.Q(part_views__isnull=False)
            )
            .distinct()
        )
        kept: dict[int, Any] = {blob.pk: blob for blob in used}
        rows: list[dict[str, Any]] = []
        for table in TABLES:
            found = known.get_model(table._meta.label_lower)._default_manager.order_by("pk")
            if table is ConvertedModel:
                found = found.filter(blob__in=kept)
            rows += serializers.serialize("python", found)
    document = {
        "blobs": {
            pk: {
                "sha256": blob.sha256,
                "storage": blob.storage,
                "size": blob.size,
                "content_type": blob.content_type,
            }
            for pk, blob in kept.items()
        },
        "rows": rows,
    }
    archive.writestr(ROWS, orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS, default=str))
    for blob in kept.values():
        key = StoredBlob(sha256=blob.sha256).key
        if not blobs.exists(blob.storage, key):
            continue
        with archive.open(f"{BLOBS}{blob.sha256}-{blob.storage}", "w", force_zip64=True) as file:
            for chunk in blobs.open_stream(blob.storage, key):
                file.write(chunk)


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    """Read every table as of the same moment."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _restore_blobs(archive: zipfile.ZipFile, found: dict[str, dict[str, Any]]) -> dict[int, int]:
    """Put the bytes back and return the rows' new numbers by their old ones."""
    numbers = {}
    names = set(archive.namelist())
    for old, facts in found.items():
        row, _ = StoredBlob.objects.get_or_create(
            sha256=facts["sha256"],
            storage=facts["storage"],
            defaults={"size": facts["size"], "content_type": facts["content_type"]},
        )
        numbers[int(old)] = row.pk
        name = f"{BLOBS}{facts['sha256']}-{facts['storage']}"
        if name in names and not blobs.exists(row.storage, row.key):
            with archive.open(name) as content:
                blobs.store(content, storage=row.storage, key=row.key, max_bytes=row.size)
    return numbers


def _restore_row(row: dict[str, Any], known: dict[int, int]) -> bool:
    values = row["fields"]
    if "blob" in values:
        values["blob"] = known[values["blob"]]
    if row["model"] == ConvertedModel._meta.label_lower:
        if ConvertedModel.objects.filter(blob_id=values["blob"]).exists():
            return False
        row["pk"] = None
        if values["state"] == "done":  # made again from the source when somebody looks
            values |= {"state": "pending", "has_picture": False}
    for person in ("submitted_by", "actor"):
        if values.get(person) is not None and not _is_person(values[person]):
            values[person] = None
    for restored in serializers.deserialize("python", [row]):
        restored.save()
    return True


def _is_person(pk: int) -> bool:
    return get_user_model()._default_manager.filter(pk=pk).exists()


def advance_numbers() -> None:
    """Let the next rows be numbered after those that came with their numbers."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(TABLES)):
            cursor.execute(statement)
