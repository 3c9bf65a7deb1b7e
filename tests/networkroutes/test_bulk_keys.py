"""What identifies a line of a bulk upload."""

from __future__ import annotations

from typing import Any

import pytest

from networkroutes.models import Location, LocationCapabilities
from tests.factories.networkroutes import LocationFactory
from tests.networkroutes.test_bulk import send

pytestmark = pytest.mark.django_db
PLACES = "location_code,city,country,datacenter_name,pop_type,status\n"


def places(*codes: str) -> str:
    """A file of locations."""
    return PLACES + "".join(f"{code},City of {code},X,Y,Primary,Active\n" for code in codes)


def test_codes_of_locations_are_exact_as_circuits_name_them(api: Any) -> None:
    for code in ("LON1", "lon1"):
        LocationFactory(location_code=code, city="Old")
    client = api("administrator")

    taken = send(client, "locations", places("lon1"))
    done = send(client, "locations", places("LON1", "lon1", "Lon1"), upsert="1")

    assert taken.json()["errors"] == ["Row 2: location_code lon1 already exists"]
    assert (done.json()["rows_imported"], done.json()["rows_updated"]) == (3, 2)
    found = dict(Location.objects.values_list("location_code", "city"))
    assert found == {code: f"City of {code}" for code in ("LON1", "lon1", "Lon1")}


def test_capabilities_are_those_of_the_very_location(api: Any) -> None:
    for code in ("LON1", "lon1"):
        LocationFactory(location_code=code)
    client = api("administrator")
    file = "location_code,cnx_voice\nlon1,1\nLON1,0\n"

    done = send(client, "pop_capabilities", file)
    again = send(client, "pop_capabilities", file.replace("0", "1"), upsert="1")
    other = send(client, "pop_capabilities", "location_code,cnx_voice\nLon1,1\n")

    assert (done.json()["rows_imported"], again.json()["rows_updated"]) == (2, 2)
    assert other.json()["errors"] == ["Row 2: location Lon1 does not exist"]
    assert LocationCapabilities.objects.filter(cnx_voice=True).count() == 2
