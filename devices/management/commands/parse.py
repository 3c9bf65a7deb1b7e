"""Parse a saved device output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from devices.parsers.registry import registry


class Command(BaseCommand):
    """Prints the records as JSON, and on the error stream the lines it did not understand."""

    help = "Parses a device's output (FILE, or - for standard input) and prints the records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="File with the output; - reads standard input.")
        parser.add_argument(
            "--parser", required=True, help="Parser id, alias or ntc:platform:command."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] == "-":
            raw = sys.stdin.buffer.read().decode(errors="replace")
        else:
            try:
                raw = Path(options["file"]).read_text(encoding="utf-8", errors="replace")
            except OSError as err:
                raise CommandError(f"Cannot read {options['file']}: {err.strerror}") from err
        answer = registry.safe_parse(options["parser"], raw)
        if not answer["success"]:
            raise CommandError(answer["error"])
        self.stdout.write(json.dumps(answer["data"], indent=2, ensure_ascii=False))
        for line in answer["unknown_lines"]:
            self.stderr.write(f"not understood: {line}")
