"""PRTG's devices in the admin: shown with what an import would do, ticked, imported."""

import pytest

from accounts.models import AuditEntry
from devices.models import NetBoxCacheEntry
from devices.services import netbox_settings
from devices.services import prtg as service
from tests.devices.json_stub import json_server
from tests.devices.netbox_stub import DEVICES, TOKEN, netbox
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/devices/device/prtg/import/"
ROWS = [
    {"objid": 11, "device": "agg-1", "host": "10.8.0.1", "group": "Core"},
    {"objid": 12, "device": "<b>agg-2", "host": "10.8.0.2", "group": "Core"},
    {"objid": 13, "device": "old-1", "host": "10.8.0.3", "group": "Core"},
    {"objid": 14, "device": "nameless", "host": "unknown.example", "group": "Edge"},
]


def prtg_answer(asked):
    return 200, {asked.query.get("content", "x"): ROWS}


@pytest.fixture
def box(db):
    with json_server(prtg_answer) as stub, netbox() as box:
        body = {"url": stub.url, "api_token": "prtg-api-token-1", "enabled": True}
        service.save(actor=None, body=body)
        site = box.add("/api/dcim/sites/", name="Lab")
        role = box.add("/api/dcim/device-roles/", name="Switch")
        kind = box.add("/api/dcim/device-types/", model="5160")
        box.add(DEVICES, name="old-1", device_type=kind, role=role, site=site)
        body = {"url": box.url, "token": TOKEN, "default_role_id": role}
        netbox_settings.save(actor=None, body={**body, "default_device_type_id": kind})
        yield box


def names(box):
    return sorted(row["name"] for row in box.tables[DEVICES].values())


def test_the_import_shows_first_what_would_come_of_each_device(admin_page, box):
    text = admin_page.get(PAGE).content.decode()

    assert "2 to make, 1 to change, 1 left out" in text
    assert "PRTG knows no address of it" in text
    assert "&lt;b&gt;agg-2" in text
    assert "As set for NetBox: Switch" in text
    assert [text.count(f'name="ids" value="{pk}"') for pk in (11, 12, 13, 14)] == [1, 1, 1, 0]
    assert names(box) == ["old-1"], "a look tells NetBox nothing"


def test_the_import_says_first_whose_address_a_new_device_takes(admin_page, box):
    holder = next(iter(box.tables[DEVICES]))
    at = box.add("/api/ipam/ip-addresses/", address="10.8.0.1/24")
    box.tables[DEVICES][holder]["primary_ip4"] = at

    text = admin_page.get(PAGE).content.decode()

    assert "Takes 10.8.0.1 from old-1" in text
    assert text.count("Takes ") == 1


def test_what_an_import_made_is_no_news_of_netbox(admin_page, box):
    site = next(iter(box.tables["/api/dcim/sites/"]))

    admin_page.post(PAGE, {"do": "chosen", "ids": ["11"], "site_id": site})

    told = NetBoxCacheEntry.objects.get(device_name="agg-1").told
    assert (told["site_name"], told["role_name"], told["device_type"]) == ("Lab", "Switch", "5160")


def test_only_what_is_ticked_is_imported_and_the_rest_with_import_all(admin_page, box):
    site = next(iter(box.tables["/api/dcim/sites/"]))

    one = admin_page.post(PAGE, {"do": "chosen", "ids": ["11"], "site_id": site}, follow=True)
    first = names(box)
    rest = admin_page.post(PAGE, {"do": "all", "site_id": site}, follow=True)

    assert "1 created, 0 updated, 0 skipped, 0 errors." in one.content.decode()
    assert first == ["agg-1", "old-1"]
    assert "1 created, 2 updated, 1 skipped, 0 errors." in rest.content.decode()
    assert names(box) == ["<b>agg-2", "agg-1", "old-1"]


def test_devices_that_netbox_does_not_take_stand_there_with_the_reason(admin_page, box):
    answer = admin_page.post(PAGE, {"do": "chosen", "ids": ["11", "13"]})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "0 created, 1 updated, 0 skipped, 1 errors." in text
    assert "site_id, role_id, and device_type_id are required to create new devices." in text
    assert names(box) == ["old-1"]


def test_nothing_ticked_imports_nothing(admin_page, box):
    answer = admin_page.post(PAGE, {"do": "chosen"})

    assert "Tick the devices to import, or import all." in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="prtg.synced").exists()


def test_who_may_not_add_devices_sees_the_plan_and_imports_nothing(client, box):
    client.force_login(UserFactory(roles=["operator"]))

    text = client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"do": "all"})

    assert "agg-1" in text
    assert 'name="ids"' not in text
    assert "Permission denied" in answer.content.decode()
    assert names(box) == ["old-1"]


def test_without_netbox_the_page_says_what_is_missing(admin_page):
    text = admin_page.get(PAGE).content.decode()

    assert "NetBox is not configured. Set URL and API token in settings." in text
