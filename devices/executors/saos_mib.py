"""What the tables of a SAOS switch mean (contract 9.1): rows of SNMP in, plain records out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devices.executors.snmp_codec import VarBind, parse_oid
from inventory_site.core.whole import whole_number

LEOS = "1.3.6.1.4.1.6141.2.60"
XCVR, PORT = f"{LEOS}.4.1.1.1.1", f"{LEOS}.2.1.1.1.1"
STATS32, STATS64 = f"{LEOS}.3.1.1.2.1", f"{LEOS}.3.1.1.4.1"
CHASSIS, RAPS = f"{LEOS}.11.1.1", f"{LEOS}.47.1"
RING = f"{RAPS}.3.1.1"
ALARM = "1.3.6.1.4.1.1271.2.1.24.1.3.1.1"
LAG = "1.2.840.10006.300.43.1.1.1.1"  # IEEE8023-LAG-MIB, dot3adAggTable
MODULES = {"mstp": f"{LEOS}.37", "ntp": f"{LEOS}.18", "cfm": f"{LEOS}.35"}
IF_TABLE, IF_NAME = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1.1"

Cells = Mapping[str, VarBind]
Words = Mapping[int, str]


def _words(*texts: str, first: int = 1) -> dict[int, str]:
    return dict(enumerate(texts, first))


XCVR_STATE = _words("disabled", "enabled", "loopback", "notPresent", "faulted")
XCVR_KIND = _words(
    *("Unknown", "GBIC", "Soldered", "SFP", "Reserved", "Vendor", "XBI", "XENPAK", "XFP"),
    *("XFF", "XFP-E", "XPAK", "X2"),
)
SEVERITY = _words("cleared", "indeterminate", "critical", "major", "minor", "warning")
OBJECT_CLASS = _words("unknown", "chassis", "slot", "port")
RING_STATE = _words("adminDisabled", "ok", "protecting", "recovering", "init", "none")
RING_STATUS = _words(
    "clear",
    "localSignalFail",
    "localForceSwitch",
    "remoteOrOtherPortSignalFail",
    "remoteOrOtherPortForceSwitch",
    "provisioningMismatch",
    "noRapsPduReceived",
    "noRplOwnerDetected",
)
POWER_STATE = _words("online", "offline", "faulted")
FAN_STATE = _words("ok", "pending", "failure")
HEAT_STATE = _words("high", "normal", "low", first=0)
RAPS_STATE = _words("disabled", "enabled")

XCVR_COLUMNS = (2, 3, 7, 9, 11, 15, 16, 28, 105, 106, 111)
PORT_COLUMNS = (2, 7, 8)
STATS_COLUMNS = (2, 3, 4, 16, 18, 51, 55, 63)
STATS64_COLUMNS = (2, 3, 16, 18, 51, 53)
CHASSIS_COLUMNS = ("3.1.1.2", "4.1.1.3", "4.1.1.5", "5.1.1.2", "5.1.1.3", "5.1.1.5")
RING_COLUMNS = (2, 3, 7, 8, 9, 10, 14, 25)
ALARM_COLUMNS = (1, 3, 4, 5, 6, 7, 8)
LAG_COLUMNS = (2, 5, 7, 8, 10)


def columns(base: str, numbers: Iterable[object]) -> list[str]:
    """Return the OIDs of a table's columns."""
    return [f"{base}.{number}" for number in numbers]


def table(base: str, rows: Iterable[VarBind]) -> dict[str, dict[str, VarBind]]:
    """Return the cells below a table entry as `{index: {column: cell}}`, in index order."""
    start = parse_oid(base)
    found: dict[tuple[int, ...], dict[str, VarBind]] = {}
    for row in rows:
        if row.oid[: len(start)] == start and len(row.oid) > len(start) + 1:
            rest = row.oid[len(start) :]
            found.setdefault(rest[1:], {})[str(rest[0])] = row
    return {".".join(map(str, index)): found[index] for index in sorted(found)}


def _number(cells: Cells, column: object) -> int | None:
    cell = cells.get(str(column))
    return cell.value if cell is not None and isinstance(cell.value, int) else None


def _text(cells: Cells, column: object) -> str:
    cell = cells.get(str(column))
    return "" if cell is None or cell.value is None else cell.text.replace("\x00", "").strip()


def _word(cells: Cells, column: object, words: Words) -> str | None:
    value = _number(cells, column)
    return None if value is None else words.get(value, str(value))


def _id(index: str) -> int | str:
    number = whole_number(index)
    return index if number is None else number


def _dbm(value: int | None) -> float | None:
    return None if value is None else round(value / 10_000, 2)


def transceivers(rows: Iterable[VarBind]) -> list[dict[str, Any]]:
    """Return the ports that hold a transceiver: those with a vendor. 0 dBm is a value."""
    found = []
    for index, cells in table(XCVR, rows).items():
        vendor = _text(cells, 7)
        if not vendor:
            continue
        los = _number(cells, 28)
        found.append(
            {
                "port_id": _id(index),
                "vendor": vendor,
                "oper_state": _word(cells, 2, XCVR_STATE),
                "sfp_type": _word(cells, 3, XCVR_KIND),
                "part_number": _text(cells, 9) or _text(cells, 111),
                "serial_number": _text(cells, 11),
                "wavelength_nm": _number(cells, 15),
                "temperature_c": _number(cells, 16),
                "rx_power_dbm": _dbm(_number(cells, 105)),
                "tx_power_dbm": _dbm(_number(cells, 106)),
                "los": None if los is None else los == 1,
            }
        )
    return found


