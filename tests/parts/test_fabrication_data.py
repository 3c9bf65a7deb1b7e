"""Demo, import of the replaced system, backup and restore of parts to make."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.apps import apps as apps_of_code
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import pre_migrate
from PIL import Image

from parts.cad import step
from parts.cad.step_writer import Prism, circle, step_text
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
from parts.selectors import fabrication_stats
from parts.services import (
    fabrication_backup,
    fabrication_files,
    fabrication_flow,
    fabrication_parts,
)
from tests.clients.fabrication import SAMPLES
from tests.factories.fabrication import FabricationPartFactory

pytestmark = pytest.mark.django_db

COLUMNS = (
    "id INTEGER PRIMARY KEY, type TEXT, name TEXT, subsystem TEXT, assigned TEXT, status TEXT, "
    "notes TEXT, file TEXT, onshape_url TEXT, claimed_date TEXT, created_at TEXT, "
    "updated_at TEXT, category TEXT"
)
LATER = (
    ", uuid TEXT, part_id TEXT, material TEXT, material_thickness TEXT, misc_info TEXT, "
    "amount INTEGER"
)


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "blue").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def original(tmp_path: Path) -> tuple[Path, Path]:
    """A database and an uploads folder as the later original left them."""
    path, uploads = tmp_path / "parts.db", tmp_path / "uploads"
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE parts ({COLUMNS}{LATER})")
        info = {"reviewer": "Rae", "views": {"files": {"0": {"deep": {}}}}}
        rows = [
            (7, "cnc", "Block", "arm", "Ann", "In Progress", None, "block.step", "#",
             "2026-01-02 10:00:00", "2026-01-01 09:00:00", "2026-01-03T09:00:00", "cnc",
             "0a0b0c0d-0000-4000-8000-000000000007", "P-7", "Al", "3 mm", json.dumps(info), 4),
            (9, "weird", "x" * 300, None, None, "", None, None, "javascript:x", None,
             "2026-01-01 09:00:00", None, "bogus", None, None, None, None, "not json", 0),
        ]  # fmt: skip
        marks = ",".join("?" * 19)
        database.executemany(f"INSERT INTO parts VALUES ({marks})", rows)  # noqa: S608  marks alone
    (uploads / "7" / "views").mkdir(parents=True)
    (uploads / "7" / "block.step").write_bytes((SAMPLES / "inch-block.step").read_bytes())
    (uploads / "7" / "views" / "view_2.png").write_bytes(png())
    return path, uploads


def imported(original: tuple[Path, Path], *more: str) -> str:
    out = io.StringIO()
    database, uploads = map(str, original)
    call_command(
        "import_legacy", "fabrication", "--database", database, "--uploads", uploads, *more,
        stdout=out,
    )  # fmt: skip
    return out.getvalue()


def test_an_original_is_taken_over_with_its_numbers(original: tuple[Path, Path]) -> None:
    said = imported(original)
    again = imported(original)
    part = FabricationPart.objects.get(pk=7)
    odd = FabricationPart.objects.get(pk=9)

    assert "parts: 2 added, 0 unchanged" in said
    assert "parts: 0 added, 2 unchanged" in again
    assert (str(part.uuid)[:8], part.part_id, part.amount) == ("0a0b0c0d", "P-7", 4)
    assert part.misc_info == {"reviewer": "Rae"}
    assert part.created_at.isoformat() == "2026-01-01T09:00:00+00:00"
    assert part.claimed_date is not None
    assert fabrication_files.current_file(part).stored_name == "block.step"
    assert [view.index for view in part.views.all()] == [2]
    assert (odd.type, odd.category, odd.status, odd.amount) == (None, "review", "Pending", 1)
    assert (odd.onshape_url, odd.part_id) == (None, str(odd.uuid)[:8])
    assert FabricationFile.objects.count() == 1
    assert fabrication_parts.create_part(actor=None, body={"name": "next"}).pk > 9


def test_files_are_taken_by_a_later_run(original: tuple[Path, Path]) -> None:
    call_command(
        "import_legacy", "fabrication", "--database", str(original[0]), stdout=io.StringIO()
    )

    said = imported(original)

    assert "parts: 0 added, 2 unchanged" in said
    assert "files: 1, views: 1" in said
    assert "files: 0, views: 0" in imported(original)
    assert FabricationFile.objects.count() == 1


def test_a_dry_run_keeps_nothing(original: tuple[Path, Path]) -> None:
    assert "parts: 2 added" in imported(original, "--dry-run")
    assert FabricationPart.objects.count() == 0


def test_a_model_is_taken_only_when_it_is_newer_than_its_source(
    original: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = original[1] / "7"
    out = io.BytesIO()
    part = FabricationPartFactory()
    content = (SAMPLES / "inch-block.step").read_bytes()
    upload = fabrication_files.Upload("x.step", len(content), io.BytesIO(content))
    row = fabrication_files.upload_file(actor=None, part_id=part.pk, upload=upload)
    from inventory_site.core.files import blobs
    from parts.services import fabrication_models

    model = fabrication_models.request_model(row.blob)
    out.write(b"".join(blobs.open_stream("docs", model.key)))
    ConvertedModel.objects.all().delete()
    glb = folder / "block.glb"
    glb.write_bytes(out.getvalue())
    old = (folder / "block.step").stat().st_mtime
    os.utime(glb, (old + 5, old + 5))

    said = imported(original)

    assert "models: 1" in said
    assert ConvertedModel.objects.get().triangles == 12


def test_an_early_original_has_fewer_columns(tmp_path: Path) -> None:
    path = tmp_path / "early.db"
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE part ({COLUMNS})")
        database.execute(
            "INSERT INTO part (id, name, status, category) VALUES (3, 'a', 'x', 'hand')"
        )
    call_command("import_legacy", "fabrication", "--database", str(path), stdout=io.StringIO())
    call_command("import_legacy", "fabrication", "--database", str(path), stdout=io.StringIO())

    part = FabricationPart.objects.get()

    assert (part.pk, part.category, part.amount, part.material) == (3, "hand", 1, None)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"nothing")

    with pytest.raises(CommandError, match="no database"):
        call_command("import_legacy", "fabrication", "--database", str(path))


def test_the_samples_are_those_of_the_replaced_system() -> None:
    call_command("load_demo", "parts", stdout=io.StringIO())
    call_command("load_demo", "parts", stdout=io.StringIO())
    counts = fabrication_stats.counts()

    names = FabricationPart.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == [
        "Drive Gear", "Mounting Bracket", "Support Frame", "Control Panel", "Precision Shaft",
    ]  # fmt: skip
    assert counts["by_category"] == {"review": 2, "cnc": 1, "hand": 1, "misc": 0, "completed": 1}
    assert counts["by_status"] == {"pending": 2, "in_progress": 1, "completed": 1}
    assert counts["assignment"] == {"assigned": 3, "unassigned": 2}


def test_the_demo_workshop_has_models_and_a_queue() -> None:
    call_command("load_demo", "workshop", stdout=io.StringIO())
    call_command("load_demo", "workshop", stdout=io.StringIO())

    assert FabricationPart.objects.count() == 5
    models = ConvertedModel.objects.all()
    assert {(model.state, model.has_picture) for model in models} == {("done", True)}
    assert FabricationPart.objects.filter(machine__isnull=False).count() == 2
    assert FabricationPart.objects.get(name__startswith="Hex").good == 9


def test_our_own_solids_are_whole_steps_of_the_right_volume(tmp_path: Path) -> None:
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    path = tmp_path / "x.step"
    path.write_text(step_text(Prism(square, 5, [circle(5, 5, 2, 64)]), "x"))
    from parts.services import fabrication_conversion as conversion

    with conversion.scratch() as folder:
        made = conversion.step_to_glb(path, folder, lambda step: None)
        seen = conversion.measured(made.path)

    assert step.is_whole(path)
    assert seen.volume_mm3 == pytest.approx(500 - 5 * 3.14159 * 4, rel=0.01)


@pytest.fixture
def stocked() -> FabricationPart:
    part = FabricationPartFactory(type="hand")
    machine = Machine.objects.create(name="Mill", type="cnc")
    fabrication_flow.approve(actor=None, part_id=part.pk)
    fabrication_parts.update_part(actor=None, part_id=part.pk, body={"machineId": machine.pk})
    content = ContentFile(b"%PDF-1.4 x")
    fabrication_files.upload_file(
        actor=None,
        part_id=part.pk,
        upload=fabrication_files.Upload("x.pdf", 10, content.file),
    )
    part.refresh_from_db()
    return part


def test_a_backup_brings_rows_and_bytes_back(
    stocked: FabricationPart, tmp_path: Path, commits: Any
) -> None:
    path = fabrication_backup.write_backup(tmp_path / "one.bak")
    before = stocked.__dict__.copy()
    with commits():
        fabrication_parts.delete_part(actor=None, part_id=stocked.pk)
    assert StoredBlob.objects.count() == 0
    out = io.StringIO()

    call_command("restore_fabrication", str(path), stdout=out)
    back = FabricationPart.objects.get()

    assert "fabricationpart: 1" in out.getvalue()
    same = ("id", "uuid", "name", "version", "created_at", "queue_position", "file")
    assert {name: getattr(back, name) for name in same} == {name: before[name] for name in same}
    assert back.events.count() == 3
    from inventory_site.core.files import blobs

    row = fabrication_files.current_file(back)
    assert b"".join(blobs.open_stream("docs", row.blob.key)) == b"%PDF-1.4 x"
    assert PartView.objects.count() == 0


def test_a_backup_is_not_read_over_parts(stocked: FabricationPart, tmp_path: Path) -> None:
    path = fabrication_backup.write_backup(tmp_path / "one.bak")

    with pytest.raises(CommandError, match="There are parts"):
        call_command("restore_fabrication", str(path))
    with pytest.raises(CommandError, match="no backup"):
        (tmp_path / "two.bak").write_bytes(b"x")
        call_command("restore_fabrication", str(tmp_path / "two.bak"))
    assert PartEvent.objects.filter(part=stocked).count() == 3


def test_old_backups_leave_and_half_written_ones_do_not_stay(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PATCHBAY_VAR = tmp_path
    old = fabrication_backup.folder() / "fabrication.2020-01-01_000000.bak"
    old.write_bytes(b"old")
    os.utime(old, (1, 1))
    out = io.StringIO()
    call_command("backup_fabrication", stdout=out)
    kept = [path.name for path in fabrication_backup.folder().iterdir()]

    def full(*args: Any) -> None:
        raise OSError("No space left")

    monkeypatch.setattr(fabrication_backup, "_write", full)
    with pytest.raises(CommandError):
        call_command("backup_fabrication")

    assert kept == [Path(out.getvalue().strip()).name]
    assert len(list(fabrication_backup.folder().iterdir())) == 1


def test_no_migration_runs_without_a_backup(
    stocked: FabricationPart, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PATCHBAY_VAR = tmp_path
    loader = MigrationLoader(connection, replace_migrations=False)
    before = loader.project_state([("parts", "0003_fabrication")]).apps
    plan = [("a migration", False)]

    def migrated(plan: list[Any], apps: Any) -> None:
        pre_migrate.send(apps_of_code.get_app_config("parts"), plan=plan, apps=apps)

    migrated([], before)
    none = list(fabrication_backup.folder().iterdir())
    migrated(plan, loader.project_state([("parts", "0001_stock")]).apps)
    too_early = list(fabrication_backup.folder().iterdir())
    migrated(plan, before)
    path = next(fabrication_backup.folder().iterdir())
    monkeypatch.setattr(fabrication_backup, "_write", Mock(side_effect=OSError))
    with pytest.raises(BackupFailed):
        migrated(plan, before)

    assert (none, too_early) == ([], [])
    with zipfile.ZipFile(path) as archive:
        rows = json.loads(archive.read("rows.json"))["rows"]
        assert any(name.startswith("blobs/") for name in archive.namelist())
    assert {row["model"] for row in rows} >= {"parts.fabricationpart", "parts.machine"}
