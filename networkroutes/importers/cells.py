"""Reading cells of a table: text in, values out; a `ValueError` is a sentence without its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from math import isfinite
from typing import Any

LARGEST_WHOLE = 2_147_483_647
YES, NO = ("1", "true", "yes", "y"), ("0", "false", "no", "n")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

Reader = Callable[[str], Any]


def text(longest: int | None = None, *, blank: Any = None) -> Reader:
    """Read a text of at most `longest` characters; a blank cell gives `blank`."""

    def read(cell: str) -> Any:
        if "\x00" in cell:
            raise ValueError("must not contain null characters")
        if longest is not None and len(cell) > longest:
            raise ValueError(f"must be at most {longest} characters")
        return cell or blank

    return read


def number(low: float | None = 0, high: float | None = None) -> Reader:
    """Read a number between two bounds; blank is None."""

    def read(cell: str) -> float | None:
        if not cell:
            return None
        found = float(cell) if NUMBER.fullmatch(cell) else float("nan")
        if not isfinite(found):
            raise ValueError("must be a number")
        if low is not None and found < low:
            raise ValueError("must be zero or greater" if low == 0 else f"must be at least {low}")
        if high is not None and found > high:
            raise ValueError(f"must be at most {high}")
        return found

    return read


def whole(cell: str) -> int | None:
    """Read a whole number of at least 0; blank is None."""
    found = number()(cell)
    if found is None:
        return None
    if found != int(found) or found > LARGEST_WHOLE:
        raise ValueError("must be a whole number")
    return int(found)


def money(places: int, *, below: Decimal, blank: Any = None) -> Reader:
    """Read an amount of at least 0, kept to some places, when that is `below` a bound."""

    def read(cell: str) -> Any:
        if not cell:
            return blank
        try:
            found = Decimal(cell) if NUMBER.fullmatch(cell) else Decimal("NaN")
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            raise ValueError("must be a number")
        if found < 0:
            raise ValueError("must be zero or greater")
        if found < below:
            found = found.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if found >= below:
            raise ValueError("is too large")
        return found

    return read


def flag(blank: Any = None) -> Reader:
    """Read yes or no in many forms."""

    def read(cell: str) -> Any:
        word = cell.lower()
        if not word:
            return blank
        if word in YES or word in NO:
            return word in YES
        raise ValueError("must be true or false")

    return read


def one_of(words: Sequence[str], *, blank: Any = None) -> Reader:
    """Read one of some words, in any case."""

    def read(cell: str) -> Any:
        if not cell:
            return blank
        found = next((word for word in words if word.lower() == cell.lower()), None)
        if found is None:
            raise ValueError(f"must be one of {', '.join(words)}")
        return found

    return read


def email(cell: str) -> str:
    """Read an e-mail address; blank stays blank."""
    if cell and (len(cell) > 255 or not EMAIL.fullmatch(cell)):
        raise ValueError("must be an e-mail address")
    return cell
