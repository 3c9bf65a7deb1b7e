"""The channel plan of a dark fibre: which slots of a grid are lit, reserved, free."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from networkroutes.design.grid import NotOnGrid, Wavelength, grid, read_wavelength
from networkroutes.models import DarkFibreChannel, NetworkRoute

C_BAND_THZ = (Decimal("191.3"), Decimal("196.1"))
LIT, RESERVED, FREE = "lit", "reserved", "free"


def channel_plan(route: NetworkRoute, spacing_ghz: Decimal) -> dict[str, Any]:
    """Return every slot of the C band on a fixed grid with its channel, and what fits no slot.

    A channel whose text names no frequency of the grid is listed under `off_grid` with the reason.
    """
    placed: dict[Decimal, DarkFibreChannel] = {}
    off_grid = []
    for channel in route.channels.with_open_reservation().order_by("pk"):
        try:
            found = read_wavelength(channel.dwdm_wavelength or "", spacing_ghz)
        except NotOnGrid as err:
            off_grid.append({**_shown(channel), "reason": str(err)})
            continue
        if found.thz in placed:
            reason = f"{found.thz.normalize()} THz is taken by {placed[found.thz]}."
            off_grid.append({**_shown(channel), "reason": reason})
            continue
        placed[found.thz] = channel
    low, high = C_BAND_THZ
    slots = [_slot(wave, placed.pop(wave.thz, None)) for wave in grid(spacing_ghz, low, high)]
    slots += [_slot(Wavelength(thz), channel) for thz, channel in placed.items()]
    slots.sort(key=lambda slot: slot["thz"])
    return {
        "circuit_id": route.circuit_id,
        "spacing_ghz": spacing_ghz,
        "counts": {
            state: sum(slot["state"] == state for slot in slots) for state in (LIT, RESERVED, FREE)
        },
        "slots": slots,
        "off_grid": off_grid,
    }


def state_of(channel: DarkFibreChannel | None) -> str:
    """Return what a slot is: held by somebody, lit, or free."""
    if channel is None:
        return FREE
    if any(held.is_active() for held in channel.open_reservations):  # type: ignore[attr-defined]  # prefetched
        return RESERVED
    return LIT if channel.in_use else FREE


def _slot(wave: Wavelength, channel: DarkFibreChannel | None) -> dict[str, Any]:
    return {
        "thz": wave.thz,
        "nm": wave.nm,
        "channel_number": wave.channel,
        "state": state_of(channel),
        "channel": _shown(channel) if channel else None,
    }


def _shown(channel: DarkFibreChannel) -> dict[str, Any]:
    return {
        "id": channel.pk,
        "dwdm_ucn": channel.dwdm_ucn,
        "dwdm_wavelength": channel.dwdm_wavelength,
        "state": state_of(channel),
    }
