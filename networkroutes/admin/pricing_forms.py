"""Forms of the pricing rules."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst

from networkroutes.admin.widgets import joined, listed, plain_decimal
from networkroutes.design.margins import DEFAULTS, HUNDRED, TERMS
from networkroutes.models import PricingConfig, PromoRule
from networkroutes.selectors.pricing import current_version, values_of

PROTECTED = "protectedServiceMargins."
WORDS = {
    "minMargin": "minimum margin, %",
    "suggestedMargin": "suggested margin, %",
    "nrcCharge": "set-up charge, USD",
    "protectionPathMultiplier": "Share of the twin's price",
    "primary": "Use of the primary path",
    "protection": "Use of the twin",
    "minimumMarginPercent": "Margin that a promotion keeps, %",
}


def field_of(key: str) -> str:
    """Return the form field of a dotted key."""
    return key.replace(".", "__")


def words_of(key: str) -> str:
    """Return the words of a dotted key: `12 months, minimum margin, %`."""
    term = next((term for term in TERMS if f".{term}." in key), "")
    return f"{term} months, {_short(key)}" if term else _short(key)


def _short(key: str) -> str:
    words = WORDS[key.rpartition(".")[2]]
    return f"protected, {words} (kept, not used)" if key.startswith(PROTECTED) else words


def _fault(key: str, data: Mapping[str, Any]) -> str:
    value, name = data.get(field_of(key)), key.rpartition(".")[2]
    if value is None or name == "nrcCharge":
        return ""
    if not name.endswith(("Margin", "Percent")):
        return "" if value > 0 else "Must be more than 0."
    if value >= HUNDRED:
        return "Must be below 100."
    suggested = data.get(field_of(key.replace("minMargin", "suggestedMargin")))
    if suggested is not None and value > suggested:
        return "Must not exceed the suggested margin."
    return ""


def _number(key: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=capfirst(_short(key)),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=4,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


class _NoteForm(forms.ModelForm):
    """The note of a version, and whatever values a subclass has."""

    class Meta:
        model = PricingConfig
        fields = ["note"]
        help_texts = {"note": "Why, for those who read the history."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = values_of(current_version())
        for key in DEFAULTS:
            field = self.fields.get(field_of(key))
            if field is not None:
                field.initial = plain_decimal(present[key])

    def clean(self) -> dict[str, Any]:
        """Say at the field what the service would refuse by its dotted key."""
        data = super().clean() or self.cleaned_data
        for key in DEFAULTS:
            fault = _fault(key, data)
            if fault:
                self.add_error(field_of(key), fault)
        return data

    def _post_clean(self) -> None:
        """The service checks the rules."""


PricingForm: Any = type(
    "PricingForm",
    (_NoteForm,),
    {
        "__doc__": "A new version of the margin rules; begins with those in force.",
        **{field_of(key): _number(key) for key in DEFAULTS},
    },
)


def sections_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's values as the five sections that the service takes."""
    found: dict[str, Any] = {}
    for key in DEFAULTS:
        section, _, rest = key.partition(".")
        group, _, name = rest.rpartition(".")
        place = found.setdefault(section, {})
        if group:
            place = place.setdefault(group, {})
        place[name] = data[field_of(key)]
    return found


class PromoForm(forms.ModelForm):
    """A promotion; locations are codes by comma."""

    source_locations = forms.CharField(
        label="Between these locations", help_text="Codes, by comma.", max_length=4000
    )
    destination_locations = forms.CharField(
        label="and these", help_text="Codes, by comma; either direction counts.", max_length=4000
    )

    class Meta:
        model = PromoRule
        fields = [
            "rule_name",
            "source_locations",
            "destination_locations",
            "price_under_100mb",
            "price_100_to_999mb",
            "price_1000_to_2999mb",
            "price_3000mb_plus",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source_locations", "destination_locations"):
            known = self.initial.get(name)
            if isinstance(known, list):
                self.initial[name] = joined(known)

    def clean_source_locations(self) -> list[str]:
        """Read the codes."""
        return codes(self.cleaned_data["source_locations"])

    def clean_destination_locations(self) -> list[str]:
        """Read the codes."""
        return codes(self.cleaned_data["destination_locations"])


def codes(text: str) -> list[str]:
    """Return the codes of a text by comma; at least one must be there."""
    found = listed(text)
    if not found:
        raise forms.ValidationError("Name at least one location.")
    return found
