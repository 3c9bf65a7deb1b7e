"""`manage.py backup_fabrication [FILE]`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core.errors import DomainError
from parts.services import fabrication_backup


class Command(BaseCommand):
    """Writes rows and files of the parts to make into one file."""

    help = "Writes a backup of the parts to make, and removes those past their days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="Where to write it.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = fabrication_backup.write_backup(options["file"])
        except DomainError as err:
            raise CommandError(err.message) from err
        self.stdout.write(str(path))
