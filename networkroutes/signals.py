"""Reactions to other people's signals."""

from typing import Any

from networkroutes.services import seeds


def seed_register_after_migrate(sender: Any, **kwargs: Any) -> None:
    """Make the rows that every register begins with."""
    seeds.seed_register()
