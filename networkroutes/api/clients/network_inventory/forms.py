"""Reading the front end's bodies: blanks, numbers as text, yes and no in many forms (contract 2 and
4)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from networkroutes.errors import InvalidField
from networkroutes.rules import ABOVE_COSTS

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
LARGEST_WHOLE = 2_147_483_647
FOUR_PLACES = Decimal("0.0001")
YES: tuple[Any, ...] = ("1", "true")
NO: tuple[Any, ...] = ("0", "false")


def real(field: str, value: Any, *, low: float | None = 0) -> float | None:
    """Read a number or numeric text; blank is None. Refuses less than `low`."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = _number(field, value)
    if low is not None and number < low:
        raise InvalidField(field, f"{field} must be zero or greater")
    return number


def whole(field: str, value: Any) -> int | None:
    """Read a whole number of at least zero; blank is None."""
    number = real(field, value)
    if number is None:
        return None
    if number != int(number):
        raise InvalidField(field, f"{field} must be a whole number")
    if number > LARGEST_WHOLE:
        raise InvalidField(field, f"{field} must be at most {LARGEST_WHOLE}")
    return int(number)


def key(field: str, value: Any) -> int | None:
    """Read the number of another row; blank is None, a number that no row can have is 0."""
    number = real(field, value, low=None)
    if number is None:
        return None
    return int(number) if number.is_integer() and 0 < number <= LARGEST_WHOLE else 0


def money(field: str, value: Any) -> Decimal | None:
    """Read an amount of at least zero, kept to four places; blank is None."""
    number = real(field, value)
    if number is None:
        return None
    amount = Decimal(str(value).strip() if isinstance(value, str) else repr(value))
    if amount < ABOVE_COSTS:
        amount = amount.quantize(FOUR_PLACES, ROUND_HALF_UP)
    if amount >= ABOVE_COSTS:
        raise InvalidField(field, f"{field} is too large")
    return amount


def text(field: str, value: Any, *, longest: int | None = None) -> str | None:
    """Read a text; numbers become their text, null stays null, blank stays blank."""
    if value is None:
        return None
    if isinstance(value, (bool, dict, list)):
        raise InvalidField(field, f"{field} must be text")
    found = number_text(value) if isinstance(value, (int, float)) else str(value)
    if "\x00" in found:
        raise InvalidField(field, f"{field} must not contain null characters")
    if longest is not None and len(found) > longest:
        raise InvalidField(field, f"{field} must be at most {longest} characters")
    return found


def yes_no(field: str, value: Any) -> bool | None:
    """Read `true`, `1`, `"1"`, `"true"` and their opposites; blank is None."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, (bool, int, float)) and value in (0, 1):
        return bool(value)
    word = value.strip().lower() if isinstance(value, str) else None
    if word in YES:
        return True
    if word in NO:
        return False
    raise InvalidField(field, f"{field} must be true or false")


def truthy(value: Any) -> bool:
    """Read a loose yes: blank, `"0"` and `"false"` are no, whatever else is there is yes.

    A list or an object is there even when nothing is in it.
    """
    if isinstance(value, str):
        return value.strip().lower() not in {"", *NO}
    return isinstance(value, (list, dict)) or bool(value)


def number_text(value: float) -> str:
    """Write a number as JavaScript does: 1000.0 is `1000`, 0.00005 `0.00005`, 1e-7 `1e-7`."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e21):
        return str(int(value))
    if 1e-6 <= abs(value) < 1e21:
        return f"{Decimal(repr(value)):f}"
    return repr(value).replace("e-0", "e-")


def required_text(body: Mapping[str, Any], field: str, refusal: InvalidField, longest: int) -> str:
    """Read a text that must not be blank, or raise the given refusal."""
    found = text(field, body.get(field), longest=longest)
    if found is None or not found.strip():
        raise refusal
    return found


def _number(field: str, value: Any) -> float:
    refusal = InvalidField(field, f"{field} must be a number")
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise refusal
    try:
        number = float(value)
    except OverflowError as err:
        raise refusal from err
    if not math.isfinite(number):
        raise refusal
    return number
