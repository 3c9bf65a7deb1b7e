"""Channels of dark fibre: making, changing, removing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.services import audit
from inventory_site.core.errors import VersionConflict
from inventory_site.core.locks import guarded, lock
from networkroutes import policy
from networkroutes.errors import ChannelNotFound
from networkroutes.models import DarkFibreChannel
from networkroutes.services import reservations
from networkroutes.services.routes import locked_route

WRITABLE = (
    "dwdm_wavelength",
    "dwdm_ucn",
    "equipment",
    "in_use",
    "capex_cost_to_light",
    "bandwidth",
)


def create_channel(*, actor: Any, circuit_id: str, values: Mapping[str, Any]) -> DarkFibreChannel:
    """Add a channel to a circuit; `RouteNotFound` for an unknown one."""
    policy.require(actor, "add_darkfibrechannel")
    with guarded():
        channel = DarkFibreChannel(route=locked_route(circuit_id))
        _apply(channel, values)
        channel.save()
        audit.record(actor, "channel.created", channel, after=_snapshot(channel))
    return channel


def update_channel(
    *,
    actor: Any,
    channel_id: int,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> DarkFibreChannel:
    """Change the fields that `values` names; circuit and reservation are never touched.

    Nothing is written when none is named; values that are there already only move `updated_at`.
    Raises `ChannelNotFound`, and `VersionConflict` when somebody was faster.
    """
    policy.require(actor, "change_darkfibrechannel")
    with guarded():
        channel = _locked(channel_id)
        if expected_version is not None and expected_version != channel.version:
            raise VersionConflict(
                "Somebody else changed this channel meanwhile.", version=channel.version
            )
        if not values:
            return channel
        before = _snapshot(channel)
        _apply(channel, values)
        after = _snapshot(channel)
        if after != before:
            channel.version += 1
            audit.record(actor, "channel.updated", channel, before=before, after=after)
        channel.save()
    return channel


def delete_channel(*, actor: Any, channel_id: int) -> None:
    """Remove a channel, reserved or not; the log keeps what was, with `Channel deleted`."""
    policy.require(actor, "delete_darkfibrechannel")
    with guarded():
        channel = _locked(channel_id)
        itself = DarkFibreChannel.objects.filter(pk=channel.pk)
        reservations.release_for_removal(itself, actor=actor)
        audit.record(actor, "channel.deleted", channel, before=_snapshot(channel))
        channel.delete()


def _locked(channel_id: int) -> DarkFibreChannel:
    channel = lock(DarkFibreChannel.objects.filter(pk=channel_id)).first()
    if channel is None:
        raise ChannelNotFound("Not found", channel=channel_id)
    return channel


def _apply(channel: DarkFibreChannel, values: Mapping[str, Any]) -> None:
    for name in WRITABLE:
        if name in values:
            setattr(channel, name, values[name])
    channel.full_clean(exclude=["route"], validate_unique=False)


def _snapshot(channel: DarkFibreChannel) -> dict[str, Any]:
    return audit.snapshot(channel, ("route", *WRITABLE))
