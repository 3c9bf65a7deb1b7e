"""Admin pages of the register, one topic per file."""

from networkroutes.admin import (
    channels,
    design,
    files,
    locations,
    rates,
    repository_types,
    reservations,
    routes,
)

__all__ = [
    "channels",
    "design",
    "files",
    "locations",
    "rates",
    "repository_types",
    "reservations",
    "routes",
]
