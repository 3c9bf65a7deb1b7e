"""Ciena SAOS: `port show` and `port xcvr show`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.parsers.base import Parsed, Record, rows_of, schema_of, whole

FIRST_INDEX = 10_000
OPTICAL_CODES = ("lx", "lr", "sr", "zx", "sx", "fx", "er", "bx", "zr", "ex", "dwdm", "cwdm")
OPTICAL_CONNECTORS = ("lc", "sc", "fc", "mtp", "mpo")
DURATION = re.compile(r"(\d{1,9})\s*([dhms])")
SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
LABEL = re.compile(r"\A(?!\d+\Z)\w[\w./:+-]*\Z")
HEADER_WORDS = frozenset({"port", "name", "state", "admin", "oper", "parameter", "field"})
HEADER_CELLS = HEADER_WORDS | frozenset(
    ("operational", "link", "xcvr", "stp", "mode", "auto", "neg", "type", "status", "ciena", "diag")
)


def is_optical(medium: str, connector: str) -> bool:
    """Whether a medium such as `10GBASE-LR` on a connector such as `LC` is light on glass."""
    medium, connector = medium.lower(), connector.lower()
    if any(word in medium for word in ("base-t", "rj45", "copper")) or "rj45" in connector:
        return False
    if any(word in connector for word in OPTICAL_CONNECTORS):
        return True
    tokens = re.split(r"[^a-z0-9]+", medium.partition("base-")[2] or medium)
    return any(
        token.startswith(code) and not token[len(code) :].strip("0123456789m")
        for token in tokens
        for code in OPTICAL_CODES
        if token
    )


class PortXcvrParser:
    """Transceivers per port; empty cages are left out."""

    slug: ClassVar[str] = "ciena_port_xcvr_show"
    aliases: ClassVar[tuple[str, ...]] = ("PortXcvrParser",)
    platform: ClassVar[str] = "ciena_saos"
    command: ClassVar[str] = "port xcvr show"
    schema: ClassVar[Mapping[str, Any]] = schema_of(
        interface_index=["integer", "null"],
        interface_name="string",
        cli_port=["integer", "null"],
        is_optical="boolean",
        medium="string",
        connector="string",
        speed="string",
        status="string",
        admin_state="string",
        oper_state="string",
        vendor_part="string",
        ciena_rev="string",
        has_diagnostics="boolean",
        raw_output="string",
    )

    def read(self, raw: str | None, context: Mapping[str, Any]) -> Parsed:
        """Return a record per filled cage."""
        found = Parsed()
        for cells, line in rows_of(raw, 7, found):
            record = self._record(cells, line)
            if record is not None:
                found.records.append(record)
            elif not (is_header(cells) or _is_port(cells[0])):
                found.note(line)
        return found

    def _record(self, cells: list[str], line: str) -> Record | None:
        label, admin, oper, vendor, rev, medium_cell, diag = cells[:7]
        if not _is_port(label) or is_header(cells) or _is_empty(cells):
            return None
        number = whole(label)
        medium, _, connector = medium_cell.partition("/")
        medium, connector = medium.strip(), connector.strip()
        record: Record = {
            "interface_index": FIRST_INDEX + number if number is not None else None,
            "interface_name": f"Port {label}",
            "cli_port": number,
            "is_optical": is_optical(medium, connector),
            "medium": medium,
            "connector": connector,
            "speed": medium,
            "tx_power": "",
            "rx_power": "",
            "temperature": "",
            "status": "up" if oper.lower().startswith(("ena", "up")) else "down",
            "raw_output": line,
            "admin_state": admin,
            "oper_state": oper,
            "vendor_part": vendor,
            "ciena_rev": rev,
            "has_diagnostics": diag.lower() == "yes",
        }
        if number is None:
            record["port_label"] = label
        return record


def empty_cages(raw: str | None) -> set[int]:
    """Return the ports that `port xcvr show` says hold no transceiver."""
    ports = (whole(cells[0]) for cells, _ in rows_of(raw, 7, Parsed()) if _is_empty(cells))
    return {port for port in ports if port is not None}


def _is_empty(cells: list[str]) -> bool:
    words = (cells[1].lower(), cells[3].lower())
    return not any(cells[1:]) or any(word.startswith("empty") for word in words)


def is_header(cells: list[str]) -> bool:
    """Whether a row belongs to the table's head."""
    first = cells[0].lower()
    if first:
        return first in HEADER_WORDS
    words = {word for cell in cells for word in cell.lower().split()}
    return not words or bool(words & HEADER_CELLS)


