"""Which targets were silent to this process; they are asked last and so hold nobody up."""

from __future__ import annotations

from collections.abc import Hashable

MAX_SILENT = 10_000


class Silent(dict[Hashable, None]):
    """Targets that gave no answer when last asked; all are forgotten at `MAX_SILENT`."""

    def note(self, target: Hashable, *, is_silent: bool) -> None:
        """Keep a target, or forget it since it spoke."""
        if not is_silent:
            self.pop(target, None)
            return
        if len(self) >= MAX_SILENT:
            self.clear()
        self[target] = None
