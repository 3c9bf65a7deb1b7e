"""What the route register gives to the whole."""

from __future__ import annotations


def register() -> None:
    """Called once, when the app is ready."""
