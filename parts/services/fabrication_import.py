"""Taking over an original fabrication system: database and uploads folder (contract 5.3)."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.files import blobs
from parts.cad import glb
from parts.choices.fabrication import FileKind, ModelState, PartKind, PartStatus, Stage
from parts.errors.fabrication import FieldRefused, UploadRefused
from parts.fabrication import fields, filenames, misc_info
from parts.importers.fabrication import LegacyPart, read_parts
from parts.models import ConvertedModel, FabricationPart, PartView
from parts.models.fabrication_files import VIEWS
from parts.services import blob_store
from parts.services import fabrication_changes as changes
from parts.services.fabrication_backup import advance_numbers
from parts.services.fabrication_files import add_file
from parts.services.fabrication_views import PNG, require_png

NAMESPACE = uuids.UUID("6d8f0c5e-6a0b-4a0e-9a52-7d6f2f6a9c11")
TEXTS = (
    "name",
    "material",
    "material_thickness",
    "subsystem",
    "assigned",
    "notes",
)


@dataclass
class Report:
    """What an import did; `notes` name what was left out or changed."""

    added: int = 0
    unchanged: int = 0
    files: int = 0
    views: int = 0
    models: int = 0
    notes: list[str] = field(default_factory=list)


class _DryRun(Exception):
    """Takes everything back."""


def import_fabrication(
    *, database: Path, uploads: Path | None = None, dry_run: bool = False
) -> Report:
    """Add the parts of an original system that are not here yet, with their numbers.

    A part is known by its uuid, or by its number where the original had none. Raises
    `NotALegacyDatabase`. Files are taken for new parts and for those that have none yet, so that an
    import without its folder, or one that was broken off, can be run again.
    """
    report = Report()
    rows = list(read_parts(database))
    try:
        with transaction.atomic():
            ours = [part for row in rows if (part := _added(row, report)) is not None]
            advance_numbers()
            audit.record(None, "fabrication.imported", after={"added": report.added})
            if dry_run:
                raise _DryRun
    except _DryRun:
        return report
    for part in ours:
        if uploads is not None and not part.files.exists() and not part.views.exists():
            _take_files(part, uploads / str(part.pk), report)
    return report


def _added(row: LegacyPart, report: Report) -> FabricationPart | None:
    """Add a part; returns it, or the one that was there, None where another has its number."""
    uuid = _uuid_of(row)
    if known := FabricationPart.objects.filter(uuid=uuid).first():
        report.unchanged += 1
        return known if known.pk == row.id else None
    if FabricationPart.objects.filter(pk=row.id).exists():
        report.unchanged += 1
        report.notes.append(f"part {row.id}: the number is taken by another part")
        return None
    part = FabricationPart(pk=row.id, uuid=uuid)
    for name in TEXTS:
        setattr(part, name, _text(row, name, report))
    _set_words(part, row, report)
    info = row.misc_info
    part.misc_info = _info(row, info, report)
    part.amount = _amount(row, report)
    own = _text(row, "part_id", report)
    part.part_id, part.is_own_part_id = own or str(uuid)[:8], bool(own) and own != str(uuid)[:8]
    part.claimed_date = _time(row.values.get("claimed_date"))
    part.created_at = _time(row.values.get("created_at")) or timezone.now()
    part.updated_at = _time(row.values.get("updated_at")) or part.created_at
    part.write_search_text()
    part.save(force_insert=True)
    changes.note(None, part, "imported")
    report.added += 1
    return part


def _set_words(part: FabricationPart, row: LegacyPart, report: Report) -> None:
    kind = (row.text("type") or "").strip().lower()
    part.type = kind if kind in PartKind.values else None
    stage = (row.text("category") or "").strip()
    if stage not in Stage.values:
        report.notes.append(f"part {row.id}: unknown category {stage!r}, now review")
        stage = Stage.REVIEW
    part.category = stage
    status = (row.text("status") or "").strip()
    part.status = status if status in PartStatus.values else PartStatus.PENDING
    part.file = filenames.clean_name(row.text("file") or "") or None
    try:
        part.onshape_url = fields.url(row.text("onshape_url"))
    except FieldRefused:
        report.notes.append(f"part {row.id}: the CAD link is no address, left out")
        part.onshape_url = None


def _info(row: LegacyPart, info: dict[str, Any], report: Report) -> dict[str, Any] | None:
    try:
        return misc_info.cleaned(info)
    except FieldRefused as refusal:
        report.notes.append(f"part {row.id}: {refusal.message}, left out")
        return None


def _amount(row: LegacyPart, report: Report) -> int:
    try:
        return fields.amount(row.values.get("amount"))
    except FieldRefused:
        report.notes.append(f"part {row.id}: amount {row.values.get('amount')!r}, now 1")
        return 1


def _text(row: LegacyPart, name: str, report: Report) -> str | None:
    value = row.text(name)
    if value is None:
        return None
    longest = fields.MAX_LENGTHS[name]
    if len(value.strip()) > longest:
        report.notes.append(f"part {row.id}: {name} cut to {longest} characters")
    return value.replace("\x00", "").strip()[:longest]


def _uuid_of(row: LegacyPart) -> uuids.UUID:
    """The part's own uuid; where there was none, the same one at every import."""
    try:
        return uuids.UUID(row.text("uuid") or "")
    except ValueError:
        created = row.text("created_at") or ""
        return uuids.uuid5(NAMESPACE, f"{row.id} {created}")


