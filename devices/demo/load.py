"""Demo data of devices: the simulated switches, a lab, groups, credentials. Ours, invented."""

from __future__ import annotations

from django.db.models import Q

from devices.choices import DeviceCategory, ScanKind
from devices.models import (
    Credential,
    Device,
    DeviceGroup,
    InterfaceState,
    Manufacturer,
    Site,
)
from devices.services import groups, inventory, port_reading, registers, vault
from devices.simulator import tables
from devices.simulator.places import SNMP_PORT, SSH_PORT
from devices.simulator.world import World

LAB = (
    ("ROADM", "R-1", "In=1;Out=2"),
    ("ROADM", "R-2", "In=3;Out=4"),
    ("ROADM", "R-3", "In=5;Out=6"),
    ("EDFA", "EDFA-1", "In=7;Out=8"),
    ("EDFA", "EDFA-2", "In=9;Out=10"),
    ("Transceiver", "TRX-100G-1", "In=11;Out=12"),
    ("Transceiver", "TRX-100G-2", "In=13;Out=14"),
    ("Fibre spool", "Spool-25km", "In=15;Out=16"),
    ("OSA", "OSA-1", "In=17;Out=18"),
)


def load() -> str:
    """Make what is missing; what people changed stays."""
    world = World.load()
    _credentials(world)
    made = _switches(world) + _lab()
    _ports(world)
    if not DeviceGroup.objects.filter(group_name="Aggregation").exists():
        groups.create_group(
            actor=None,
            values={
                "group_name": "Aggregation",
                "description": "Aggregation switches, by rule",
                "rule": {"name_contains": "-agg-"},
            },
        )
    return f"devices: {made} devices made, {Device.objects.current().count()} in all"


def _credentials(world: World) -> None:
    account = world.scenario["ssh"]
    wanted = (
        {"name": "Simulated switches, shell", "credential_type": "ssh", **account},
        {
            "name": "Simulated switches, SNMP",
            "credential_type": "snmp",
            "community": world.scenario["community"],
        },
    )
    for body in wanted:
        if not Credential.objects.kept().filter(name=body["name"]).exists():
            vault.create_credential(actor=None, body={**body, "is_default": True})


def _switches(world: World) -> int:
    kind = registers.type_named("Aggregation switch", category=DeviceCategory.INFRA, has_ports=True)
    maker, _ = Manufacturer.objects.get_or_create(name="Ciena")
    made = 0
    for row in world.devices.values():
        if Device.objects.filter(Q(address__ip=row.address) | Q(name=row.name)).exists():
            continue
        site, _ = Site.objects.get_or_create(name=row.location.partition(",")[0])
        inventory.save_address(
            actor=None,
            ip_address=row.address,
            facts={
                "network_range": "127.0.10.0/28",
                "ping_status": "offline" if row.is_down else "online",
                "snmp_status": "NO" if row.is_down else "YES",
                "ssh_status": "NO" if row.is_down else "YES",
                "snmp_hostname": row.name,
                "snmp_description": row.description,
                "snmp_location": row.location,
                "snmp_vendor_name": "Ciena",
                "snmp_model": row.model,
                "snmp_chassis_mac": row.chassis_id,
                "snmp_port": SNMP_PORT,
                "ssh_port": SSH_PORT,
            },
            register={
                "name": row.name,
                "device_type_id": kind.pk,
                "manufacturer_id": maker.pk,
                "site_id": site.pk,
                "role": "network",
            },
        )
        made += 1
    return made


def _ports(world: World) -> None:
    """Read what the switches would answer, so that ports and cables show before the first scan."""
    for row in world.devices.values():
        if row.is_down or InterfaceState.objects.filter(ip_address=row.address).exists():
            continue
        for kind in (ScanKind.INTERFACES, ScanKind.OPTICAL):
            commands = port_reading.commands_of(kind, row.address)
            outputs = [
                {"command": command, "output": tables.answer(world, row, command)}
                for command in commands
            ]
            port_reading.save_outputs(row.address, outputs)


def _lab() -> int:
    site, _ = Site.objects.get_or_create(name="Optical lab")
    made = 0
    for number, (type_name, name, ports) in enumerate(LAB, 1):
        kind = registers.type_named(
            type_name, category=DeviceCategory.OPTICAL, is_schedulable=True, has_ports=True
        )
        if Device.objects.filter(Q(name=name) | Q(oi_id=f"OI-{number:04d}")).exists():
            continue
        inventory.create_device(
            actor=None,
            values={
                "name": name,
                "device_type_id": kind.pk,
                "site_id": site.pk,
                "status": "Available",
                "rack": f"L{number % 3 + 1}",
                "u_position": 10 + number,
                "polatis_name": f"P{number}",
                "polatis_port_range": ports,
                "oi_id": f"OI-{number:04d}",
            },
        )
        made += 1
    return made
