"""The form of an inventory record, made of the typed fields of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from networkroutes.importers.typed import CHOICE, DATE, NUMBER, WHOLE, YES_NO
from networkroutes.models import InventoryRecord, RepositoryField

PREFIX = "value_"
YES_NO_CHOICES = (("", "Unknown"), ("yes", "Yes"), ("no", "No"))


class RecordForm(forms.ModelForm):
    """The name; a subclass has one field per typed field."""

    class Meta:
        model = InventoryRecord
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.values or {}
        for name, field in self.fields.items():
            slug = name.removeprefix(PREFIX)
            if slug != name and slug in known:
                value = known[slug]
                is_flag = isinstance(value, bool)
                field.initial = ("yes" if value else "no") if is_flag else value

    def _post_clean(self) -> None:
        """The service reads the values."""


def form_of(fields: Iterable[RepositoryField]) -> type[RecordForm]:
    """Return the form of a kind of inventory."""
    made = {f"{PREFIX}{field.slug}": _form_field(field) for field in fields}
    return type("TypedRecordForm", (RecordForm,), made)


def values_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the typed values among a form's cleaned data."""
    return {
        name.removeprefix(PREFIX): value for name, value in data.items() if name.startswith(PREFIX)
    }


def _form_field(field: RepositoryField) -> forms.Field:
    shared: dict[str, Any] = {
        "label": field.header,
        "required": field.is_required,
        "help_text": field.help_text,
    }
    if field.kind == CHOICE:
        return forms.ChoiceField(
            choices=[("", "–"), *((word, word) for word in field.choices)],  # noqa: RUF001  a dash
            **shared,
        )
    if field.kind == YES_NO:
        return forms.ChoiceField(choices=YES_NO_CHOICES, **shared)
    if field.kind == DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **shared)
    if field.kind == WHOLE:
        return forms.IntegerField(**shared)
    if field.kind == NUMBER:
        return forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}), **shared)
    return forms.CharField(widget=forms.TextInput(attrs={"class": "vTextField"}), **shared)
