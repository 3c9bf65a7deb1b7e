"""What parsers share: text in, records out; what is not understood is said, never raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from inventory_site.core.whole import whole_number

ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b[ -/]*[0-~]"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff]")
PAGER = re.compile(r"-- ?more ?--(?: ?\([^)\n]{0,40}\))?(?:[ \x08]*\x08)?", re.IGNORECASE)
BORDER = re.compile(r"\A[\s|+=_:.-]*\Z")
MAX_LINES = 100_000
Record = dict[str, Any]


@dataclass(slots=True)
class Parsed:
    """The records, and the lines that were not understood; or that there is no such parser."""

    records: list[Record] = field(default_factory=list)
    unknown_lines: list[str] = field(default_factory=list)
    is_unknown: bool = False

    def note(self, line: str) -> None:
        """Note a line that was not understood, once."""
        if not (self.unknown_lines and self.unknown_lines[-1] is line):
            self.unknown_lines.append(line)


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
    return [line.strip() for line in indented_lines_of(raw)]


def indented_lines_of(raw: str | None) -> list[str]:
    """Do as `lines_of`, but keep the blanks that lines begin with."""
    return [CONTROLS.sub("", line).rstrip() for line in _split(raw)[:MAX_LINES]]


def left_out(raw: str) -> int:
    """Return how many lines at the end are too many to be read."""
    return max(len(_split(raw.rstrip())) - MAX_LINES, 0) if len(raw) > MAX_LINES else 0


def _split(raw: str | None) -> list[str]:
    text = (
        ESCAPES.sub("", raw if isinstance(raw, str) else "")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    return PAGER.sub("\n", text).split("\n")


def cells_of(line: str) -> list[str] | None:
    """Return the trimmed cells of a table line; None for any other line.

    What follows the last `|` is no cell: half a number would pass for a whole one.
    """
    if not line.startswith("|"):
        return None
    return [cell.strip() for cell in line.split("|")[1:-1]]


def rows_of(raw: str | None, least: int, found: Parsed) -> Iterator[tuple[list[str], str]]:
    """Yield cells and line of each row of at least so many; every other line is noted as unknown.

    A row that was cut is noted too: it may hold less than the device said.
    """
    for line in lines_of(raw):
        cells = cells_of(line)
        is_row = cells is not None and len(cells) >= least
        if not is_noise(line) and not (is_row and line.endswith("|")):
            found.note(line)
        if cells is not None and is_row:
            yield cells, line


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
