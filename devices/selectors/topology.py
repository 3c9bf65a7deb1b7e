"""Cables, as LLDP neighbours tell of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devices.addresses import normal_ip
from devices.models import InterfaceState

PORT_NUMBER = re.compile(r"(\d+)\s*\Z")


@dataclass(slots=True)
class Link:
    """One cable between two known addresses; seen from both ends when `bidirectional`."""

    source: str
    target: str
    local_port: str
    remote_port: str
    bidirectional: bool = False
    bandwidth: str = ""
    status: str = ""


def links_between(nodes: Mapping[str, Mapping[str, Any]]) -> list[Link]:
    """Return each cable between the nodes once.

    A neighbour is known by its management address, else by chassis id, else by system name. `nodes`
    maps addresses to device rows.
    """
    by_chassis, by_name = _known_by(nodes)
    links: dict[frozenset[tuple[str, str]], Link] = {}
    untold: list[tuple[InterfaceState, str]] = []
    rows = InterfaceState.objects.filter(ip_address__in=nodes).order_by(
        "ip_address", "interface_index"
    )
    for row in rows:
        target = _target(row, nodes, by_chassis, by_name)
        if target is None or target == row.ip_address:
            continue
        if row.lldp_remote_port.strip():
            _add(links, row, target)
        else:
            untold.append((row, target))
    return _with_untold(list(links.values()), untold)


def _add(links: dict[frozenset[tuple[str, str]], Link], row: InterfaceState, target: str) -> None:
    here, there = port_key(row.interface_name), port_key(row.lldp_remote_port)
    key = frozenset({(row.ip_address, here), (target, there)})
    known = links.get(key)
    if known is None:
        links[key] = _link(row, target)
    elif known.source != row.ip_address:
        known.bidirectional = True


def _with_untold(links: list[Link], untold: list[tuple[InterfaceState, str]]) -> list[Link]:
    """Add the cables of rows that tell no remote port.

    Such a row is an end of a cable that is known to end at its port, else the far end of one whose
    near end tells no port either, else a cable of its own.
    """
    at: dict[tuple[str, str, str], Link] = {}
    for link in links:
        at[link.source, port_key(link.local_port), link.target] = link
        at[link.target, port_key(link.remote_port), link.source] = link
    waiting: dict[tuple[str, str], list[Link]] = {}
    for row, target in untold:
        end = (row.ip_address, port_key(row.interface_name), target)
        far = waiting.get((target, row.ip_address))
        known = at.get(end) or (far.pop(0) if far else None)
        if known is None:
            known = _link(row, target)
            links.append(known)
            waiting.setdefault((row.ip_address, target), []).append(known)
        elif known.source != row.ip_address:
            known.bidirectional = True
        at[end] = known
    return links


def _link(row: InterfaceState, target: str) -> Link:
    return Link(
        source=row.ip_address,
        target=target,
        local_port=row.interface_name,
        remote_port=row.lldp_remote_port,
        bandwidth=row.speed,
        status=row.status,
    )


def port_key(name: str) -> str:
    """Reduce a port's name to what both ends agree on: its number where it ends in one."""
    found = PORT_NUMBER.search(name)
    if found and "/" not in name and "." not in name:
        return found[1]
    return name.strip().lower()


def _known_by(nodes: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    by_chassis: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for ip, row in nodes.items():
        chassis = _hex(row.get("snmp_chassis_mac") or row.get("mac_address") or "")
        if chassis:
            by_chassis.setdefault(chassis, ip)
        for name in (row.get("hostname"), row.get("name")):
            if name:
                by_name.setdefault(str(name).lower(), ip)
    return by_chassis, by_name


def _target(
    row: InterfaceState,
    nodes: Mapping[str, Any],
    by_chassis: Mapping[str, str],
    by_name: Mapping[str, str],
) -> str | None:
    ip = normal_ip(row.lldp_remote_mgmt_addr)
    if ip is not None:
        return ip if ip in nodes else None
    chassis = _hex(row.lldp_remote_chassis_id)
    if chassis in by_chassis:
        return by_chassis[chassis]
    return by_name.get(row.lldp_remote_system_name.strip().lower()) or None


def _hex(text: str) -> str:
    return re.sub(r"[^0-9a-f]", "", text.lower())
