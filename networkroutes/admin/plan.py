"""The grid plan of a circuit: its channels drawn along the optical spectrum.

Wavelengths are texts, read as `design.grid` does: nm, THz, channel or slot numbers. Off its grids
a number from 1260 to 1680 still reads as nm, one from 178 to 238 as THz; both bands are the same
light. Other texts stand beside the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from networkroutes.choices import ChannelState
from networkroutes.design.grid import NotOnGrid, read_wavelength
from networkroutes.rules import leading_number

SPEED_NM_THZ = 299_792.458
NM, THZ = (1260.0, 1680.0), (178.0, 238.0)
C_BAND_THZ = (191.3, 196.2)
GRIDS_THZ = (0.0125, 0.025, 0.05, 0.1, 0.2)
DEFAULT_GRID_THZ = 0.05
STEP_THZ = 0.5
LABELLED = 26
MAX_TICKS = 12


def frequency_thz(text: str | None) -> float | None:
    """Return the frequency in THz that a wavelength text stands for, None for other texts."""
    try:
        return float(read_wavelength(text or "").thz)
    except NotOnGrid:
        value = leading_number(text or "")
    if value is None:
        return None
    if NM[0] <= value <= NM[1]:
        return SPEED_NM_THZ / value
    return value if THZ[0] <= value <= THZ[1] else None


def wavelength_nm(text: str | None) -> float | None:
    """Return the wavelength in nm that a text stands for, None for other texts."""
    found = frequency_thz(text)
    return None if found is None else SPEED_NM_THZ / found


def itu_number(thz: float) -> str:
    """Return the ITU channel number (G.694.1: 190 THz + 0.1 n), e.g. `34`, `34.5`."""
    return f"{round((thz - 190) / 0.1 * 2) / 2:g}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A channel as drawn: `left` and `width` in percent of the drawing."""

    name: str
    state: ChannelState
    words: str
    url: str
    is_verb: bool
    label: str = ""
    left: float = 0
    width: float = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis; `left` in percent."""

    label: str
    left: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What the drawing shows; `elsewhere` are channels without a place on the grid."""

    slots: list[Slot]
    elsewhere: list[Slot]
    ticks: list[Tick]
    counts: list[tuple[str, str, int]]
    title: str
    has_labels: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the drawing needs of one channel; `words` say all of it to a screen reader."""

    name: str
    wavelength: str | None
    state: ChannelState
    words: str
    url: str
    is_verb: bool


def plan_of(channels: Sequence[Drawn]) -> Plan:
    """Place channels along the spectrum."""
    placed = [(thz, row) for row in channels if (thz := frequency_thz(row.wavelength)) is not None]
    placed.sort(key=lambda pair: pair[0])
    grid = spacing_thz(thz for thz, _ in placed)
    low, high = _window([thz for thz, _ in placed], grid)
    span = high - low
    slots = [
        _slot(row, itu_number(thz), (thz - grid / 2 - low) / span * 100, grid / span * 100)
        for thz, row in placed
    ]
    elsewhere = [_slot(row, "", 0, 0) for row in channels if frequency_thz(row.wavelength) is None]
    return Plan(
        slots,
        elsewhere,
        _ticks(low, high) if placed else [],
        [
            (state.value, state.label, sum(row.state == state for row in channels))
            for state in (ChannelState.FREE, ChannelState.RESERVED, ChannelState.LIT)
        ],
        _title(low, high, grid) if placed else "",
        has_labels=span / grid <= LABELLED,
    )


def spacing_thz(found: Iterable[float]) -> float:
    """Return the grid that channels stand on: the widest common one that keeps them apart."""
    ordered = sorted(found)
    gaps = [right - left for left, right in pairwise(ordered) if right - left > GRIDS_THZ[0] / 2]
    least = min(gaps, default=DEFAULT_GRID_THZ)
    fitting = [grid for grid in GRIDS_THZ if grid <= least * 1.05]
    return min(max(fitting, default=GRIDS_THZ[0]), 0.1)


def _window(found: list[float], grid: float) -> tuple[float, float]:
    if not found:
        return C_BAND_THZ
    low = math.floor((found[0] - grid / 2) / STEP_THZ) * STEP_THZ
    high = math.ceil((found[-1] + grid / 2) / STEP_THZ) * STEP_THZ
    return low, max(high, low + 2 * STEP_THZ)


def _ticks(low: float, high: float) -> list[Tick]:
    step = STEP_THZ * math.ceil((high - low) / STEP_THZ / MAX_TICKS)
    count = math.floor((high - low) / step + 1e-9)
    return [
        Tick(f"{low + step * place:.1f}", step * place / (high - low) * 100)
        for place in range(count + 1)
    ]


def _title(low: float, high: float, grid: float) -> str:
    is_c = low >= C_BAND_THZ[0] - STEP_THZ and high <= C_BAND_THZ[1] + STEP_THZ
    return f"{'C band, ' if is_c else ''}{grid * 1000:g} GHz grid, {low:.1f} to {high:.1f} THz"


def _slot(row: Drawn, label: str, left: float, width: float) -> Slot:
    return Slot(
        row.name, row.state, row.words, row.url, row.is_verb, label, round(left, 3), round(width, 3)
    )
