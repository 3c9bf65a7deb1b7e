"""Expire reservations whose end has passed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from networkroutes.models import Reservation
from networkroutes.services import expiry


class Command(BaseCommand):
    """The hourly job, by hand."""

    help = "Expires reservations whose end has passed and writes one EXPIRED row for each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how many are due.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            due = Reservation.objects.overdue(timezone.now()).count()
            self.stdout.write(f"{due} reservations are due to expire")
            return
        self.stdout.write(f"{expiry.expire_overdue()} reservations expired")
