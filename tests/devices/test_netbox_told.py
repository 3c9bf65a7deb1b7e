"""What NetBox was told of is known here when it is taken in, whatever its name is there."""

from __future__ import annotations

import pytest

from devices.models import Device, NetBoxCacheEntry
from devices.netbox_rules import DEFAULTS
from devices.services import (
    inventory,
    netbox_inventory,
    netbox_settings,
    netbox_sync,
    netbox_upsert,
)
from devices.services.netbox_client import NetBoxFailed
from devices.services.netbox_found import NetBoxWriter
from tests.devices.netbox_stub import TOKEN, netbox

pytestmark = pytest.mark.django_db
IP, SIX = "10.43.9.9", "2001:db8::9"
DEVICES = "/api/dcim/devices/"
UNCHANGED = {"create": 0, "update": 0, "unchanged": 1}


@pytest.fixture
def box(api):
    with netbox() as found:
        found.ids = {
            "default_site": found.add("/api/dcim/sites/", name="Lab", slug="lab"),
            "default_role": found.add("/api/dcim/device-roles/", name="Switch", slug="switch"),
            "default_device_type": found.add(
                "/api/dcim/device-types/", model="5160", slug="m", manufacturer={"name": "Ciena"}
            ),
        }
        body = {"url": found.url, "token": TOKEN}
        body |= {f"{name}_id": pk for name, pk in found.ids.items()}
        assert api("admin").put("/api/netbox/settings", body, format="json").status_code == 200
        yield found


def ours(ip: str = IP, name: str | None = None) -> Device:
    device = inventory.save_address(actor=None, ip_address=ip, facts={})
    if name:
        inventory.update_device(device.pk, actor=None, values={"name": name})
    return device


