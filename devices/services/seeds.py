"""Rows that every site begins with: MIB profiles, default polls."""

from __future__ import annotations

from devices.services import mib_seeds


def seed() -> None:
    """Make what is missing; what people changed stays."""
    mib_seeds.seed_profiles()
