"""Reactions to other people's signals."""

from typing import Any

from devices.services import seeds


def seed_devices_after_migrate(sender: Any, **kwargs: Any) -> None:
    """Make the rows that every site begins with."""
    seeds.seed()
