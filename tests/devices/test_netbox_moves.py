"""Addresses that go from one device of NetBox to another."""

import pytest

from devices.services.netbox_client import NetBoxClient
from devices.services.netbox_upsert import addressed
from tests.devices.netbox_stub import DEVICES, TOKEN, netbox

PORTS, IPS = "/api/dcim/interfaces/", "/api/ipam/ip-addresses/"


@pytest.mark.django_db
def test_an_address_goes_from_the_device_that_had_it_as_its_own() -> None:
    with netbox() as box:
        old, other, new = (
            box.add(DEVICES, name=name, status="active", primary_ip4=None)
            for name in ("old", "other", "new")
        )
        at = box.add(
            IPS,
            address="10.9.0.1/24",
            status="active",
            assigned_object_id=box.add(PORTS, name="mgmt0", device=old),
        )
        box.tables[DEVICES][old]["primary_ip4"] = at
        box.tables[DEVICES][other]["primary_ip4"] = at + 100

        found = addressed(NetBoxClient(box.url, TOKEN), new, "10.9.0.1", "new")

        assert found == {"primary_ip4": at}
        own = {pk: box.tables[DEVICES][pk]["primary_ip4"] for pk in (old, other)}
        assert own == {old: None, other: at + 100}
        assert box.tables[PORTS][box.tables[IPS][at]["assigned_object_id"]]["device"] == new
