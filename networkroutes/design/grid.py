"""Wavelengths on the DWDM grids of ITU-T G.694.1 (2020)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

LIGHT_NM_THZ = Decimal("299792.458")
ANCHOR_THZ = Decimal("193.1")
CHANNEL_ZERO_THZ = Decimal("190.0")
FLEX_STEP_THZ = Decimal("0.00625")
FLEX_WIDTH_GHZ = Decimal("12.5")
SPACINGS_GHZ = (Decimal("12.5"), Decimal(25), Decimal(50), Decimal(75), Decimal(100))
LOWEST_THZ, HIGHEST_THZ = Decimal("184.5"), Decimal("198.5")
NM_SLACK = Decimal("0.01")
WAVE = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*(nm|thz|ghz)?\s*", re.IGNORECASE)
CHANNEL = re.compile(
    r"\s*(?:itu\s*)?(?:ch(?:annel)?|c)\.?\s*([0-9]{1,2}(?:\.[05])?)\s*", re.IGNORECASE
)
HALF_CHANNEL = re.compile(r"\s*(?:itu\s*)?h\.?\s*([0-9]{1,2})\s*", re.IGNORECASE)
HALF_THZ = Decimal("0.05")
SLOT = re.compile(
    r"\s*n\s*=\s*([+-]?[0-9]{1,5})\s*(?:[,/; ]\s*m\s*=\s*(0*[1-9][0-9]{0,3}))?\s*", re.IGNORECASE
)


class NotOnGrid(ValueError):
    """The text names no wavelength, or one that is on none of the grids asked for."""


@dataclass(frozen=True, slots=True)
class Wavelength:
    """A central frequency; `width_ghz` is known for a slot of the flexible grid."""

    thz: Decimal
    width_ghz: Decimal | None = None

    @property
    def nm(self) -> Decimal:
        """The wavelength in vacuum, two decimals."""
        return (LIGHT_NM_THZ / self.thz).quantize(Decimal("0.01"), ROUND_HALF_EVEN)

    @property
    def channel(self) -> Decimal | None:
        """The channel number of the 100 GHz grid (190 THz + 0.1 n), with .5 between two."""
        number = (self.thz - CHANNEL_ZERO_THZ) * 10
        return number.normalize() if number * 2 == (number * 2).to_integral_value() else None

    def is_on(self, spacing_ghz: Decimal) -> bool:
        """Whether the frequency is 193.1 THz plus a whole number of steps."""
        return ((self.thz - ANCHOR_THZ) * 1000) % spacing_ghz == 0

    @property
    def spacings(self) -> tuple[Decimal, ...]:
        """The fixed grids that have this frequency, finest first, in GHz."""
        return tuple(spacing for spacing in SPACINGS_GHZ if self.is_on(spacing))

    @property
    def flexible_n(self) -> int | None:
        """The number n of the flexible grid (193.1 THz + n x 6.25 GHz); None off the grid."""
        steps = (self.thz - ANCHOR_THZ) / FLEX_STEP_THZ
        return int(steps) if steps == steps.to_integral_value() else None


def read_wavelength(text: str, spacing_ghz: Decimal | None = None) -> Wavelength:
    """Read `1551.72`, `1551.72 nm`, `193.2 THz`, `C32`, `32`, `CH 32.5`, `H32` or `n=16,m=4`.

    H is 50 GHz above the C of its number, as makers of optics name the channels between two.

    A length in nm is taken to the nearest frequency of the grid (of 6.25 GHz steps unless a spacing
    is given) within 0.01 nm. Raises `NotOnGrid` with a sentence.
    """
    slot, channel = SLOT.fullmatch(text), CHANNEL.fullmatch(text)
    if slot:
        width = FLEX_WIDTH_GHZ * int(slot.group(2)) if slot.group(2) else None
        return _checked(text, ANCHOR_THZ + int(slot.group(1)) * FLEX_STEP_THZ, spacing_ghz, width)
    if channel:
        return _checked(text, CHANNEL_ZERO_THZ + Decimal(channel.group(1)) / 10, spacing_ghz)
    half = HALF_CHANNEL.fullmatch(text)
    if half:
        above = Decimal(half.group(1)) / 10 + HALF_THZ
        return _checked(text, CHANNEL_ZERO_THZ + above, spacing_ghz)
    wave = WAVE.fullmatch(text)
    if wave is None:
        raise NotOnGrid(f"{text!r} names no wavelength, frequency or channel.")
    try:
        number = Decimal(wave.group(1).replace(",", "."))
    except InvalidOperation as err:
        raise NotOnGrid(f"{text!r} is not a number.") from err
    return _checked(
        text, _frequency(text, number, (wave.group(2) or "").lower(), spacing_ghz), spacing_ghz
    )


def grid(spacing_ghz: Decimal, low_thz: Decimal, high_thz: Decimal) -> list[Wavelength]:
    """Return the frequencies of a fixed grid between two bounds, both included, lowest first."""
    step = spacing_ghz / 1000
    first = ((low_thz - ANCHOR_THZ) / step).to_integral_value(rounding="ROUND_CEILING")
    found, place = [], ANCHOR_THZ + first * step
    while place <= high_thz:
        found.append(Wavelength(place))
        place += step
    return found


def _frequency(text: str, number: Decimal, unit: str, spacing_ghz: Decimal | None) -> Decimal:
    if unit == "thz" or (not unit and 180 <= number <= 200):
        return number
    if unit == "ghz":
        return number / 1000
    if not unit and number < 100:
        return CHANNEL_ZERO_THZ + number / 10
    if not number or not LOWEST_THZ <= LIGHT_NM_THZ / number <= HIGHEST_THZ:
        raise NotOnGrid(f"{text!r} is outside the bands from 184.5 to 198.5 THz.")
    step = spacing_ghz / 1000 if spacing_ghz else FLEX_STEP_THZ
    steps = ((LIGHT_NM_THZ / number - ANCHOR_THZ) / step).to_integral_value(ROUND_HALF_EVEN)
    thz = ANCHOR_THZ + steps * step
    if abs(LIGHT_NM_THZ / thz - number) > NM_SLACK:
        nearest = (LIGHT_NM_THZ / thz).quantize(Decimal("0.01"))
        raise NotOnGrid(f"{number} nm is not on the grid; the nearest is {nearest} nm.")
    return thz


def _checked(
    text: str, thz: Decimal, spacing_ghz: Decimal | None, width_ghz: Decimal | None = None
) -> Wavelength:
    found = Wavelength(thz, width_ghz)
    if not LOWEST_THZ <= thz <= HIGHEST_THZ:
        raise NotOnGrid(f"{text!r} is {thz} THz, outside the bands from 184.5 to 198.5 THz.")
    if spacing_ghz is not None and not found.is_on(spacing_ghz):
        raise NotOnGrid(f"{thz} THz is not on the {spacing_ghz} GHz grid (193.1 THz plus n steps).")
    if spacing_ghz is None and found.flexible_n is None:
        raise NotOnGrid(f"{thz} THz is on no grid; the finest has steps of 6.25 GHz.")
    return found
