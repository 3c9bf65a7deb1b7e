"""Form fields of the register's pages."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def plain_decimal(value: Decimal) -> Decimal:
    """Return the same amount without zeros at its end: 4200 for 4200.0000."""
    return Decimal(f"{value.normalize():f}")


def listed(text: str) -> list[str]:
    """Return the names of a list by comma; those in quotes may hold commas."""
    line = text.replace("\r", " ").replace("\n", " ")
    cells = next(csv.reader([line], skipinitialspace=True), [])
    return [cell.strip() for cell in cells if cell.strip()]


def joined(names: Iterable[Any]) -> str:
    """Write names as `listed` reads them."""
    return ", ".join(map(_quoted, map(str, names)))


def _quoted(name: str) -> str:
    needs = "," in name or name.startswith('"')
    return '"{}"'.format(name.replace('"', '""')) if needs else name


class Suggested(forms.TextInput):
    """A text field that suggests what is known; `suggest()` is asked when the page is drawn."""

    def __init__(self, suggest: Callable[[], Iterable[str]], attrs: dict[str, Any] | None = None):
        super().__init__({"autocomplete": "off", "class": "vTextField", **(attrs or {})})
        self.suggest = suggest

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Draw the field with its list of suggestions."""
        list_id = f"{name}_suggestions"
        field = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join(
            "", '<option value="{}"></option>', ((text,) for text in self.suggest())
        )
        return format_html('{}<datalist id="{}">{}</datalist>', field, list_id, options)


class ManyFilesInput(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files; cleans to a list of them."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Check each file."""
        if not data:
            super().clean(None, initial)
            return []
        items = data if isinstance(data, (list, tuple)) else [data]
        return [super(ManyFiles, self).clean(item, initial) for item in items]
