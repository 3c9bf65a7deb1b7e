"""`manage.py restore_fabrication FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core import context
from inventory_site.core.errors import DomainError
from parts.services import fabrication_backup


class Command(BaseCommand):
    """Reads a backup of `backup_fabrication` into a site without parts to make."""

    help = "Reads a backup of the parts to make into an empty list."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with context.through("command"):
                counts = fabrication_backup.restore_backup(options["file"])
        except DomainError as err:
            raise CommandError(err.message) from err
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
