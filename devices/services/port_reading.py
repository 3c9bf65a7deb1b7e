"""Reading a switch over its shell: which commands to send, and what to keep of their outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from devices.choices import ScanKind
from devices.models import InterfaceState
from devices.parsers.registry import registry
from devices.parsers.saos_lldp import LldpNeighborsParser
from devices.parsers.saos_ports import PortShowParser
from devices.services import interfaces

PAGER_OFF = "system shell session set more off"
XCVR, PORTS, LLDP = "port xcvr show", "port show", "lldp show neighbors"
DIAGNOSTICS = re.compile(r"\Aport xcvr show port (\d+) diagnostics\Z")
MAX_PORTS = 128


def commands_of(kind: str, ip: str) -> list[str]:
    """Return the commands of a scan of one device."""
    if kind == ScanKind.LLDP:
        return [PAGER_OFF, XCVR, LLDP]
    if kind == ScanKind.OPTICAL:
        known = InterfaceState.objects.filter(
            ip_address=ip, is_optical=True, cli_port__isnull=False
        ).values_list("cli_port", flat=True)[:MAX_PORTS]
        return [PAGER_OFF, XCVR, *(f"port xcvr show port {port} diagnostics" for port in known)]
    return [PAGER_OFF, XCVR, PORTS, LLDP]


def save_outputs(ip: str, outputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Store the ports, neighbours and light levels that a session's outputs tell."""
    texts = {str(one["command"]): str(one["output"]) for one in outputs}
    merged = _merged(texts)
    saved = interfaces.save_interfaces(ip, merged.values())
    levels = _save_levels(ip, texts, merged)
    return {"target": ip, "interfaces": saved, "optical_readings": levels}


def _merged(texts: Mapping[str, str]) -> dict[int, dict[str, Any]]:
    rows = {
        row["cli_port"]: {
            key: value
            for key, value in row.items()
            if key not in {"tx_power", "rx_power", "temperature"}
        }
        for row in registry.parse("ciena_port_xcvr_show", texts.get(XCVR))
        if row["cli_port"] is not None
    }
    shown = PortShowParser.to_dict(registry.parse("ciena_port_show", texts.get(PORTS)))
    for port, row in rows.items():
        link = shown.get(port)
        if link:
            row["status"] = "up" if link["link"].lower() == "up" else "down"
            if link["speed_mbps"]:
                row["speed_mbps"] = link["speed_mbps"]
        if LLDP in texts:
            row |= dict.fromkeys(
                (
                    "lldp_remote_port",
                    "lldp_remote_mgmt_addr",
                    "lldp_remote_chassis_id",
                    "lldp_remote_system_name",
                    "lldp_raw_info",
                ),
                "",
            )
    near = LldpNeighborsParser.to_dict(registry.parse("ciena_lldp_neighbors", texts.get(LLDP)))
    for port, neighbour in near.items():
        if port in rows:
            rows[port] |= {key: neighbour[key] for key in neighbour if key.startswith("lldp_")}
    return rows


def _save_levels(ip: str, texts: Mapping[str, str], merged: Mapping[int, Mapping[str, Any]]) -> int:
    count, now = 0, timezone.now()
    for command, output in texts.items():
        found = DIAGNOSTICS.match(command)
        if not found:
            continue
        port = int(found[1])
        facts = {
            "interface_index": 10_000 + port,
            "interface_name": f"Port {port}",
            "cli_port": port,
        }
        row = registry.parse("ciena_port_xcvr_diagnostics", output)[0]
        interfaces.save_diagnostics(ip, facts, row, now)
        count += bool(row["has_power_reading"])
    return count
