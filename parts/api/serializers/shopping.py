"""Bodies of shopping lists, kits and picking."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from parts.api.serializers.stock_fields import (
    AmountInput,
    Id4,
    NullableText,
    Quantity,
    Text,
    WholeNumber,
    of_the_web,
)
from parts.choices.stock import ListStatus


class ListInput(serializers.Serializer):
    """A shopping list."""

    name = Text(max_length=255)
    description = NullableText(max_length=10_000)


class ListStatusInput(serializers.Serializer):
    """A state of a list."""

    status = serializers.ChoiceField(ListStatus.choices)


class ItemInput(serializers.Serializer):
    """A line of a list."""

    maybe_part_id4 = Id4(required=False, allow_null=True)
    manufacturer_code = NullableText(max_length=255)
    description = NullableText(max_length=10_000)
    type_id = WholeNumber(required=False, allow_null=True)
    seller_id = WholeNumber(required=False, allow_null=True)
    seller_link = NullableText(max_length=500, validators=[of_the_web])
    notes = NullableText(max_length=10_000)
    desired_qty = Quantity()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A new line says what is to be bought."""
        named = ("maybe_part_id4", "manufacturer_code", "description")
        if not self.partial and not any(attrs.get(name) for name in named):
            raise serializers.ValidationError(
                {"maybe_part_id4": "Send a part, a manufacturer code or a description."}
            )
        return attrs


class OrderInput(serializers.Serializer):
    """An order of a line."""

    ordered_qty = Quantity(required=False, allow_null=True)
    notes = NullableText(max_length=10_000)


class ReceiveInput(serializers.Serializer):
    """A delivery."""

    receive_qty = Quantity()
    allocations = AmountInput(many=True, min_length=1)  # type: ignore[call-arg]  # a list takes them
    part_id4 = Id4(required=False, allow_null=True)
    create_part = serializers.BooleanField(required=False, default=False)


class CompleteInput(serializers.Serializer):
    """Why quantities differ."""

    mismatch_reason = NullableText(max_length=1000)


class GroupNoteInput(serializers.Serializer):
    """The note of a seller's group."""

    note = NullableText(max_length=10_000)


class GroupOrderItem(serializers.Serializer):
    """A line with its own quantity."""

    item_id = WholeNumber(min_value=1)
    ordered_qty = Quantity()


class GroupOrderInput(serializers.Serializer):
    """An order of a group."""

    items = GroupOrderItem(many=True, required=False)


class ItemsQuery(serializers.Serializer):
    """Which parts to ask the lists about."""

    part_id4s = serializers.ListField(child=Id4(), min_length=1, max_length=250)
    include_done = serializers.BooleanField(required=False, default=False)

    def validate_part_id4s(self, id4s: list[str]) -> list[str]:
        """Each once."""
        if len(set(id4s)) != len(id4s):
            raise serializers.ValidationError("Each part may appear only once.")
        return id4s


class KitInput(serializers.Serializer):
    """A kit."""

    name = Text(max_length=255)
    notes = NullableText(max_length=10_000)
    build_target = WholeNumber(min_value=0, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """`description` is the old name of `notes`."""
        if isinstance(data, dict) and "description" in data and "notes" not in data:
            data = {**data, "notes": data["description"]}
        return super().to_internal_value(data)


class RequirementInput(serializers.Serializer):
    """A line of a kit."""

    part_id4 = Id4(required=False, allow_null=True)
    placeholder = NullableText(max_length=255)
    required_qty = Quantity()
    notes = NullableText(max_length=10_000)
    designators = NullableText(max_length=10_000)


class RequirementChange(RequirementInput):
    """What may change of a line; the version is always sent."""

    required_qty = Quantity(required=False)
    version = WholeNumber(min_value=1)


class PushInput(serializers.Serializer):
    """Putting what a kit lacks on a list."""

    units = Quantity(required=False, allow_null=True)
    honor_reserved = serializers.BooleanField(required=False, default=False)
    shopping_list_id = WholeNumber(min_value=1, required=False, allow_null=True)
    new_list_name = NullableText(max_length=255)
    new_list_description = NullableText(max_length=10_000)
    note_prefix = NullableText(max_length=255)


class UnitsInput(serializers.Serializer):
    """How many kits."""

    requested_units = Quantity()


class ShortfallAction(serializers.Serializer):
    """What to do where stock is short."""

    action = serializers.ChoiceField(["reject", "limit", "omit"])


class PickListInput(UnitsInput):
    """A pick list to make."""

    shortfall_handling = serializers.DictField(child=ShortfallAction(), required=False)


class PickQuantityInput(serializers.Serializer):
    """Another quantity for a line."""

    quantity_to_pick = WholeNumber(min_value=0)


class UndoInput(serializers.Serializer):
    """Another place to put stock back to: both numbers, or none."""

    box_no = WholeNumber(min_value=1, required=False)
    loc_no = WholeNumber(min_value=1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Half a place is none."""
        if len(attrs) == 1:
            missing = "loc_no" if "box_no" in attrs else "box_no"
            raise serializers.ValidationError({missing: "This field is required."})
        return attrs


class BuildTaking(AmountInput):
    """So many of a part from a place."""

    part_id4 = Id4()


class BuildInput(serializers.Serializer):
    """Kits to build."""

    units = Quantity()
    allocations = BuildTaking(many=True, required=False)
    decrease_build_target = serializers.BooleanField(required=False, default=False)


class KitsQuery(serializers.Serializer):
    """Which kits to ask about."""

    project_ids = serializers.ListField(
        child=WholeNumber(min_value=1), min_length=1, max_length=100
    )
    include_done = serializers.BooleanField(required=False, default=False)

    def validate_project_ids(self, ids: list[int]) -> list[int]:
        """Each once."""
        if len(set(ids)) != len(ids):
            raise serializers.ValidationError("Each project may appear only once.")
        return ids
