"""SNMPv3 of the simulated devices: one user, HMAC-SHA-96 and AES-128 (RFC 3412, 3414, 3826)."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from devices.executors import snmp_codec as codec

V3, USM, REPORT, OCTETS, INTEGER, SEQUENCE = 3, 3, 0xA8, 0x04, 0x02, 0x30
AUTH, PRIV = 1, 2
STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
LEVEL, WINDOW, USER, ENGINE, DIGEST, DECRYPTION = 1, 2, 3, 4, 5, 6
MAC_BYTES, KEY_BYTES, WINDOW_S, MAX_SIZE = 12, 16, 150, 65_507
Answering = Callable[[bytes], bytes]


class Refused(Exception):
    """A message that is answered by a report; the argument is its counter below `STATS`."""


@dataclass(slots=True)
class Message:
    """What the head of a version 3 message says, and where its seal is."""

    number: int
    flags: int
    engine: bytes
    boots: int
    seconds: int
    user: bytes
    seal_at: int
    seal: bytes
    salt: bytes
    rest: bytes


class SecureAgent:
    """Answers version 3 messages of one user who signs and encrypts; the rest gets reports."""

    def __init__(self, account: dict[str, str], address: str, started: float) -> None:
        self._user = account["username"].encode()
        self._account, self._started = account, started
        octets = bytes(int(part) for part in address.split("."))
        self._engine = b"\x80\x00\x17\xfd\x01" + octets  # enterprise 6141, an IPv4 address
        self._counts: dict[int, int] = {}

    def answer(self, data: bytes, answering: Answering) -> bytes:
        """Return the answer to a message; `answering` turns one PDU into another."""
        message = read_message(data)
        try:
            pdu = self._opened(data, message)
        except Refused as err:
            return self._report(message, int(err.args[0]))
        return self._sealed(message, AUTH | PRIV, answering(pdu))

    def _clock(self) -> tuple[int, int]:
        """Boots and seconds since; boots is the moment of the start, so that it only grows."""
        return int(self._started) & 0x7FFFFFFF, max(0, int(time.time() - self._started))

    def _opened(self, data: bytes, message: Message) -> bytes:
        if message.engine != self._engine:
            raise Refused(ENGINE)
        if message.user != self._user:
            raise Refused(USER)
        if message.flags & (AUTH | PRIV) != AUTH | PRIV:
            raise Refused(LEVEL)
        if not hmac.compare_digest(self._mac(data, message.seal_at), message.seal):
            raise Refused(DIGEST)
        boots, seconds = self._clock()
        if message.boots != boots or abs(message.seconds - seconds) > WINDOW_S:
            raise Refused(WINDOW)
        _, start, stop = codec.read(message.rest, 0, len(message.rest))
        cipher = self._cipher(message.boots, message.seconds, message.salt)
        scoped = cipher.decryptor().update(message.rest[start:stop])
        return _pdu_of(scoped)

    def _report(self, message: Message, counter: int) -> bytes:
        """Say why not; only a wrong clock is said signed, as the RFC asks."""
        self._counts[counter] = self._counts.get(counter, 0) + 1
        value = codec.tlv(0x41, codec.encode_integer(self._counts[counter])[2:])
        bind = codec.tlv(SEQUENCE, codec.encode_oid((*STATS, counter, 0)) + value)
        number = b"" if message.flags & PRIV else _request_id(message.rest)
        zero = codec.encode_integer(0)
        body = (number or zero) + zero + zero + codec.tlv(SEQUENCE, bind)
        return self._sealed(message, AUTH if counter == WINDOW else 0, codec.tlv(REPORT, body))

    def _sealed(self, message: Message, flags: int, pdu: bytes) -> bytes:
        boots, seconds = self._clock()
        salt = os.urandom(8) if flags & PRIV else b""
        names = codec.tlv(OCTETS, self._engine) + codec.tlv(OCTETS, b"")
        scoped = codec.tlv(SEQUENCE, names + pdu)
        if flags & PRIV:
            cipher = self._cipher(boots, seconds, salt)
            scoped = codec.tlv(OCTETS, cipher.encryptor().update(scoped))
        head = b"".join(map(codec.encode_integer, (message.number, MAX_SIZE)))
        head += codec.tlv(OCTETS, bytes((flags,))) + codec.encode_integer(USM)
        after = codec.tlv(OCTETS, salt)
        security = b"".join(
            (
                codec.tlv(OCTETS, self._engine),
                codec.encode_integer(boots),
                codec.encode_integer(seconds),
                codec.tlv(OCTETS, self._user if flags else b""),
                codec.tlv(OCTETS, bytes(MAC_BYTES) if flags & AUTH else b""),
                after,
            )
        )
        security = codec.tlv(OCTETS, codec.tlv(SEQUENCE, security))
        body = codec.encode_integer(V3) + codec.tlv(SEQUENCE, head) + security + scoped
        whole = codec.tlv(SEQUENCE, body)
        if not flags & AUTH:
            return whole
        at = len(whole) - len(scoped) - len(after) - MAC_BYTES
        return whole[:at] + self._mac(whole, at) + whole[at + MAC_BYTES :]

    def _mac(self, whole: bytes, at: int) -> bytes:
        blank = whole[:at] + bytes(MAC_BYTES) + whole[at + MAC_BYTES :]
        key = localised(self._account["auth_password"], self._engine)
        return hmac.new(key, blank, hashlib.sha1).digest()[:MAC_BYTES]

    def _cipher(self, boots: int, seconds: int, salt: bytes) -> Cipher[CFB]:
        key = localised(self._account["priv_password"], self._engine)[:KEY_BYTES]
        vector = boots.to_bytes(4, "big") + seconds.to_bytes(4, "big") + salt
        return Cipher(AES(key), CFB(vector))


@lru_cache(64)
def localised(password: str, engine: bytes) -> bytes:
    """Return the key of a password at one engine (RFC 3414 A.2.2)."""
    raw = password.encode()
    whole = (raw * (1_048_576 // len(raw) + 1))[:1_048_576]
    key = hashlib.sha1(whole).digest()  # noqa: S324  the protocol's own
    return hashlib.sha1(key + engine + key).digest()  # noqa: S324  as above


def read_message(data: bytes) -> Message:
    """Read the head of a version 3 message; raises `BadMessage`."""
    _, at, end = codec.read(data, 0, len(data))
    at = codec.read(data, at, end)[2]
    _, head, at = codec.read(data, at, end)
    number, head = _integer(data, head, at)
    head = codec.read(data, head, at)[2]
    _, start, stop = codec.read(data, head, at)
    flags = data[start] if stop > start else 0
    _, start, rest = codec.read(data, at, end)
    _, start, stop = codec.read(data, start, rest)
    _, first, start = codec.read(data, start, stop)
    engine = data[first:start]
    boots, start = _integer(data, start, stop)
    seconds, start = _integer(data, start, stop)
    _, first, start = codec.read(data, start, stop)
    user = data[first:start]
    _, seal_at, start = codec.read(data, start, stop)
    _, first, last = codec.read(data, start, stop)
    return Message(
        *(number, flags, engine, boots, seconds, user),
        *(seal_at, data[seal_at:start], data[first:last], data[rest:end]),
    )


def _integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    _, start, stop = codec.read(data, at, end)
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def _pdu_of(scoped: bytes) -> bytes:
    """Return the PDU of a scoped one; an unreadable one was encrypted with another key."""
    try:
        tag, at, end = codec.read(scoped, 0, len(scoped))
        for _ in range(2):
            at = codec.read(scoped, at, end)[2]
        codec.read(scoped, at, end)
    except codec.BadMessage as err:
        raise Refused(DECRYPTION) from err
    if tag != SEQUENCE:
        raise Refused(DECRYPTION)
    return scoped[at:end]


def _request_id(rest: bytes) -> bytes:
    try:
        pdu = _pdu_of(rest)
        _, at, end = codec.read(pdu, 0, len(pdu))
        return pdu[at : codec.read(pdu, at, end)[2]]
    except (Refused, codec.BadMessage):
        return b""
