"""`manage.py import_legacy electronics DIR`."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inventory_site.core.errors import InvalidInput
from parts.importers.electronics import NotALegacyFolder
from parts.services.legacy_import import import_electronics


def add_arguments(parser: ArgumentParser) -> None:
    """Name the folder."""
    parser.add_argument("folder", type=Path, help="Folder with parts.json and the other files.")


def run(options: dict[str, Any]) -> Iterator[str]:
    """Import, then yield a line per table."""
    try:
        done = import_electronics(folder=options["folder"], dry_run=options["dry_run"])
    except NotALegacyFolder as err:
        raise InvalidInput(str(err)) from err
    if not any(done.added.values()):
        yield "nothing to add"
    yield from (f"{name}: {count} added" for name, count in done.added.items() if count)
