"""Makers of network cards, and where they tell a vendor."""

from __future__ import annotations

import asyncio

import pytest

from devices import netbox_rules
from devices.executors import mac
from devices.executors.vendors import WINDOWS_BY_PORTS, identify
from devices.services import netbox_autodiscovery


def test_makers_of_network_cards_are_named(tmp_path):
    table = tmp_path / "arp"
    table.write_text(
        "IP address HW type Flags HW address Mask Device\n"
        "10.0.0.1 0x1 0x2 00:23:8a:00:00:01 * eth0\n"
        "10.0.0.2 0x1 0x0 00:00:00:00:00:00 * eth0\n"
    )

    assert mac.neighbours(table) == {"10.0.0.1": "00:23:8A:00:00:01"}
    assert mac.neighbours(tmp_path / "none") == {}
    assert mac.maker_of("00:23:8A:00:00:01") == "Ciena Corporation"
    assert [mac.maker_of(one) for one in ("02:00:00:00:00:01", "junk", "70:B3:D5:12:30:00")] == [
        "", "", ""
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("vendor", "description", "use", "told"),
    [
        (None, None, True, "Ciena Corporation"),
        ("Microsoft", WINDOWS_BY_PORTS, True, "Ciena Corporation"),
        ("Cisco", "Cisco IOS", True, "Cisco"),
        (None, None, False, None),
    ],
)
def test_a_maker_is_the_vendor_only_where_nothing_better_tells_one(vendor, description, use, told):
    found = {"vendor": vendor, "description": description}

    netbox_autodiscovery._name_maker(found, "00:23:8A:00:00:01", use)

    assert (found["vendor"], found["mac_address"]) == (told, "00:23:8A:00:00:01")


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "oid", "expected"),
    [
        (
            "Cisco IOS Software, C3750 Software (C3750-IPSERVICESK9-M), Version 12.2(55)SE",
            "",
            ("Cisco", "C3750", "12.2", "network"),
        ),
        ("Linux saos-box 6.1", "", ("Linux", "", "", "server")),
        ("Linux box", "1.3.6.1.4.1.6141.1.1", ("Ciena", "", "", "network")),
        ("3942 Service Delivery Switch", "", ("Ciena", "3942", "", "network")),
        ("JUNOS 21, Version: 21.4R3", "", ("Juniper", "", "21.4", "network")),
    ],
)
def test_the_first_word_of_the_table_tells_the_vendor(said, oid, expected):
    found = identify(said, oid)

    assert (found.vendor, found.model, found.os_version, found.role) == expected


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "oid", "vendor", "expected"),
    [
        ("Linux box", "1.3.6.1.4.1.6141.1.96", "Ciena", "Ciena"),
        ("Linux box", "1.3.6.1.4.1.1271.1", "Ciena", "Ciena"),
        ("Fortinet box", "1.3.6.1.4.1.9.1", "Cisco", "Fortinet"),
        (None, None, None, None),
    ],
)
def test_a_description_overrules_an_oid_but_never_that_of_ciena(
    monkeypatch, said, oid, vendor, expected
):
    async def discover(target, options, *, engine):
        said_of_it = {"description": said, "vendor_oid": oid, "vendor": vendor}
        return {"ping_status": "online", "snmp_status": "no_response", **said_of_it}

    monkeypatch.setattr(netbox_autodiscovery, "discover", discover)
    config = {**netbox_rules.DEFAULTS, "discovery_methods": [], "use_mac_oui": False}

    found = asyncio.run(netbox_autodiscovery.look("10.0.0.1", config))

    assert found["vendor"] == expected
