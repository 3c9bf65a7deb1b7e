"""Inline bases: every input says what it is to a screen reader."""

from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest

from inventory_site.core.admin import theme


class LabelledFormSetMixin:
    """Gives each input of each row the label of its column, with the row's number."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)  # type: ignore[misc]  # a mixin of formsets
        for name, field in form.fields.items():
            label = field.label or name.replace("_", " ").capitalize()
            row = "new row" if index is None else f"row {index + 1}"
            for widget in getattr(field.widget, "widgets", [field.widget]):
                widget.attrs.setdefault("aria-label", f"{label}, {row}")


class _InlineMixin:
    extra = 0
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        base = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        return type(base.__name__, (LabelledFormSetMixin, base), {})

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class TabularInline(_InlineMixin, theme.TabularInline):
    """Related rows as a table; read-only unless the subclass offers more."""


class StackedInline(_InlineMixin, theme.StackedInline):
    """Related rows as blocks; read-only unless the subclass offers more."""
