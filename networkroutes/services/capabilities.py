"""What locations can do (contract 12.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.errors import LocationNotFound
from networkroutes.models import Location, LocationCapabilities
from networkroutes.models.capabilities import CAPABILITIES


def set_capabilities(
    *, actor: Any, location_id: int, values: Mapping[str, bool]
) -> tuple[LocationCapabilities, bool]:
    """Replace the capabilities of a location, those not named are off; also returns whether the
    location had none before."""
    policy.require(actor, "change_locationcapabilities")
    with guarded():
        location = lock(Location.objects.filter(pk=location_id)).first()
        if location is None:
            raise LocationNotFound("Location not found", location=location_id)
        known = LocationCapabilities.objects.filter(location=location).first()
        found = known or LocationCapabilities(location=location)
        before = audit.snapshot(found, CAPABILITIES)
        for name in CAPABILITIES:
            setattr(found, name, bool(values.get(name, False)))
        found.save()
        after = audit.snapshot(found, CAPABILITIES)
        audit.record(actor, "location.capabilities_set", location, before=before, after=after)
    return found, known is None
