"""What parsers share: text in, records out; what is not understood is said, never raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from inventory_site.core.whole import whole_number

ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_=>]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
PAGER = re.compile(r"-- ?more ?--(?:\([^)]*\))?[ \x08]*", re.IGNORECASE)
BORDER = re.compile(r"\A[\s|+=_:.-]*\Z")
MAX_LINES = 100_000
Record = dict[str, Any]


@dataclass(slots=True)
class Parsed:
    """The records, and the lines that were not understood."""

    records: list[Record] = field(default_factory=list)
    unknown_lines: list[str] = field(default_factory=list)


class Parser(Protocol):
    """One command of one platform."""

    slug: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]]
    platform: ClassVar[str]
    command: ClassVar[str]
    schema: ClassVar[Mapping[str, Any]]

    def read(self, raw: str | None, context: Mapping[str, Any]) -> Parsed:
        """Return the records of an output; never raises."""
        ...


def lines_of(raw: str | None) -> list[str]:
    """Return the lines without carriage returns, escapes, pagers, controls and outer blanks."""
    text = ESCAPES.sub("", raw or "").replace("\r\n", "\n").replace("\r", "\n")
    text = PAGER.sub("\n", text)
    return [CONTROLS.sub("", line).strip() for line in text.split("\n")[:MAX_LINES]]


def cells_of(line: str) -> list[str] | None:
    """Return the trimmed cells of a table line; None for any other line."""
    if not line.startswith("|"):
        return None
    inner = line[1:-1] if line.endswith("|") and len(line) > 1 else line[1:]
    return [cell.strip() for cell in inner.split("|")]


def is_noise(line: str) -> bool:
    """Whether a line is blank or a border; nothing to report."""
    return not line or line.startswith("+--") or bool(BORDER.match(line))


def schema_of(**fields: str | list[str]) -> dict[str, Any]:
    """Return the JSON schema of a list of records."""
    properties = {name: {"type": kind} for name, kind in fields.items()}
    return {
        "type": "array",
        "items": {"type": "object", "properties": properties, "additionalProperties": True},
    }


def whole(text: str) -> int | None:
    """Return a port number; None unless all are digits of a bearable length."""
    return whole_number(text, digits=9)
