"""Photo intake: a picture and words on the left, what they may mean on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from inventory_site.core.admin import add_refusal, toast
from inventory_site.core.errors import DomainError
from parts.admin.stock_forms import PlaceField, quantity_field
from parts.admin.stock_pages import stock_page
from parts.admin.stock_words import page_of
from parts.models import PartType, StockPart
from parts.selectors.boxes import suggestions
from parts.services import ai, documents, parts
from parts.services.booking import Amount

TEXTS = (
    ("description", "Description"),
    ("manufacturer_code", "Manufacturer code"),
    ("manufacturer", "Manufacturer"),
    ("package", "Package"),
    ("pin_count", "Pins"),
    ("mounting_type", "Mounting"),
    ("voltage_rating", "Voltage rating"),
    ("series", "Series"),
    ("dimensions", "Dimensions"),
    ("tags", "Tags"),
    ("product_page", "Product page"),
)


class IntakeForm(forms.Form):
    """The fields of a part that a person accepted."""

    description = forms.CharField(max_length=10_000)
    manufacturer_code = forms.CharField(required=False, max_length=255)
    manufacturer = forms.CharField(required=False, max_length=255)
    package = forms.CharField(required=False, max_length=100)
    pin_count = forms.IntegerField(required=False, min_value=1)
    mounting_type = forms.CharField(required=False, max_length=50)
    voltage_rating = forms.CharField(required=False, max_length=100)
    series = forms.CharField(required=False, max_length=100)
    dimensions = forms.CharField(required=False, max_length=100)
    tags = forms.CharField(required=False, max_length=2000)
    product_page = forms.URLField(required=False, max_length=500, assume_scheme="https")
    type = forms.ModelChoiceField(PartType.objects.order_by("name"), required=False)
    photo = forms.FileField(required=False)
    place = PlaceField(required=False)
    quantity = quantity_field(required=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A proposed field as the page draws it."""

    name: str
    label: str
    value: str
    errors: list[str]


def intake(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Draw the page, or add the part that was accepted."""
    form = IntakeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            part = _created(request, form.cleaned_data)
        except (DomainError, ValidationError) as refusal:
            add_refusal(form, refusal)
        else:
            toast(
                request,
                f"{part.id4} is added.",
                url=f"/api/stock/labels?parts={part.id4}",
                link="Open the label",
            )
            return redirect(page_of(part))
    return stock_page(
        admin,
        request,
        "parts/admin/intake.html",
        "Photo intake",
        form=form,
        fields=[_field(form, name, label) for name, label in TEXTS],
        types=PartType.objects.order_by("name"),
        chosen_type=form["type"].value(),
        has_ai=ai.is_enabled(),
    )


def _field(form: IntakeForm, name: str, label: str) -> Field:
    value = form[name].value()
    return Field(name, label, "" if value is None else str(value), list(form.errors.get(name, [])))


def _created(request: HttpRequest, data: dict[str, Any]) -> StockPart:
    values = {name: data[name] or None for name, _ in TEXTS if name != "tags"}
    values["tags"] = [tag.strip() for tag in data["tags"].split(",") if tag.strip()]
    values["type_id"] = data["type"].pk if data["type"] else None
    stock = []
    if data["quantity"]:
        place = data["place"] or suggestions(data["type"], 1)[0].place
        stock = [Amount.at(place, data["quantity"])]
    part = parts.create_part(actor=request.user, values=values, stock=stock)
    photo = data["photo"]
    if photo:
        upload = documents.Upload(photo.name, photo.size, photo.file)
        documents.upload_document(actor=request.user, parent=part, upload=upload, set_as_cover=True)
    return part
