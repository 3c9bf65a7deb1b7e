"""Rules of NetBox autodiscovery, in plain Python (contract 10.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

DEFAULTS: dict[str, Any] = {
    "target_type": "network_range",
    "ping_timeout": 1,
    "ping_count": 2,
    "discovery_methods": ["dns"],
    "port_scan_enabled": True,
    "ports_to_scan": "22,23,80,135,139,161,443,445,3389,5985,5986,8080,8443",
    "port_scan_timeout": 1,
    "snmp_enabled": True,
    "snmp_communities": "public",
    "snmp_timeout": 2,
    "snmp_retries": 1,
    "use_mac_oui": True,
    "sync_mode": "create_update",
    "match_by": "ip_or_name",
    "device_naming": "hostname_or_ip",
    "name_prefix": "",
    "default_status": "active",
    "auto_create_manufacturers": False,
    "auto_create_device_types": False,
    "add_discovery_tag": True,
    "create_interfaces": True,
    "create_ip_addresses": True,
    "use_chord": True,
    "chord_threshold": 20,
    "create_in_netbox": True,
}
TARGET_KEYS = (
    "network_range",
    "ip_range_start",
    "ip_range_end",
    "ip_list",
    "input_targets",
    "netbox_prefix_id",
    "netbox_ip_range_id",
    "exclude_ips",
    "snmp_port",
)
WORDS: dict[str, tuple[str, ...]] = {
    "target_type": (
        "network_range",
        "ip_range",
        "ip_list",
        "from_input",
        "netbox_prefix",
        "netbox_ip_range",
    ),
    "sync_mode": ("create_update", "create_only", "update_only"),
    "match_by": ("ip_or_name", "ip", "name", "mac", "serial"),
    "device_naming": ("hostname_or_ip", "hostname_only", "ip_only", "prefix_ip", "dns_reverse"),
}
ROLES: dict[str, tuple[str, ...]] = {
    "network": ("router", "switch", "network", "backbone"),
    "firewall": ("firewall", "security"),
    "server": ("server", "virtualization host", "compute"),
    "storage": ("storage", "nas", "san"),
    "camera": ("camera", "surveillance"),
    "printer": ("printer",),
    "pdu": ("pdu", "power"),
}
VIRTUAL = re.compile(r"loopback|\blo\b|\blo\d+\b|vlan|tunnel|\bgre\d*\b", re.I)
BRIDGE = re.compile(r"bridge|\bbr[-_]?\d*\b", re.I)
LAG = re.compile(r"\blag[-_]?\d*\b|\bbond[-_]?\d*\b|port-channel", re.I)
SPEEDS = (
    (100_000_000_000, "100gbase-x-qsfp28"),
    (40_000_000_000, "40gbase-x-qsfpp"),
    (25_000_000_000, "25gbase-x-sfp28"),
    (10_000_000_000, "10gbase-x-sfpp"),
    (1_000_000_000, "1000base-t"),
    (100_000_000, "100base-tx"),
)


def lines_of(value: Any) -> list[str]:
    """Return the lines of a text, or the texts of a list."""
    lines = value if isinstance(value, list) else str(value or "").splitlines()
    return [str(line).strip() for line in lines if str(line).strip()]


def slug_of(text: str) -> str:
    """Return NetBox's short name of a text."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:100]


def name_of(config: Mapping[str, Any], ip: str, hostname: str, dns: str) -> str:
    """Return the name a found device gets; blank when there is none by the rule."""
    kind, prefix = config["device_naming"], str(config.get("name_prefix") or "")
    dashed = ip.replace(".", "-").replace(":", "-")
    short = dns.partition(".")[0]
    if kind == "hostname_only":
        return f"{prefix}{hostname or short}" if hostname or short else ""
    if kind == "ip_only":
        return f"{prefix}{ip}"
    if kind == "prefix_ip":
        return f"{prefix or 'device-'}{dashed}"
    if kind == "dns_reverse":
        return f"{prefix}{dns}" if dns else ""
    return f"{prefix}{hostname or short or ip}"


def interface_type(name: str, speed_bps: int | None) -> str:
    """Return NetBox's type of an interface, by its name as whole words, then its speed."""
    plain = name.strip().lower()
    if VIRTUAL.search(plain):
        return "virtual"
    if BRIDGE.search(plain):
        return "bridge"
    if LAG.search(plain):
        return "lag"
    return next((kind for least, kind in SPEEDS if (speed_bps or 0) >= least), "1000base-t")


def contained(wanted: str, rows: Iterable[Mapping[str, Any]], key: str = "name") -> Any:
    """Return the id of the first object whose name holds the text, or is held by it."""
    text = wanted.strip().lower()
    if not text:
        return None
    for row in rows:
        name = str(row.get(key) or "").strip().lower()
        if name and (text in name or name in text):
            return row.get("id")
    return None


def role_id(role: str, rows: Iterable[Mapping[str, Any]]) -> Any:
    """Return the id of the first device role that stands for a discovered role."""
    known = list(rows)
    for word in ROLES.get(role, ()):
        for row in known:
            if word in str(row.get("name") or "").lower():
                return row.get("id")
    return None


def fills(device: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """Return what an update sets: only serial and description, and only where they are empty."""
    changes = {}
    for name, size in (("serial", 50), ("description", 200)):
        value = str(found.get(name) or "").strip()[:size]
        if value and not str(device.get(name) or "").strip():
            changes[name] = value
    return changes


def makes_devices(config: Mapping[str, Any]) -> bool:
    """Whether a configuration lets NetBox get devices that it does not have."""
    whole = DEFAULTS | dict(config)
    return bool(whole["create_in_netbox"]) and whole["sync_mode"] != "update_only"
