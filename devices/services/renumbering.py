"""What goes along when devices come to other addresses: group memberships and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devices.services import groups, vault_assign

Ends = Mapping[int, tuple[str | None, str | None]]


def take_along(ends: Ends, *, actor: Any) -> None:
    """Let memberships and assignments follow devices, all at once.

    `ends` maps the id of each device, new ones too, to the address it had and the one it has by
    now. A row is of the device that it names, else of the one that had its address; who takes an
    address in the same change takes nothing over. At an address that another device has kept it
    stays, for that one. Of a device that has no address by now it waits, and follows once there is
    one, also from where another device is by then. Only within `guarded`.
    """
    changed = {pk: (old, new) for pk, (old, new) in ends.items() if old != new}
    if not changed:
        return
    had = {old: pk for pk, (old, _) in changed.items() if old}
    came = [pk for pk, (old, _) in changed.items() if not old]
    kept = groups.holders_of(had, but={pk for pk, (_, new) in changed.items() if new})
    for kind in (groups, vault_assign):
        staying, waiting, moving = [], [], []
        for row in kind.rows_of(had, came):
            is_named = row.device is not None and row.device.archived_at is None
            pk = row.device_id if is_named else had[row.ip_address]
            old, new = changed.get(pk, (None, row.ip_address))
            if old and row.ip_address in kept:
                staying.append(row)
            elif new is None:
                waiting.append((row, pk))
            elif new != row.ip_address:
                moving.append((row, new))
        kind.settle(staying, waiting, moving, actor=actor)
