"""Rows on the wire: addresses in the order of numbers, null for what is not known."""

from __future__ import annotations

import pytest

from devices.models import InterfaceState, Scan
from devices.services import vault, vault_groups
from tests.factories.devices import DeviceFactory, DeviceTypeFactory, ManagementAddressFactory

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
