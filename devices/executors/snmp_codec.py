"""SNMP v1 and v2c messages in BER (RFC 1157, RFC 3416), encoded and decoded by hand.

Lengths are checked against what is there, so that a device that lies about them gets `BadMessage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

V1, V2C = 0, 1
GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5
TYPES = {
    0x02: "Integer",
    0x04: "OctetString",
    0x05: "Null",
    0x06: "ObjectIdentifier",
    0x40: "IpAddress",
    0x41: "Counter32",
    0x42: "Gauge32",
    0x43: "TimeTicks",
    0x44: "Opaque",
    0x46: "Counter64",
    0x80: "noSuchObject",
    0x81: "noSuchInstance",
    0x82: "endOfMibView",
}
EXCEPTIONS = frozenset({"noSuchObject", "noSuchInstance", "endOfMibView"})
ERROR_NAMES = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)
Value = int | bytes | str | None
MAX_OID_PARTS = 256
KEPT_OIDS = 4096
FOUR_OCTET_ID = 0x7FFFFFFF


class BadMessage(ValueError):
    """Bytes that are no SNMP message."""


class VarBind(NamedTuple):
    """One row of an answer; `value` is a number, bytes, or an OID as text."""

    oid: tuple[int, ...]
    type: str
    value: Value

    @property
    def oid_text(self) -> str:
        """The OID, dotted."""
        return ".".join(map(str, self.oid))

    @property
    def text(self) -> str:
        """The value as people read it; octets in hex unless all of them print."""
        return value_text(self.type, self.value)


@dataclass(frozen=True, slots=True)
class Response:
    """A decoded answer."""

    version: int
    community: bytes = field(repr=False)
    request_id: int
    error_status: int
    error_index: int
    rows: tuple[VarBind, ...]


def parse_oid(text: str) -> tuple[int, ...]:
    """Read a dotted OID; raises `ValueError`."""
    parts = text.strip().lstrip(".").split(".")
    if len(parts) < 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{text} is no numeric OID")
    oid = tuple(int(part) for part in parts)
    if oid[0] > 2 or (oid[0] < 2 and oid[1] > 39) or len(oid) > 128 or max(oid) > 0xFFFFFFFF:
        raise ValueError(f"{text} is no OID")
    return oid


def encode_length(size: int) -> bytes:
    """Return a definite length in its shortest form."""
    if size < 0x80:
        return bytes((size,))
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(raw),)) + raw


def tlv(tag: int, body: bytes) -> bytes:
    """Return tag, length and body."""
    return bytes((tag,)) + encode_length(len(body)) + body


def encode_integer(value: int) -> bytes:
    """Return a signed integer in the fewest octets."""
    size = 1
    while not -(1 << (8 * size - 1)) <= value < (1 << (8 * size - 1)):
        size += 1
    return tlv(0x02, value.to_bytes(size, "big", signed=True))


def encode_oid(oid: Sequence[int]) -> bytes:
    """Return an OID."""
    body = bytearray(_base128(oid[0] * 40 + oid[1]))
    for part in oid[2:]:
        if part < 0x80:
            body.append(part)
        else:
            body += _base128(part)
    return tlv(0x06, bytes(body))


def _base128(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    parts = [number & 0x7F]
    number >>= 7
    while number:
        parts.append(0x80 | (number & 0x7F))
        number >>= 7
    return bytes(reversed(parts))


def encode_varbinds(oids: Sequence[Sequence[int]]) -> bytes:
    """Return the list of OIDs with null values; encode once, send often."""
    return tlv(0x30, b"".join(tlv(0x30, encode_oid(oid) + b"\x05\x00") for oid in oids))


def encode_request(
    version: int,
    community: bytes,
    kind: int,
    request_id: int,
    varbinds: bytes,
    *,
    non_repeaters: int = 0,
    max_repetitions: int = 0,
) -> bytes:
    """Return a whole GET, GETNEXT or GETBULK message."""
    first, second = (non_repeaters, max_repetitions) if kind == GETBULK else (0, 0)
    pdu = tlv(
        kind,
        encode_integer(request_id) + encode_integer(first) + encode_integer(second) + varbinds,
    )
    return tlv(0x30, encode_integer(version) + tlv(0x04, community) + pdu)


@dataclass(frozen=True, slots=True)
class Frame:
    """A request but for its id, which takes four octets (2**23 and more)."""

    head: bytes = field(repr=False)
    tail: bytes
    community: bytes = field(repr=False)

    def message(self, request_id: int) -> bytes:
        """Return the whole message."""
        return self.head + request_id.to_bytes(4, "big") + self.tail


def frame(
    version: int, community: bytes, kind: int, varbinds: bytes, *, max_repetitions: int = 0
) -> Frame:
    """Return what stays the same in a request that is sent under many ids."""
    whole = encode_request(
        version, community, kind, FOUR_OCTET_ID, varbinds, max_repetitions=max_repetitions
    )
    second = max_repetitions if kind == GETBULK else 0
    tail = encode_integer(0) + encode_integer(second) + varbinds
    return Frame(whole[: -len(tail) - 4], tail, community)


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return (tag, start, end) of the element at a place, or raise `BadMessage`."""
    if at + 2 > end:
        raise BadMessage("the message ends early")
    tag, size = data[at], data[at + 1]
    at += 2
    if size & 0x80:
        octets = size & 0x7F
        if octets == 0 or octets > 4 or at + octets > end:
            raise BadMessage("a length cannot be read")
        size = int.from_bytes(data[at : at + octets], "big")
        at += octets
    if at + size > end:
        raise BadMessage("a length is greater than the message")
    return tag, at, at + size