def ports(rows: Iterable[VarBind]) -> list[dict[str, Any]]:
    """Return the Ethernet ports; any state but `up` is down."""
    return [
        {
            "index": _id(index),
            "name": _text(cells, 2) or index,
            "admin_state": "enabled" if _number(cells, 7) == 1 else "disabled",
            "oper_state": "up" if _number(cells, 8) == 1 else "down",
        }
        for index, cells in table(PORT, rows).items()
    ]


def plain_ports(rows: list[VarBind], names: Iterable[VarBind]) -> list[dict[str, Any]]:
    """Return the interfaces of a device without the vendor's table, from IF-MIB."""
    named = {str(row.oid[-1]): row.text for row in names}
    return [
        {
            "index": _id(index),
            "name": named.get(index) or _text(cells, 2) or index,
            "admin_state": "enabled" if _number(cells, 7) == 1 else "disabled",
            "oper_state": "up" if _number(cells, 8) == 1 else "down",
        }
        for index, cells in table(IF_TABLE, rows).items()
    ]


def port_stats(rows: list[VarBind]) -> list[dict[str, Any]]:
    """Return the counters of ports; 64-bit ones where the switch has them."""
    short, long = table(STATS32, rows), table(STATS64, rows)
    found = []
    for index in sorted({*short, *long}, key=parse_index):
        old, new = short.get(index, {}), long.get(index, {})

        def best(column: int, column64: int | None, old: Cells = old, new: Cells = new) -> Any:
            value = None if column64 is None else _number(new, column64)
            return _number(old, column) if value is None else value

        found.append(
            {
                "port_id": _id(index),
                "rx_bytes": best(2, 2),
                "rx_pkts": best(3, 3),
                "tx_bytes": best(16, 16),
                "tx_pkts": best(18, 18),
                "rx_crc_errors": best(4, None),
                "rx_errors": best(63, 53),
                "rx_discards": best(55, 51),
                "link_flaps": best(51, None),
            }
        )
    return found


def parse_index(index: str) -> tuple[int, ...]:
    """Return an index as numbers, so that 10 sorts behind 9."""
    return tuple(int(part) for part in index.split("."))


def chassis(rows: list[VarBind]) -> dict[str, Any]:
    """Return power supplies, fans and temperature sensors."""
    supplies = table(f"{CHASSIS}.3.1.1", rows).items()
    fans = table(f"{CHASSIS}.4.1.1", rows).items()
    heat = table(f"{CHASSIS}.5.1.1", rows).items()
    return {
        "power_supplies": [
            {"id": _id(index), "state": _word(cells, 2, POWER_STATE)} for index, cells in supplies
        ],
        "fans": [
            {
                "id": _id(index),
                "status": _word(cells, 3, FAN_STATE),
                "speed_rpm": _number(cells, 5),
            }
            for index, cells in fans
        ],
        "temperatures": [
            {
                "id": _id(index),
                "temperature_c": _number(cells, 2),
                "state": _word(cells, 5, HEAT_STATE),
                "high_threshold": _number(cells, 3),
            }
            for index, cells in heat
        ],
    }


def alarms(rows: Iterable[VarBind]) -> list[dict[str, Any]]:
    """Return the active alarms; the index is all that follows the column."""
    return [
        {
            "index": index,
            "severity": _word(cells, 1, SEVERITY),
            "object_class": _word(cells, 3, OBJECT_CLASS),
            "object_type": _text(cells, 4),
            "object_instance": _text(cells, 5),
            "acknowledged": _number(cells, 6) == 1,
            "description": _text(cells, 7),
            "timestamp": _moment(cells.get("8")),
        }
        for index, cells in table(ALARM, rows).items()
    ]


def _moment(cell: VarBind | None) -> str:
    """Return a time as text; RFC 2579 DateAndTime octets are read."""
    raw = cell.value if cell is not None else None
    if isinstance(raw, bytes) and len(raw) in {8, 11} and raw[0] < 0x20:
        year, month, day, hour, minute, second = int.from_bytes(raw[:2], "big"), *raw[2:7]
        return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"
    return "" if cell is None or cell.value is None else cell.text.strip()


def rings(rows: Iterable[VarBind]) -> list[dict[str, Any]]:
    """Return the virtual rings of G.8032."""
    return [
        {
            "index": _id(index),
            "name": _text(cells, 2),
            "vid": _number(cells, 3),
            "state": _word(cells, 7, RING_STATE),
            "status": _word(cells, 8, RING_STATUS),
            "alarm": _number(cells, 9),
            "switchovers": _number(cells, 10),
            "west_port_state": _number(cells, 14),
            "east_port_state": _number(cells, 25),
        }
        for index, cells in table(RING, rows).items()
    ]


def raps_global(rows: Iterable[VarBind]) -> dict[str, Any]:
    """Return the switch-wide state of G.8032."""
    cells = table(f"{RAPS}.1.1", rows).get("0", {})
    node = cells.get("2")
    raw = node.value if node is not None else None
    address = ":".join(f"{byte:02x}" for byte in raw) if isinstance(raw, bytes) else None
    return {
        "state": _word(cells, 1, RAPS_STATE),
        "node_id": address,
        "ring_count": _number(cells, 4),
    }


def aggregates(rows: Iterable[VarBind]) -> list[dict[str, Any]]:
    """Return link aggregates; one whose partner has no key is static."""
    return [
        {
            "index": _id(index),
            "mac_address": _text(cells, 2),
            "is_aggregate": _number(cells, 5) == 1,
            "mode": "lacp" if _number(cells, 10) else "static",
            "actor_key": _number(cells, 7),
            "partner_key": _number(cells, 10),
            "partner_system_id": _text(cells, 8),
        }
        for index, cells in table(LAG, rows).items()
    ]
