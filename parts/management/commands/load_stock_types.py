"""`manage.py load_stock_types [FILE]`: the usual names of types."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from parts.services import types

USUAL = Path(__file__).resolve().parents[2] / "demo" / "types.txt"


class Command(BaseCommand):
    """May be run again: only missing names are added."""

    help = "Add type names from a file with one name per line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name another file."""
        parser.add_argument("file", nargs="?", type=Path, default=USUAL)

    def handle(self, *args: Any, **options: Any) -> None:
        """Add what is missing."""
        lines = (line.strip() for line in options["file"].read_text("utf-8").splitlines())
        names = [line for line in lines if line and not line.startswith("#")]
        self.stdout.write(f"{types.load_type_names(names)} types added")
