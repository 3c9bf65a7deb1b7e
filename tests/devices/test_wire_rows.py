"""Rows on the wire: addresses in the order of numbers, null for what is not known."""

from __future__ import annotations

import pytest

from accounts.models import Setting
from devices.models import InterfaceState, ManagementAddress, Scan
from devices.services import vault, vault_groups
from tests.factories.devices import (
    DeviceFactory,
    DeviceTypeFactory,
    ManagementAddressFactory,
    ManufacturerFactory,
    NetBoxCacheEntryFactory,
)

pytestmark = pytest.mark.django_db
IPS = ("10.20.0.10", "10.20.0.9", "host-a")


def test_ports_come_in_the_order_of_addresses_and_know_null(api):
    for ip in IPS:
        for index in (2, 1):
            InterfaceState.objects.create(
                ip_address=ip, interface_index=index, is_optical=True, tx_power="0"
            )

    rows = api("viewer").get("/api/scans/optical").json()["data"]

    assert [(row["ip_address"], row["interface_index"]) for row in rows] == [
        (ip, index) for ip in ("10.20.0.9", "10.20.0.10", "host-a") for index in (1, 2)
    ]
    assert rows[0]["tx_power"] == "0"
    nothing = ("interface_name", "medium", "speed", "rx_power", "status", "lldp_remote_port")
    assert [rows[0][name] for name in nothing] == [None] * 6


def test_the_devices_of_a_credential_come_in_the_order_of_addresses(api):
    body = {"name": "core", "credential_type": "ssh", "password": "x"}
    row = vault.create_credential(actor=None, body=body).credential
    for ip in IPS[:2]:
        vault_groups.assign(actor=None, ip_address=ip, credential_id=row.pk)

    found = api("admin").get(f"/api/credentials/{row.pk}/devices").json()["data"]["devices"]

    assert [one["ip_address"] for one in found] == ["10.20.0.9", "10.20.0.10"]


def test_the_drawing_names_the_kind_as_the_list_does(api):
    address = ManagementAddressFactory(ip="10.20.0.9", snmp_model="5160")
    DeviceFactory(address=address, device_type=DeviceTypeFactory(name="Unknown"))
    viewer = api("viewer")

    [item] = viewer.get("/inventory/v1/devices").json()["items"]
    [node] = viewer.get("/inventory/v1/topology").json()["nodes"]

    assert (item["device_type"], node["type"]) == ("5160", "5160")


def test_a_scan_that_waits_for_a_worker_runs_already(api):
    scan = Scan.objects.create(status="queued", total_targets=1)
    operator = api("operator")

    shown = operator.get(f"/api/scans/{scan.pk}/progress").json()["data"]

    assert (shown["status"], operator.get("/progress").json()["status"]) == ("running",) * 2


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("order=desc", ["10.0.0.10", "10.0.0.9", "10.0.0.2"]),
        ("order=asc", ["10.0.0.2", "10.0.0.9", "10.0.0.10"]),
        ("sort=hostname", ["10.0.0.9", "10.0.0.2", "10.0.0.10"]),
        ("sort=hostname&order=desc", ["10.0.0.2", "10.0.0.9", "10.0.0.10"]),
        ("sort=vendor", ["10.0.0.2", "10.0.0.9", "10.0.0.10"]),
    ],
)
def test_devices_are_sorted_by_what_is_shown_of_them(api, query, wanted):
    said = {"2": ("b", "Acme"), "9": ("", ""), "10": (None, None)}
    for end, (host, vendor) in said.items():
        ManagementAddressFactory(ip=f"10.0.0.{end}", snmp_hostname=host, snmp_vendor_name=vendor)
    for end, host in (("2", "z"), ("9", "a"), ("10", None)):
        address = ManagementAddress.objects.get(ip=f"10.0.0.{end}")
        maker = ManufacturerFactory(name="Beta") if end == "9" else None
        DeviceFactory(address=address, hostname=host, manufacturer=maker)

    rows = api("viewer").get(f"/api/devices?{query}").json()["data"]

    assert [row["ip_address"] for row in rows] == wanted


def test_an_order_that_is_none_is_refused_without_a_column_too(api):
    answer = api("viewer").get("/api/devices?order=sideways")

    error = answer.json()["error"]
    assert (answer.status_code, error["details"]["field"]) == (400, "order")
    assert error["message"] == "order must be asc or desc"


def test_devices_of_netbox_come_by_address_and_are_searched_and_paged_like_ours(api):
    body = {"category": "inventory", "key": "inventory_source", "value": "netbox"}
    refused = api("admin").put("/system/v1/settings", {**body, "value": "other"}, format="json")
    assert (refused.status_code, Setting.objects.count()) == (400, 0)
    assert api("admin").put("/system/v1/settings", body, format="json").status_code == 200
    for number, ip in enumerate(("10.0.0.10", "10.0.0.9", "", "10.0.0.100"), start=1):
        NetBoxCacheEntryFactory(netbox_id=number, device_ip=ip, device_name=f"SW-{number}")
    client = api("viewer")

    def asked(query: str) -> tuple[list[str], dict]:
        answer = client.get(f"/api/devices?{query}").json()
        return [row["ip_address"] for row in answer["data"]], answer["meta"]

    assert asked("") == (["10.0.0.9", "10.0.0.10", "10.0.0.100"], {"count": 3, "total": 3})
    paged = {"count": 1, "total": 3, "limit": 1, "offset": 1}
    assert asked("limit=1&offset=1") == (["10.0.0.10"], paged)
    assert asked("search=0.0.10")[0] == ["10.0.0.10", "10.0.0.100"]
    assert asked("search=sw-2")[0] == ["10.0.0.9"]
    only = client.get("/api/devices?fields=hostname,source&search=sw-1").json()["data"]
    assert only == [{"hostname": "SW-1", "source": "netbox"}]
    assert client.get("/api/devices?limit=1001").status_code == 400
