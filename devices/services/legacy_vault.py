"""The replaced vault's exports: rows of its tables from JSON, JSON lines, CSV or a SQLite file."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings

from devices.addresses import normal_ip
from devices.errors import Invalid
from devices.models import Credential
from devices.services import vault_groups, vault_keys
from inventory_site.core.errors import DomainError
from inventory_site.core.whole import whole_number

TABLES = ("credentials", "device_credentials")
SQLITE = b"SQLite format 3\x00"
MAX_FIELD = 1024 * 1024
ARRAYS = frozenset({"tags", "allowed_users", "allowed_groups"})  # `{a,b}` in PostgreSQL
Row = Mapping[str, Any]


def add_arguments(parser: Any) -> None:
    """Declare what `manage.py import_legacy vault` takes."""
    parser.add_argument(
        "--credentials", required=True, help="Export of the table credentials, or a SQLite file."
    )
    parser.add_argument("--assignments", help="Export of the table device_credentials.")


def run(options: Mapping[str, Any]) -> Iterator[str]:
    """Import, and yield a line per thing worth saying; the key is `CREDENTIAL_MASTER_KEY`."""
    if not settings.CREDENTIAL_MASTER_KEY:
        raise Invalid("CREDENTIAL_MASTER_KEY", "Set CREDENTIAL_MASTER_KEY to the old vault's key")
    dry_run = bool(options.get("dry_run"))
    path = Path(options["credentials"])
    rows = list(read_rows(path, "credentials"))
    done, refused = vault_keys.import_legacy(
        rows, master_key=settings.CREDENTIAL_MASTER_KEY, dry_run=dry_run
    )
    yield f"{done} of {len(rows)} credentials taken over."
    yield from (f"Left out: {line}" for line in refused)
    links: Iterable[Row] = ()
    if options.get("assignments"):
        links = read_rows(Path(options["assignments"]), "device_credentials")
    elif _is_sqlite(path):
        links = read_rows(path, "device_credentials")
    yield from _assigned(list(links), rows, dry_run)


def _assigned(links: Sequence[Row], rows: Sequence[Row], dry_run: bool) -> Iterator[str]:
    if not links:
        return
    names = {str(row.get("id")): str(row.get("name") or "") for row in rows}
    known = dict(Credential.objects.kept().values_list("name", "pk"))
    done = 0
    for number, link in enumerate(links, start=1):
        name = names.get(str(link.get("credential_id")), "")
        ip = normal_ip(str(link.get("ip_address") or ""))
        if ip is None or (name not in known and not dry_run):
            yield f"Left out: assignment {number}: no address, or no credential of that id"
            continue
        if not dry_run:
            try:
                vault_groups.assign(
                    actor=None,
                    ip_address=ip,
                    credential_id=known[name],
                    credential_type=str(link.get("credential_type") or ""),
                    priority=_whole(link.get("priority")),
                )
            except DomainError as err:
                yield f"Left out: assignment {number}: {err.message}"
                continue
        done += 1
    yield f"{done} of {len(links)} assignments taken over."


def _whole(value: Any) -> int:
    return whole_number(value, digits=9, signed=True) or 0


def read_rows(path: Path, table: str) -> Iterator[dict[str, Any]]:
    """Yield a table's rows, whatever of the known formats the file has; raises `Invalid`."""
    if not path.is_file():
        raise Invalid("file", f"{path.name}: there is no such file")
    if _is_sqlite(path):
        yield from _sqlite_rows(path, table)
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
        yield from _json_rows(text, table) if text.lstrip()[:1] in "[{" else _csv_rows(text)
    except (ValueError, csv.Error) as err:
        raise Invalid("file", f"{path.name} is neither JSON, JSON lines, CSV nor SQLite") from err


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _sqlite_rows(path: Path, table: str) -> Iterator[dict[str, Any]]:
    if table not in TABLES:
        raise ValueError(table)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        known = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if table not in known:
            return
        query = f"SELECT * FROM {table}"  # noqa: S608  one of our own two names
        for row in database.execute(query):
            yield dict(row)


def _json_rows(text: str, table: str) -> Iterator[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        found = [json.loads(line) for line in text.split("\n") if line.strip()]
    if isinstance(found, dict):
        found = found.get(table) or [found]
    for row in found:
        if not isinstance(row, dict):
            raise ValueError("a row is no object")
        yield row


def _csv_rows(text: str) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(MAX_FIELD)
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield {
            name: _csv_value(name, value)
            for name, value in row.items()
            if name and value not in (None, "", "\\N")
        }


def _csv_value(name: str, value: str) -> Any:
    if name in {"is_deleted", "is_expired"}:
        return value.lower() in {"t", "true", "1"}
    if name in ARRAYS and value.startswith("{"):
        return next(csv.reader([value[1:-1]], escapechar="\\"), [])
    if name in {"expiration_warning_days", "rotation_interval_days"}:
        return int(value)
    return value
