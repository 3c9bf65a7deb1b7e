"""Values of the replaced network inventory made to fit the columns here; what is lost is
reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

from networkroutes.errors import InvalidBandwidth
from networkroutes.importers import legacy
from networkroutes.importers.legacy import Row, TableReport
from networkroutes.rules import BANDWIDTH_MAX_LENGTH, check_bandwidth
from networkroutes.services.routes import ZERO_MBPS

Reader = Callable[[Row, str], Any]


class SkipRow(Exception):
    """The row cannot be taken over; the text says why."""


def values_of(
    row: Row, readers: dict[str, Reader], label: str, report: TableReport
) -> dict[str, Any]:
    """Read values of a row; one that is there but cannot be kept as it is gets reported."""
    values = {name: read(row, name) for name, read in readers.items()}
    for name, value in values.items():
        sent = str(row.get(name) if row.get(name) is not None else "").strip()
        if value is None and sent:
            report.notes.append(_emptied(label, name, sent))
        elif readers[name] is legacy.whole and value is not None and float(sent) != value:
            report.notes.append(
                f"{label}: {name} {sent[:40]} is no whole number and became {value}"
            )
    return values


def bandwidth_of(row: Row, label: str, report: TableReport) -> str | None:
    """Read a bandwidth; one that is too long is cut, one that the house refuses becomes empty."""
    sent = legacy.text(row, "bandwidth") or ""
    kept = sent[:BANDWIDTH_MAX_LENGTH]
    try:
        if kept != ZERO_MBPS:
            check_bandwidth(kept)
    except InvalidBandwidth:
        report.notes.append(_emptied(label, "bandwidth", sent))
        return None
    if kept != sent:
        report.notes.append(_cut(label, "bandwidth", BANDWIDTH_MAX_LENGTH))
    return None if row.get("bandwidth") is None else kept


def fit(made: models.Model, label: str, report: TableReport) -> None:
    """Cut texts that are too long and empty what a column cannot hold, and report both.

    Names that rows are known by are never cut. Raises `SkipRow` for a column that must be filled.
    """
    for field in made._meta.concrete_fields:
        longest = None if field.unique else _longest(field)
        value = getattr(made, field.attname) if longest else None
        if isinstance(value, str) and longest and len(value) > longest:
            setattr(made, field.attname, value[:longest])
            report.notes.append(_cut(label, field.name, longest))
    try:
        made.clean_fields(exclude=_loose(made))
    except ValidationError as err:
        for name, texts in err.message_dict.items():
            if not made._meta.get_field(name).null:
                raise SkipRow(f"{name}: {texts[0]}") from err
            report.notes.append(_emptied(label, name.removesuffix("_ms"), getattr(made, name)))
            setattr(made, name, None)


def _loose(made: models.Model) -> set[str]:
    return {
        field.name
        for field in made._meta.concrete_fields
        if field.is_relation
        or field.generated
        or field.choices
        or getattr(made, field.attname) in (None, "")
    }


def _longest(field: models.Field[Any, Any]) -> int | None:
    limits = [one.limit_value for one in field.validators if isinstance(one, MaxLengthValidator)]
    return min(limits, default=None)


def _emptied(label: str, name: str, sent: object) -> str:
    return f"{label}: {name} {str(sent)[:40]} cannot be kept and became empty"


def _cut(label: str, name: str, longest: int) -> str:
    return f"{label}: {name} is too long and was cut to {longest} characters"
