"""A small SNMP responder for v1 and v2c; each simulated device has one."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import time

from devices.executors import snmp_codec as codec
from devices.simulator.tables import Row, mib
from devices.simulator.world import SimulatedDevice, World

TAGS = {name: tag for tag, name in codec.TYPES.items()}
KEEP_S, MAX_BYTES = 1.0, 8192


class SnmpAgent(asyncio.DatagramProtocol):
    """Answers GET, GETNEXT and GETBULK from the device's tables."""

    def __init__(self, world: World, device: SimulatedDevice) -> None:
        self._world, self._device = world, device
        self._rows: list[Row] = []
        self._at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        with contextlib.suppress(codec.BadMessage, ValueError):
            reply = self._answer(data)
            if reply:
                self._transport.sendto(reply, addr)  # type: ignore[attr-defined]  # a datagram one

    def _table(self) -> list[Row]:
        if time.monotonic() - self._at > KEEP_S:
            self._rows, self._at = mib(self._world, self._device), time.monotonic()
        return self._rows

    def _answer(self, data: bytes) -> bytes:
        request = read_request(data)
        if request.community.decode(errors="replace") != self._world.scenario["community"]:
            return b""
        rows = self._table()
        places = [row[0] for row in rows]
        if request.kind == codec.GET:
            found = [self._exact(rows, places, oid) for oid in request.oids]
        elif request.kind == codec.GETNEXT:
            found = [self._after(rows, places, oid) for oid in request.oids]
        else:
            found = self._bulk(rows, places, request)
        return encode_response(request, found)

    def _exact(self, rows: list[Row], places: list[tuple[int, ...]], oid: tuple[int, ...]) -> Row:
        at = bisect.bisect_left(places, oid)
        if at < len(rows) and places[at] == oid:
            return rows[at]
        return oid, "noSuchObject", None

    def _after(self, rows: list[Row], places: list[tuple[int, ...]], oid: tuple[int, ...]) -> Row:
        at = bisect.bisect_right(places, oid)
        return rows[at] if at < len(rows) else (oid, "endOfMibView", None)

    def _bulk(self, rows: list[Row], places: list[tuple[int, ...]], request: Request) -> list[Row]:
        found: list[Row] = []
        here = list(request.oids)
        for _ in range(min(request.repetitions, 100)):
            for number, oid in enumerate(here):
                row = self._after(rows, places, oid)
                found.append(row)
                here[number] = row[0]
        return found


class Request:
    """A decoded question."""

    def __init__(self, version: int, community: bytes, kind: int, number: int) -> None:
        self.version, self.community, self.kind, self.number = version, community, kind, number
        self.repetitions = 0
        self.oids: list[tuple[int, ...]] = []


def read_request(data: bytes) -> Request:
    """Decode a question; raises `BadMessage`."""
    _, at, end = codec.read(data, 0, len(data))
    _, start, stop = codec.read(data, at, end)
    version = int.from_bytes(data[start:stop], "big")
    _, start, at = codec.read(data, stop, end)
    community = data[start:at]
    kind, at, end = codec.read(data, at, end)
    numbers = []
    for _ in range(3):
        _, start, at = codec.read(data, at, end)
        numbers.append(int.from_bytes(data[start:at], "big", signed=True))
    request = Request(version, community, kind, numbers[0])
    request.repetitions = max(0, numbers[2])
    _, at, end = codec.read(data, at, end)
    while at < end:
        _, row, at = codec.read(data, at, end)
        _, start, stop = codec.read(data, row, at)
        request.oids.append(codec.decode_oid(data[start:stop]))
    return request


def encode_response(request: Request, rows: list[Row]) -> bytes:
    """Return an answer, cut to what fits a datagram."""
    binds, size = [], 0
    for oid, kind, value in rows:
        bind = codec.tlv(0x30, codec.encode_oid(oid) + encode_value(kind, value))
        if size + len(bind) > MAX_BYTES and request.kind == codec.GETBULK:
            break
        binds.append(bind)
        size += len(bind)
    body = codec.encode_integer(request.number) + codec.encode_integer(0) + codec.encode_integer(0)
    pdu = codec.tlv(codec.RESPONSE, body + codec.tlv(0x30, b"".join(binds)))
    head = codec.encode_integer(request.version) + codec.tlv(0x04, request.community)
    return codec.tlv(0x30, head + pdu)


def encode_value(kind: str, value: object) -> bytes:
    """Return a value in BER."""
    tag = TAGS[kind]
    if value is None:
        return bytes((tag, 0))
    if kind == "ObjectIdentifier":
        return codec.encode_oid(codec.parse_oid(str(value)))
    if isinstance(value, int):
        size = max(1, (value.bit_length() + 8) // 8)
        return codec.tlv(tag, value.to_bytes(size, "big", signed=True))
    return codec.tlv(tag, str(value).encode())
