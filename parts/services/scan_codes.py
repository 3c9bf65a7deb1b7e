"""What a scanner reads (contract 12.2): our own codes, ids, places, suppliers' bags."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inventory_site.core.whole import whole_number

OURS = re.compile(
    r"STK:(?:P:(?P<part>[A-Za-z]{4})|B:(?P<box>\d{1,9})|L:(?P<place>\d{1,9}-\d{1,9}))\Z"
)
ID4 = re.compile(r"[A-Za-z]{4}\Z")
PLACE = re.compile(r"\d{1,9}-\d{1,9}\Z")
HEAD = re.compile(r"\[\)>\x1e?06\x1d?")
BRACES = re.compile(r"\{(.*)\}\Z", re.S)
RS, GS, EOT = "\x1e", "\x1d", "\x04"
IDENTIFIERS = ("10D", "9D", "1P", "1T", "P", "Q", "K")
DATES = {"10D": "date", "9D": "date"}


@dataclass(frozen=True, slots=True)
class Part:
    """The label of a part."""

    id4: str


@dataclass(frozen=True, slots=True)
class Box:
    """The label of a box."""

    box_no: int


@dataclass(frozen=True, slots=True)
class Place:
    """The label of a place."""

    box_no: int
    loc_no: int


@dataclass(frozen=True, slots=True)
class Bag:
    """A supplier's bag; what it does not say is None."""

    manufacturer_code: str | None = None
    supplier_code: str | None = None
    qty: int | None = None
    lot: str | None = None
    date_code: str | None = None
    order: str | None = None


Code = Part | Box | Place | Bag


def read_code(text: str) -> Code | None:
    """Return what a code means; None for an unknown one."""
    plain = text.strip(" \r\n\t")
    if ours := OURS.match(plain):
        return _ours(ours)
    if ID4.match(plain):
        return Part(plain.upper())
    if PLACE.match(plain):
        return _place(plain)
    if HEAD.match(plain):
        return _iso_bag(plain)
    if braces := BRACES.match(plain):
        return _brace_bag(braces[1])
    return None


def _ours(found: re.Match[str]) -> Code:
    if found["part"]:
        return Part(found["part"].upper())
    return Box(int(found["box"])) if found["box"] else _place(found["place"])


def _place(text: str) -> Place:
    box_no, _, loc_no = text.partition("-")
    return Place(int(box_no), int(loc_no))


def _iso_bag(text: str) -> Bag | None:
    """ISO/IEC 15434, format 06: fields by data identifier, the first of each wins."""
    body = HEAD.sub("", text, count=1).partition(EOT)[0].partition(RS)[0]
    found: dict[str, str] = {}
    for item in body.split(GS):
        name = next((name for name in IDENTIFIERS if item.startswith(name)), None)
        if name is not None:
            found.setdefault(DATES.get(name, name), item.removeprefix(name).strip())
    if not found:
        return None
    return Bag(
        manufacturer_code=found.get("1P") or None,
        supplier_code=found.get("P") or None,
        qty=_number(found.get("Q")),
        lot=found.get("1T") or None,
        date_code=found.get("date") or None,
        order=found.get("K") or None,
    )


def _brace_bag(body: str) -> Bag | None:
    found: dict[str, str] = {}
    for item in body.split(","):
        name, colon, value = item.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    if not {"pc", "pm"} & found.keys():
        return None
    return Bag(
        manufacturer_code=found.get("pm") or None,
        supplier_code=found.get("pc") or None,
        qty=_number(found.get("qty")),
    )


def _number(text: str | None) -> int | None:
    return whole_number(text, digits=9)
