"""Devices as CSV, both ways: what is exported can be read back without a change.

Types, manufacturers and sites stand there by name. A row is matched by `oi_id`, then serial number,
then (type, name, polatis name).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from django.db.models import QuerySet

from devices import policy
from devices.choices import DeviceCategory
from devices.errors import Invalid
from devices.models import Device, DeviceType, Manufacturer, Site
from devices.services import inventory
from devices.services.device_fields import RELATED, snapshot
from inventory_site.core.errors import DomainError
from inventory_site.core.locks import guarded
from inventory_site.core.whole import whole_number

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
NAMED: dict[str, Any] = {"manufacturer": Manufacturer, "site": Site}
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
    """Rolls a dry run, or a run with errors, back."""


def rows_of(rows: QuerySet[Device]) -> Iterator[list[Any]]:
    """Yield a device per row in the columns of `HEADER`."""
    paths = [PATHS.get(name, name) for name in HEADER]
    for values in rows.values_list(*paths).iterator(2000):
        yield ["" if value is None else _marked(value) for value in values]


def load(
    *, actor: Any, text: str | bytes, dry_run: bool, lines: list[Line] | None = None
) -> dict[str, Any]:
    """Read devices, all or nothing; errors name row (2 is the first after the header) and field.

    What each row makes or changes is put into `lines`, where the caller gives one.
    """
    policy.require(actor, policy.CHANGE)
    policy.require(actor, policy.ADD)
    answer: dict[str, Any] = {CREATED: 0, UPDATED: 0, UNCHANGED: 0, "errors": []}
    try:
        with guarded():
            for number, row in enumerate(_read(text), start=2):
                _row(actor, number, row, answer, [] if lines is None else lines)
            if dry_run or answer["errors"]:
                raise _Undo
    except _Undo:
        answer["applied"] = False
        return answer
    return {**answer, "applied": True}


def _row(
    actor: Any, number: int, row: dict[str, str], answer: dict[str, Any], lines: list[Line]
) -> None:
    try:
        with guarded():
            what, changes = _save(actor, row)
        answer[what] += 1
        if what != UNCHANGED:
            lines.append(Line(number, row["name"].strip(), what, changes))
    except DomainError as err:
        field = err.details.get("field", "")
        answer["errors"].append({"row": number, "field": field, "error": err.message})


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
    rows = [dict(zip(header, chain(map(_plain, line), repeat("")), strict=False)) for line in lines]
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
    return header


def _marked(value: Any) -> Any:
    """Put an apostrophe before what a spreadsheet reads as a formula, or what begins like that."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _plain(value: str) -> str:
    """Take the mark of `_marked` away."""
    return value[1:] if value.startswith("'") and FORMULA.match(value) else value


def _save(actor: Any, row: dict[str, str]) -> tuple[str, list[tuple[str, str, str]]]:
    values = _values(row)
    known = _match(values, row)
    if known is None:
        inventory.create_device(actor=actor, values=values)
        return CREATED, []
    before = snapshot(known)
    after = snapshot(inventory.update_device(known.pk, actor=actor, values=values))
    changed = [wire for wire in before if before[wire] != after[wire]]
    changes = [_change(wire, known, before, after, row) for wire in changed]
    return (UPDATED if changes else UNCHANGED), changes


def _change(
    wire: str,
    known: Device,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    row: dict[str, str],
) -> tuple[str, str, str]:
    """Say how a field changes; what an id stands for is told by its name."""
    if wire in RELATED:
        column = wire.removesuffix("_id")
        return column, str(getattr(known, column) or ""), row[column].strip()
    old, new = ("" if one[wire] is None else str(one[wire]) for one in (before, after))
    return wire, old, new


def _values(row: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in row.items():
        cell = text.strip()
        if name in NAMED:
            values[f"{name}_id"] = _named(NAMED[name], name, cell) if cell else None
        elif name == "device_type":
            if not cell:
                raise Invalid("device_type", "device_type is required")
            values["device_type_id"] = _named(DeviceType, name, cell, category=DeviceCategory.INFRA)
        elif name == "u_position":
            values[name] = whole_number(cell)
            if cell and values[name] is None:
                raise Invalid("u_position", "u_position must be a whole number")
        elif name == "status":
            values[name] = cell or "active"
        else:
            values[name] = (text if name == "notes" else cell) or None
    return values


def _named(model: Any, column: str, name: str, **defaults: Any) -> int:
    longest = model._meta.get_field("name").max_length
    if len(name) > longest:
        raise Invalid(column, f"{column} may have {longest} characters at most")
    return int(model.objects.get_or_create(name=name, defaults=defaults)[0].pk)


def _match(values: dict[str, Any], row: dict[str, str]) -> Device | None:
    rows = Device.objects.current()
    for name in ("oi_id", "serial_number"):
        if values.get(name):
            found = rows.filter(**{name: values[name]}).first()
            if found:
                return found
    twins = rows.filter(device_type_id=values["device_type_id"], name=values.get("name") or "")
    polatis = values.get("polatis_name")
    return (
        twins.filter(polatis_name=polatis).first()
        if polatis
        else twins.filter(polatis_name__isnull=True).first()
        or twins.filter(polatis_name="").first()
    )
