"""Rows that every site begins with: the type of unknown devices, MIB profiles, default polls."""

from __future__ import annotations

from devices.models.types import UNKNOWN_TYPE
from devices.services import mib_seeds, registers


def seed() -> None:
    """Make what is missing; what people changed stays."""
    registers.type_named(UNKNOWN_TYPE, description="Made from an address; not sorted yet.")
    mib_seeds.seed_profiles()
