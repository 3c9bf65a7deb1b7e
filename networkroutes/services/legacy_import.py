"""One-time import of the replaced network inventory; repeatable without change (contract 14,
15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

from accounts.services import audit
from inventory_site.core.files import blobs
from networkroutes.importers import legacy
from networkroutes.importers.legacy import Row, TableReport
from networkroutes.models import LegacyRecord, RepositoryType
from networkroutes.services import legacy_rows
from networkroutes.services.legacy_fit import SkipRow


@dataclass(slots=True)
class ImportReport:
    """A report per table, in the order of the import; `strays` are files that no row names,
    `left_out` says what only a later original has."""

    tables: dict[str, TableReport] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def added(self) -> int:
        """Rows that are new here."""
        return sum(table.added for table in self.tables.values())


class _Undo(Exception):
    """Ends a dry run."""


def import_network_inventory(
    *, database: Path, folder: Path | None, dry_run: bool = False
) -> ImportReport:
    """Import the SQLite file and its file folders, all or nothing.

    Rows that an earlier import brought, and circuits, locations and rates that exist already, are
    left as they are. Orphans and unreadable rows are reported and skipped, and so are files that no
    row names; a value that no column here holds is cut or becomes empty, which is reported too, as
    are tables and columns that only a later original has. Two imports at once queue up on the first
    repository type. Raises `legacy.NotALegacyDatabase`.
    """
    tables = legacy.read_tables(database)
    stored = legacy.files_below(folder) if folder else {}
    report = ImportReport(
        strays=_strays(stored, tables, database), left_out=legacy.left_out(database)
    )
    try:
        with blobs.Fresh() as fresh, transaction.atomic():
            RepositoryType.objects.select_for_update().filter(pk=1).first()
            run = _Run(report, legacy_rows.Files(fresh, stored, dry_run))
            for table, maker in legacy_rows.MAKERS.items():
                run.table(table, tables.get(table, []), maker)
            legacy_rows.import_maps(run.files, report.tables["network_routes"])
            _advance_sequences()
            if dry_run:
                raise _Undo
            if report.added:
                counts = {name: table.added for name, table in report.tables.items()}
                audit.record(None, "legacy.imported", after={"added": counts})
    except _Undo:
        pass
    return report


def _strays(
    stored: dict[str, Path], tables: dict[str, list[dict[str, Any]]], database: Path
) -> list[str]:
    """Return the names of files that neither a row names nor the design tool made."""
    named = {legacy.text(row, "filename") for row in tables.get("test_results_files", [])}
    named |= {legacy.text(row, "kmz_file_path") for row in tables.get("network_routes", [])}
    return sorted(
        name
        for name, path in stored.items()
        if name not in named
        and not name.startswith(legacy_rows.GENERATED)
        and path.resolve() != database.resolve()
    )


class _Run:
    """Carries the report and the files through the tables."""

    def __init__(self, report: ImportReport, files: legacy_rows.Files) -> None:
        self.report = report
        self.files = files

    def table(
        self, name: str, rows: list[dict[str, Any]], maker: Callable[..., models.Model | None]
    ) -> None:
        """Import one table; `maker` returns the new row, None for one that exists, or skips."""
        found = self.report.tables[name] = TableReport(read=len(rows))
        known = set(LegacyRecord.objects.filter(table=name).values_list("legacy_id", flat=True))
        for row in rows:
            key = str(row.get("id", row.get("circuit_id")))[:64]
            if key in known:
                found.unchanged += 1
                continue
            self._row(name, key, row, maker, found)

    def _row(
        self,
        name: str,
        key: str,
        row: Row,
        maker: Callable[..., models.Model | None],
        found: TableReport,
    ) -> None:
        try:
            made = maker(row, found, self.files)
        except SkipRow as reason:
            found.skipped.append(f"{name} {key}: {reason}")
            return
        if made is None:
            found.unchanged += 1
            return
        LegacyRecord.objects.create(table=name, legacy_id=key, object_id=made.pk)
        found.added += 1


def _advance_sequences() -> None:
    """Tell PostgreSQL which keys the import took."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), legacy_rows.WITH_KEYS):
            cursor.execute(statement)
