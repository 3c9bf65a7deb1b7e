"""What locations can do."""

from __future__ import annotations

from networkroutes.errors import LocationNotFound
from networkroutes.models import Location, LocationCapabilities
from networkroutes.models.capabilities import CAPABILITIES


def capabilities_of(location_id: int) -> dict[str, bool]:
    """Return all thirteen; false where nothing is set. `LocationNotFound` for no location."""
    if not Location.objects.filter(pk=location_id).exists():
        raise LocationNotFound("Location not found", location=location_id)
    found = LocationCapabilities.objects.filter(location_id=location_id).first()
    return {name: bool(found and getattr(found, name)) for name in CAPABILITIES}
