"""Check the audit trail against its seals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import AuditSeal
from accounts.services import seal_checks


class Command(BaseCommand):
    """Ends with a failure that names the first broken entry.

    A hash of the last seal that was kept elsewhere shows with `--expect` that nothing was cut off
    the end.
    """

    help = "Checks the audit trail against its chain of seals and names the first broken entry."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect", metavar="HASH", help="Hash of a seal that an earlier run printed."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = seal_checks.verify()
        if verdict.first is not None:
            raise CommandError(f"First broken: {verdict.first}")
        wanted = options["expect"]
        if wanted and not AuditSeal.objects.filter(digest=wanted).exists():
            raise CommandError(f"No seal has the hash {wanted}: the end of the chain is gone.")
        self.stdout.write(
            f"{verdict.seals} seals over {verdict.entries} entries are intact; "
            f"{verdict.unsealed} entries wait for the next seal."
        )
        self.stdout.write(verdict.head)
