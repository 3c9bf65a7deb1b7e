"""Rows that were there a moment ago."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from parts.errors.stock import RecordNotFound

Row = TypeVar("Row", bound=Model)


def existing(rows: QuerySet[Row], what: str, key: object) -> Row:
    """Return the only row; raises `RecordNotFound` when somebody removed it meanwhile."""
    row = rows.first()
    if row is None:
        raise RecordNotFound(what, key)
    return row
