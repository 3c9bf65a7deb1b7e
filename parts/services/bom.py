"""Bills of materials: reading (contract 12.3) and putting them into a kit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from accounts.services import audit
from inventory_site.core.locks import guarded
from parts import policy
from parts.choices.stock import MAX_QUANTITY
from parts.errors.stock import StockInvalid
from parts.models import KitRequirement, StockPart
from parts.services.kits import locked_kit, require_active, require_unpicked, touch
from parts.services.part_import import decoded
from parts.services.quantities import require_quantity

MOST_BYTES, MOST_ROWS = 5 * 1024 * 1024, 5000
COLUMNS = {
    "qty": ("qty", "quantity", "quantity per pcb", "count"),
    "references": ("reference", "references", "designator", "designators", "refdes", "ref"),
    "code": (
        "mpn",
        "manufacturer part number",
        "manufacturer_part",
        "mfr part",
        "manufacturer_code",
    ),
    "value": ("value",),
    "footprint": ("footprint", "package"),
    "description": ("description",),
    "id4": ("id4",),
    "dnp": ("dnp",),
}
SKIPPED = {"true", "yes", "1", "x", "dnp"}
RANGE = re.compile(r"([A-Za-z_]+)(\d{1,9})-([A-Za-z_]*)(\d{1,9})\Z")
MATCHED, AMBIGUOUS, PLACEHOLDER, DNP = "matched", "ambiguous", "placeholder", "skipped"


@dataclass(frozen=True, slots=True)
class BomLine:
    """One row: what it says, and what it was taken for."""

    row: int
    qty: int
    references: str = ""
    code: str = ""
    value: str = ""
    footprint: str = ""
    description: str = ""
    id4: str = ""
    status: str = PLACEHOLDER
    part_id4: str | None = None
    candidates: tuple[str, ...] = ()

    @property
    def placeholder(self) -> str:
        """What the line is called without a part."""
        names = (self.code, self.value, self.description, self.references, self.id4)
        return next((name for name in names if name), "")[:255]


@dataclass(slots=True)
class BomReport:
    """What an import does; with `is_dry_run` nothing was written."""

    lines: list[BomLine] = field(default_factory=list)
    is_dry_run: bool = True

    def count(self, status: str) -> int:
        """Lines of one state."""
        return sum(1 for line in self.lines if line.status == status)


def import_bom(
    *,
    actor: Any,
    kit_id: int,
    content: bytes,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = True,
    replace_lines: bool = False,
) -> BomReport:
    """Match a bill of materials and, unless dry, put it into a kit, adding to what is there.

    `mapping` names the column of each field. Raises `StockInvalid` for a file that is not one.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    lines = _matched(read_bom(content, mapping or {}))
    with guarded():
        kit = locked_kit(kit_id)
        require_active(kit, "import bill of materials")
        if not dry_run:
            if replace_lines:
                require_unpicked(kit.requirements.all(), "replace requirements")
                kit.requirements.all().delete()
            _write(kit, lines)
            touch(kit)
            audit.record(actor, "kit.bom_imported", kit, after={"lines": len(lines)})
    return BomReport(lines, dry_run)


def read_bom(content: bytes, mapping: Mapping[str, str]) -> list[BomLine]:
    """Return the rows of a CSV, TSV or semicolon file, UTF-8 or Latin-1."""
    if len(content) > MOST_BYTES:
        raise StockInvalid(file="The file is larger than 5 MiB.")
    text = decoded(content)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(content)))
    except csv.Error as err:
        raise StockInvalid(file="The file is not CSV.") from err
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise StockInvalid(file="The file has no rows.")
    if len(rows) - 1 > MOST_ROWS:
        raise StockInvalid(file=f"The file has more than {MOST_ROWS} rows.")
    places = _places(rows[0], mapping)
    if not {"references", "code", "value", "id4", "description"} & places.keys():
        raise StockInvalid(file="No column names a part; send a mapping.")
    return [_line(number, row, places) for number, row in enumerate(rows[1:], start=2)]


def field_of(name: str) -> str | None:
    """Return the field that a name of a column means; None when it means none."""
    spelt = name.strip().lower()
    own = (field for field, names in COLUMNS.items() if spelt == field or spelt in names)
    return next(own, None)