def asked(api, end: str, direction: str) -> dict:
    body = {"direction": direction}
    answer = api("admin").post(f"/api/netbox/inventory/{end}", body, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def assert_nothing_to_do(api) -> None:
    """Look, take in, look, refresh, and all again: one device, unchanged, either way."""
    for _ in range(2):
        assert asked(api, "preview", "pull")["counts"] == UNCHANGED
        done = asked(api, "sync", "pull")
        assert (done["created"], done["updated"], done["errors"]) == (0, 0, [])
        assert asked(api, "preview", "push")["counts"] == UNCHANGED
        api("admin").post("/api/netbox/sync")
    assert Device.objects.count() == 1


@pytest.mark.parametrize("hostname", ["", "other.example", "core-1"])
@pytest.mark.parametrize("name", [None, "core-1"])
@pytest.mark.parametrize("ip", [IP, SIX])
def test_a_device_told_by_discover_is_the_same_at_once(api, box, hostname, name, ip):
    device = ours(ip, name)
    body = {"ip_address": ip, "hostname": hostname}

    told = api("admin").post("/api/netbox/discover", body, format="json").json()["data"]

    entry = NetBoxCacheEntry.objects.get()
    assert entry.netbox_id == told["device"]["id"]
    if ip == IP:
        assert entry.device_ip == IP
        shown = api("admin").get("/integrations/v1/netbox/devices").json()["data"]
        assert [row["primary_ip4"] for row in shown] == [IP]
        assert_nothing_to_do(api)
    assert asked(api, "preview", "pull")["rows"][0]["device_id"] == device.pk


@pytest.mark.parametrize("is_addressed", [True, False])
@pytest.mark.parametrize(
    ("naming", "prefix"),
    [
        ("hostname_or_ip", ""),
        ("hostname_or_ip", "x-"),
        ("hostname_only", ""),
        ("ip_only", "x-"),
        ("prefix_ip", ""),
        ("dns_reverse", ""),
    ],
)
def test_autodiscovery_doubles_nothing_by_any_naming(api, box, naming, prefix, is_addressed):
    device = ours(name="renamed here")
    config = {**DEFAULTS, **box.ids, "device_naming": naming, "name_prefix": prefix}
    config["create_ip_addresses"] = is_addressed
    found = {"hostname": "host", "dns_name": "host.example", "serial": "S1"}
    found["interfaces"] = [{"name": "1"}, {"name": "2"}]

    done = NetBoxWriter(netbox_settings.client(), config).take(IP, found)

    assert done["action"] == "created"
    assert NetBoxCacheEntry.objects.get().device_ip == (IP if is_addressed else "")
    rows = asked(api, "preview", "pull")["rows"]
    assert [(row["action"], row["device_id"]) for row in rows] == [("unchanged", device.pk)]
    if is_addressed:
        assert_nothing_to_do(api)
    else:  # a push gives it the address that autodiscovery was not to make
        changed = asked(api, "preview", "push")["rows"]
        assert [row["changes"] for row in changed] == [{"ip_address": [None, IP]}]
        assert asked(api, "sync", "push")["updated"] == 1
        assert_nothing_to_do(api)


def test_a_making_that_was_cut_short_is_known_by_its_address(api, box, monkeypatch):
    def refuse(*_: object) -> None:
        raise NetBoxFailed("no")

    device = ours()
    with monkeypatch.context() as patched:
        patched.setattr(netbox_upsert, "place_address", refuse)
        api("admin").post("/api/netbox/discover", {"ip_address": IP}, format="json")

    for _ in range(2):
        rows = asked(api, "preview", "pull")["rows"]
        assert [(row["action"], row["device_id"]) for row in rows] == [("unchanged", device.pk)]
        api("admin").post("/api/netbox/sync")
    assert asked(api, "sync", "push")["updated"] == 1
    assert_nothing_to_do(api)


def test_a_known_device_that_is_told_of_again_is_the_same(api, box):
    pk = box.add(DEVICES, name="theirs", serial="OLD", device_type=box.ids["default_device_type"])
    device = ours()
    body = {"ip_address": IP, "hostname": "theirs", "serial": "NEW"}

    api("admin").post("/api/netbox/discover", body, format="json")

    assert NetBoxCacheEntry.objects.get().serial == "NEW"
    for _ in range(2):
        row = asked(api, "preview", "pull")["rows"][0]
        assert (row["netbox_id"], row["device_id"]) == (pk, device.pk)
        assert "serial_number" not in row["changes"]
        assert asked(api, "sync", "pull")["created"] == 0
        api("admin").post("/api/netbox/sync")
    assert asked(api, "preview", "pull")["counts"] == UNCHANGED


def test_an_address_that_another_device_of_netbox_has_got_means_that_one(api, box):
    ours()
    for hostname in ("first", "second"):
        body = {"ip_address": IP, "hostname": hostname}
        api("admin").post("/api/netbox/discover", body, format="json")
    api("admin").post("/api/netbox/sync")

    rows = {row["name"]: row["action"] for row in asked(api, "preview", "pull")["rows"]}

    assert rows == {"first": "create", "second": "unchanged"}


def test_what_is_told_while_a_sync_reads_stays(api, box, monkeypatch):
    read = netbox_sync._read

    def slowly(client):
        found = read(client)
        netbox_upsert.upsert(netbox_settings.client(), IP, {})
        return found

    ours()
    monkeypatch.setattr(netbox_sync, "_read", slowly)
    netbox_sync.sync()

    assert NetBoxCacheEntry.objects.get().device_ip == IP


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", ""])
def test_a_sync_under_way_takes_in_nothing_of_a_netbox_that_is_left(api, box, monkeypatch, url):
    read, admin = netbox_sync._read, api("admin")
    box.add(DEVICES, name="theirs")

    def slowly(client):
        found = read(client)
        body = {"url": url, "token": "t" * 40}
        assert admin.put("/api/netbox/settings", body, format="json").status_code == 200
        return found

    monkeypatch.setattr(netbox_sync, "_read", slowly)
    answer = admin.post("/api/netbox/sync")

    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == netbox_sync.MOVED
    assert not NetBoxCacheEntry.objects.exists()


def test_what_is_told_to_a_netbox_that_is_left_is_not_kept(api, box):
    client = netbox_settings.client()
    body = {"url": "http://127.0.0.1:9", "token": TOKEN}
    api("admin").put("/api/netbox/settings", body, format="json")

    facts = {f"{name[8:]}_id": pk for name, pk in box.ids.items()}
    made = netbox_upsert.upsert(client, IP, facts)

    assert made["created"] is True
    assert not NetBoxCacheEntry.objects.exists()


def test_a_device_with_an_address_of_its_own_is_known_by_that_alone():
    entries = [
        NetBoxCacheEntry(
            pk=1, netbox_id=1, device_ip="10.44.0.50", told={netbox_sync.IP: "10.44.0.9"}
        ),
        NetBoxCacheEntry(pk=2, netbox_id=2, device_ip="", told={netbox_sync.IP: "10.44.0.8"}),
        NetBoxCacheEntry(pk=3, netbox_id=3, device_ip="", told={netbox_sync.IP: "10.44.0.50"}),
    ]

    assert netbox_inventory._told(entries) == {2: "10.44.0.8"}
