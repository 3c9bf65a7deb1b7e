"""Ciena SAOS: `lldp show neighbors`."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.parsers.base import Parsed, Record, rows_of, schema_of, whole

LABELS = {
    "chassis id": "lldp_remote_chassis_id",
    "mgmt addr": "lldp_remote_mgmt_addr",
    "system name": "lldp_remote_system_name",
    "system desc": "lldp_remote_system_desc",
}
HEADER_WORDS = frozenset(
    ("local", "remote", "port", "info", "neighbor", "neighbors", "information", "system", "id")
)


class LldpNeighborsParser:
    """Neighbours per local port; two on one port give two records."""

    slug: ClassVar[str] = "ciena_lldp_neighbors"
    aliases: ClassVar[tuple[str, ...]] = ("ciena_lldp_remote", "LldpRemoteParser")
    platform: ClassVar[str] = "ciena_saos"
    command: ClassVar[str] = "lldp show neighbors"
    schema: ClassVar[Mapping[str, Any]] = schema_of(
        local_port="integer",
        lldp_remote_port="string",
        lldp_remote_chassis_id="string",
        lldp_remote_mgmt_addr="string",
        lldp_remote_mgmt_addrs="array",
        lldp_remote_system_name="string",
        lldp_remote_system_desc="string",
        lldp_raw_info="string",
    )

    def read(self, raw: str | None, context: Mapping[str, Any]) -> Parsed:
        """Return a record per neighbour."""
        found, builder, neighbours = Parsed(), None, list[_Neighbour]()
        for cells, line in rows_of(raw, 1, found):
            if len(cells) < 3:
                if whole(cells[0]) is not None:
                    found.note(line)
                continue
            port, info = whole(cells[0]), "|".join(cells[2:]).strip()
            if port is not None:
                builder = _Neighbour(port, cells[1])
                neighbours.append(builder)
                builder.add(info)
            elif not cells[0] and not cells[1] and builder is not None:
                builder.add(info)
            elif not _is_header(cells):
                builder = None if cells[0] else builder  # what follows is no other port's
                found.note(line)
        found.records = [neighbour.read() for neighbour in neighbours]
        return found

    @staticmethod
    def to_dict(records: list[Record]) -> dict[int, Record]:
        """Return the first neighbour of each local port."""
        by_port: dict[int, Record] = {}
        for record in records:
            by_port.setdefault(record["local_port"], record)
        return by_port


class _Neighbour:
    def __init__(self, port: int, remote: str) -> None:
        self._record: Record = {"local_port": port, "lldp_remote_port": remote}
        self._lines: list[str] = []
        self._addresses: list[str] = []
        self._in_addresses = False

    def add(self, info: str) -> None:
        """Take one line of the info column."""
        if not info:
            return
        self._lines.append(info)
        name, value = _label_of(info), info.partition(":")[2]
        if name == "lldp_remote_mgmt_addr":
            self._in_addresses = True
            self._address(value.strip())
        elif name:
            self._in_addresses = False
            if value.strip():
                self._record[name] = value.strip()
        elif self._in_addresses and _is_address(info):
            self._address(info)

    def _address(self, text: str) -> None:
        if text:
            self._addresses.append(text)

    def read(self) -> Record:
        """Return what all lines said together."""
        record, known = {**self._record, "lldp_raw_info": "\n".join(self._lines)}, self._addresses
        if known:
            record["lldp_remote_mgmt_addr"] = next(filter(_is_ipv4, known), known[0])
            record["lldp_remote_mgmt_addrs"] = known
        return record


def _is_header(cells: list[str]) -> bool:
    """Whether a row belongs to the table's head, or holds nothing."""
    words = {word for cell in cells for word in cell.lower().split()}
    return not words or (words <= HEADER_WORDS)


def _label_of(info: str) -> str:
    """Return the key of a labelled line; blank for any other."""
    label, colon, _ = info.partition(":")
    return LABELS.get(label.strip().lower(), "") if colon else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_ipv4(text: str) -> bool:
    return _is_address(text) and "." in text and ":" not in text
