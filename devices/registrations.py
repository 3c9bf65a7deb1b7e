"""What devices give to the whole."""

from __future__ import annotations

from inventory_site.core import registry
from inventory_site.core.registry import FileOwner, Schedule


def register() -> None:
    """Called once, when the app is ready."""
    from devices.services import attachments

    registry.file_owners.register(
        FileOwner("devices.attachments", attachments.STORAGE, attachments.PREFIX, attachments.known)
    )
    registry.schedules.register(
        Schedule(
            slug="devices.check_credentials",
            task="devices.check_credentials",
            every_s=86_400,
            tick="credentials",
            help="Marks credentials past their end and warns owners.",
        )
    )