def _time(value: Any) -> datetime | None:
    return misc_info.read_time(str(value)) if value is not None else None


def _take_files(part: FabricationPart, folder: Path, report: Report) -> None:
    if not folder.is_dir():
        return
    allowed = ("step", "stp", "pdf")
    for path in sorted(folder.iterdir()):
        if path.is_file() and filenames.ending_of(path.name) in allowed:
            _take_file(part, path, report)
    for index in range(VIEWS):
        view = folder / "views" / f"view_{index}.png"
        if view.is_file():
            _take_view(part, index, view, report)


def _take_file(part: FabricationPart, path: Path, report: Report) -> None:
    if path.stat().st_size > settings.FABRICATION_MAX_FILE_BYTES:
        report.notes.append(f"part {part.pk}: {path.name} is too large, left out")
        return
    name = filenames.stored_name(path.name, part.pk, ("step", "stp", "pdf"))
    with path.open("rb") as content:
        blob = blob_store.keep(
            content,
            storage=blob_store.DOCS,
            content_type=filenames.content_type_of(name),
            max_bytes=settings.FABRICATION_MAX_FILE_BYTES,
        )
    is_drawing = name != part.file and filenames.ending_of(name) == filenames.PDF_ENDING
    kind = FileKind.DRAWING if is_drawing else FileKind.SOURCE
    with transaction.atomic():
        row = add_file(None, part, path.name, name, blob, kind)
        row.uploaded_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        row.save(update_fields=["uploaded_at"])
    report.files += 1
    model = path.with_suffix(".glb")
    is_fresh = model.is_file() and model.stat().st_mtime > path.stat().st_mtime
    if filenames.is_step(name) and is_fresh:
        _take_model(blob, model, report)


def _take_model(blob: Any, path: Path, report: Report) -> None:
    try:
        summary = glb.summary_of(path)
    except glb.NotAModel:
        return
    row, is_new = ConvertedModel.objects.get_or_create(blob=blob)
    if not is_new and row.state == ModelState.DONE:
        return
    with path.open("rb") as content:
        blobs.store(content, storage=blob_store.DOCS, key=row.key, max_bytes=summary.size)
    row.state, row.size, row.triangles = ModelState.DONE, summary.size, summary.triangles
    row.finished_at = timezone.now()
    row.save()
    report.models += 1


def _take_view(part: FabricationPart, index: int, path: Path, report: Report) -> None:
    content = path.read_bytes()
    try:
        require_png(content)
    except UploadRefused:
        report.notes.append(f"part {part.pk}: {path.name} is no picture, left out")
        return
    with path.open("rb") as file:
        blob = blob_store.keep(
            file, storage=blob_store.IMAGES, content_type=PNG, max_bytes=len(content)
        )
    PartView.objects.update_or_create(part=part, index=index, defaults={"blob": blob})
    part.views_updated_at = timezone.now()
    part.save(update_fields=["views_updated_at"])
    report.views += 1
