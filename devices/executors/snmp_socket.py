"""The sockets of the SNMP engine: one per address family, read in bulk."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable, Iterable

Address = tuple[str, int]
BUFFER_BYTES = 4 * 1024 * 1024
MAX_DATAGRAM = 65_535
ANSWER_BYTES, MAX_ROOM = 1024, 2000  # what the kernel counts for a usual answer
AT_A_TIME = 256
SO_RCVBUFFORCE = 33  # of Linux; Python has no name for it


class Unreachable(Exception):
    """A target's name or address leads nowhere."""


class SnmpSockets:
    """Sends datagrams and hands over what comes back, with its sender's address and port."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, received: Callable[[bytes, Address], None]
    ) -> None:
        self._loop, self._take = loop, received
        self._by_family: dict[int, socket.socket] = {}
        self._known: dict[str, str] = {}
        self._unsent: dict[int, deque[tuple[bytes, Address]]] = {}

    def close(self) -> None:
        """Close the sockets; what was not sent is dropped."""
        for sock in self._by_family.values():
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)
            sock.close()
        self._by_family.clear()

    def room(self) -> int:
        """Return how many answers fit the buffer; more where we may enlarge it, as root may."""
        sock = self._by_family.get(socket.AF_INET) or self._open(socket.AF_INET)
        size = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        return max(1, min(MAX_ROOM, size // ANSWER_BYTES))

    def address(self, host: str, port: int) -> Address | None:
        """Return where a host's answers will come from; nothing for a name that leads nowhere."""
        address = self._known.get(host)
        return None if address is None else (address, port)

    async def look_up(self, hosts: Iterable[str]) -> None:
        """Look hosts up, each once in the life of these sockets, unless that failed."""
        names = []
        for host in hosts:
            if host not in self._known:
                if numeric := _numeric(host):
                    self._known[host] = numeric
                else:
                    names.append(host)
        if names:
            await asyncio.gather(*map(self._look_up, names))

    async def _look_up(self, name: str) -> None:
        try:
            found = await self._loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            return
        self._known[name] = str(found[0][4][0])

    def send(self, message: bytes, address: Address) -> None:
        """Send a datagram, as soon as there is room; raises `OSError`."""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        sock = self._by_family.get(family) or self._open(family)
        if self._unsent[family]:
            self._unsent[family].append((message, address))
            return
        try:
            sock.sendto(message, address)
        except (BlockingIOError, InterruptedError):
            self._unsent[family].append((message, address))
            self._loop.add_writer(sock, self._send_waiting, family)

    def _send_waiting(self, family: int) -> None:
        sock, unsent = self._by_family[family], self._unsent[family]
        while unsent:
            try:
                sock.sendto(*unsent[0])
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                pass  # the request's own timeout tells
            unsent.popleft()
        self._loop.remove_writer(sock)

    def _open(self, family: int) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        enlarge(sock)
        sock.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 0))  # noqa: S104  a client
        self._by_family[family], self._unsent[family] = sock, deque()
        self._loop.add_reader(sock, self._read, sock)
        return sock

    def _read(self, sock: socket.socket) -> None:
        """Empty the kernel's buffer first, so that nothing is lost while messages are decoded."""
        found = []
        with contextlib.suppress(BlockingIOError, InterruptedError, OSError):
            for _ in range(AT_A_TIME):
                found.append(sock.recvfrom(MAX_DATAGRAM))
        for data, sender in found:
            self._take(data, sender[:2])


def enlarge(sock: socket.socket) -> None:
    """Make room for the answers of many, as far as the kernel lets us."""
    for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):  # the second one is for root alone
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)


def _numeric(host: str) -> str | None:
    """Return an address in the form that the kernel uses for senders, or nothing for a name."""
    try:
        if ":" in host:
            return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host))
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
