"""Ciena SAOS: `port xcvr show port <n> diagnostics`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.parsers.base import Parsed, Record, rows_of, schema_of

COPIED = ("ip_address", "interface_index", "interface_name", "cli_port")
HEADER_WORDS = frozenset(
    ("output", "parameter", "item", "value", "alarm", "warning", "threshold", "flag", "status")
)
NOT_A_NUMBER = re.compile(r"[^0-9.\-]")
LIMIT = re.compile(r"\A(high|low)(?![a-z])(.*)\Z", re.IGNORECASE)
FLAGS = {"": False, "0": False, "1": True}
ITEMS = (
    ("tx_power_mw", ("tx power", "(mw)")),
    ("rx_power_mw", ("rx power", "(mw)")),
    ("tx_power", ("tx power", "dbm")),
    ("rx_power", ("rx power", "dbm")),
    ("temperature", ("temp", "c")),
    ("voltage", ("vcc",)),
    ("voltage", ("volt",)),
    ("bias_current", ("bias",)),
)


def number_of(text: str) -> float | None:
    """Read a value: digits, point and minus are kept; None when that is no number."""
    plain = NOT_A_NUMBER.sub("", text.replace("\N{MINUS SIGN}", "-"))
    try:
        number = float(plain)
    except ValueError:
        return None
    return number + 0.0 if math.isfinite(number) else None  # no negative zero


class XcvrDiagnosticsParser:
    """Light levels of one port, with alarm and warning thresholds; always one record."""

    slug: ClassVar[str] = "ciena_port_xcvr_diagnostics"
    aliases: ClassVar[tuple[str, ...]] = ("PortXcvrDiagnosticsParser",)
    platform: ClassVar[str] = "ciena_saos"
    command: ClassVar[str] = "port xcvr show port <n> diagnostics"
    schema: ClassVar[Mapping[str, Any]] = schema_of(
        tx_power=["number", "null"],
        rx_power=["number", "null"],
        temperature=["number", "null"],
        voltage=["number", "null"],
        bias_current=["number", "null"],
        tx_power_mw=["number", "null"],
        rx_power_mw=["number", "null"],
        has_power_reading="boolean",
        thresholds="object",
    )

    def read(self, raw: str | None, context: Mapping[str, Any]) -> Parsed:
        """Return the one record."""
        record: Record = dict.fromkeys(
            (
                "tx_power",
                "rx_power",
                "temperature",
                "voltage",
                "bias_current",
                "tx_power_mw",
                "rx_power_mw",
            )
        )
        thresholds: dict[str, dict[str, Any]] = {}
        found, item, seen = Parsed(), "", set[str]()
        for cells, line in rows_of(raw, 2, found):
            if cells[0]:
                item = _item_of(cells[0])
                if item in seen:
                    item = ""
                elif item:
                    seen.add(item)
                    record[item] = number_of(cells[1])
            if item:
                known = _thresholds(thresholds.setdefault(item, {}), cells[2:6])
            else:
                known = HEADER_WORDS >= set(" ".join(cells).lower().split())
            if not known:
                found.note(line)
        record["has_power_reading"] = (
            record["tx_power"] is not None or record["rx_power"] is not None
        )
        record["thresholds"] = thresholds
        if context:
            record |= {name: context.get(name) for name in COPIED}
        found.records.append(record)
        return found


def _item_of(label: str) -> str:
    text = label.lower()
    return next((name for name, words in ITEMS if all(word in text for word in words)), "")


def _thresholds(into: dict[str, Any], cells: list[str]) -> bool:
    """Read `HIGH 90.000 | 0` twice: first the alarm, then the warning; return whether it was so."""
    padded, known = [*cells, *[""] * 4], True
    for kind, cell, flag in (("alarm", *padded[:2]), ("warning", *padded[2:4])):
        found = LIMIT.match(cell)
        if found is None or flag not in FLAGS:
            known = known and not cell and not flag
            continue
        limit = number_of(found[2])
        if limit is not None:
            into[f"{found[1].lower()}_{kind}"] = limit
            into[f"{found[1].lower()}_{kind}_flag"] = FLAGS[flag]
    return known