def _expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    found, start, stop = read(data, at, end)
    if found != tag:
        raise BadMessage(f"tag {found:#04x} where {tag:#04x} belongs")
    return start, stop


def _integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    start, stop = _expect(data, at, end, 0x02)
    if not 1 <= stop - start <= 9:
        raise BadMessage("an integer has a wrong size")
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def decode(data: bytes) -> Response:
    """Decode an answer; raises `BadMessage` for anything else."""
    at, end = _expect(data, 0, len(data), 0x30)
    version, at = _integer(data, at, end)
    start, at = _expect(data, at, end, 0x04)
    community = data[start:at]
    at, end = _expect(data, at, end, RESPONSE)
    request_id, at = _integer(data, at, end)
    status, at = _integer(data, at, end)
    index, at = _integer(data, at, end)
    at, end = _expect(data, at, end, 0x30)
    rows = []
    while at < end:
        row, at = _short_varbind(data, at, end) or _varbind(data, at, end)
        rows.append(row)
    return Response(version, community, request_id, status, index, tuple(rows))


def _short_varbind(data: bytes, at: int, end: int) -> tuple[VarBind, int] | None:
    """Read a row whose lengths are all of one octet, as most are; nothing for any other."""
    oid_at = at + 4
    if oid_at > end or data[at] != 0x30 or data[at + 2] != 0x06:
        return None
    stop, value_at = at + 2 + data[at + 1], oid_at + data[at + 3] + 2
    if data[at + 1] > 0x7F or stop > end or value_at > stop:
        return None
    kind = TYPES.get(data[value_at - 2])
    if kind is None or value_at + data[value_at - 1] != stop:
        return None
    oid = _kept_oid(data[oid_at : value_at - 2])
    return VarBind(oid, kind, _value(kind, data[value_at:stop])), stop


def _varbind(data: bytes, at: int, end: int) -> tuple[VarBind, int]:
    at, end = _expect(data, at, end, 0x30)
    start, stop = _expect(data, at, end, 0x06)
    oid = decode_oid(data[start:stop])
    tag, start, stop = read(data, stop, end)
    kind = TYPES.get(tag)
    if kind is None:
        raise BadMessage(f"a value has the unknown tag {tag:#04x}")
    return VarBind(oid, kind, _value(kind, data[start:stop])), end


def _value(kind: str, body: bytes) -> Value:
    if kind == "Integer":
        if not 1 <= len(body) <= 8:
            raise BadMessage("an integer has a wrong size")
        return int.from_bytes(body, "big", signed=True)
    if kind in {"Counter32", "Gauge32", "TimeTicks", "Counter64"}:
        if not 1 <= len(body) <= 9:
            raise BadMessage("a counter has a wrong size")
        limit = 0xFFFFFFFFFFFFFFFF if kind == "Counter64" else 0xFFFFFFFF
        return int.from_bytes(body, "big") & limit
    if kind == "ObjectIdentifier":
        return ".".join(map(str, decode_oid(body)))
    if kind == "IpAddress":
        if len(body) != 4:
            raise BadMessage("an address has a wrong size")
        return ".".join(map(str, body))
    return bytes(body) if kind in {"OctetString", "Opaque"} else None


def decode_oid(body: bytes) -> tuple[int, ...]:
    """Decode the body of an OID."""
    parts: list[int] = []
    number, open_part = 0, False
    for octet in body:
        number = (number << 7) | (octet & 0x7F)
        open_part = bool(octet & 0x80)
        if number > 0xFFFFFFFFFF or len(parts) > MAX_OID_PARTS:
            raise BadMessage("an OID is too large")
        if not open_part:
            parts.append(number)
            number = 0
    if open_part or not parts:
        raise BadMessage("an OID ends early")
    first = parts[0]
    head = (first // 40, first % 40) if first < 80 else (2, first - 80)
    return (*head, *parts[1:])


@lru_cache(KEPT_OIDS)
def _kept_oid(body: bytes) -> tuple[int, ...]:
    """Decode a short OID once: many devices answer for the same ones."""
    return decode_oid(body)


def value_text(kind: str, value: Value) -> str:
    """Return a value as text."""
    if isinstance(value, bytes):
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            return "0x" + value.hex()
        text = text.rstrip("\x00")
        if all(one.isprintable() or one in "\r\n\t" for one in text):
            return text
        return "0x" + value.hex()
    return "" if value is None else str(value)
