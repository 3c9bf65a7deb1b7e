"""Values with SI prefixes and RKM codes, exact (contract 12.7, IEC 60062)."""

from __future__ import annotations

import re
from decimal import Decimal

PREFIXES = {
    "p": -12,
    "n": -9,
    "u": -6,
    "\u00b5": -6,  # micro sign
    "\u03bc": -6,  # Greek mu
    "m": -3,
    "": 0,
    "k": 3,
    "K": 3,
    "M": 6,
    "G": 9,
}
SPELLINGS = {
    "ohm": ("ohms", "ohm", "Ohms", "Ohm", "\u2126", "\u03a9", "R", "r"),  # ohm sign, Greek omega
    "F": ("F", "f"),
    "H": ("H", "h"),
    "V": ("V", "v"),
    "A": ("A", "a"),
    "W": ("W", "w"),
    "Hz": ("Hz", "hz", "HZ"),
    "": (),
}
NUMBER = re.compile(r"([+-]?\d+(?:[.,]\d+)?|[+-]?[.,]\d+)\s*(.*)", re.S)
RKM = re.compile("(\\d*)([pnu\u00b5\u03bcmkKMGRr\u2126\u03a9FVAHW])(\\d+)(.*)", re.S)
LONGEST = 100


class NotAValue(ValueError):
    """The text is no number of the unit; its message says why."""


def parse_value(text: str, unit: str) -> Decimal:
    """Return a value in base units: `10 kΩ` of ohm is 10000, `100n` of F is 0.0000001.

    Raises `NotAValue` for another unit or no number.
    """
    spelt = text.strip()
    if not spelt or len(spelt) > LONGEST:
        raise NotAValue("A number is needed.")
    coded = RKM.fullmatch(spelt)
    if coded is not None:
        return _coded(coded, unit)
    plain = NUMBER.fullmatch(spelt)
    if plain is None:
        raise NotAValue(f"{spelt!r} is not a number.")
    number, rest = plain.groups()
    return _scaled(number.replace(",", "."), _exponent(rest.strip(), unit, spelt))


def _coded(found: re.Match[str], unit: str) -> Decimal:
    """`4k7` is 4700, `R47` is 0.47: the letter stands for the point."""
    whole, letter, part, rest = found.groups()
    exponent = PREFIXES.get(letter)
    spellings = SPELLINGS[unit]
    if exponent is None:
        if letter not in spellings:
            raise NotAValue(f"{letter} is another unit than {unit or 'none'}.")
        exponent = 0
    if rest.strip() and rest.strip() not in spellings:
        raise NotAValue(f"{rest.strip()} is another unit than {unit or 'none'}.")
    return _scaled(f"{whole or 0}.{part}", exponent)


def _exponent(rest: str, unit: str, spelt: str) -> int:
    for spelling in (*SPELLINGS[unit], ""):
        if rest.endswith(spelling):
            prefix = rest.removesuffix(spelling).strip()
            if prefix in PREFIXES:
                return PREFIXES[prefix]
    raise NotAValue(f"{spelt!r} is not a value in {unit or 'plain numbers'}.")


def _scaled(number: str, exponent: int) -> Decimal:
    value = Decimal(number).scaleb(exponent)
    if abs(value) >= Decimal(10) ** 20:
        raise NotAValue("The number is too large.")
    return value
