"""A second kind of inventory for the demo: cross-connects, with typed fields of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from networkroutes.models import InventoryRecord, RepositoryType
from networkroutes.services import repositories, routes

NAME = "Cross-connects"
ABOUT = "Patch cords between racks of a data centre."
FIELDS: tuple[dict[str, Any], ...] = (
    {"slug": "location", "label": "Location", "kind": "text", "is_required": True},
    {"slug": "from_rack", "label": "From rack", "kind": "text", "is_required": True},
    {"slug": "to_rack", "label": "To rack", "kind": "text", "is_required": True},
    {
        "slug": "media",
        "label": "Media",
        "kind": "choice",
        "choices": ["Single-mode", "Multi-mode", "Copper"],
    },
    {"slug": "length_m", "label": "Length", "unit": "m", "kind": "number"},
    {"slug": "installed_on", "label": "Installed", "kind": "date"},
    {"slug": "is_tested", "label": "Tested", "kind": "yes_no"},
)
PLACES = ("LON1", "LON1", "FRA1", "PAR1", "AMS1", "NYC1", "SNG1", "TYO1")


def load_records(actor: Any) -> int:
    """Make the kind with its fields and records; return how many rows were added."""
    if RepositoryType.objects.filter(name=NAME).exists():
        return 0
    kind = routes.create_repository_type(actor=actor, name=NAME, description=ABOUT)
    for position, values in enumerate(FIELDS):
        repositories.define_field(
            actor=actor, repository_type=kind, values={**values, "position": position}
        )
    made = [_record(actor, kind, number, place) for number, place in enumerate(PLACES, start=1)]
    return len(FIELDS) + len(made)


def _record(actor: Any, kind: RepositoryType, number: int, place: str) -> InventoryRecord:
    media = ("Single-mode", "Single-mode", "Multi-mode", "Copper")[number % 4]
    values = {
        "location": place,
        "from_rack": f"R{number:02d}",
        "to_rack": f"R{number + 11:02d}",
        "media": media,
        "length_m": 6.5 + 3 * number,
        "installed_on": timezone.localdate() - timedelta(days=40 * number),
        "is_tested": number % 3 != 0,
    }
    name = f"XC-{place}-{number:04d}"
    return repositories.create_record(actor=actor, repository_type=kind, name=name, values=values)
