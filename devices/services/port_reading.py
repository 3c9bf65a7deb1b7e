"""Reading a switch over its shell: which commands to send, and what to keep of their outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from devices.choices import ScanKind
from devices.models import InterfaceState
from devices.parsers.base import Parsed, rows_of
from devices.parsers.registry import registry
from devices.parsers.saos_lldp import LldpNeighborsParser
from devices.parsers.saos_ports import FIRST_INDEX, PortShowParser, empty_cages
from devices.services import interfaces

PAGER_OFF = "system shell session set more off"
XCVR, PORTS, LLDP = "port xcvr show", "port show", "lldp show neighbors"
DIAGNOSTICS = re.compile(r"\Aport xcvr show port (\d+) diagnostics\Z")
MAX_PORTS = 128
NO_TRANSCEIVER: dict[str, Any] = {
    "is_optical": False,
    "thresholds": {},
    **dict.fromkeys(("medium", "connector", "speed", "vendor_part"), ""),
    **dict.fromkeys(("tx_power", "rx_power", "temperature"), ""),
}
NO_NEIGHBOUR = dict.fromkeys(
    (
        "lldp_remote_port",
        "lldp_remote_mgmt_addr",
        "lldp_remote_chassis_id",
        "lldp_remote_system_name",
        "lldp_raw_info",
    ),
    "",
)


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
    saved = interfaces.save_interfaces(ip, _merged(texts, _known(ip)).values())
    levels = _save_levels(ip, texts)
    return {"target": ip, "interfaces": saved, "optical_readings": levels}


def _known(ip: str) -> dict[int, bool]:
    """Return the ports that are known already, and whether each is optical."""
    ports = InterfaceState.objects.filter(ip_address=ip, cli_port__isnull=False)
    facts = ports.values_list("cli_port", "interface_index", "is_optical")
    return {
        port: bool(is_optical)
        for port, index, is_optical in facts
        if port is not None and index == FIRST_INDEX + port
    }


def _merged(texts: Mapping[str, str], known: Mapping[int, bool]) -> dict[int, dict[str, Any]]:
    """Return the ports that hold a transceiver, have link, a neighbour, or are known already.

    So a port of copper is kept too, and one that lost its transceiver or neighbour says so.
    """
    rows: dict[int, dict[str, Any]] = {
        row["cli_port"]: {
            key: value
            for key, value in row.items()
            if key not in {"tx_power", "rx_power", "temperature"}
        }
        for row in registry.parse("ciena_port_xcvr_show", texts.get(XCVR))
        if row["cli_port"] is not None
    }
    shown = PortShowParser.to_dict(registry.parse("ciena_port_show", texts.get(PORTS)))
    near = LldpNeighborsParser.to_dict(registry.parse("ciena_lldp_neighbors", texts.get(LLDP)))
    has_neighbours = any(True for _ in rows_of(texts.get(LLDP), 1, Parsed()))
    empty = empty_cages(texts.get(XCVR))
    up = {port for port, link in shown.items() if link["link"].lower() == "up"}
    for port in sorted((known.keys() | up | near.keys()) - rows.keys()):
        rows[port] = dict(NO_TRANSCEIVER) if port in empty else {}
        if port in empty and known.get(port):  # the light went; of copper this tells nothing
            rows[port]["status"] = "down"
    for port, row in rows.items():
        if port in shown:
            row["status"] = "up" if port in up else "down"
            if shown[port]["speed_mbps"]:
                row["speed_mbps"] = shown[port]["speed_mbps"]
        if has_neighbours:
            row |= NO_NEIGHBOUR
        neighbour = near.get(port, {})
        row |= {key: value for key, value in neighbour.items() if key.startswith("lldp_")}
    return {port: _numbered(port, row) for port, row in rows.items() if row}


def _numbered(port: int, row: Mapping[str, Any]) -> dict[str, Any]:
    names = {"interface_index": FIRST_INDEX + port, "interface_name": f"Port {port}"}
    return {**names, "cli_port": port, **row}


def _save_levels(ip: str, texts: Mapping[str, str]) -> int:
    count, now = 0, timezone.now()
    for command, output in texts.items():
        found = DIAGNOSTICS.match(command)
        if not found:
            continue
        port = int(found[1])
        facts = {
            "interface_index": FIRST_INDEX + port,
            "interface_name": f"Port {port}",
            "cli_port": port,
        }
        row = registry.parse("ciena_port_xcvr_diagnostics", output)[0]
        count += interfaces.save_diagnostics(ip, facts, row, now)
    return count
