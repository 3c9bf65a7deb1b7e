"""Addresses that go from one device of NetBox to another."""

import pytest

from devices.models import NetBoxCacheEntry
from devices.netbox_rules import DEFAULTS
from devices.services import integration, netbox_client
from devices.services.netbox_client import NetBoxClient, NetBoxFailed
from devices.services.netbox_found import NetBoxWriter
from devices.services.netbox_upsert import addressed, with_mask
from tests.devices.json_stub import json_server
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


@pytest.mark.django_db
def test_autodiscovery_frees_an_address_and_remembers_what_it_told() -> None:
    with netbox() as box:
        ids = {
            f"default_{name}": box.add(f"/api/dcim/{path}/", name="Lab", model="M", slug=name)
            for name, path in (("site", "sites"), ("role", "device-roles"))
        }
        ids["default_device_type"] = box.add("/api/dcim/device-types/", model="M", slug="m")
        port = box.add(PORTS, name="mgmt0", device=box.add(DEVICES, name="old"))
        at = box.add(IPS, address="10.9.0.1/24", assigned_object_id=port)
        old = box.tables[PORTS][port]["device"]
        box.tables[DEVICES][old]["primary_ip4"] = at
        config = {**DEFAULTS, **ids, "match_by": "name"}
        integration.write(None, {"netbox_url": box.url})

        done = NetBoxWriter(NetBoxClient(box.url, TOKEN), config).take(
            "10.9.0.1", {"hostname": "new"}
        )

        own = {row["name"]: row.get("primary_ip4") for row in box.tables[DEVICES].values()}
        assert (done["action"], own) == ("created", {"old": None, "new": at})
    entry = NetBoxCacheEntry.objects.get(netbox_id=done["id"])
    assert (entry.told["site_name"], entry.told["role_name"]) == ("Lab", "Lab")


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


@pytest.mark.django_db
@pytest.mark.parametrize(("fails", "status"), [(2, 200), (3, 200), (4, 502)])
def test_a_netbox_that_is_busy_for_a_moment_is_asked_again(api, monkeypatch, fails, status):
    monkeypatch.setattr(netbox_client, "BACKOFF_S", 0.01)

    def busy(asked):
        if len(box.asked) <= fails:
            return 503, {"detail": "busy"}
        return 200, {"count": 0, "results": [], "next": None, "previous": None}

    with json_server(busy) as box:
        body = {"url": box.url, "token": TOKEN}
        api("admin").put("/api/netbox/settings", body, format="json")

        answer = api("admin").get("/api/netbox/sites")

    assert (answer.status_code, len(box.asked)) == (status, min(fails + 1, 4))


def test_a_page_that_waits_does_not_ask_beyond_its_time(monkeypatch):
    monkeypatch.setattr(netbox_client, "QUICK_S", 1.4)
    with json_server(lambda asked: (503, {})) as box:
        client = NetBoxClient(box.url, TOKEN, is_quick=True)

        with pytest.raises(NetBoxFailed, match="NetBox API error: 503"):
            client.get("/api/dcim/sites/")

    assert len(box.asked) == 1
