"""Columns of lists: how a cell is drawn, which ones a person chose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.admin.utils import display_for_field, lookup_field
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin.components import EMPTY, number, when, yes_no

Method = TypeVar("Method", bound=Callable[..., Any])
PREFERENCE = "columns"


def column(
    label: str,
    *,
    order: str = "",
    numeric: bool = False,
    export: str | Callable[[Any], Any] | None = None,
) -> Callable[[Method], Method]:
    """Describe a method as a column: header (with its unit), ordering, right alignment.

    `export` is the query path that an export reads instead of calling the method.
    """

    def mark(method: Method) -> Method:
        marks = {"short_description": label, "numeric": numeric, "export": export}
        if order:
            marks["admin_order_field"] = order
        for name, value in marks.items():
            setattr(method, name, value)
        return method

    return mark


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the open list."""

    name: str
    label: str
    is_numeric: bool = False
    sort_url: str = ""
    sorted: str = ""
    is_shown: bool = True
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One drawn cell."""

    column: Column
    html: SafeString


@dataclass(frozen=True, slots=True)
class Row:
    """One drawn row; `url` is empty where the person may not open the object."""

    pk: Any
    name: str
    url: str
    cells: list[Cell]
    verb_url: str = ""
    verb_label: str = ""


def chosen(user: Any, label: str, names: Sequence[str], hidden: Sequence[str]) -> list[str]:
    """Return the columns that the person wants of a list; the first one always stands."""
    stored = _choices_of(user).get(label)
    wanted = set(stored) if isinstance(stored, list) else set(names) - set(hidden)
    return [name for place, name in enumerate(names) if place == 0 or name in wanted]


def choose(user: Any, label: str, names: Sequence[str]) -> None:
    """Keep a person's choice of columns; an empty one goes back to the default."""
    columns = {name: chosen for name, chosen in _choices_of(user).items() if name != label}
    if names:
        columns[label] = list(names)
    kept = user.preferences if isinstance(user.preferences, dict) else {}
    user.preferences = {**kept, PREFERENCE: columns}
    user.save(update_fields=["preferences", "updated_at"])


def _choices_of(user: Any) -> dict[str, Any]:
    """Return the kept choices; whatever else stands there counts as none."""
    preferences = getattr(user, "preferences", None)
    choices = preferences.get(PREFERENCE) if isinstance(preferences, dict) else None
    return choices if isinstance(choices, dict) else {}


def drawn(name: str, obj: models.Model, admin: Any) -> SafeString:
    """Draw one value of an object as a cell: field, method or attribute, always escaped."""
    try:
        field, source, value = lookup_field(name, obj, admin)
    except ObjectDoesNotExist:
        return format_html("{}", EMPTY)
    if field is None:
        empty = getattr(source, "empty_value_display", EMPTY)
        return _plain(value, empty)
    if isinstance(field.remote_field, models.ManyToOneRel):
        return _plain(getattr(obj, field.name))
    if getattr(field, "flatchoices", None):
        return format_html("{}", display_for_field(value, field, EMPTY))
    if isinstance(field, models.JSONField):
        return _plain(str(value) if value not in (None, "", [], {}) else None)
    return _plain(value)


def _plain(value: Any, empty: str = EMPTY) -> SafeString:
    if value is None or value == "":
        return format_html("{}", empty)
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, (datetime, date)):
        return when(value)
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    if isinstance(value, (list, tuple)):
        return format_html("{}", ", ".join(map(str, value)) or empty)
    return format_html("{}", value)


def is_numeric(name: str, model: type[models.Model], admin: Any) -> bool:
    """Whether a column stands right-aligned."""
    method = getattr(admin, name, None) or getattr(model, name, None)
    if callable(method) and hasattr(method, "numeric"):
        return bool(method.numeric)
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    numbers = (models.IntegerField, models.FloatField, models.DecimalField)
    return isinstance(field, numbers) and not field.choices and not field.primary_key
