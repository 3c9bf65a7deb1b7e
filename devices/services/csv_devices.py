"""Devices as CSV, both ways: what is exported can be read back without a change.

Types, manufacturers and sites stand there by name. A row is matched by `oi_id`, then serial number,
then (type, name, polatis name).
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet

from devices import policy
from devices.errors import Invalid
from devices.models import Device
from devices.services.csv_plan import Plan, Step
from devices.services.device_fields import RELATED
from inventory_site.core.errors import BusyError, DomainError
from inventory_site.core.locks import guarded

HEADER = (
    "name",
    "device_type",
    "oi_id",
    "manufacturer",
    "model",
    "serial_number",
    "status",
    "site",
    "rack",
    "u_position",
    "hostname",
    "mgmt_ip",
    "polatis_name",
    "polatis_port_range",
    "maintenance_start",
    "maintenance_end",
    "owner_group",
    "role",
    "notes",
)
PATHS = {
    "device_type": "device_type__name",
    "manufacturer": "manufacturer__name",
    "site": "site__name",
    "mgmt_ip": "address__ip",
    "model": "hardware_model",
    "status": "lab_status",
}
CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
MAX_BYTES, MAX_ROWS, MAX_CELL = 8 * 1024 * 1024, 20_000, 131_072
FORMULA = re.compile(r"'*[=+\-@\t\r]")  # marked already or not


@dataclass(frozen=True, slots=True)
class Line:
    """What a row makes or changes: (column, before, after) of each field of a known device."""

    number: int
    name: str
    what: str
    changes: list[tuple[str, str, str]]


class _Undo(Exception):
    """Rolls back a run whose rows, once locked, have errors."""


def rows_of(rows: QuerySet[Device]) -> Iterator[list[Any]]:
    """Yield a device per row in the columns of `HEADER`."""
    paths = [PATHS.get(name, name) for name in HEADER]
    for values in rows.values_list(*paths).iterator(2000):
        yield ["" if value is None else _marked(value) for value in values]


def load(
    *, actor: Any, text: str | bytes, dry_run: bool, lines: list[Line] | None = None
) -> dict[str, Any]:
    """Read devices, all or nothing; errors name row (2 is the first after the header) and field.

    A file is worked out without a lock; the lock is for looking whether all is still so, and for
    writing.
    What each row makes or changes is put into `lines`, where the caller gives one.
    """
    policy.require_register(actor, policy.CHANGE)
    policy.require_register(actor, policy.ADD)
    plan = Plan(_read(text), actor)
    answer, told = _checked(plan)
    if not (dry_run or answer["errors"]):
        answer, told = _written(plan, answer, told)
    if lines is not None:
        lines += told
    return answer


def _written(
    plan: Plan, answer: dict[str, Any], told: list[Line]
) -> tuple[dict[str, Any], list[Line]]:
    """Write a plan, or one made anew under the lock where somebody came between.

    PostgreSQL shows only at the writing who made the same devices at the same moment.
    """
    for _ in range(2):
        with contextlib.suppress(IntegrityError):
            return _written_once(plan, answer, told)
    raise BusyError("Somebody else is changing this; try again in a moment.")


def _written_once(
    plan: Plan, answer: dict[str, Any], told: list[Line]
) -> tuple[dict[str, Any], list[Line]]:
    try:
        with guarded():
            if not plan.is_current():
                plan = Plan(plan.rows, plan.actor, hold=True)
                answer, told = _checked(plan)
                if answer["errors"]:
                    raise _Undo
            plan.write()
    except _Undo:
        return answer, told
    return {**answer, "applied": True}, told


def _checked(plan: Plan) -> tuple[dict[str, Any], list[Line]]:
    answer: dict[str, Any] = {CREATED: 0, UPDATED: 0, UNCHANGED: 0, "errors": [], "applied": False}
    taken: dict[int, Line] = {}
    refused: dict[int, DomainError] = {}
    for number, row in enumerate(plan.rows, start=2):
        try:
            known, step = plan.take(number, row)
        except DomainError as err:
            refused[number] = err
            continue
        changes = [] if known is None else _changes(known, step, row)
        what = CREATED if known is None else UPDATED if changes else UNCHANGED
        taken[number] = Line(number, row["name"].strip(), what, changes)
    refused |= plan.clashes(refused)
    lines = [line for number, line in taken.items() if number not in refused]
    for line in lines:
        answer[line.what] += 1
    lines = [line for line in lines if line.what != UNCHANGED]
    for number, refusal in sorted(refused.items()):
        field = refusal.details.get("field", "")
        answer["errors"].append({"row": number, "field": field, "error": refusal.message})
    return answer, lines


def _read(text: str | bytes) -> list[dict[str, str]]:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as err:
            raise Invalid("file", "The file must be UTF-8 text") from err
    if len(text) > MAX_BYTES:
        raise Invalid("file", f"The file may hold {MAX_BYTES} bytes at most")
    lines = _lines(csv.reader(io.StringIO(text.replace("\x00", ""), newline="")))
    header = _header(next(lines, []))
    rows = []
    for number, line in enumerate(lines, start=2):
        if any(line[len(header) :]):
            raise Invalid("file", f"Row {number} has more cells than the first line names")
        rows.append(dict(zip(header, chain(map(_plain, line), repeat("")), strict=False)))
    if len(rows) > MAX_ROWS:
        raise Invalid("file", f"The file may hold {MAX_ROWS} rows at most")
    return rows


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 1
    try:
        for line in reader:
            if any(len(cell) > MAX_CELL for cell in line):  # csv's own limit is the process's
                raise csv.Error(f"field larger than field limit ({MAX_CELL})")
            if line:
                yield line
                number += 1
    except csv.Error as err:
        raise Invalid("file", f"Row {number} cannot be read: {err}") from err


def _header(names: Sequence[str]) -> list[str]:
    header = [name.strip() for name in names]
    unknown = [name for name in header if name not in HEADER]
    if unknown or "name" not in header or "device_type" not in header:
        raise Invalid(
            "file", f"The first line must name columns of: {', '.join(HEADER)}", unknown=unknown
        )
    twice = next((name for name in header if header.count(name) > 1), "")
    if twice:
        raise Invalid("file", f"The first line names {twice} twice")
    return header


def _marked(value: Any) -> Any:
    """Put an apostrophe before what a spreadsheet reads as a formula, or what begins like that."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _plain(value: str) -> str:
    """Take the mark of `_marked` away."""
    return value[1:] if value.startswith("'") and FORMULA.match(value) else value


def _changes(known: Device, step: Step, row: dict[str, str]) -> list[tuple[str, str, str]]:
    """Say which fields change, and how; what an id stands for is told by its name."""
    before, after = step.before or {}, step.after
    changes = []
    for wire in (one for one in before if before[one] != after[one]):
        if wire in RELATED:
            column = wire.removesuffix("_id")
            changes.append((column, str(getattr(known, column) or ""), row[column].strip()))
        else:
            old, new = ("" if one[wire] is None else str(one[wire]) for one in (before, after))
            changes.append((wire, old, new))
    return changes
