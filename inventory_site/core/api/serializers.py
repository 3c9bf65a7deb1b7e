"""Bases of serializers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from inventory_site.core.errors import InvalidInput


class SparseSerializer(serializers.ModelSerializer):
    """`fields=id,name` on a GET answers only those; an unknown name is refused."""

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
