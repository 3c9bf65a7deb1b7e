"""Do the queue's work here and now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core import context
from inventory_site.core.outbox.draining import StillRunning, drain
from inventory_site.core.outbox.running import Outcome


class Command(BaseCommand):
    """For trials and sites without a worker; beside a worker it shares the work with it."""

    help = "Does every ready task in this process and ends when none is ready or running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait",
            type=float,
            default=600.0,
            metavar="SECONDS",
            help="Longest wait for tasks that other processes are doing (default 600).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with context.through("command"):
            try:
                ended = drain(wait_s=options["wait"])
            except StillRunning as err:
                raise CommandError(f"Still running elsewhere: {err}.") from err
        self.stdout.write(
            f"{ended[Outcome.DONE]} tasks done, {ended[Outcome.FAILED]} failed, "
            f"{ended[Outcome.AGAIN]} to be tried again"
        )
