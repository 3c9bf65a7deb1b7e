"""Encrypt every secret with the first key of the ring."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from devices.services import vault_keys


class Command(BaseCommand):
    """Can be stopped and started again; it goes on where it stopped."""

    help = "Encrypts the vault with the first key of VAULT_KEYS; goes on where it was stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only count what is left.")
        parser.add_argument("--limit", type=int, help="Stop after so many secrets.")

    def handle(self, *args: Any, **options: Any) -> None:
        said = self.stdout.write if options["verbosity"] > 1 else None
        done = vault_keys.rotate_keys(limit=options["limit"], said=said, dry_run=options["dry_run"])
        if options["verbosity"]:
            self.stdout.write(f"{done.done} secrets encrypted again, {done.left} left.")
        if done.unreadable:
            raise CommandError(
                f"{len(done.unreadable)} secrets do not open: {', '.join(done.unreadable[:5])}"
            )
