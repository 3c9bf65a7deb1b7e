"""Whole numbers that people, programs and devices send as text."""

from __future__ import annotations

from typing import Any

LONGEST = 18  # digits that every database's numbers hold


def whole_number(sent: Any, *, digits: int = LONGEST, signed: bool = False) -> int | None:
    """Return the whole number of a text or number; None for anything else.

    `²` and `--5` are none, though `str.isdigit` and `str.lstrip` may say so, nor is true, nor what
    has more digits than asked for: Python refuses to read endless ones.
    """
    text = "" if isinstance(sent, bool) else str(sent)
    plain = text.removeprefix("-") if signed else text
    if not (plain.isascii() and plain.isdigit()) or len(plain) > digits:
        return None
    return int(text)
