"""Which host keys we know, and what to do with those we do not."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

STRICT, ACCEPT_NEW, OFF = "strict", "accept-new", "off"


class HostKeyRefused(Exception):
    """A server showed a key we do not accept; the text says which and why."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """The key of one server: its type and its public part in base64."""

    host: str
    port: int
    key_type: str
    key_base64: str


@dataclass(slots=True)
class KnownHosts:
    """Keys known before a run, and those learned in it; safe for many threads."""

    policy: str = ACCEPT_NEW
    known: Iterable[HostKey] = ()
    learned: list[HostKey] = field(default_factory=list)
    _keys: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for key in self.known:
            self._keys.setdefault((key.host, key.port), {})[key.key_type] = key.key_base64

    def check(self, host: str, port: int, key_type: str, key_base64: str) -> None:
        """Accept the key, remember it if it is the first of its server, or raise."""
        if self.policy == OFF:
            return
        with self._guard:
            known = self._keys.get((host, port))
            if known and known.get(key_type) == key_base64:
                return
            if known:
                raise HostKeyRefused(f"The host key of {host}:{port} has changed")
            if self.policy == STRICT:
                raise HostKeyRefused(f"The host key of {host}:{port} is not known")
            self._keys[(host, port)] = {key_type: key_base64}
            self.learned.append(HostKey(host, port, key_type, key_base64))

    def types_of(self, host: str, port: int) -> list[str]:
        """Return the types of the keys known of a server, to ask for those first."""
        return list(self._keys.get((host, port), ()))
