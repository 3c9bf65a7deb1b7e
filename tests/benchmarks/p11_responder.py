"""SNMP responders on many UDP ports in one process: `python -m tests.benchmarks.p11_responder N`.

Prints its first port once all answer. A port answers a GET with the same OIDs, each a counter.
"""

from __future__ import annotations

import selectors
import socket
import sys
from functools import lru_cache

from devices.executors import snmp_codec as codec

VALUE = b"\x41\x04\x00\x98\x96\x80"  # Counter32 10,000,000
NULL = b"\x05\x00"


def answer(data: bytes) -> bytes:
    """Return the answer to a GET: every null turns into a counter."""
    _, at, end = codec.read(data, 0, len(data))
    stop = _skip(data, at, end)
    version = data[at:stop]
    tag_at = stop
    stop = _skip(data, stop, end)
    community = data[tag_at:stop]
    _, at, end = codec.read(data, stop, end)
    stop = _skip(data, at, end)
    number = data[at:stop]
    binds = data[_skip(data, _skip(data, stop, end), end) : end]
    pdu = codec.tlv(codec.RESPONSE, number + codec.NO_ERROR + _counted(binds))
    return codec.tlv(0x30, version + community + pdu)


@lru_cache(64)
def _counted(binds: bytes) -> bytes:
    """Return the rows with their values, worked out once, so that neither racer waits for it."""
    _, at, end = codec.read(binds, 0, len(binds))
    rows = []
    while at < end:
        _, row, stop = codec.read(binds, at, end)
        rows.append(codec.tlv(0x30, binds[row:stop].removesuffix(NULL) + VALUE))
        at = stop
    return codec.tlv(0x30, b"".join(rows))


def _skip(data: bytes, at: int, end: int) -> int:
    return codec.read(data, at, end)[2]


def main(count: int) -> None:
    """Answer until the process is ended."""
    chooser = selectors.DefaultSelector()
    first = _bound(chooser, count)
    sys.stdout.write(f"{first}\n")
    sys.stdout.flush()
    while True:
        for key, _ in chooser.select():
            sock: socket.socket = key.fileobj  # type: ignore[assignment]  # as it was registered
            try:
                data, sender = sock.recvfrom(2048)
                sock.sendto(answer(data), sender)
            except (BlockingIOError, codec.BadMessage):
                continue


def _bound(chooser: selectors.BaseSelector, count: int) -> int:
    """Bind so many ports in a row; return the first."""
    for first in range(21_000, 60_000 - count, count):
        made = []
        try:
            for port in range(first, first + count):
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                made.append(sock)
                sock.setblocking(False)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
                sock.bind(("127.0.0.1", port))
        except OSError:
            for sock in made:
                sock.close()
            continue
        for sock in made:
            chooser.register(sock, selectors.EVENT_READ)
        return first
    raise SystemExit("no row of free ports")


if __name__ == "__main__":
    main(int(sys.argv[1]))
