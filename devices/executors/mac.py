"""Hardware addresses of hosts on our own links, and who the IEEE gave them to."""

from __future__ import annotations

from pathlib import Path

TABLE = Path("/proc/net/arp")
COMPLETE, NOBODY = 0x2, "IEEE Registration Authority"


def neighbours(table: Path = TABLE) -> dict[str, str]:
    """Return the system's ARP table as `{address: mac}`; empty where there is none."""
    try:
        lines = table.read_text(encoding="ascii", errors="replace").splitlines()[1:]
    except OSError:
        return {}
    found = {}
    for line in lines:
        cells = line.split()
        if len(cells) >= 4 and int(cells[2], 16) & COMPLETE:
            found[cells[0]] = cells[3].upper()
    return found


def maker_of(mac: str) -> str:
    """Return the organisation of a MAC address by the IEEE's lists; blank when nobody has it."""
    from netaddr import EUI, AddrFormatError, NotRegisteredError  # 6 MiB: only where it is asked

    try:
        address = EUI(mac)
        if address.is_iab():
            return str(address.iab.registration().org)
        name = str(address.oui.registration().org)
    except (AddrFormatError, NotRegisteredError, ValueError):
        return ""
    return "" if name == NOBODY else name
