"""Reading a CSV line by line, with the line numbers that a person sees."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MOST_CELL_CHARS = 100_000
FORMULA_GUARD = ("'=", "'+", "'-", "'@", "'\t", "'\r")


class NotTable(ValueError):
    """The file is not a CSV that can be read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record: `number` is the file's line it begins on, the header being 1.

    `is_too_long` says that it has cells beyond the header's.
    """

    number: int
    cells: dict[str, str]
    is_too_long: bool = False


def read_table(source: IO[str]) -> Iterator[Line]:
    """Yield the records of a CSV with a header; blank lines are left out.

    Cells are trimmed, and an apostrophe that an export put before a formula is taken off. Raises
    `NotTable` for a missing or doubled header and for broken quoting.
    """
    csv.field_size_limit(MOST_CELL_CHARS)
    reader = csv.reader(source, strict=True)
    try:
        header = [_name(cell) for cell in next(reader, [])]
        _check(header)
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Line(
                    begins, _record(header, cells), any(map(str.strip, cells[len(header) :]))
                )
            begins = reader.line_num + 1
    except csv.Error as err:
        raise NotTable(f"Line {reader.line_num}: {err}") from err
    except UnicodeDecodeError as err:
        raise NotTable("The file is not UTF-8 text") from err


def _name(cell: str) -> str:
    return cell.strip().lstrip("\ufeff").lower()


def _check(header: list[str]) -> None:
    if not any(header):
        raise NotTable("The file has no header line")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise NotTable(f"Column {doubled[0]} is there twice")


def _record(header: list[str], cells: list[str]) -> dict[str, str]:
    return {name: _cell(cell) for name, cell in zip(header, cells, strict=False) if name}


def _cell(text: str) -> str:
    trimmed = text.strip()
    return trimmed[1:] if trimmed.startswith(FORMULA_GUARD) else trimmed
