"""The register as CSV, each line built by the database (contract 5.2).

Text in double quotes with inner quotes doubled, numbers bare, null as nothing, LF between lines and
none after the last. A text that a spreadsheet would take for a formula gets a leading apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from inventory_site.core.sql import Joined
from networkroutes.models import NetworkRoute

CHUNK_ROWS = 2000
TEXT, WHOLE, REAL, FLAG = "text", "whole", "real", "flag"
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("circuit_id", "circuit_id", TEXT),
    ("outage_tickets_last_30d", "outage_tickets_last_30d", WHOLE),
    ("maintenance_tickets_last_30d", "maintenance_tickets_last_30d", WHOLE),
    ("kmz_file_path", "kmz_file_path", TEXT),
    ("live_latency", "live_latency_ms", REAL),
    ("expected_latency", "expected_latency_ms", REAL),
    ("test_results_link", "test_results_link", TEXT),
    ("cable_system", "cable_system", TEXT),
    ("is_special", "is_special", FLAG),
    ("underlying_carrier", "underlying_carrier", TEXT),
    ("location_a", "location_a", TEXT),
    ("location_b", "location_b", TEXT),
    ("bandwidth", "bandwidth", TEXT),
    ("more_details", "more_details", TEXT),
    ("mtu", "mtu", WHOLE),
    ("sla_latency", "sla_latency_ms", REAL),
)
HEADER = ",".join(f'"{name}"' for name, _, _ in COLUMNS)


class QuotedText(Func):
    """A text cell in quotes, defused; null gives null."""

    output_field = TextField()
    template = (
        "('\"' || CASE WHEN SUBSTR(%(expressions)s, 1, 1) "
        "IN ('=', '+', '-', '@', CHAR(9), CHAR(13)) THEN '''' ELSE '' END "
        "|| REPLACE(%(expressions)s, '\"', '\"\"') || '\"')"
    )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = self.template.replace("CHAR(", "CHR(")
        return super().as_sql(compiler, connection, template=template, **context)


class BareReal(Func):
    """A real number without a needless `.0`."""

    output_field = TextField()
    template = (
        "CASE WHEN %(expressions)s = CAST(%(expressions)s AS INTEGER) "
        "THEN CAST(CAST(%(expressions)s AS INTEGER) AS TEXT) "
        "ELSE CAST(%(expressions)s AS TEXT) END"
    )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="(%(expressions)s)::text", **context)


def csv_of_routes(rows: QuerySet[NetworkRoute]) -> Iterator[bytes]:
    """Yield the file: the header at once, then chunks of lines; memory does not grow with the
    table."""
    yield HEADER.encode()
    lines = rows.annotate(csv_line=_line()).values_list("csv_line", flat=True)
    chunk: list[str] = []
    for line in lines.iterator(CHUNK_ROWS):
        chunk.append(line)
        if len(chunk) == CHUNK_ROWS:
            yield ("\n" + "\n".join(chunk)).encode()
            chunk.clear()
    if chunk:
        yield ("\n" + "\n".join(chunk)).encode()


def _line() -> Joined:
    parts: list[Any] = []
    for number, (_, column, kind) in enumerate(COLUMNS):
        if number:
            parts.append(Value(","))
        parts.append(Coalesce(_cell(column, kind), Value(""), output_field=TextField()))
    return Joined(*parts)


def _cell(column: str, kind: str) -> Any:
    if kind == TEXT:
        return QuotedText(F(column))
    if kind == REAL:
        return BareReal(F(column))
    return Cast(Cast(F(column), IntegerField()), TextField())
