"""A small SNMP responder for v1, v2c and v3; each simulated device has one."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import time

from devices.executors import snmp_codec as codec
from devices.simulator.snmp_usm import V3, SecureAgent
from devices.simulator.tables import Row, mib
from devices.simulator.world import SimulatedDevice, World

TAGS = {name: tag for tag, name in codec.TYPES.items()}
KEEP_S, MAX_BYTES = 1.0, 8192
V1, NO_SUCH_NAME = 0, 2


class SnmpAgent(asyncio.DatagramProtocol):
    """Answers GET, GETNEXT and GETBULK from the device's tables."""

    def __init__(self, world: World, device: SimulatedDevice) -> None:
        self._world, self._device = world, device
        self._secure = SecureAgent(world.scenario["v3"], device.address, world.started)
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
        if version_of(data) == V3:
            return self._secure.answer(data, self._answer_pdu)
        request = read_request(data)
        if request.community.decode(errors="replace") != self._world.scenario["community"]:
            return b""
        return encode_response(request, self._found(request))

    def _answer_pdu(self, pdu: bytes) -> bytes:
        request = Request(V3, b"")
        request.read_pdu(pdu, 0, len(pdu))
        return encode_pdu(request, self._found(request))

    def _found(self, request: Request) -> list[Row]:
        rows = self._table()
        places = [row[0] for row in rows]
        if request.kind == codec.GET:
            return [self._exact(rows, places, oid) for oid in request.oids]
        if request.kind == codec.GETNEXT:
            return [self._after(rows, places, oid) for oid in request.oids]
        return self._bulk(rows, places, request)

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

    def __init__(self, version: int, community: bytes) -> None:
        self.version, self.community = version, community
        self.kind = self.number = self.repetitions = 0
        self.oids: list[tuple[int, ...]] = []

    def read_pdu(self, data: bytes, at: int, end: int) -> None:
        """Read kind, numbers and OIDs; raises `BadMessage`."""
        self.kind, at, end = codec.read(data, at, end)
        numbers = []
        for _ in range(3):
            _, start, at = codec.read(data, at, end)
            numbers.append(int.from_bytes(data[start:at], "big", signed=True))
        self.number, self.repetitions = numbers[0], max(0, numbers[2])
        _, at, end = codec.read(data, at, end)
        while at < end:
            _, row, at = codec.read(data, at, end)
            _, start, stop = codec.read(data, row, at)
            self.oids.append(codec.decode_oid(data[start:stop]))


def version_of(data: bytes) -> int:
    """Return the version number of a message; raises `BadMessage`."""
    _, at, end = codec.read(data, 0, len(data))
    _, start, stop = codec.read(data, at, end)
    return int.from_bytes(data[start:stop], "big")


def read_request(data: bytes) -> Request:
    """Decode a question; raises `BadMessage`."""
    _, at, end = codec.read(data, 0, len(data))
    _, _, stop = codec.read(data, at, end)
    _, start, at = codec.read(data, stop, end)
    request = Request(version_of(data), data[start:at])
    request.read_pdu(data, at, end)
    return request


def encode_response(request: Request, rows: list[Row]) -> bytes:
    """Return an answer of version 1 or 2c."""
    head = codec.encode_integer(request.version) + codec.tlv(0x04, request.community)
    return codec.tlv(0x30, head + encode_pdu(request, rows))


def encode_pdu(request: Request, rows: list[Row]) -> bytes:
    """Return the PDU of an answer, cut to what fits a datagram."""
    missing = 0
    if request.version == V1:  # which knows no exceptions: the whole request is refused
        kinds = [kind for _, kind, _ in rows]
        missing = next((at for at, kind in enumerate(kinds, 1) if kind in codec.EXCEPTIONS), 0)
    if missing:
        rows = [(oid, "Null", None) for oid in request.oids]
    binds, size = [], 0
    for oid, kind, value in rows:
        bind = codec.tlv(0x30, codec.encode_oid(oid) + encode_value(kind, value))
        if size + len(bind) > MAX_BYTES and request.kind == codec.GETBULK:
            break
        binds.append(bind)
        size += len(bind)
    status = NO_SUCH_NAME if missing else 0
    body = b"".join(codec.encode_integer(one) for one in (request.number, status, missing))
    return codec.tlv(codec.RESPONSE, body + codec.tlv(0x30, b"".join(binds)))


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
