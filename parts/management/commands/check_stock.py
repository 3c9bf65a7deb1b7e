"""`manage.py check_stock`: does the stock keep its promises?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from parts.selectors import invariants


class Command(BaseCommand):
    """Ends with 1 and a list when a promise is broken."""

    help = "Compare ledger, places, totals, boxes and search rows of the stock."

    def handle(self, *args: Any, **options: Any) -> None:
        """List what is broken."""
        found = list(invariants.broken())
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{len(found)} broken", returncode=1)
        self.stdout.write("The stock keeps its promises.")
