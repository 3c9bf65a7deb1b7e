"""Bodies of boxes, types, parts, sellers and stock changes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from parts.api.serializers.stock_fields import (
    AmountInput,
    Id4,
    NullableText,
    PlaceInput,
    Quantity,
    Tags,
    Text,
    WholeNumber,
    of_the_web,
)
from parts.choices.stock import Unit
from parts.models.boxes import MAX_CAPACITY
from parts.services.addresses import REFUSAL


class ParameterInput(serializers.Serializer):
    """A parameter of a type."""

    name = Text(max_length=50)
    unit = serializers.ChoiceField(Unit.choices, allow_blank=True, allow_null=True, default="")

    def validate_unit(self, unit: str | None) -> str:
        """None is no unit."""
        return unit or ""


class TypeInput(serializers.Serializer):
    """A type."""

    name = Text(max_length=100)
    designated_box_no = WholeNumber(min_value=1, required=False, allow_null=True)
    parameters = ParameterInput(many=True, required=False)
    kicad_symbol = NullableText(max_length=255)
    kicad_footprint = NullableText(max_length=255)
    kicad_reference = NullableText(max_length=20)


class BoxInput(serializers.Serializer):
    """A box."""

    description = Text(max_length=255)
    capacity = WholeNumber(min_value=1, max_value=MAX_CAPACITY)


class PartInput(serializers.Serializer):
    """A part; only the description is required."""

    description = Text(max_length=10_000)
    manufacturer_code = NullableText(max_length=255)
    manufacturer = NullableText(max_length=255)
    type_id = WholeNumber(required=False, allow_null=True)
    tags = Tags()
    product_page = NullableText(max_length=500)
    package = NullableText(max_length=100)
    pin_count = WholeNumber(min_value=1, required=False, allow_null=True)
    pin_pitch = NullableText(max_length=50)
    voltage_rating = NullableText(max_length=100)
    input_voltage = NullableText(max_length=100)
    output_voltage = NullableText(max_length=100)
    mounting_type = NullableText(max_length=50)
    series = NullableText(max_length=100)
    dimensions = NullableText(max_length=100)
    seller = NullableText(max_length=255)
    seller_link = NullableText(max_length=500, validators=[of_the_web])
    min_qty = WholeNumber(min_value=0, required=False, allow_null=True)
    kicad_symbol = NullableText(max_length=255)
    kicad_footprint = NullableText(max_length=255)
    kicad_reference = NullableText(max_length=20)
    parameters = serializers.DictField(
        child=serializers.CharField(allow_null=True, allow_blank=True, max_length=100),
        required=False,
    )

    def validate_product_page(self, url: str | None) -> str | None:
        """Only addresses of the web."""
        if url and not url.lower().startswith(("http://", "https://")):
            raise serializers.ValidationError(REFUSAL)
        return url


class NewPartInput(PartInput):
    """A part with its first stock."""

    stock = AmountInput(many=True, required=False)


class BulkSetInput(PartInput):
    """What a bulk edit may set."""

    description = Text(max_length=10_000, required=False)


class BulkEditInput(serializers.Serializer):
    """The same change for many parts."""

    id4s = serializers.ListField(child=Id4(), min_length=1, max_length=500)
    set = BulkSetInput(required=False)
    add_tags = Tags()
    remove_tags = Tags()


class _OneOrMany(serializers.Serializer):
    """`box_no, loc_no, qty` or a list of them."""

    many_name = ""
    box_no = WholeNumber(min_value=1, required=False)
    loc_no = WholeNumber(min_value=1, required=False)
    qty = Quantity(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the list in any case."""
        if self.many_name in attrs:
            return attrs
        missing = [name for name in ("box_no", "loc_no", "qty") if name not in attrs]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, "This field is required."))
        return {self.many_name: [{name: attrs[name] for name in ("box_no", "loc_no", "qty")}]}


class AddInput(_OneOrMany):
    """Stock to add."""

    many_name = "additions"
    additions = AmountInput(many=True, required=False)


class UseInput(_OneOrMany):
    """Stock to use."""

    many_name = "deductions"
    deductions = AmountInput(many=True, required=False)


class MoveInput(serializers.Serializer):
    """Stock to move to one or several places."""

    from_box_no = WholeNumber(min_value=1)
    from_loc_no = WholeNumber(min_value=1)
    to_box_no = WholeNumber(min_value=1, required=False)
    to_loc_no = WholeNumber(min_value=1, required=False)
    qty = Quantity(required=False)
    destinations = AmountInput(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the list in any case."""
        if "destinations" not in attrs:
            names = ("to_box_no", "to_loc_no", "qty")
            missing = [name for name in names if name not in attrs]
            if missing:
                raise serializers.ValidationError(dict.fromkeys(missing, "This field is required."))
            box_no, loc_no, qty = (attrs[name] for name in names)
            attrs["destinations"] = [{"box_no": box_no, "loc_no": loc_no, "qty": qty}]
        return attrs


class CountInput(PlaceInput):
    """What somebody counted."""

    qty = WholeNumber(min_value=0)
    note = NullableText(max_length=1000)


class TakingInput(AmountInput):
    """So many of a part from a place."""

    id4 = Id4()


class BulkUseInput(serializers.Serializer):
    """Several parts to use at once."""

    items = TakingInput(many=True, min_length=1, max_length=200)  # type: ignore[call-arg]  # a list takes them


class SellerInput(serializers.Serializer):
    """A seller."""

    name = Text(max_length=255)
    website = Text(max_length=500, validators=[of_the_web])


class SellerLinkInput(serializers.Serializer):
    """Where a part is sold."""

    seller_id = WholeNumber(min_value=1)
    link = Text(max_length=500, validators=[of_the_web])
    is_primary = serializers.BooleanField(required=False)


class SellerLinkChange(serializers.Serializer):
    """What may change of a link."""

    link = Text(max_length=500, validators=[of_the_web])
    is_primary = serializers.BooleanField(required=False)
