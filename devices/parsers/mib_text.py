"""Objects of a MIB module's text (SMIv1 and SMIv2, RFC 2578), read tolerantly and without imports.

A name whose parent is unknown keeps its text and has no OID; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

ROOTS: dict[str, str] = {
    "iso": "1",
    "org": "1.3",
    "dod": "1.3.6",
    "internet": "1.3.6.1",
    "directory": "1.3.6.1.1",
    "mgmt": "1.3.6.1.2",
    "mib-2": "1.3.6.1.2.1",
    "system": "1.3.6.1.2.1.1",
    "interfaces": "1.3.6.1.2.1.2",
    "ifMIB": "1.3.6.1.2.1.31",
    "transmission": "1.3.6.1.2.1.10",
    "experimental": "1.3.6.1.3",
    "private": "1.3.6.1.4",
    "enterprises": "1.3.6.1.4.1",
    "snmpV2": "1.3.6.1.6",
    "snmpModules": "1.3.6.1.6.3",
    "wwp": "1.3.6.1.4.1.6141",
    "wwpProducts": "1.3.6.1.4.1.6141.1",
    "wwpModules": "1.3.6.1.4.1.6141.2",
    "wwpModulesLeos": "1.3.6.1.4.1.6141.2.60",
    "ciena": "1.3.6.1.4.1.1271",
    "cienaCesConfig": "1.3.6.1.4.1.1271.2.1",
}
MAX_TEXT, MAX_OBJECTS = 5_000_000, 20_000
COMMENT = re.compile(r"--[^\n]*?(?=--|\n|$)(?:--)?")
QUOTED = re.compile(r'"[^"]*"')
NAME = r"(?<![\w-])([A-Za-z][\w-]*)"
HEAD = re.compile(
    rf"{NAME}\s+"
    r"(OBJECT-TYPE|OBJECT\s+IDENTIFIER|MODULE-IDENTITY|OBJECT-IDENTITY|NOTIFICATION-TYPE)"
)
SIGN = "::="
PLACE = re.compile(r"\s*\{([^{}]*)\}")
MODULE = re.compile(rf"{NAME}\s+DEFINITIONS[A-Z\s]{{0,200}}::=\s*BEGIN")
SYNTAX = re.compile(r"\bSYNTAX\s+(.*?)(?=\b(?:UNITS|MAX-ACCESS|ACCESS|STATUS)\b|\Z)", re.S)
WORD = re.compile(r"\b(MAX-ACCESS|ACCESS|STATUS)\s+([\w-]+)")
ENUM = re.compile(rf"{NAME}\s*\(\s*(-?\d{{1,10}})\s*\)")
INDEX = re.compile(r"\bINDEX\s*\{([^{}]*)\}")
ARC = re.compile(r"([A-Za-z][\w-]*)(?:\s*\(\s*(\d+)\s*\))?|(\d+)")


@dataclass(frozen=True, slots=True)
class Assigned:
    """A name, its kind and body, and the place after `::=`."""

    name: str
    kind: str
    body: str
    place: str


@dataclass(slots=True)
class MibObject:
    """One object of a module."""

    name: str
    oid: str | None
    kind: str
    syntax: str = ""
    access: str = ""
    status: str = ""
    description: str = ""
    parent: str = ""
    indexes: list[str] = field(default_factory=list)
    enums: dict[int, str] = field(default_factory=dict)

    @property
    def is_table(self) -> bool:
        """Whether it is a table or a row of one."""
        return self.syntax.startswith("SEQUENCE OF")


def module_name(text: str) -> str:
    """Return the module's own name; blank when the text has none."""
    found = MODULE.search(text[:MAX_TEXT])
    return found[1] if found else ""


def parse_mib(text: str) -> list[MibObject]:
    """Return the module's objects in the order of the text."""
    quotes: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quotes.append(" ".join(found[0][1:-1].split()))
        return f'"{len(quotes) - 1}"'

    plain = COMMENT.sub(" ", QUOTED.sub(keep, text[:MAX_TEXT]))
    known = dict(ROOTS)
    assigned = list(islice(_assigned(plain), MAX_OBJECTS))
    found: list[MibObject] = []
    for one in assigned:
        item = _object(one, quotes)
        item.oid = _place(one.place, known)
        if item.oid:
            known[item.name] = item.oid
        found.append(item)
    _later(found, {one.name: one.place for one in assigned}, known)
    return found


def _assigned(plain: str) -> Iterator[Assigned]:
    """Yield what is given a place, from sign to sign: each stretch of the text is read once."""
    begin, sign = 0, plain.find(SIGN)
    while sign >= 0:
        end = sign + len(SIGN)
        place = PLACE.match(plain, end)
        head = HEAD.search(plain, begin, sign) if place else None
        begin = place.end() if place else end
        if place and head:
            yield Assigned(head[1], head[2], plain[head.end() : sign], place[1])
        sign = plain.find(SIGN, begin)


def _later(found: list[MibObject], places: Mapping[str, str], known: dict[str, str]) -> None:
    """Give an OID to what was named before its parent."""
    for _ in range(10):
        changed = False
        for item in found:
            if item.oid is None and (oid := _place(places[item.name], known)):
                item.oid = known[item.name] = oid
                changed = True
        if not changed:
            return


def _object(one: Assigned, quotes: list[str]) -> MibObject:
    body = one.body
    syntax = SYNTAX.search(body)
    words = {name.removeprefix("MAX-"): value for name, value in WORD.findall(body)}
    described = re.search(r'\bDESCRIPTION\s+"(\d+)"', body)
    index = INDEX.search(body)
    arcs = ARC.findall(one.place)
    item = MibObject(
        name=one.name,
        oid=None,
        kind=" ".join(one.kind.split()),
        syntax=" ".join(syntax[1].split()) if syntax else "",
        access=words.get("ACCESS", ""),
        status=words.get("STATUS", ""),
        description=quotes[int(described[1])] if described else "",
        parent=arcs[0][0] if arcs else "",
        indexes=[name.strip() for name in index[1].split(",")] if index else [],
    )
    if "{" in item.syntax and "(" in item.syntax:
        item.enums = {int(number): name for name, number in ENUM.findall(item.syntax)}
    return item


def _place(text: str, known: dict[str, str]) -> str | None:
    oid = ""
    for at, (name, named_number, number) in enumerate(ARC.findall(text)):
        if number or named_number:
            oid += f".{number or named_number}"
        elif at == 0 and name in known:
            oid = known[name]
        else:
            return None
    return oid.lstrip(".") or None
