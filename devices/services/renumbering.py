"""What goes along when devices come to other addresses: group memberships and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.services import groups, vault_assign

Ends = Mapping[int, tuple[str | None, str | None]]


def take_along(ends: Ends, *, actor: Any) -> None:
    """Let memberships and assignments follow devices, all at once.

    `ends` maps the id of each device, new ones too, to the address it had and the one it has by
    now. Who takes an address in the same change takes nothing over. What a device left behind when
    it had none waits for it, and follows once it has one. Only within `guarded`.
    """
    changed = [(pk, old, new) for pk, (old, new) in ends.items() if old != new]
    moves = {old: new for _, old, new in changed if old and new}
    left = {old: pk for pk, old, new in changed if old and not new}
    came = {new for _, old, new in changed if new and not old}
    arrived = {pk for pk, _, new in changed if new}
    for kind in (groups, vault_assign):
        if left:
            kind.leave(left, arrived=arrived)
        if moves:
            kind.follow(moves, arrived=arrived, actor=actor)
        if came:
            kind.rejoin(came, actor=actor)
