"""Widgets of the browser itself: no scripts, the person's own calendar, usable on a phone."""

from typing import Any

from django import forms
from django.db import models
from django.forms.fields import InvalidJSONInput


class JSONField(forms.JSONField):
    """JSON as text; what is nested too deep to be read is none."""

    def to_python(self, value: Any) -> Any:
        """Read the text."""
        try:
            return super().to_python(value)
        except RecursionError as err:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from err

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what the form shows again."""
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)


def moment_input() -> forms.DateTimeInput:
    """Return the browser's own input of a time."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


NATIVE_WIDGETS: dict[type[Any], dict[str, Any]] = {
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": moment_input(),
    },
    models.DateField: {
        "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    },
    models.TimeField: {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")},
    models.BooleanField: {"widget": forms.CheckboxInput},
    models.JSONField: {"form_class": JSONField},
}
