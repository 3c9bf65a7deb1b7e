"""Do periodic work that is due, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core import context
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox import scheduling
from inventory_site.core.outbox.draining import do_rows
from inventory_site.core.outbox.running import Outcome

NEW_LINE = "\n"


class Command(BaseCommand):
    """For sites without beat, and for trials; beside beat nothing is done twice at once."""

    help = "Runs every periodic task that is due, or the named groups now, once, and ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=", ".join(scheduling.TICK_NAMES)
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = sorted(set(options["names"]) - scheduling.known_groups())
        if unknown:
            known = ", ".join(sorted(scheduling.known_groups()))
            raise CommandError(f"Unknown: {', '.join(unknown)}. Known names: {known}.")
        with context.through("command"):
            scheduling.sync_schedules()
            rows = (
                scheduling.fire_groups(options["names"])
                if options["names"]
                else scheduling.fire_due()
            )
            failed = [row.task for row, outcome in do_rows(rows) if self._tell(row, outcome)]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")

    def _tell(self, row: QueuedTask, outcome: Outcome) -> bool:
        """Print one line and return whether the task failed."""
        said = {
            Outcome.DONE: "done",
            Outcome.FAILED: f"failed, {row.error.partition(NEW_LINE)[0]}",
            Outcome.AGAIN: f"will be tried again at {row.not_before:%H:%M:%S} UTC",
            Outcome.NOT_OURS: "is being done by another process",
        }
        self.stdout.write(f"{row.task}: {said[outcome]}")
        return outcome is Outcome.FAILED
