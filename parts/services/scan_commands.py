"""Bookings typed into the scan field: `RELA +20 7-3`, `RELA -5`, `RELA 5 7-3>3-1`."""

from __future__ import annotations

import re
from dataclasses import dataclass

ADD, USE, MOVE = "add", "use", "move"
PLACE = r"\d{1,9}-\d{1,9}"
CHANGE = re.compile(rf"([A-Za-z]{{4}})\s*([+-])\s*(\d{{1,9}})(?:\s+({PLACE}))?\Z")
MOVED = re.compile(rf"([A-Za-z]{{4}})\s+(?:(\d{{1,9}})\s+)?({PLACE})\s*>\s*({PLACE})\Z")


@dataclass(frozen=True, slots=True)
class Command:
    """A booking as it was typed; `source` only of a move, blank what was left out."""

    verb: str
    id4: str
    quantity: str = ""
    place: str = ""
    source: str = ""


def read_command(text: str) -> Command | None:
    """Return the booking that a text asks for, or None when it is none."""
    plain = text.strip()
    if found := CHANGE.match(plain):
        id4, sign, quantity, place = found.groups()
        return Command(ADD if sign == "+" else USE, id4.upper(), quantity, place or "")
    if found := MOVED.match(plain):
        id4, moved, source, target = found.groups()
        return Command(MOVE, id4.upper(), moved or "", target, source)
    return None
