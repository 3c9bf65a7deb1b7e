"""Reactions to other people's signals."""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps

from devices.services import seeds


def seed_devices_after_migrate(sender: Any, *, apps: Apps = installed, **kwargs: Any) -> None:
    """Make the rows that every site begins with."""
    if apps.all_models["devices"]:  # none when its migrations were undone
        seeds.seed()
