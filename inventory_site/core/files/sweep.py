"""Finding stored files that nobody knows, and removing them once they are old.

A blob is older than its row by the length of one request, so only what is older than
`ORPHAN_AGE_HOURS` and unknown to every owner goes. The storage asks for the time again while it
removes, so a blob that was published anew under the same key stays.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from inventory_site.core import registry
from inventory_site.core.files.storages import storage_of
from inventory_site.core.registry import FileOwner

logger = logging.getLogger(__name__)

BATCH = 500
STORAGES = ("docs", "images")


@dataclass(slots=True)
class SweepReport:
    """What a sweep found and removed: `orphans` and `leftovers` of interrupted writes.

    Each is `storage:name`; `failed` names owners that could not answer. With `dry_run` nothing was
    removed.
    """

    dry_run: bool
    checked: int = 0
    orphans: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def sweep(dry_run: bool = False, *, older_than_hours: float | None = None) -> SweepReport:
    """Remove stored files without a row and what interrupted writes left behind, if they are old.

    Only files below the prefix of a registered owner are looked at. An owner that fails keeps its
    files and is named in the report.
    """
    hours = settings.ORPHAN_AGE_HOURS if older_than_hours is None else older_than_hours
    before = timezone.now() - timedelta(hours=hours)
    report = SweepReport(dry_run)
    for storage, prefix in sorted({(one.storage, one.prefix) for one in registry.file_owners}):
        _sweep_prefix(report, storage, prefix, before)
    for storage in STORAGES:
        _sweep_leftovers(report, storage, before)
    _sweep_uploads(report, before)
    return report


def _sweep_prefix(report: SweepReport, storage: str, prefix: str, before: datetime) -> None:
    owners = [one for one in registry.file_owners if one.storage == storage]
    old = (key for key, found in storage_of(storage).walk(prefix) if found.modified < before)
    for keys in _batches(old):
        report.checked += len(keys)
        for key in _unknown(report, owners, keys):
            if report.dry_run or storage_of(storage).withdraw(key, before):
                report.orphans.append(f"{storage}:{key}")


def _unknown(report: SweepReport, owners: list[FileOwner], keys: list[str]) -> list[str]:
    """Those keys that no owner knows; all are known where an owner cannot answer."""
    known: set[str] = set()
    for owner in owners:
        asked = [key for key in keys if key.startswith(owner.prefix)]
        if not asked:
            continue
        try:
            known |= owner.known(asked)
        except Exception:  # any failure must keep the files; it is logged and reported
            logger.exception("an owner of files failed", extra={"owner": owner.slug})
            report.failed = sorted({*report.failed, owner.slug})
            known.update(asked)
    return [key for key in keys if key not in known]


def _sweep_leftovers(report: SweepReport, storage: str, before: datetime) -> None:
    for name in list(storage_of(storage).leftovers(before)):
        report.leftovers.append(f"{storage}:{name}")
        if not report.dry_run:
            storage_of(storage).discard(name)


def _sweep_uploads(report: SweepReport, before: datetime) -> None:
    """Uploads that a killed process was still receiving."""
    for path in sorted(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()):
        if not path.is_file() or datetime.fromtimestamp(path.stat().st_mtime, UTC) >= before:
            continue
        report.leftovers.append(f"upload:{path.name}")
        if not report.dry_run:
            path.unlink(missing_ok=True)


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, BATCH)):
        yield batch
