"""The register told to NetBox and taken in again: neither way loses what the register knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devices.models import Device, DeviceHistory
from devices.services import netbox_choices, netbox_upsert
from devices.services.netbox_client import NetBoxFailed
from tests.devices.netbox_stub import TOKEN, NetBox, netbox
from tests.factories.devices import (
    DeviceFactory,
    DeviceTypeFactory,
    ManagementAddressFactory,
    ManufacturerFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db
DEVICES, SITES = "/api/dcim/devices/", "/api/dcim/sites/"
ROLES, TYPES = "/api/dcim/device-roles/", "/api/dcim/device-types/"
PAGE = "/admin/devices/device/netbox/"
FACTS = ("name", "site__name", "role", "hardware_model", "manufacturer__name", "serial_number")


@pytest.fixture
def box(api) -> Iterator[NetBox]:
    with netbox() as found:
        ids = {
            "default_site_id": found.add(SITES, name="Dublin", slug="dublin"),
            "default_role_id": found.add(ROLES, name="Switch", slug="switch"),
            "default_device_type_id": found.add(
                TYPES, model="5160", slug="ciena-5160", manufacturer={"name": "Ciena"}
            ),
        }
        found.add(SITES, name="Cork <b>", slug="cork")
        found.add(ROLES, name="Network", slug="network")
        found.add(TYPES, model="3942", slug="other-3942", manufacturer={"name": "Other"})
        found.add(TYPES, model="3942", slug="ciena-3942", manufacturer={"name": "Ciena"})
        body = {"url": found.url, "token": TOKEN, **ids}
        assert api("admin").put("/api/netbox/settings", body, format="json").status_code == 200
        found.calls.clear()
        yield found


@pytest.fixture
def register(db: None) -> None:
    """Keep devices of two sites, models and roles of NetBox's, one of unknown ones, one of none."""
    ciena, kind = ManufacturerFactory(name="Ciena"), DeviceTypeFactory(name="3942")
    rows: dict[str, dict[str, Any]] = {
        "agg-1": {"site": SiteFactory(name="dublin"), "role": "SWITCH", "hardware_model": "5160"},
        "acc-2": {"site": SiteFactory(name="Cork"), "role": "network", "manufacturer": ciena},
        "odd-3": {"site": SiteFactory(name="Newtown"), "role": "spine", "hardware_model": "X9"},
        "bare-4": {},
    }
    rows["acc-2"]["device_type"] = kind
    for number, (name, values) in enumerate(rows.items(), 1):
        at = ManagementAddressFactory(ip=f"10.9.0.{number}", snmp_serial=f"S{number}")
        DeviceFactory(name=name, address=at, **values)


