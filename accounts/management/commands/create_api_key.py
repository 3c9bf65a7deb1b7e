"""Make an API key for a script."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.backends import find_account
from accounts.services import api_keys
from inventory_site.core import context
from inventory_site.core.errors import DomainError

LONGEST_DAYS = 3650


class Command(BaseCommand):
    """The key stands alone on the last line and is never shown again."""

    help = "Makes an API key that acts for a user within the scopes named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--scope", action="append", required=True, help="A permission name; repeatable."
        )
        parser.add_argument("--name", default="command line", help="What the key is for.")
        parser.add_argument(
            "--allow", action="append", default=[], metavar="NETWORK", help="Caller; repeatable."
        )
        parser.add_argument("--days", type=int, metavar="N", help="Ends after so many days.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_account(options["username"])
        if user is None:
            raise CommandError(f"No user {options['username']}.")
        try:
            with context.through("command"):
                key, secret = api_keys.create_api_key(
                    actor=None,
                    user=user,
                    name=options["name"],
                    scopes=options["scope"],
                    allowed_ips=options["allow"],
                    expires_at=_end(options["days"]),
                )
        except DomainError as err:
            raise CommandError(err.message) from err
        self.stdout.write(f"Key {key.prefix}… for {user.username}, scopes {', '.join(key.scopes)}")
        self.stdout.write(secret)


def _end(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise CommandError(f"--days is 1 to {LONGEST_DAYS}.")
    return timezone.now() + timedelta(days=days)
