"""Parts from CSV or JSON (contract 12.10)."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from inventory_site.core.errors import DomainError, InvalidInput
from parts import policy
from parts.errors.stock import StockInvalid
from parts.models import PartType, RetiredPartId, StockPart
from parts.services import parts, types

ID4 = re.compile(r"[A-Z]{4}\Z")
GUARDED = re.compile(r"'[=+\-@\t\r]")
MOST_ROWS = 20_000
CREATE, UPDATE, SKIP, ERROR = "create", "update", "skip", "error"
Validate = Callable[[Mapping[str, Any]], tuple[dict[str, Any], list[str]]]


@dataclass(slots=True)
class ImportedRow:
    """What happens to one row; `row` counts from 1."""

    row: int
    action: str
    id4: str | None = None
    errors: list[str] = field(default_factory=list)
    is_drawn: bool = False


@dataclass(slots=True)
class ImportReport:
    """Every row, and whether anything was written."""

    rows: list[ImportedRow] = field(default_factory=list)
    is_written: bool = False


def import_parts(
    *,
    actor: Any,
    content: bytes,
    validate: Validate,
    dry_run: bool = True,
    partial: bool = False,
) -> ImportReport:
    """Add and change parts by id; with an error in any row nothing is written unless `partial`.

    `validate` turns a row into the fields of a part, or says what is wrong.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    report = ImportReport()
    with transaction.atomic():
        for number, row in enumerate(read_rows(content), start=1):
            report.rows.append(_import_row(actor, number, row, validate))
        failed = any(row.action == ERROR for row in report.rows)
        report.is_written = not dry_run and (partial or not failed)
        if not report.is_written:
            transaction.set_rollback(True)
            _forget_drawn_ids(report)
    return report


def _forget_drawn_ids(report: ImportReport) -> None:
    """Name no id that was drawn and given back."""
    for row in report.rows:
        if row.is_drawn:
            row.id4 = None


def read_rows(content: bytes) -> list[dict[str, Any]]:
    """Return the rows of a JSON list or a CSV file with a header."""
    text = decoded(content)
    rows = _json_rows(text) if text.lstrip().startswith(("[", "{")) else _csv_rows(text)
    if not rows:
        raise StockInvalid(file="The file has no rows.")
    if len(rows) > MOST_ROWS:
        raise StockInvalid(file=f"The file has more than {MOST_ROWS} rows.")
    return rows


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8 or Latin-1; one that is no text is refused."""
    if b"\x00" in content:
        raise StockInvalid(file="The file is not text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _csv_rows(text: str) -> list[dict[str, Any]]:
    dialect = ";" if text.splitlines()[:1] and text.splitlines()[0].count(";") else ","
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=dialect))
    except csv.Error as err:
        raise StockInvalid(file="The file is not CSV.") from err
    return [{name.strip(): _shown(cell) for name, cell in row.items() if name} for row in rows]


def _shown(cell: Any) -> Any:
    """Take back the sign that the export puts before what a spreadsheet takes for a formula."""
    return cell[1:] if isinstance(cell, str) and GUARDED.match(cell) else cell


def _json_rows(text: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise StockInvalid(file="The file is not JSON.") from err
    rows = rows.get("parts", []) if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise StockInvalid(file="The file must hold a list of objects.")
    return rows


def _import_row(actor: Any, number: int, row: Mapping[str, Any], validate: Validate) -> ImportedRow:
    id4 = str(row.get("id4") or "").strip() or None
    if id4 is not None and not ID4.match(id4):
        return ImportedRow(number, ERROR, id4, ["id4: Four letters from A to Z."])
    values, errors = validate(_with_type(row))
    known = StockPart.objects.filter(id4=id4).first() if id4 else None
    if known is None and not values.get("description"):
        errors = errors or ["description: This field is required."]
    if errors:
        return ImportedRow(number, ERROR, id4, errors)
    try:
        with transaction.atomic():
            return _write_row(actor, number, id4, known, values)
    except InvalidInput as refusal:
        errors = [f"{name}: {text}" for name, texts in refusal.fields.items() for text in texts]
        return ImportedRow(number, ERROR, id4, errors or [refusal.message])
    except DomainError as refusal:
        return ImportedRow(number, ERROR, id4, [refusal.message])


def _write_row(
    actor: Any, number: int, id4: str | None, known: StockPart | None, values: dict[str, Any]
) -> ImportedRow:
    if known is None:
        if id4 and RetiredPartId.objects.filter(id4=id4).exists():
            return ImportedRow(number, ERROR, id4, ["id4: This id was given before."])
        made = parts.create_part(actor=actor, values=values, id4=id4)
        return ImportedRow(number, CREATE, made.id4, is_drawn=id4 is None)
    changed = {
        name: value
        for name, value in values.items()
        if name not in parts.WRITABLE or getattr(known, name) != value
    }
    if changed.get("type_id", known.type_id) == known.type_id:
        changed.pop("type_id", None)
    if not changed:
        return ImportedRow(number, SKIP, id4)
    saved = parts.update_part(actor=actor, id4=known.id4, values=changed)
    return ImportedRow(number, SKIP if saved.updated_at == known.updated_at else UPDATE, id4)


def _with_type(row: Mapping[str, Any]) -> dict[str, Any]:
    """Read `type` (a name) as `type_id`, and `tags` of a cell as a list."""
    found = {name: value for name, value in row.items() if name != "id4"}
    if isinstance(found.get("tags"), str):
        found["tags"] = _tags(found["tags"])
    name = found.pop("type", None)
    if isinstance(name, str) and name.strip() and "type_id" not in found:
        kind: PartType | None = types.type_named(name)
        found["type_id"] = kind.pk if kind else -1
    return {name: None if value == "" else value for name, value in found.items()}


def _tags(cell: str) -> Any:
    """Read a cell of tags: by semicolons or commas, or a JSON list."""
    with contextlib.suppress(ValueError, RecursionError):
        if cell.startswith("["):
            return json.loads(cell)
    return [tag.strip() for tag in re.split(r"[;,]", cell) if tag.strip()]
