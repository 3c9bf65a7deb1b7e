"""Admin pages of the register, one topic per file."""

from networkroutes.admin import (
    carriers,
    channels,
    design,
    files,
    latency,
    locations,
    pricing,
    rates,
    records,
    repository_types,
    reservations,
    routes,
)

__all__ = [
    "carriers",
    "channels",
    "design",
    "files",
    "latency",
    "locations",
    "pricing",
    "rates",
    "records",
    "repository_types",
    "reservations",
    "routes",
]
