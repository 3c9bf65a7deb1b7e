"""CSV and XLSX of what a list shows, read in chunks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from inventory_site.core.api.exports import (
    CHUNK_ROWS,
    cell,
    csv_chunks,
    csv_response,
    xlsx_response,
)
from inventory_site.core.errors import TooLarge

EXPORTS = ("csv", "xlsx")


def export_response(
    admin: Any, request: HttpRequest, rows: QuerySet[Any], kind: str
) -> HttpResponseBase:
    """Send the rows as a download; raise `TooLarge` above the row limit of XLSX."""
    header, sources = _plan(admin, request)
    name = re.sub(r"[^a-z0-9]+", "-", admin.opts.verbose_name_plural.lower()).strip("-")
    if kind == "csv":
        return csv_response(csv_chunks(header, _read(admin, rows, sources)), name)
    _check_size(rows)
    return xlsx_response(header, _read(admin, rows, sources), name)


def _check_size(rows: QuerySet[Any]) -> None:
    limit = settings.EXPORT_MAX_ROWS_XLSX
    if rows[limit : limit + 1].exists():
        raise TooLarge(f"More than {limit:,} rows; export CSV instead.", limit=limit)


def _plan(admin: Any, request: HttpRequest) -> tuple[list[str], list[str]]:
    """Return headers and sources; a source is a query path, or `.name` for a method to call."""
    wanted: Sequence[Any] = admin.export_fields or admin.get_list_display(request)
    header, sources = [], []
    for item in wanted:
        name, label = (item[1], item[0]) if isinstance(item, tuple) else (item, "")
        source = _source(admin, name)
        header.append(label or capfirst(_label(admin, name)))
        sources.append(source)
    return header, sources


def _label(admin: Any, name: str) -> str:
    try:
        return str(label_for_field(name, admin.model, model_admin=admin))
    except AttributeError:
        return name.replace("__", " ").replace("_", " ")


def _source(admin: Any, name: str) -> str:
    method = getattr(admin, name, None) or getattr(admin.model, name, None)
    export = getattr(method, "export", None)
    if export:
        return str(export)
    try:
        field = admin.model._meta.get_field(name.partition("__")[0])
    except FieldDoesNotExist:
        return f".{name}"
    return f".{name}" if field.name == name and field.many_to_one else name


def _read(admin: Any, rows: QuerySet[Any], sources: list[str]) -> Iterator[list[Any]]:
    if not any(source.startswith(".") for source in sources):
        for values in rows.values_list(*sources).iterator(CHUNK_ROWS):
            yield [cell(value) for value in values]
        return
    for obj in rows.iterator(CHUNK_ROWS):
        yield [cell(_value(admin, obj, source)) for source in sources]


def _value(admin: Any, obj: Any, source: str) -> Any:
    if source.startswith("."):
        name = source[1:]
        method = getattr(admin, name, None)
        value = method(obj) if callable(method) else getattr(obj, name)
        value = value() if callable(value) else value
        value = str(value) if isinstance(value, Model) else value
        return _unmarked(value) if isinstance(value, SafeString) else value
    value = obj
    for part in source.split("__"):
        value = getattr(value, part, None)
    return value


def _unmarked(markup: SafeString) -> str:
    """Return the text of a drawn cell."""
    return " ".join(html.unescape(strip_tags(markup)).split())
