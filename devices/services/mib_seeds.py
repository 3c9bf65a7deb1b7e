"""MIB profiles and polls that every site begins with (contract 9.1 and 9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.executors import saos_mib
from devices.models import (
    EnumMapping,
    MibProfile,
    OidGroup,
    OidMapping,
    PollConfig,
    PollType,
    PollTypeGroup,
)

XCVR = "1.3.6.1.4.1.6141.2.60.4.1.1.1.1"
STATS32 = "1.3.6.1.4.1.6141.2.60.3.1.1.2.1"
STATS64 = "1.3.6.1.4.1.6141.2.60.3.1.1.4.1"
RAPS = "1.3.6.1.4.1.6141.2.60.47"
ALARMS = "1.3.6.1.4.1.1271.2.1.24.1.3.1.1"
SYSTEM = "1.3.6.1.2.1.1"
DBM = "divide:10000"
Column = tuple[str, str, str, str]  # name, oid, data type, transform

GROUPS: dict[str, tuple[str, tuple[Column, ...]]] = {
    "xcvr": (
        XCVR,
        (
            ("oper_state", f"{XCVR}.2", "integer", ""),
            ("vendor", f"{XCVR}.7", "string", ""),
            ("part_number", f"{XCVR}.9", "string", ""),
            ("serial_number", f"{XCVR}.11", "string", ""),
            ("wavelength_nm", f"{XCVR}.15", "integer", ""),
            ("temperature", f"{XCVR}.16", "integer", ""),
            ("rx_power_dbm", f"{XCVR}.105", "integer", DBM),
            ("tx_power_dbm", f"{XCVR}.106", "integer", DBM),
            ("tx_power_high_warn", f"{XCVR}.107", "integer", DBM),
            ("tx_power_low_warn", f"{XCVR}.108", "integer", DBM),
            ("rx_power_high_warn", f"{XCVR}.109", "integer", DBM),
            ("rx_power_low_warn", f"{XCVR}.110", "integer", DBM),
        ),
    ),
    "port_stats": (
        STATS64,
        (
            ("rx_bytes", f"{STATS64}.2", "counter64", ""),
            ("rx_pkts", f"{STATS64}.3", "counter64", ""),
            ("tx_bytes", f"{STATS64}.16", "counter64", ""),
            ("tx_pkts", f"{STATS64}.18", "counter64", ""),
            ("rx_discard", f"{STATS64}.51", "counter64", ""),
            ("rx_errors", f"{STATS64}.53", "counter64", ""),
            ("rx_bytes32", f"{STATS32}.2", "counter32", ""),
            ("rx_pkts32", f"{STATS32}.3", "counter32", ""),
            ("rx_crc_errors", f"{STATS32}.4", "counter32", ""),
            ("tx_bytes32", f"{STATS32}.16", "counter32", ""),
            ("tx_pkts32", f"{STATS32}.18", "counter32", ""),
            ("rx_discard32", f"{STATS32}.55", "counter32", ""),
            ("rx_errors32", f"{STATS32}.63", "counter32", ""),
        ),
    ),
    "raps": (
        RAPS,
        (
            ("state", f"{RAPS}.1.1.1.1", "integer", ""),
            ("node_id", f"{RAPS}.1.1.1.2", "mac", "hex_to_mac"),
            ("ring_count", f"{RAPS}.1.1.1.4", "integer", ""),
        ),
    ),
    "virtual_ring": (
        f"{RAPS}.1.3.1.1",
        (
            ("name", f"{RAPS}.1.3.1.1.2", "string", ""),
            ("vid", f"{RAPS}.1.3.1.1.3", "integer", ""),
            ("ring_state", f"{RAPS}.1.3.1.1.7", "integer", ""),
            ("ring_status", f"{RAPS}.1.3.1.1.8", "integer", ""),
            ("ring_alarm", f"{RAPS}.1.3.1.1.9", "integer", ""),
            ("switchovers", f"{RAPS}.1.3.1.1.10", "counter32", ""),
            ("west_port_state", f"{RAPS}.1.3.1.1.14", "integer", ""),
            ("east_port_state", f"{RAPS}.1.3.1.1.25", "integer", ""),
        ),
    ),
    "system": (
        SYSTEM,
        (
            ("description", f"{SYSTEM}.1", "string", ""),
            ("uptime_seconds", f"{SYSTEM}.3", "timeticks", "timeticks_to_seconds"),
            ("name", f"{SYSTEM}.5", "string", ""),
            ("location", f"{SYSTEM}.6", "string", ""),
        ),
    ),
    "alarms": (
        ALARMS,
        (
            ("severity", f"{ALARMS}.1", "integer", ""),
            ("object_class", f"{ALARMS}.3", "integer", ""),
            ("object_type", f"{ALARMS}.4", "string", ""),
            ("object_instance", f"{ALARMS}.5", "string", ""),
            ("description", f"{ALARMS}.7", "string", ""),
            ("raised_at", f"{ALARMS}.8", "string", ""),
        ),
    ),
}
ENUMS: dict[tuple[str, str], Mapping[int, str]] = {
    ("xcvr", "oper_state"): saos_mib.XCVR_STATE,
    ("alarms", "severity"): saos_mib.SEVERITY,
    ("alarms", "object_class"): saos_mib.OBJECT_CLASS,
    ("raps", "state"): {1: "disabled", 2: "enabled"},
    ("virtual_ring", "ring_status"): saos_mib.RING_STATUS,
    ("virtual_ring", "ring_state"): saos_mib.RING_STATE,
}
POLL_TYPES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("ciena_optical", "Ciena optical power", "optical_metrics", ("xcvr",)),
    ("ciena_traffic", "Ciena port traffic", "interface_metrics", ("port_stats",)),
    ("ciena_raps", "Ciena ring protection", "raps_status", ("raps", "virtual_ring")),
    ("ciena_alarms", "Ciena active alarms", "device_alarms", ("alarms",)),
    ("ciena_system", "Ciena system", "polling_data", ("system",)),
)
CONFIGS: tuple[dict[str, Any], ...] = (
    {
        "name": "Network Availability",
        "poll_type": "snmp_availability",
        "interval_seconds": 60,
        "target_type": "all",
    },
    {
        "name": "Ciena Optical Power",
        "poll_type": "ciena_optical",
        "target_type": "manufacturer",
        "target_manufacturer": "Ciena",
    },
    {
        "name": "Ciena Port Traffic",
        "poll_type": "ciena_traffic",
        "target_type": "manufacturer",
        "target_manufacturer": "Ciena",
    },
    {"name": "Interface Statistics", "poll_type": "snmp_interfaces", "target_type": "all"},
)


def seed_profiles() -> None:
    """Make the profile, its groups, poll types and the default polls where they are missing."""
    profile, made = MibProfile.objects.get_or_create(
        name="ciena_saos6",
        defaults={
            "vendor": "Ciena",
            "enterprise_oid": "1.3.6.1.4.1.6141",
            "description": "Ciena SAOS 6 switches",
        },
    )
    if not made:
        return
    groups = {name: _group(profile, name, *spec) for name, spec in GROUPS.items()}
    for name, title, table, members in POLL_TYPES:
        kind = PollType.objects.create(
            name=name, display_name=title, profile=profile, target_table=table
        )
        for order, member in enumerate(members):
            PollTypeGroup.objects.create(poll_type=kind, group=groups[member], poll_order=order)
    for values in CONFIGS:
        PollConfig.objects.get_or_create(name=values["name"], defaults=values)


def _group(profile: MibProfile, name: str, base: str, columns: tuple[Column, ...]) -> OidGroup:
    group = OidGroup.objects.create(profile=profile, name=name, base_oid=base, is_table=True)
    for column, oid, kind, transform in columns:
        mapping = OidMapping.objects.create(
            group=group, name=column, oid=oid, data_type=kind, transform=transform
        )
        words = ENUMS.get((name, column), {})
        EnumMapping.objects.bulk_create(
            [
                EnumMapping(mapping=mapping, int_value=number, string_value=word)
                for number, word in words.items()
            ]
        )
    return group
