"""The kinds of executors; a new one is one file and one line here."""

from __future__ import annotations

from devices.executors.base import Executor


class ExecutorRegistry:
    """Executors by type."""

    def __init__(self) -> None:
        self._kinds: dict[str, Executor] = {}

    def register(self, executor: Executor) -> Executor:
        """Add a kind; a second one under the same type is refused."""
        if executor.slug in self._kinds:
            raise ValueError(f'Executor "{executor.slug}" is already registered')
        self._kinds[executor.slug] = executor
        return executor

    def get(self, slug: str) -> Executor | None:
        """Return a kind, or nothing."""
        return self._kinds.get(slug)

    def get_or_raise(self, slug: str) -> Executor:
        """Return a kind, or raise `KeyError` naming those that exist."""
        if slug not in self._kinds:
            raise KeyError(f"Unknown executor: {slug}. Available: {', '.join(self.list_types())}")
        return self._kinds[slug]

    def list_types(self) -> list[str]:
        """Return the types."""
        return sorted(self._kinds)

    def list_executors(self) -> list[dict[str, str]]:
        """Return type, class and module of each kind."""
        return [
            {"type": slug, "class": type(kind).__name__, "module": type(kind).__module__}
            for slug, kind in sorted(self._kinds.items())
        ]

    def is_registered(self, slug: str) -> bool:
        """Whether a type exists."""
        return slug in self._kinds

    def unregister(self, slug: str) -> bool:
        """Remove a kind; return whether it was there."""
        return self._kinds.pop(slug, None) is not None

    def clear(self) -> None:
        """Remove all kinds; only tests need it."""
        self._kinds.clear()


def built_in() -> ExecutorRegistry:
    """Return a registry with the kinds that come with the product."""
    from devices.executors.discovery import DiscoveryExecutor
    from devices.executors.ping import PingExecutor
    from devices.executors.snmp import SnmpExecutor
    from devices.executors.ssh import SshExecutor
    from devices.executors.tcp import TcpScanExecutor
    from devices.executors.traceroute import TracerouteExecutor
    from devices.executors.winrm import WinRmExecutor

    found = ExecutorRegistry()
    kinds: tuple[Executor, ...] = (
        SshExecutor(),
        PingExecutor(),
        SnmpExecutor(),
        WinRmExecutor(),
        DiscoveryExecutor(),
        TcpScanExecutor(),
        TracerouteExecutor(),
    )
    for kind in kinds:
        found.register(kind)
    return found
