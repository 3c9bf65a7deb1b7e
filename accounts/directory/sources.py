"""Where the configured directories come from.

The app that keeps them puts its own source in, in `AppConfig.ready()`:
`sources.use(Source(listed, opened))`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.directory.client import Server


@dataclass(frozen=True, slots=True)
class Listed:
    """A directory as the sign-in page offers it."""

    pk: int
    name: str
    auth_type: str
    is_default: bool = False
    enabled: bool = True
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """`listed()` gives the enabled directories by name, `opened(pk)` how to reach one, or None."""

    listed: Callable[[], list[Listed]]
    opened: Callable[[int], Server | None]


_source: list[Source] = [Source(list, lambda pk: None)]


def use(source: Source) -> None:
    """Take directories from here on."""
    _source.append(source)


def listed() -> list[Listed]:
    """Return the enabled directories by name."""
    return _source[-1].listed()


def opened(pk: int) -> Server | None:
    """Return how to reach an enabled directory, or None."""
    return _source[-1].opened(pk)
