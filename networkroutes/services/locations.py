"""Location reference data: making, changing, removing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError

from accounts.services import audit
from inventory_site.core.errors import VersionConflict
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.errors import DuplicateLocation, LocationNotFound
from networkroutes.models import Location

WRITABLE = (
    "city",
    "country",
    "datacenter_name",
    "datacenter_address",
    "latitude",
    "longitude",
    "time_zone",
    "pop_type",
    "status",
    "region",
    "provider",
    "access_info",
    "more_info",
)
FIELDS = ("location_code", *WRITABLE)


def create_location(*, actor: Any, location_code: str, values: Mapping[str, Any]) -> Location:
    """Make a location; `DuplicateLocation` for a taken code."""
    policy.require(actor, "add_location")
    location = Location(location_code=location_code)
    _apply(location, values)
    taken = DuplicateLocation("Location code already exists", location_code=location_code)
    if Location.objects.filter(location_code=location_code).exists():
        raise taken
    try:
        with guarded():
            location.save()
            after = audit.snapshot(location, FIELDS)
            audit.record(actor, "location.created", location, after=after)
    except IntegrityError as err:
        raise taken from err
    return location


def update_location(
    *,
    actor: Any,
    location_id: int,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Location:
    """Change the fields that `values` names; the code never changes.

    Nothing is written when none is named; values that are there already only move `updated_at`.
    Raises `LocationNotFound`, and `VersionConflict` when somebody was faster.
    """
    policy.require(actor, "change_location")
    with guarded():
        location = _locked(location_id)
        if expected_version is not None and expected_version != location.version:
            raise VersionConflict(
                "Somebody else changed this location meanwhile.", version=location.version
            )
        if not values:
            return location
        before = audit.snapshot(location, FIELDS)
        _apply(location, values)
        after = audit.snapshot(location, FIELDS)
        if after != before:
            location.version += 1
            audit.record(actor, "location.updated", location, before=before, after=after)
        location.save()
    return location


def delete_location(*, actor: Any, location_id: int) -> None:
    """Remove a location; circuits name it as text and stay as they are."""
    policy.require(actor, "delete_location")
    with guarded():
        location = _locked(location_id)
        before = audit.snapshot(location, FIELDS)
        audit.record(actor, "location.deleted", location, before=before)
        location.delete()


def _locked(location_id: int) -> Location:
    location = lock(Location.objects.filter(pk=location_id)).first()
    if location is None:
        raise LocationNotFound("Location not found", location=location_id)
    return location


def _apply(location: Location, values: Mapping[str, Any]) -> None:
    for name in WRITABLE:
        if name in values:
            setattr(location, name, values[name])
    location.full_clean(validate_unique=False)
