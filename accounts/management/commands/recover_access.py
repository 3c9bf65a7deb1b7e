"""Let somebody back in when nobody who may everything can sign in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import recovery
from inventory_site.core import context


class Command(BaseCommand):
    """The new password stands alone on the last line and is never shown again."""

    help = (
        "Makes an account a super administrator with a new password, unlocked and without a second "
        "factor; the password has to be changed at the next sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with context.through("command"):
                user, password = recovery.recover(username=options["username"])
        except ValidationError as err:
            raise CommandError("; ".join(err.messages)) from err
        self.stdout.write(f"{user.username} may sign in and do everything. New password:")
        self.stdout.write(password)
