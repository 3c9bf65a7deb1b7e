"""Addresses that go from one device of NetBox to another."""

import pytest

from devices.services.netbox_client import NetBoxClient, NetBoxFailed
from devices.services.netbox_upsert import addressed, with_mask
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


class Refusing(NetBoxClient):
    """A client that may not read prefixes."""

    status = 403

    def all(self, path, **query):
        raise NetBoxFailed("NetBox API error: no", self.status)


def test_an_address_is_a_host_where_prefixes_may_not_be_read() -> None:
    client = Refusing("http://127.0.0.1:1", TOKEN)

    assert with_mask(client, "10.0.0.1") == "10.0.0.1/32"
    assert with_mask(client, "2001:db8::1") == "2001:db8::1/128"
    client.status = 500
    with pytest.raises(NetBoxFailed):
        with_mask(client, "10.0.0.1")
