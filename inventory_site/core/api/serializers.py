"""Bases of serializers."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers

from inventory_site.core.errors import InvalidInput


class Name(serializers.CharField):
    """The name of somebody or something; a number is not taken for one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A finite number, also as text; true and false are none."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number."""
        if isinstance(data, bool) or not math.isfinite(number := super().to_internal_value(data)):
            self.fail("invalid")
        return number


class SparseSerializer(serializers.ModelSerializer):
    """`fields=id,name` on a GET answers only those; an unknown name is refused.

    `Meta.names` are the fields that hold a name.
    """

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[type, Any]:
        """Take no boolean for a number, and no number for a name."""
        found, more = super().build_standard_field(field_name, model_field)
        if found is serializers.FloatField:
            found = Number
        if field_name in getattr(self.Meta, "names", ()):
            found = Name
        return found, more

    def get_fields(self) -> dict[str, Any]:
        """Return the declared fields, or those that were asked for."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is None or request.method not in {"GET", "HEAD"}:
            return fields
        sent = request.query_params.get("fields", "")
        wanted = [name.strip() for name in sent.split(",") if name.strip()]
        if not wanted or self.parent not in (None, getattr(self.root, "child", None) and self.root):
            return fields
        unknown = [name for name in wanted if name not in fields]
        if unknown:
            raise InvalidInput(fields={"fields": [f"Unknown field: {name}" for name in unknown]})
        return {name: fields[name] for name in fields if name in wanted}


class StrictSerializer(serializers.Serializer):
    """Input of a verb: an unknown field is refused, so that a misspelt one is noticed."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated input."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({name: ["Unknown field."] for name in unknown})
        return super().to_internal_value(data)
