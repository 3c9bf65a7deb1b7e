"""What parts give to the whole."""

from __future__ import annotations

from inventory_site.core import registry
from inventory_site.core.registry import LegacyImporter


def register_stock() -> None:
    """Called once, when the app is ready."""
    from parts import legacy_command

    registry.importers.register(
        LegacyImporter(
            "electronics",
            "The folder of the parts inventory: JSON files and types.txt.",
            legacy_command.add_arguments,
            legacy_command.run,
        )
    )
