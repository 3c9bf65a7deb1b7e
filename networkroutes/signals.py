"""Reactions to other people's signals."""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps

from networkroutes.services import seeds


def seed_register_after_migrate(sender: Any, *, apps: Apps = installed, **kwargs: Any) -> None:
    """Make the rows that every register begins with."""
    if apps.all_models["networkroutes"]:  # none when its migrations were undone
        seeds.seed_register()
