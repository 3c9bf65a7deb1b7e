"""Remove stored files that no row knows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core import context
from inventory_site.core.files.sweep import sweep


class Command(BaseCommand):
    """Runs the daily sweep now."""

    help = (
        "Removes stored files without a row and what interrupted uploads left, once they are old."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Name them, remove nothing.")
        parser.add_argument(
            "--older-than-hours", type=float, help="Age; by default ORPHAN_AGE_HOURS."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with context.through("command"):
            report = sweep(options["dry_run"], older_than_hours=options["older_than_hours"])
        for name in (*report.orphans, *report.leftovers):
            self.stdout.write(name)
        verb = "would be removed" if report.dry_run else "removed"
        self.stdout.write(
            f"{report.checked} old files checked; {len(report.orphans)} without a row and "
            f"{len(report.leftovers)} interrupted writes {verb}."
        )
        if report.failed:
            raise CommandError(f"These owners failed and keep theirs: {', '.join(report.failed)}.")
