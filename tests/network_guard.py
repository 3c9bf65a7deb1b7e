"""Closes the network for tests: only loopback and local sockets may be reached."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

NAMES = frozenset({"localhost", "localhost.localdomain", "", None})


class NetworkClosed(OSError):
    """A test tried to reach another machine."""


def is_local(host: Any) -> bool:
    """Whether a host is this machine: a loopback address or its name."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in NAMES or name == socket.gethostname():
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _checked(original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if isinstance(address, tuple) and not is_local(address[0]):
            raise NetworkClosed(f"tests may not reach {address[0]}")
        return original(self, *arguments)

    return guarded


def close_network() -> None:
    """Refuse every connection, datagram and name look-up that leaves this machine."""
    for method in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, method, _checked(getattr(socket.socket, method)))
    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if is_local(host) or _is_address(host):
            return look_up(host, *arguments, **options)
        raise socket.gaierror(socket.EAI_NONAME, f"tests may not look up {host}")

    socket.getaddrinfo = guarded_look_up


def _is_address(host: Any) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True
