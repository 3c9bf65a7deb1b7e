"""One HTTP exchange with one address, within a deadline and a size."""

import http.client
import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from inventory_site.core.outbound.addresses import Target
from inventory_site.core.outbound.errors import OutboundFailed

CHUNK_BYTES = 64 * 1024
WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Deadline:
    """A moment that all steps of one call share; seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, or raise `TimeoutError`."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class PinnedConnection(http.client.HTTPConnection):
    """A connection to an address that was checked, under the name that was asked for."""

    def __init__(
        self, target: Target, addresses: list[str], deadline: Deadline, tls: ssl.SSLContext
    ) -> None:
        super().__init__(target.host, target.port)
        self._target, self._addresses = target, addresses
        self._deadline, self._tls = deadline, tls

    def connect(self) -> None:
        """Try the addresses in turn; TLS asks for the name."""
        raw = self._first_that_answers()
        if self._target.scheme == "https":
            raw.settimeout(self._deadline.left())
            raw = self._tls.wrap_socket(raw, server_hostname=self._target.host)
        self.sock = _DeadlineSocket(raw, self._deadline)

    def _first_that_answers(self) -> socket.socket:
        failure: OSError | None = None
        for address in self._addresses:
            try:
                return socket.create_connection(
                    (address, self._target.port), timeout=self._deadline.left()
                )
            except OSError as err:
                failure = err
        if isinstance(failure, TimeoutError):
            raise failure
        raise OutboundFailed("unreachable") from failure


def exchange(
    connection: PinnedConnection,
    target: Target,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
    max_bytes: int,
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Send one request and return status, headers and body; raise `OutboundFailed`."""
    try:
        connection.request(method, target.path, body=body, headers=dict(headers))
        response = connection.getresponse()
        content = b"".join(_decoded(response, max_bytes))
        return response.status, response.getheaders(), content
    except TimeoutError as err:
        raise OutboundFailed("timeout") from err
    except ssl.SSLError as err:
        raise OutboundFailed("tls") from err
    except (http.client.HTTPException, zlib.error, ValueError, OSError) as err:
        raise OutboundFailed("protocol") from err
    finally:
        connection.close()


def _decoded(response: http.client.HTTPResponse, max_bytes: int) -> Iterator[bytes]:
    """Yield the body, unpacked; both its packed and its unpacked size are limited."""
    if (response.length or 0) > max_bytes:
        raise OutboundFailed("too_large")
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity":
        yield from _limited(_raw(response), max_bytes)
    elif encoding in WINDOW_BITS:
        packed = _limited(_raw(response), max_bytes)
        yield from _limited(_unpacked(packed, WINDOW_BITS[encoding]), max_bytes)
    else:
        raise OutboundFailed("protocol")


def _raw(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while chunk := response.read(CHUNK_BYTES):
        yield chunk
    if response.length:  # the peer hung up early; the library says nothing
        raise OutboundFailed("protocol")


def _unpacked(packed: Iterator[bytes], window_bits: int) -> Iterator[bytes]:
    """Unpack at most a chunk at a time, so that a bomb is noticed before it is in memory."""
    unpacker, is_empty = zlib.decompressobj(window_bits), True
    for chunk in packed:
        rest, is_empty = chunk, False
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, CHUNK_BYTES)
            rest = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof and not is_empty:  # it was cut off
        raise OutboundFailed("protocol")


def _limited(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise OutboundFailed("too_large")
        yield chunk


class _DeadlineSocket:
    """What `http.client` needs of a socket, each step within what is left of the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(self._deadline.left())
        self._sock.sendall(data)

    def makefile(self, *args: Any, **options: Any) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self._sock, self._deadline))

    def close(self) -> None:
        self._sock.close()


class _DeadlineReader(io.RawIOBase):
    """Reads a socket; a peer that drips a byte at a time gains nothing.

    Its own handle keeps the socket open: `http.client` closes the connection before the body is
    read when the peer says that it will hang up.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline
        self._handle = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        return self._handle.readinto(buffer) or 0

    def close(self) -> None:
        self._handle.close()
        super().close()
