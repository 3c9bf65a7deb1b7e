"""SNMP v1 and v2c messages in BER (RFC 1157, RFC 3416), encoded and decoded by hand.

Lengths are checked against what is there, so that a device that lies about them gets `BadMessage`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from inventory_site.core.whole import whole_number

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
ReadValue = Callable[[bytes], Value]
NO_ERROR = b"\x02\x01\x00\x02\x01\x00"
MAX_OID_PARTS = 256
KEPT_HEADS = 8192
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


class Response(NamedTuple):
    """A decoded answer."""

    version: int
    community: bytes
    request_id: int
    error_status: int
    error_index: int
    rows: list[VarBind]

    def __repr__(self) -> str:
        return f"Response({self.request_id}, {self.error_status}, {self.rows})"


def parse_oid(text: str) -> tuple[int, ...]:
    """Read a dotted OID; raises `ValueError`."""
    parts = text.strip().lstrip(".").split(".")
    numbers = [whole_number(part, digits=10) for part in parts]
    oid = tuple(number for number in numbers if number is not None)
    if len(oid) != len(parts) or len(oid) < 2:
        raise ValueError(f"{text} is no numeric OID")
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
    if at + 2 <= end and data[at] == tag:
        stop = at + 2 + data[at + 1]
        if data[at + 1] < 0x80 and stop <= end:
            return at + 2, stop
        if data[at + 1] == 0x81 and at + 3 <= end and at + 3 + data[at + 2] <= end:
            return at + 3, at + 3 + data[at + 2]
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
    status = index = 0
    if data[at : at + 6] == NO_ERROR and at + 6 <= end:
        at += 6
    else:
        status, at = _integer(data, at, end)
        index, at = _integer(data, at, end)
    at, end = _expect(data, at, end, 0x30)
    return Response(version, community, request_id, status, index, _rows(data, at, end))


def _rows(data: bytes, at: int, end: int) -> list[VarBind]:
    """Read the rows; what stands before a value is mostly the same and is understood once."""
    rows = []
    while at < end:
        value_at = at + data[at + 3] + 6 if at + 4 <= end else end
        known = _row_head(data[at:value_at])
        if known is None or value_at + known[3] > end:
            row, at = _varbind(data, at, end)
        else:
            oid, kind, read_value, size = known
            at = value_at + size
            row = VarBind(oid, kind, read_value(data[value_at:at]))
        rows.append(row)
    return rows


@lru_cache(KEPT_HEADS)
def _row_head(head: bytes) -> tuple[tuple[int, ...], str, ReadValue, int] | None:
    """Return OID, type, reader and size of a value; nothing unless all lengths are one octet."""
    if len(head) < 6 or head[0] != 0x30 or head[2] != 0x06 or head[1] > 0x7F:
        return None
    kind, size = TYPES.get(head[-2]), head[-1]
    if kind is None or size > 0x7F or head[1] != len(head) - 2 + size:
        return None
    is_plain = 0 < size <= UNSIGNED.get(kind, 0)
    return decode_oid(head[4:-2]), kind, int.from_bytes if is_plain else READERS[kind], size


def _varbind(data: bytes, at: int, end: int) -> tuple[VarBind, int]:
    at, end = _expect(data, at, end, 0x30)
    start, stop = _expect(data, at, end, 0x06)
    oid = decode_oid(data[start:stop])
    tag, start, stop = read(data, stop, end)
    kind = TYPES.get(tag)
    if kind is None:
        raise BadMessage(f"a value has the unknown tag {tag:#04x}")
    return VarBind(oid, kind, READERS[kind](data[start:stop])), end


def _signed(body: bytes) -> int:
    if not 1 <= len(body) <= 8:
        raise BadMessage("an integer has a wrong size")
    return int.from_bytes(body, "big", signed=True)


def _counter(body: bytes) -> int:
    """Read 32 bits; the first octet is zero where the number would look negative."""
    return _counter64(body) & 0xFFFFFFFF


def _counter64(body: bytes) -> int:
    if not 1 <= len(body) <= 9:
        raise BadMessage("a counter has a wrong size")
    return int.from_bytes(body, "big") & 0xFFFFFFFFFFFFFFFF


def _oid_value(body: bytes) -> str:
    return ".".join(map(str, decode_oid(body)))


def _ip_address(body: bytes) -> str:
    if len(body) != 4:
        raise BadMessage("an address has a wrong size")
    return ".".join(map(str, body))


def _nothing(body: bytes) -> None:
    """Read a null or an exception: there is no value."""


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


UNSIGNED = {"Counter32": 4, "Gauge32": 4, "TimeTicks": 4, "Counter64": 8}  # octets at most
READERS: dict[str, ReadValue] = {
    "Integer": _signed,
    "Counter32": _counter,
    "Gauge32": _counter,
    "TimeTicks": _counter,
    "Counter64": _counter64,
    "ObjectIdentifier": _oid_value,
    "IpAddress": _ip_address,
    "OctetString": bytes,
    "Opaque": bytes,
    "Null": _nothing,
    "noSuchObject": _nothing,
    "noSuchInstance": _nothing,
    "endOfMibView": _nothing,
}


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
