"""Pages of the documentation that are made from the code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class PageCommand(BaseCommand):
    """Prints, writes or checks one page.

    A concrete command gives `page`, where it stands, and `render`, which returns its text: the same
    on every machine, whatever its environment holds.
    """

    page: ClassVar[Path]
    render: ClassVar[Callable[..., str]]
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--write", action="store_true", help=f"Write {self.page}.")
        choice.add_argument("--check", action="store_true", help="Fail when the page is stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        text, path = self.render(), Path(settings.BASE_DIR) / self.page
        if options["write"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif options["check"]:
            if not path.exists() or path.read_text() != text:
                raise CommandError(f"{self.page} is stale: run `make docs` and commit it.")
        else:
            self.stdout.write(text, ending="")