def count_references(text: str) -> int:
    """Return how many references a cell names: `R1, R3-R5` are 4."""
    total = 0
    for item in re.split(r"[,;\s]+", text.strip()):
        found = RANGE.match(item)
        if found and found[3] in {"", found[1]} and int(found[4]) >= int(found[2]):
            total += int(found[4]) - int(found[2]) + 1
        elif item:
            total += 1
    return total


def _delimiter(content: bytes) -> str:
    head = content.splitlines()[0] if content.splitlines() else b""
    return max((b"\t", b";", b","), key=head.count).decode()


def _places(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    names = {name.strip().lower(): number for number, name in reversed(list(enumerate(header)))}
    places: dict[str, int] = {}
    for field_name, spellings in COLUMNS.items():
        wanted = (mapping[field_name].strip().lower(),) if mapping.get(field_name) else spellings
        found = next((names[name] for name in wanted if name in names), None)
        if found is None and mapping.get(field_name):
            raise StockInvalid(mapping=f"There is no column {mapping[field_name]}.")
        if found is not None:
            places[field_name] = found
    return places


def _line(number: int, row: Sequence[str], places: Mapping[str, int]) -> BomLine:
    cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
    dnp = cells.pop("dnp", "").lower() in SKIPPED
    skipped = dnp or "DNP" in {cells.get("value", "").upper(), cells.get("qty", "").upper()}
    text = cells.pop("qty", "")
    line = BomLine(row=number, qty=0, **cells)  # type: ignore[arg-type]  # only its text fields
    if skipped:
        return replace(line, status=DNP)
    if not line.placeholder:
        raise StockInvalid(file=f"Row {number} names no part.")
    return replace(line, qty=_quantity(number, text, line.references))


def _quantity(number: int, text: str, references: str) -> int:
    if not text:
        return max(count_references(references), 1)
    try:
        value = int(float(text)) if float(text).is_integer() else 0
    except (ValueError, OverflowError):
        value = 0
    if not 1 <= value <= MAX_QUANTITY:
        raise StockInvalid(file=f"Row {number}: {text!r} is not a quantity.")
    return value


def _matched(lines: Sequence[BomLine]) -> list[BomLine]:
    return [line if line.status == DNP else _match(line) for line in lines]


def _match(line: BomLine) -> BomLine:
    live = StockPart.objects.live()
    if line.id4:
        found = list(live.filter(id4=line.id4.upper()))
        if found:
            return replace(line, status=MATCHED, part_id4=found[0].id4)
    if line.code:
        found = list(live.filter(manufacturer_code__iexact=line.code).order_by("id4")[:20])
        if found:
            return _decided(line, [part.id4 for part in found])
    if line.value and line.footprint:
        found = list(
            live.filter(
                description__icontains=line.value, package__iexact=_package(line.footprint)
            ).order_by("id4")[:20]
        )
        if found:
            return _decided(line, [part.id4 for part in found])
    return line


def _package(footprint: str) -> str:
    """`Resistor_SMD:R_0805_2012Metric` is an 0805."""
    name = footprint.rpartition(":")[2]
    code = re.search(r"(?<!\d)(0201|0402|0603|0805|1206|1210|2010|2512)(?!\d)", name)
    return code[1] if code else name


def _decided(line: BomLine, id4s: list[str]) -> BomLine:
    if len(id4s) == 1:
        return replace(line, status=MATCHED, part_id4=id4s[0])
    return replace(line, status=AMBIGUOUS, candidates=tuple(id4s))


def _write(kit: Any, lines: Sequence[BomLine]) -> None:
    """Add the lines of one part, or of one text, up and write them."""
    sums: dict[tuple[str | None, str | None], list[BomLine]] = {}
    for line in lines:
        if line.status != DNP:
            key = (line.part_id4, None if line.part_id4 else line.placeholder)
            sums.setdefault(key, []).append(line)
    parts = {
        part.id4: part for part in StockPart.objects.filter(id4__in=[k[0] for k in sums if k[0]])
    }
    for (id4, text), group in sums.items():
        part = parts[id4] if id4 else None
        row = kit.requirements.filter(part=part, placeholder=text).first() or KitRequirement(
            kit=kit, part=part, placeholder=text, required_qty=0
        )
        total = row.required_qty + sum(line.qty for line in group)
        row.required_qty = require_quantity(total, "file")
        references = ", ".join(line.references for line in group if line.references)
        row.designators = ", ".join(filter(None, (row.designators, references))) or None
        if row.pk:
            row.version += 1
        row.save()
