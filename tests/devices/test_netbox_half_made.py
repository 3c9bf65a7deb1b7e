"""A device whose making in NetBox was cut short is finished by the next autodiscovery."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from devices.models import NetBoxCacheEntry
from devices.netbox_rules import DEFAULTS
from devices.services import integration
from devices.services.netbox_client import NetBoxClient
from devices.services.netbox_found import NetBoxWriter
from tests.devices.netbox_stub import DEVICES, TOKEN, netbox

pytestmark = pytest.mark.django_db
PORTS, IPS, IP = "/api/dcim/interfaces/", "/api/ipam/ip-addresses/", "10.9.0.7"
HOST = {
    "hostname": "agg-7",
    "serial": "S7",
    "interfaces": [{"name": f"Port {at}", "mac_address": ""} for at in (1, 2, 3)],
}
WHOLE = {"Port 1", "Port 2", "Port 3"}


class Killed(BaseException):
    """The worker is gone."""


class Cut(NetBoxClient):
    """A client whose worker ends before a write, by its number."""

    left = 99

    def send(self, method, path, body=None):
        self.left -= 1
        if self.left < 0:
            raise Killed
        return super().send(method, path, body)


@pytest.fixture
def box():
    with netbox() as found:
        paths = ("sites", "device-roles", "device-types")
        names = ("default_site", "default_role", "default_device_type")
        found.ids = {
            name: found.add(f"/api/dcim/{path}/", name="Lab", model="M", slug="m")
            for name, path in zip(names, paths, strict=True)
        }
        integration.write(None, {"netbox_url": found.url})
        yield found


def take(box, *, after: int = 99, host=HOST, **config):
    client = Cut(box.url, TOKEN)
    client.left = after
    whole = {**DEFAULTS, **box.ids, "add_discovery_tag": False, **config}
    return NetBoxWriter(client, whole).take(IP, host)


def ports(box) -> list[str]:
    return sorted(row["name"] for row in box.tables.get(PORTS, {}).values())


def assert_whole(box, names: set[str] = WHOLE) -> None:
    ((pk, device),) = box.tables[DEVICES].items()
    assert ports(box) == sorted(names)
    ((at, address),) = box.tables[IPS].items()
    port = box.tables[PORTS][address["assigned_object_id"]]
    assert (device["primary_ip4"], address["address"].partition("/")[0]) == (at, IP)
    assert (port["name"], port["device"]) == (sorted(names)[0], pk)


@pytest.mark.parametrize("after", range(1, 6))
@pytest.mark.parametrize("match_by", ["ip_or_name", "ip", "mac"])
def test_it_is_finished_wherever_it_ended(box, after, match_by):
    with pytest.raises(Killed):
        take(box, after=after, match_by=match_by)

    done = take(box, match_by=match_by, sync_mode="create_only")
    again = take(box)

    assert (done["action"], done["name"]) == ("created", "agg-7")
    assert_whole(box)
    assert (again["action"], again["reason"]) == ("skipped", "No changes needed")


def test_a_host_that_tells_no_ports_now_gets_its_address_on_one_that_is_there(box):
    with pytest.raises(Killed):
        take(box, after=2)

    assert take(box, host={**HOST, "interfaces": []})["action"] == "created"
    assert_whole(box, {"Port 1"})


def test_what_only_updates_makes_nothing_whole_and_the_next_does(box):
    with pytest.raises(Killed):
        take(box, after=1)

    only = take(box, sync_mode="update_only", host={**HOST, "description": "New"})
    assert (only["action"], only["updates"], ports(box)) == ("updated", ["description"], [])

    assert take(box)["action"] == "created"
    assert_whole(box)


def test_one_that_was_removed_in_netbox_is_made_anew(box):
    with pytest.raises(Killed):
        take(box, after=1)
    box.tables[DEVICES].clear()

    assert take(box)["action"] == "created"
    assert_whole(box)


def test_one_that_was_never_begun_here_is_left_as_it_is(box):
    box.add(DEVICES, name="agg-7", serial="S7")

    done = take(box)

    assert (done["reason"], ports(box), box.tables.get(IPS)) == ("No changes needed", [], None)
    assert not NetBoxCacheEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_one_address_make_one_device(box, monkeypatch):
    send = NetBoxClient.send

    def slowly(self, method, path, body=None):
        time.sleep(0.02)
        return send(self, method, path, body)

    monkeypatch.setattr(NetBoxClient, "send", slowly)

    def taking(_: int) -> str:
        try:
            return str(take(box)["action"])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        done = sorted(both.map(taking, range(2)))

    assert done == ["created", "skipped"]
    assert_whole(box)
