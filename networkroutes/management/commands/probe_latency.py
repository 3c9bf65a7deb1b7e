"""`manage.py probe_latency`: measure circuits once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from networkroutes.services import latency_probes


class Command(BaseCommand):
    """Measures every circuit that has a probe."""

    help = "Measure every circuit that has an enabled probe once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--due", action="store_true", help="Only circuits whose last measurement is old enough."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run = latency_probes.probe_all(only_due=options["due"])
        self.stdout.write(
            f"{run.probed} probed, {run.lost} lost, "
            f"{run.outages_begun} outages begun, {run.outages_ended} ended"
        )
