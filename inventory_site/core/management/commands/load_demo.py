"""Load the repository's own demo data."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core import context, registry


class Command(BaseCommand):
    """Loads what the apps registered, in their order; a second time changes nothing."""

    help = "Loads demo data of all apps, or of those named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("apps", nargs="*", metavar="APP", help="Only these apps.")

    def handle(self, *args: Any, **options: Any) -> None:
        loaders = sorted(registry.demos, key=lambda loader: (loader.order, loader.slug))
        known = [loader.slug for loader in loaders]
        empty = [name for name in options["apps"] if name not in known]
        unknown = [name for name in empty if not apps.is_installed(name)]
        if unknown:
            raise CommandError(
                f"There is no app {', '.join(unknown)}; demo data: {', '.join(known) or 'none'}."
            )
        with context.through("command"):
            for loader in loaders:
                if not options["apps"] or loader.slug in options["apps"]:
                    self.stdout.write(f"{loader.slug}: {loader.load()}")
        for name in empty:
            self.stdout.write(f"{name}: has no demo data")