def asked(api, end: str, direction: str) -> dict[str, Any]:
    body = {"direction": direction}
    answer = api("admin").post(f"/api/netbox/inventory/{end}", body, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def stands(box: NetBox) -> dict[str, tuple[str, str, str, str]]:
    shown = [box.shown(row) for row in box.tables[DEVICES].values()]
    return {
        row["name"]: (
            row["site"]["name"],
            row["role"]["name"],
            row["device_type"]["model"],
            row["device_type"]["manufacturer"]["name"],
        )
        for row in shown
    }


def test_a_push_tells_the_own_words_and_a_pull_finds_nothing_to_do(api, box, register):
    before = list(Device.objects.order_by("pk").values_list(*FACTS))
    lists = [("GET", SITES), ("GET", ROLES), ("GET", TYPES)]

    seen = asked(api, "preview", "push")
    assert box.calls == lists, "each list is read once"
    done = asked(api, "sync", "push")
    back = asked(api, "preview", "pull")
    taken = asked(api, "sync", "pull")
    api("admin").post("/api/netbox/sync")
    later = [asked(api, "preview", word)["counts"] for word in ("pull", "push")]

    told = {
        row["name"]: [row["changes"][name] for name in ("site", "role", "model")]
        for row in seen["rows"]
    }
    defaults = [[None, "Dublin"], [None, "Switch"], [None, "5160"]]
    assert told == {
        "agg-1": defaults,
        "acc-2": [[None, "Cork <b>"], [None, "Network"], [None, "3942"]],
        "odd-3": defaults,
        "bare-4": defaults,
    }
    assert [len(row["defaults"]) for row in seen["rows"]] == [0, 0, 3, 3]
    assert (done["created"], done["errors"], done["left"]) == (4, [], 0)
    assert stands(box) == {
        "agg-1": ("Dublin", "Switch", "5160", "Ciena"),
        "acc-2": ("Cork <b>", "Network", "3942", "Ciena"),
        "odd-3": ("Dublin", "Switch", "5160", "Ciena"),
        "bare-4": ("Dublin", "Switch", "5160", "Ciena"),
    }
    assert back["counts"] == {"create": 0, "update": 0, "unchanged": 4}
    assert [row["changes"] for row in back["rows"]] == [{}, {}, {}, {}]
    assert (taken["created"], taken["updated"]) == (0, 0)
    assert later == [{"create": 0, "update": 0, "unchanged": 4}] * 2
    assert list(Device.objects.order_by("pk").values_list(*FACTS)) == before
    assert not DeviceHistory.objects.exists()


def test_what_somebody_changes_in_netbox_after_a_push_is_news(api, box, register):
    asked(api, "sync", "push")
    device = next(row for row in box.tables[DEVICES].values() if row["name"] == "odd-3")
    device["site"], device["serial"] = box.add(SITES, name="Galway", slug="galway"), "S33"
    api("admin").post("/api/netbox/sync")

    row = next(row for row in asked(api, "preview", "pull")["rows"] if row["name"] == "odd-3")

    assert row["changes"] == {"site": ["Newtown", "Galway"], "serial_number": [None, "S33"]}


def test_a_making_that_was_cut_short_is_known_as_ours_too(api, box, register, monkeypatch):
    def refuse(*_: object) -> None:
        raise NetBoxFailed("no")

    Device.objects.exclude(name="odd-3").delete()
    with monkeypatch.context() as patched:
        patched.setattr(netbox_upsert, "place_address", refuse)
        failed = asked(api, "sync", "push")
    api("admin").post("/api/netbox/sync")

    back = asked(api, "preview", "pull")
    done = asked(api, "sync", "push")

    assert failed["errors"] == [{"name": "odd-3", "error": "no"}]
    assert back["counts"] == {"create": 0, "update": 0, "unchanged": 1}
    assert (done["created"], done["updated"], done["errors"]) == (0, 1, [])


def test_a_serial_that_is_told_later_is_no_news(api, box, register):
    Device.objects.exclude(name="odd-3").delete()
    asked(api, "sync", "push")
    device = Device.objects.get()
    device.address.snmp_serial = "LATER"
    device.address.save()

    changed = asked(api, "sync", "push")
    back = asked(api, "preview", "pull")

    assert (changed["updated"], changed["errors"]) == (1, [])
    assert back["counts"] == {"create": 0, "update": 0, "unchanged": 1}


def test_long_lists_are_read_page_by_page(api, box, register, monkeypatch):
    monkeypatch.setattr(netbox_choices, "PAGE", 1)

    asked(api, "sync", "push")

    assert stands(box)["acc-2"] == ("Cork <b>", "Network", "3942", "Ciena")
    assert [box.calls.count(("GET", path)) for path in (SITES, ROLES, TYPES)] == [2, 2, 3]


def test_the_page_names_what_netbox_will_get_and_says_when_netbox_is_away(
    api, box, register, admin_page
):
    shown = admin_page.get(PAGE, {"direction": "push"}).content.decode()
    body = {"url": "http://127.0.0.1:9", "token": TOKEN}
    api("admin").put("/api/netbox/settings", body, format="json")
    away = admin_page.get(PAGE, {"direction": "push"})

    assert "site: Cork &lt;b&gt;; role: Network; model: 3942" in shown
    assert "site: Dublin (the default); role: Switch (the default)" in shown
    assert away.status_code == 200
    assert "Cannot connect to NetBox at http://127.0.0.1:9" in away.content.decode()
