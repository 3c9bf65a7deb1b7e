"""Import a replaced system's data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core import context, registry
from inventory_site.core.errors import DomainError


class Command(BaseCommand):
    """One sub-command per replaced system, as the apps registered them."""

    help = "Imports a replaced system's data; a second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        systems = parser.add_subparsers(dest="system", required=True)
        for importer in registry.importers:
            one = systems.add_parser(importer.slug, help=importer.help)
            importer.add_arguments(one)
            one.add_argument("--dry-run", action="store_true", help="Only say what would happen.")

    def handle(self, *args: Any, **options: Any) -> None:
        importer = registry.importers.get(options["system"])
        try:
            with context.through("command"):
                for line in importer.run(options):
                    self.stdout.write(line)
        except DomainError as err:
            raise CommandError(err.message) from err
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was kept.")
