"""CSV files around a bulk upload: the template and the present rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from inventory_site.core.api.exports import cell, csv_chunks, csv_response
from inventory_site.core.whole import whole_number
from networkroutes.services.bulk_modules import Module

LARGEST_LIMIT = 1_000_000
DEFAULT_LIMIT = 100


def template_csv(module: Module) -> StreamingHttpResponse:
    """Return the header with one sample line."""
    header = [column.name for column in module.columns]
    sample = [column.sample for column in module.columns]
    return csv_response(csv_chunks(header, [sample]), f"{module.slug}_template")


def database_csv(module: Module, limit: int) -> StreamingHttpResponse:
    """Return the first rows as they could be uploaded again; formulas are defused."""
    header = [column.name for column in module.columns]
    return csv_response(csv_chunks(header, _rows(module, limit)), f"{module.slug}_database_export")


def limit_of(text: str) -> int:
    """Read how many rows are wanted; 100 unless a whole number is sent."""
    number = whole_number(text)
    return DEFAULT_LIMIT if number is None else min(number, LARGEST_LIMIT)


def _rows(module: Module, limit: int) -> Iterator[list[Any]]:
    shown = [column.field or column.path for column in module.columns]
    source = module.rows() if module.rows else module.model._default_manager.all()
    rows = source.order_by("pk").values_list(*filter(None, shown))[:limit]
    for values in rows.iterator(2000):
        known = iter(values)
        yield [cell(next(known)) if path else "" for path in shown]
