"""What identifies a line of a bulk upload."""

from __future__ import annotations

from typing import Any

import pytest

from networkroutes.models import Location, LocationCapabilities, NetworkRoute
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory
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


def test_every_fault_of_a_line_is_told_at_once(api: Any) -> None:
    NetworkRouteFactory(circuit_id="LONPAR000001")
    client = api("administrator")
    head = "circuit_id,location_a,location_b,underlying_carrier,mtu\n"
    rows = ["LONPAR000001,A,B,C,x", "LONPAR000002,A,B,C,x", "LONPAR000002,A,B,C,9000", ",A,B,C,1"]
    account = "username,password,email,full_name,user_role\nnew.one,short,bad,,nobody\n"

    circuits = send(client, "network_routes", head + "\n".join(rows))
    users = send(client, "users", account)

    assert circuits.json()["errors"] == [
        "Row 2: mtu must be a number",
        "Row 2: circuit_id LONPAR000001 already exists",
        "Row 3: mtu must be a number",
        "Row 4: circuit_id is the same as in row 3",
        "Row 5: circuit_id is required",
    ]
    assert (circuits.json()["valid_rows"], circuits.json()["invalid_rows"]) == (0, 4)
    assert users.json()["errors"] == [
        "Row 2: password must have at least 8 characters",
        "Row 2: email must be an e-mail address",
        "Row 2: full_name is required",
        "Row 2: role nobody does not exist",
    ]
    assert NetworkRoute.objects.count() == 1