def _is_port(label: str) -> bool:
    return whole(label) is not None or (
        bool(LABEL.match(label)) and label.lower() not in HEADER_WORDS
    )


class PortShowParser:
    """Link and mode per port; `include_lags` in the context keeps LAG names and dotted ports."""

    slug: ClassVar[str] = "ciena_port_show"
    aliases: ClassVar[tuple[str, ...]] = ("PortShowParser",)
    platform: ClassVar[str] = "ciena_saos"
    command: ClassVar[str] = "port show"
    schema: ClassVar[Mapping[str, Any]] = schema_of(
        cli_port=["integer", "null"],
        port_type="string",
        link="string",
        mode="string",
        duration="string",
        duration_seconds=["integer", "null"],
        xcvr_state="string",
        stp_state="string",
        auto_neg="string",
        admin_link="string",
        admin_mode="string",
        admin_auto_neg="string",
        speed_mbps=["integer", "null"],
        duplex=["string", "null"],
        raw_output="string",
    )

    def read(self, raw: str | None, context: Mapping[str, Any]) -> Parsed:
        """Return a record per port."""
        found = Parsed()
        lags = bool(context.get("include_lags"))
        for cells, line in rows_of(raw, 1, found):
            number = whole(cells[0])
            if len(cells) >= 3 and (number is not None or (lags and _is_lag(cells))):
                found.records.append(self._record(cells, number, line))
            elif number is not None or not (
                _is_port(cells[0]) or len(cells) < 10 or is_header(cells)
            ):
                found.note(line)
        return found

    def _record(self, cells: list[str], number: int | None, line: str) -> Record:
        padded = [*cells, *[""] * 11]
        mode = padded[6]
        speed, _, duplex = mode.partition("/")
        record: Record = {
            "cli_port": number,
            "port_type": padded[1],
            "link": padded[2],
            "mode": mode,
            "raw_output": line,
            "duration": padded[3],
            "duration_seconds": seconds_of(padded[3]),
            "xcvr_state": padded[4],
            "stp_state": padded[5],
            "auto_neg": padded[7],
            "admin_link": padded[8],
            "admin_mode": padded[9],
            "admin_auto_neg": padded[10],
            "speed_mbps": speed_of(speed),
            "duplex": {"fd": "full", "hd": "half"}.get(duplex.strip().lower()),
        }
        if number is None:
            record["port_label"] = cells[0]
        return record

    @staticmethod
    def to_dict(records: list[Record]) -> dict[int, Record]:
        """Return the records by port number."""
        return {row["cli_port"]: row for row in records if row["cli_port"] is not None}


def _is_lag(cells: list[str]) -> bool:
    return len(cells) >= 10 and bool(LABEL.match(cells[0])) and cells[0].lower() not in HEADER_WORDS


def seconds_of(text: str) -> int | None:
    """Read `12d 3h41m 9s`; None when nothing of it can be read."""
    parts = DURATION.findall(text)
    return sum(int(number) * SECONDS[unit] for number, unit in parts) if parts else None


def speed_of(text: str) -> int | None:
    """Read a speed in Mbit/s: `1000`, `10G`, `100Gig`."""
    found = re.match(r"\A(\d{1,7}(?:\.\d{1,3})?)\s*(g|gig|gb)?\Z", text.strip().lower())
    if found is None:
        return None
    return int(float(found[1]) * (1000 if found[2] else 1))
