"""Reads the replaced system's database: plain Python, rows in, typed values out (contract 14)."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import orjson

TABLES = {  # with the columns of each
    "repository_types": "id name description created_at",
    "network_routes": "circuit_id repository_type_id outage_tickets_last_30d"
    " maintenance_tickets_last_30d kmz_file_path live_latency expected_latency test_results_link"
    " cable_system is_special underlying_carrier cost currency location_a location_b bandwidth"
    " more_details test_results_file created_at updated_at mtu sla_latency",
    "dark_fiber_details": "id circuit_id dwdm_wavelength dwdm_ucn equipment in_use is_reserved"
    " reserved_at reserved_by reservation_expires_at capex_cost_to_light created_at updated_at",
    "reservation_logs": "id dark_fiber_id circuit_id dwdm_ucn action reserved_by reservation_date"
    " expiry_date notes",
    "test_results_files": "id circuit_id filename original_name file_size uploaded_at",
    "location_reference": "id location_code city country datacenter_name datacenter_address"
    " latitude longitude time_zone pop_type status created_date updated_date",
    "exchange_rates": "id currency_code exchange_rate last_updated next_update_due status"
    " updated_by created_date",
    "audit_logs": "id timestamp action_type parameters results execution_time ip_address"
    " session_id kmz_files pricing_data",
    "network_design_searches": "id search_name source_location destination_location"
    " bandwidth_required bandwidth_unit include_ull protection_required max_latency"
    " carrier_avoidance output_currency contract_term created_date search_results",
}
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")

Row = Mapping[str, Any]


class NotALegacyDatabase(ValueError):
    """The file is no SQLite database, or has none of the tables."""


@dataclass(slots=True)
class TableReport:
    """What became of one table's rows; `skipped` holds a sentence per row left out."""

    read: int = 0
    added: int = 0
    unchanged: int = 0
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_tables(database: Path) -> dict[str, list[dict[str, Any]]]:
    """Read all known tables in creation order; a missing table is empty.

    `database` is the SQLite file. Raises `NotALegacyDatabase`.
    """
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as link:
            link.row_factory = sqlite3.Row
            names = {row[0] for row in link.execute("SELECT name FROM sqlite_master")}
            if not names & set(TABLES):
                raise NotALegacyDatabase(f"{database.name} has none of the expected tables")
            return {
                table: [dict(row) for row in link.execute(f"SELECT * FROM {table} ORDER BY rowid")]  # noqa: S608  our own names
                for table in TABLES
                if table in names
            }
    except sqlite3.Error as err:
        raise NotALegacyDatabase(f"{database.name} cannot be read: {err}") from err


def left_out(database: Path) -> list[str]:
    """Say which other tables and columns hold something: those of a later original."""
    found = []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as link:
        for table in _own_tables(link):
            rows = _count(link, table, "1 = 1")
            if table not in TABLES and rows:
                found.append(f"{table}: a table of {rows} rows that is not known")
            for column in _unknown_columns(link, table):
                filled = _count(link, table, f"{_quoted(column)} <> ''")
                if filled:
                    found.append(f"{table}.{column}: a column with {filled} values, not known")
    return found


def _own_tables(link: sqlite3.Connection) -> list[str]:
    names = link.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
        "ESCAPE '~' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    )
    return [row[0] for row in names]


def _unknown_columns(link: sqlite3.Connection, table: str) -> list[str]:
    known = TABLES.get(table)
    if known is None:
        return []
    names = [row[1] for row in link.execute(f"PRAGMA table_info({_quoted(table)})")]
    return [name for name in names if name not in known.split()]


def _count(link: sqlite3.Connection, table: str, condition: str) -> int:
    asked = f"SELECT COUNT(*) FROM {_quoted(table)} WHERE {condition}"  # noqa: S608  quoted names
    return int(link.execute(asked).fetchone()[0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(row: Row, name: str) -> str | None:
    """A text as it is; numbers become text, null characters go."""
    value = row.get(name)
    return None if value is None else str(value).replace("\x00", "")


def file_name(row: Row, name: str) -> str:
    """The name of a file as its owner wrote it: the original read each byte as a letter."""
    found = text(row, name) or ""
    try:
        return found.encode("latin-1").decode()
    except UnicodeError:
        return found


def real(row: Row, name: str) -> float | None:
    """A number; blank and what is no number give None."""
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def latitude(row: Row, name: str) -> float | None:
    """Degrees from -90 to 90; anything else gives None."""
    return _degrees(row, name, 90)


def longitude(row: Row, name: str) -> float | None:
    """Degrees from -180 to 180; anything else gives None."""
    return _degrees(row, name, 180)


def _degrees(row: Row, name: str, bound: float) -> float | None:
    try:
        number = float(row.get(name))  # type: ignore[arg-type]  # None is caught
    except (TypeError, ValueError):
        return None
    return number if abs(number) <= bound else None


def whole(row: Row, name: str) -> int | None:
    """A whole number that a column can hold; anything else gives None."""
    number = real(row, name)
    return int(number) if number is not None and number < 2**31 else None


def money(row: Row, name: str) -> Decimal | None:
    """An amount to four places; blank and what is no number give None."""
    if real(row, name) is None:
        return None
    try:
        return Decimal(str(row[name]).strip()).quantize(Decimal("0.0001"))
    except InvalidOperation:
        return None


def flag(row: Row, name: str) -> bool | None:
    """1 and 0 in their forms; anything else gives None."""
    value = str(row.get(name)).strip().lower()
    return {"1": True, "true": True, "1.0": True, "0": False, "false": False, "0.0": False}.get(
        value
    )


def moment(row: Row, name: str) -> datetime | None:
    """A time in either of the original's formats, UTC; anything else gives None."""
    value = str(row.get(name) or "").strip()
    for pattern in FORMATS:
        try:
            return datetime.strptime(value, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def parsed(row: Row, name: str) -> Any:
    """JSON that stands in a text column; text that is no JSON stays text."""
    value = row.get(name)
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return value or None


def files_below(folder: Path) -> dict[str, Path]:
    """Map each file name below a folder to its path; links are not followed."""
    return {path.name: path for path in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path
