"""Who made a device, by what it says of itself (contract 8.5 and 10.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inventory_site.core.whole import whole_number

ENTERPRISES = "1.3.6.1.4.1."
VENDORS: dict[int, str] = {
    9: "Cisco",
    11: "HP",
    232: "HPE/Compaq",
    311: "Microsoft",
    318: "APC",
    534: "Eaton",
    674: "Dell",
    1271: "Ciena",
    1991: "Brocade/Foundry",
    2011: "Huawei",
    2021: "UCD-SNMP",
    2636: "Juniper",
    6141: "Ciena",
    6527: "Nokia/Alcatel-Lucent",
    8072: "Net-SNMP (Linux)",
    9303: "Palo Alto",
    12356: "Fortinet",
    25461: "Palo Alto",
    25506: "H3C/HPE",
    30065: "Arista",
}
PATTERNS: tuple[tuple[str, str, str], ...] = (
    (r"cisco", "Cisco", "network"),
    (r"juniper|junos", "Juniper", "network"),
    (r"arista", "Arista", "network"),
    (r"hp procurve|procurve", "HP ProCurve", "network"),
    (r"aruba", "Aruba", "network"),
    (r"hpe officeconnect|officeconnect", "HPE OfficeConnect", "network"),
    (r"dell|force10", "Dell", "network"),
    (r"ubiquiti|edgeos|unifi", "Ubiquiti", "network"),
    (r"mikrotik|routeros", "MikroTik", "network"),
    (r"fortinet|fortigate", "Fortinet", "firewall"),
    (r"palo alto", "Palo Alto", "firewall"),
    (r"linux|ubuntu|centos|rhel|red hat|debian", "Linux", "server"),
    (r"windows|microsoft", "Microsoft", "server"),
    (r"vmware|esxi?\b", "VMware", "server"),
    (r"ciena|saos", "Ciena", "network"),
    (r"axis", "AXIS", "camera"),
    (r"synology", "Synology", "storage"),
    (r"qnap", "QNAP", "storage"),
    (r"apc web|apc .*snmp", "APC", "pdu"),
    (r"omada|tp-link", "TP-Link", "network"),
    (r"proxmox", "Proxmox", "server"),
    (r"net-snmp", "Generic Linux", "server"),
)
CIENA_MODEL = re.compile(r"\b(\d{4})\s+Service\b[\w ]*Switch", re.I)
SOFTWARE_MODEL = re.compile(r"([\w-]+)\s+Software\s*\(", re.I)
NAMED_MODEL = re.compile(r"\bModel:?\s*([\w-]+)", re.I)
VERSION = re.compile(r"\bVersion:?\s+v?(\d+(?:\.\d+)*)", re.I)
PORT_ROLES: tuple[tuple[str, frozenset[int]], ...] = (
    (
        "server",
        frozenset(
            {22, 3389, 5900, 5985, 5986, 389, 636, 445, 135, 139, 1433, 3306, 5432, 6379, 27017}
        ),
    ),
    ("network", frozenset({23, 179})),
    ("printer", frozenset({9100, 515, 631})),
    ("camera", frozenset({554, 8554})),
)
ROLE_ORDER = ("network", "firewall", "server", "camera", "printer", "storage", "pdu")
WINDOWS_BY_PORTS = "Windows Server (detected via ports)"
WINDOWS_PORTS = frozenset({135, 139, 445, 3389, 5985, 5986})


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device is, as far as it can be told."""

    vendor: str = ""
    model: str = ""
    os_version: str = ""
    role: str = ""
    description: str = ""


def vendor_of_oid(oid: str) -> str:
    """Return the vendor of a sysObjectID by whole arcs; blank for none, `Unknown` for others."""
    text = oid.strip().lstrip(".")
    if not text:
        return ""
    if text.startswith(ENTERPRISES):
        arc = whole_number(text.removeprefix(ENTERPRISES).partition(".")[0])
        if arc in VENDORS:
            return VENDORS[arc]
    return "Unknown"


def identify(description: str, oid: str = "", ports: frozenset[int] = frozenset()) -> Identity:
    """Tell vendor, model, version and role from sysDescr, sysObjectID and open ports."""
    by_oid = vendor_of_oid(oid)
    vendor, role = ("Ciena", "network") if by_oid == "Ciena" else _said_of(description)
    if not vendor and by_oid != "Unknown":
        vendor = by_oid
        role = "network" if by_oid in {"Cisco", "Juniper", "Arista"} else ""
    if not vendor and len(ports & WINDOWS_PORTS) >= 2:
        return Identity("Microsoft", role="server", description=WINDOWS_BY_PORTS)
    found = VERSION.search(description)
    version = found[1] if found else ""
    model = model_of(description)
    return Identity(vendor, model, version, role or role_of(ports), description)


def vendor_in(description: str) -> str:
    """Return the vendor that a sysDescr speaks of; blank for none."""
    return _said_of(description)[0]


def _said_of(description: str) -> tuple[str, str]:
    if CIENA_MODEL.search(description):
        return "Ciena", "network"
    said = (
        (name, kind) for pattern, name, kind in PATTERNS if re.search(pattern, description, re.I)
    )
    return next(said, ("", ""))


def model_of(description: str) -> str:
    """Return the model that a description names; blank for none."""
    for pattern in (CIENA_MODEL, NAMED_MODEL, SOFTWARE_MODEL):
        found = pattern.search(description)
        if found:
            return found[1]
    return ""


def role_of(ports: frozenset[int]) -> str:
    """Return the first role that open ports speak for."""
    spoken = {role for role, known in PORT_ROLES if ports & known}
    return next((role for role in ROLE_ORDER if role in spoken), "")
