"""`manage.py import_legacy fabrication --database FILE --uploads DIR`."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inventory_site.core.errors import InvalidInput
from parts.importers.fabrication import NotALegacyDatabase
from parts.services.fabrication_import import import_fabrication


def add_arguments(parser: ArgumentParser) -> None:
    """Name the database file and the uploads folder."""
    parser.add_argument("--database", type=Path, required=True, help="The SQLite file.")
    parser.add_argument("--uploads", type=Path, help="Folder with a folder per part.")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Import, then yield what was done and what was left out."""
    database, uploads = options["database"], options["uploads"]
    if not database.is_file():
        raise InvalidInput(f"{database} is not a file.")
    if uploads is not None and not uploads.is_dir():
        raise InvalidInput(f"{uploads} is not a folder.")
    try:
        report = import_fabrication(database=database, uploads=uploads, dry_run=options["dry_run"])
    except NotALegacyDatabase as err:
        raise InvalidInput(str(err)) from err
    yield f"parts: {report.added} added, {report.unchanged} unchanged"
    yield f"files: {report.files}, views: {report.views}, models: {report.models}"
    yield from (f"  {line}" for line in report.notes)
