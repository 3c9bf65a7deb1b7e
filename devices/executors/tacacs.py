"""Does a TACACS+ server (RFC 8907) take this name and password? Plain Python, outcomes only."""

from __future__ import annotations

import hashlib
import secrets
import socket
import struct
import time
from dataclasses import dataclass

from devices.executors.base import Outcome, clean

HEAD, REPLY, LONGEST = struct.Struct("!BBBBII"), struct.Struct("!BBHH"), 64 * 1024
AUTHENTICATION, LOGIN, USER_LEVEL, SERVICE = 1, 1, 1, 1
ASCII, PAP, CHAP = 1, 2, 3
KINDS = {"ascii": ASCII, "pap": PAP, "chap": CHAP}
PASS, FAIL, GET_USER, GET_PASSWORD = 1, 2, 4, 5
MOST_QUESTIONS, UNSEALED = 4, 1
FOREIGN = "{} answers what the shared secret does not open"


class _Foreign(Exception):
    """An answer that is none of this session's, or sealed with another secret."""


@dataclass(slots=True)
class _Session:
    """One conversation; `turn` counts the packets of both sides."""

    sock: socket.socket
    key: bytes
    version: int
    ends: float
    number: int = 0
    turn: int = 0

    def ask(self, body: bytes) -> tuple[int, str]:
        """Send a body; return the status and the message of the answer."""
        self.turn += 1
        head = HEAD.pack(self.version, AUTHENTICATION, self.turn, 0, self.number, len(body))
        self.sock.sendall(head + sealed(body, self.number, self.key, self.version, self.turn))
        self.turn += 1
        version, kind, turn, flags, number, size = HEAD.unpack(self._read(HEAD.size))
        if (kind, turn, number) != (AUTHENTICATION, self.turn, self.number) or size > LONGEST:
            raise _Foreign
        if flags & UNSEALED:  # who asks with a secret takes no such answer (RFC 8907, 4.5)
            raise _Foreign
        answer = sealed(self._read(size), number, self.key, version, turn)
        if size < REPLY.size:
            raise _Foreign
        status, _, said, data = REPLY.unpack_from(answer)
        if REPLY.size + said + data != size:
            raise _Foreign
        return status, clean(answer[REPLY.size : REPLY.size + said], 500).strip()

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            left_s = self.ends - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            self.sock.settimeout(left_s)
            piece = self.sock.recv(size - len(found))
            if not piece:
                raise ConnectionError("the server closed the connection")
            found += piece
        return found


def login(
    host: str,
    port: int,
    secret: str,
    name: str,
    password: str,
    *,
    kind: str = "ascii",
    timeout_s: float = 5.0,
) -> Outcome:
    """Sign in by `kind` (ascii, pap or chap); all of it within the time."""
    if not secret or not name or not password:
        text = "shared secret, name and password are required"
        return Outcome(False, error=text, error_code="invalid")
    word = KINDS.get(kind.lower(), ASCII)
    ends = time.monotonic() + timeout_s
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as sock:
            version = 0xC0 if word == ASCII else 0xC1
            session = _Session(sock, secret.encode(), version, ends, secrets.randbits(32))
            status, said = _signed_in(session, word, name.encode(), password.encode())
    except _Foreign:
        return Outcome(False, error=FOREIGN.format(host), error_code="protocol")
    except TimeoutError:
        return Outcome(False, error=f"{host} does not answer", error_code="timeout")
    except OSError as err:
        return Outcome(False, error=f"Connection error: {err}", error_code="unreachable")
    if status == PASS:
        return Outcome(True, f"{host} accepted the name and the password")
    if status == FAIL:
        text = f"Authentication failed: {host} refused the name or the password"
        return Outcome(False, error=text, error_code="auth_failed")
    text = f"{host} refused to check: {said or f'status {status}'}"
    return Outcome(False, error=text, error_code="protocol")


def _signed_in(session: _Session, word: int, name: bytes, password: bytes) -> tuple[int, str]:
    """Ask until the server says yes, no, or something else."""
    data = b""
    if word == PAP:
        data = password
    elif word == CHAP:
        mark, challenge = secrets.token_bytes(1), secrets.token_bytes(16)
        proof = hashlib.md5(mark + password + challenge).digest()  # noqa: S324  the protocol's own
        data = mark + challenge + proof
    sizes = bytes((len(name[:255]), 0, 0, len(data[:255])))
    start = bytes((LOGIN, USER_LEVEL, word, SERVICE)) + sizes + name[:255] + data[:255]
    status, said = session.ask(start)
    for _ in range(MOST_QUESTIONS):
        if status not in (GET_USER, GET_PASSWORD):
            break
        answer = name if status == GET_USER else password
        status, said = session.ask(struct.pack("!HHB", len(answer), 0, 0) + answer)
    return status, said


def sealed(body: bytes, number: int, key: bytes, version: int, turn: int) -> bytes:
    """Return a body as RFC 8907 section 4.5 hides it; the same again opens it."""
    head, pad, last = struct.pack("!I", number) + key + bytes((version, turn)), b"", b""
    while len(pad) < len(body):
        last = hashlib.md5(head + last).digest()  # noqa: S324  the protocol's own
        pad += last
    return bytes(a ^ b for a, b in zip(body, pad, strict=False))
