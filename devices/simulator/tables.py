"""The MIB tables and command outputs of a simulated switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devices.simulator.world import PORTS, SimulatedDevice, World

Row = tuple[tuple[int, ...], str, Any]
XCVR = (1, 3, 6, 1, 4, 1, 6141, 2, 60, 4, 1, 1, 1, 1)
STATS64 = (1, 3, 6, 1, 4, 1, 6141, 2, 60, 3, 1, 1, 4, 1)
STATS32 = (1, 3, 6, 1, 4, 1, 6141, 2, 60, 3, 1, 1, 2, 1)
PORT = (1, 3, 6, 1, 4, 1, 6141, 2, 60, 2, 1, 1, 1, 1)
CHASSIS = (1, 3, 6, 1, 4, 1, 6141, 2, 60, 11, 1, 1)
IF, IFX = (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
SYSTEM = (1, 3, 6, 1, 2, 1, 1)
MEDIUM, RULE = "10GBASE-LR/LC", "-" * 78


def mib(world: World, device: SimulatedDevice) -> list[Row]:
    """Return every row of a device now, in the order of their OIDs."""
    rows: list[Row] = [
        ((*SYSTEM, 1, 0), "OctetString", device.description),
        ((*SYSTEM, 2, 0), "ObjectIdentifier", "1.3.6.1.4.1.6141.1.96"),
        ((*SYSTEM, 3, 0), "TimeTicks", world.uptime_ticks()),
        ((*SYSTEM, 4, 0), "OctetString", "noc@example.net"),
        ((*SYSTEM, 5, 0), "OctetString", device.name),
        ((*SYSTEM, 6, 0), "OctetString", device.location),
        ((*CHASSIS, 3, 1, 1, 2, 1), "Integer", 1),
        ((*CHASSIS, 4, 1, 1, 3, 1), "Integer", 1),
        ((*CHASSIS, 4, 1, 1, 5, 1), "Integer", 4200),
        ((*CHASSIS, 5, 1, 1, 2, 1), "Integer", 38),
        ((*CHASSIS, 5, 1, 1, 3, 1), "Integer", 70),
        ((*CHASSIS, 5, 1, 1, 5, 1), "Integer", 1),
    ]
    for port in range(1, PORTS + 1):
        rows += _port_rows(world, device, port)
    return sorted(rows, key=lambda row: row[0])


def _port_rows(world: World, device: SimulatedDevice, port: int) -> list[Row]:
    up = world.is_up(device.address, port)
    octets = world.octets(device.address, port)
    oper = 1 if up else 2
    index = 10_000 + port
    rows: list[Row] = [
        ((*PORT, 1, port), "Integer", port),
        ((*PORT, 2, port), "OctetString", str(port)),
        ((*PORT, 7, port), "Integer", 1),
        ((*PORT, 8, port), "Integer", oper),
        ((*IF, 2, index), "OctetString", f"Port {port}"),
        ((*IF, 3, index), "Integer", 6),
        ((*IF, 5, index), "Gauge32", 4_294_967_295),
        ((*IF, 7, index), "Integer", 1),
        ((*IF, 8, index), "Integer", oper),
        ((*IF, 10, index), "Counter32", octets % 2**32),
        ((*IF, 13, index), "Counter32", 0),
        ((*IF, 14, index), "Counter32", 0),
        ((*IF, 16, index), "Counter32", octets // 2 % 2**32),
        ((*IFX, 1, index), "OctetString", f"Port {port}"),
        ((*IFX, 6, index), "Counter64", octets),
        ((*IFX, 7, index), "Counter64", octets // 900),
        ((*IFX, 10, index), "Counter64", octets // 2),
        ((*IFX, 11, index), "Counter64", octets // 1800),
        ((*IFX, 15, index), "Gauge32", 10_000),
    ]
    for table, kind, wrap in ((STATS64, "Counter64", 2**64), (STATS32, "Counter32", 2**32)):
        for column, value in (
            (2, octets),
            (3, octets // 900),
            (16, octets // 2),
            (18, octets // 1800),
        ):
            rows.append(((*table, column, port), kind, value % wrap))
    if port in device.neighbours:
        rows += _xcvr_rows(world, device, port, up)
    return rows


def _xcvr_rows(world: World, device: SimulatedDevice, port: int, up: bool) -> list[Row]:
    rx, tx = world.rx_dbm(device.address, port), world.tx_dbm(device.address, port)
    values: dict[int, tuple[str, Any]] = {
        1: ("Integer", port),
        2: ("Integer", 2),
        3: ("Integer", 4),
        7: ("OctetString", "CIENA-FIN"),
        9: ("OctetString", "XCVR-S10V31"),
        11: ("OctetString", f"SN{device.address.rpartition('.')[2]}{port:02d}"),
        15: ("Integer", 1310),
        16: ("Integer", 41),
        28: ("Integer", 2 if up else 1),
        105: ("Integer", round(rx * 10_000)),
        106: ("Integer", round(tx * 10_000)),
        107: ("Integer", 50_000),
        108: ("Integer", -20_000),
        109: ("Integer", 5_000),
        110: ("Integer", -140_000),
        111: ("OctetString", "XCVR-S10V31"),
    }
    return [((*XCVR, column, port), kind, value) for column, (kind, value) in values.items()]


def port_xcvr_show(world: World, device: SimulatedDevice) -> str:
    """`port xcvr show`."""
    head = (
        "+----+-----+-----+---------Transceiver-Status------------+-----+----------------+----+\n"
        "|    |Admin| Oper|                                       |Ciena|Ether Medium &  |Diag|\n"
        "|Port|State|State|      Vendor Name & Part Number        | Rev |Connector Type  |Data|\n"
        "+----+-----+-----+---------------------------------------+-----+----------------+----+\n"
    )
    lines = []
    for port in range(1, PORTS + 1):
        if port in device.neighbours:
            part = "CIENA-FIN XCVR-S10V31 RevA"
            lines.append(f"|{port:<4}|Ena  |Ena  |{part:<39}|A    |{MEDIUM:<16}|Yes |")
        else:
            lines.append(f"|{port:<4}|Empty|     |{'':39}|     |{'':16}|    |")
    return head + "\n".join(lines)


def port_show(world: World, device: SimulatedDevice) -> str:
    """`port show`."""
    lines = []
    for port in range(1, PORTS + 1):
        up = world.is_up(device.address, port)
        link, mode = ("Up", "10G/FD") if up else ("Down", "")
        lines.append(
            f"| {port:<8}| G/10Gig | {link:<4}|  12d 3h41m 9s|Ena |Dis"
            f"|{mode:<7}| On |Ena |Auto/FD| On |"
        )
    return "\n".join(lines)


def lldp_show(world: World, device: SimulatedDevice) -> str:
    """`lldp show neighbors`."""
    lines = [f"|{'Local Port':<13}|{'Remote Port':<32}| {'Info':<61}|"]
    for port, far in sorted(device.neighbours.items()):
        if not world.is_up(device.address, port):
            continue
        there = world.devices[far.address]
        lines += [
            f"|{port:<13}|{far.port:<32}|  Chassis Id: {there.chassis_id:<49}|",
            f"|{'':13}|{'':32}|   Mgmt Addr: {far.address:<49}|",
            f"|{'':13}|{'':32}| System Name: {there.name:<49}|",
            f"|{'':13}|{'':32}| System Desc: {there.description:<49}|",
        ]
    return "\n".join(lines)


def diagnostics(world: World, device: SimulatedDevice, port: int) -> str:
    """`port xcvr show port <n> diagnostics`."""
    rx, tx = world.rx_dbm(device.address, port), world.tx_dbm(device.address, port)
    return "\n".join(
        (
            "| Temp    (degC)|  41.250  | HIGH  90.000  | 0    | HIGH  85.000  | 0    |",
            f"| Tx Power (dBm)|  {tx:+.4f} | HIGH  +5.0000 | 0    | HIGH  +4.0000 | 0    |",
            "|               |          | LOW   -2.0000 | 0    | LOW   -1.0000 | 0    |",
            f"| Rx Power (dBm)|  {rx:+.4f} | HIGH  +0.5000 | 0    | HIGH   0.0000 | 0    |",
            "|               |          | LOW  -14.0000 | 0    | LOW  -13.0000 | 0    |",
        )
    )


COMMANDS: dict[str, Callable[[World, SimulatedDevice], str]] = {
    "port xcvr show": port_xcvr_show,
    "port show": port_show,
    "lldp show neighbors": lldp_show,
    "lldp remote show": lldp_show,
    "system shell session set more off": lambda world, device: "",
    "software show": lambda world, device: "| Running Package : saos-06-18-00-0203 |",
}


def answer(world: World, device: SimulatedDevice, command: str) -> str:
    """Return what a command prints; an unknown one its error line."""
    words = " ".join(command.split())
    if words in COMMANDS:
        return COMMANDS[words](world, device)
    parts = words.split()
    if parts[:4] == ["port", "xcvr", "show", "port"] and len(parts) == 6 and parts[4].isdigit():
        return diagnostics(world, device, int(parts[4]))
    return "SHELL PARSER FAILURE: unknown command"
