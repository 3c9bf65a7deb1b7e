"""Cables whose ends tell no remote port are still one cable each."""

from __future__ import annotations

import pytest

from devices.models import InterfaceState
from tests.factories.devices import DeviceFactory, ManagementAddressFactory

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = "10.5.0.1", "10.5.0.2", "10.5.0.3"


def port(ip, index, neighbour, remote=""):
    InterfaceState.objects.create(
        ip_address=ip,
        interface_index=index,
        interface_name=f"Port {index % 10_000}",
        lldp_remote_mgmt_addr=neighbour,
        lldp_remote_port=remote,
    )


@pytest.fixture
def cables(api):
    for ip in (ONE, TWO, THREE):
        DeviceFactory(address=ManagementAddressFactory(ip=ip))

    def told():
        graph = api("viewer").post("/topology_data", {}, format="json").json()
        names = ("source", "local_port", "target", "remote_port")
        return [
            (*(link[name] for name in names), link.get("bidirectional", False))
            for link in graph["links"]
        ]

    return told


def test_two_ends_without_a_remote_port_are_one_cable(cables):
    port(ONE, 1, TWO)
    port(TWO, 7, ONE)

    assert cables() == [(ONE, "Port 1", TWO, "", True)]


def test_an_end_without_a_remote_port_joins_the_cable_that_names_it(cables):
    port(ONE, 1, TWO)
    port(TWO, 7, ONE, "1")
    port(TWO, 8, THREE, "2")
    port(THREE, 2, TWO)

    assert cables() == [(TWO, "Port 7", ONE, "1", True), (TWO, "Port 8", THREE, "2", True)]


def test_cables_side_by_side_stay_as_many_as_they_are(cables):
    for number in (1, 2, 3):
        port(ONE, number, TWO)
    for number in (7, 8):
        port(TWO, number, ONE)
    port(TWO, 9, THREE)

    assert cables() == [
        (ONE, "Port 1", TWO, "", True),
        (ONE, "Port 2", TWO, "", True),
        (ONE, "Port 3", TWO, "", False),
        (TWO, "Port 9", THREE, "", False),
    ]


def test_a_port_told_twice_is_one_end(cables):
    for index in (1, 10_001):
        port(ONE, index, TWO)
    port(ONE, 10_002, TWO, "5")
    port(ONE, 2, TWO)

    assert cables() == [(ONE, "Port 2", TWO, "5", False), (ONE, "Port 1", TWO, "", False)]
