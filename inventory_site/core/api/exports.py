"""CSV, streamed; XLSX, spooled to a temporary file."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse

from inventory_site.core.errors import TooLarge

CHUNK_ROWS = 2000
CRLF = "\r\n"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export: its header and the query path it is read from."""

    header: str
    path: str
    shown: Callable[[Any], Any] | None = None


def defused(value: Any) -> Any:
    """Return text that no spreadsheet takes for a formula; other values as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def cell(value: Any) -> Any:
    """Return what a cell shows: UTC times in ISO 8601, yes/no as 1/0, lists and objects as JSON,
    text defused."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (list, dict)):
        return defused(json.dumps(value, ensure_ascii=False, default=str))
    return defused(value)


def read_rows(rows: QuerySet[Any], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """Yield the cells of each row without making model instances, in chunks."""
    for values in rows.values_list(*(column.path for column in columns)).iterator(CHUNK_ROWS):
        yield [
            cell(column.shown(value) if column.shown else value)
            for column, value in zip(columns, values, strict=True)
        ]


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield CSV in chunks of some hundred lines; line separator LF."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator=CRLF)
    writer.writerow(header)
    yield lines.taken()
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number % 500 == 0:
            yield lines.taken()
    if lines:
        yield lines.taken()


class _Lines(list[str]):
    """Gathers lines. A writer that ends them by CR and LF quotes cells with either alone too."""

    def write(self, line: str) -> None:
        """Take one line."""
        self.append(line.removesuffix(CRLF))

    def taken(self) -> bytes:
        """Return what was gathered, each line ended by LF, and begin anew."""
        text = "\n".join([*self, ""])
        self.clear()
        return text.encode()


def csv_response(chunks: Iterable[bytes], name: str) -> StreamingHttpResponse:
    """Return a streamed CSV download; `name` has no ending."""
    return StreamingHttpResponse(
        chunks,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def stream_csv(rows: QuerySet[Any], columns: Sequence[Column], name: str) -> StreamingHttpResponse:
    """Return the whole queryset as CSV, read and sent in chunks."""
    header = [column.header for column in columns]
    return csv_response(csv_chunks(header, read_rows(rows, columns)), name)


def xlsx_file(rows: QuerySet[Any], columns: Sequence[Column], name: str) -> FileResponse:
    """Return the queryset as a workbook, or raise `TooLarge` above the row limit."""
    limit = settings.EXPORT_MAX_ROWS_XLSX
    if rows[limit : limit + 1].exists():
        raise TooLarge(f"More than {limit} rows; export CSV instead.", limit=limit)
    header = [column.header for column in columns]
    return xlsx_response(header, read_rows(rows, columns), name)


def xlsx_response(header: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> FileResponse:
    """Write a workbook in constant memory to a temporary file and return it."""
    spool = tempfile.NamedTemporaryFile(suffix=".xlsx")
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(spool.name, options) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, header, bold)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [_number(value) for value in row])
        sheet.freeze_panes(1, 0)
    spool.seek(0)
    return FileResponse(spool, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
