"""`manage.py import_legacy network-inventory`."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inventory_site.core.errors import InvalidInput
from networkroutes.importers.legacy import NotALegacyDatabase
from networkroutes.services.legacy_import import import_network_inventory

MOST_STRAYS = 100


def add_arguments(parser: ArgumentParser) -> None:
    """Name the database file and the folder of stored files."""
    parser.add_argument("--database", type=Path, required=True, help="The SQLite file.")
    parser.add_argument("--files", type=Path, help="Folder that holds the stored files.")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Import, then yield a line per table and per row left out."""
    database, folder = options["database"], options["files"]
    if not database.is_file():
        raise InvalidInput(f"{database} is not a file.")
    if folder is not None and not folder.is_dir():
        raise InvalidInput(f"{folder} is not a folder.")
    try:
        report = import_network_inventory(
            database=database, folder=folder, dry_run=options["dry_run"]
        )
    except NotALegacyDatabase as err:
        raise InvalidInput(str(err)) from err
    for name, table in report.tables.items():
        yield (
            f"{name}: {table.read} read, {table.added} added, {table.unchanged} unchanged, "
            f"{len(table.skipped)} skipped"
        )
        yield from (f"  {line}" for line in (*table.skipped, *table.notes))
    if report.left_out:
        yield f"not imported: {len(report.left_out)} tables or columns of a later version"
        yield from (f"  {line}" for line in report.left_out)
    if report.strays:
        yield f"files: {len(report.strays)} left out, no row names them"
        yield from (f"  {name}" for name in report.strays[:MOST_STRAYS])
