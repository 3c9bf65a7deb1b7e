"""Bodies of documents, plans, rounds of counting and AI helpers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from parts.api.serializers.stock import PartInput
from parts.api.serializers.stock_fields import Id4, NullableText, Text, WholeNumber


class DocumentUpload(serializers.Serializer):
    """A file."""

    file = serializers.FileField()
    title = NullableText()
    set_as_cover = serializers.BooleanField(required=False, default=False)


class LinkInput(serializers.Serializer):
    """A link."""

    url = Text(max_length=2000)
    title = NullableText()
    fetch = serializers.BooleanField(required=False, default=True)
    set_as_cover = serializers.BooleanField(required=False, default=False)


class TitleInput(serializers.Serializer):
    """Another title."""

    title = Text(max_length=255)


class CopyInput(serializers.Serializer):
    """The part that is to have the document too."""

    target_part_id4 = Id4()
    set_as_cover = serializers.BooleanField(required=False, default=False)


class CoverInput(serializers.Serializer):
    """The document that is to be the cover."""

    document_id = WholeNumber(min_value=1, allow_null=True)


class UrlInput(serializers.Serializer):
    """An address."""

    url = Text(max_length=2000)


class PlanInput(serializers.Serializer):
    """How far a reorganisation may go."""

    max_moves = WholeNumber(min_value=1, max_value=200, required=False, default=20)
    type_ids = serializers.ListField(child=WholeNumber(min_value=1), required=False)
    box_nos = serializers.ListField(child=WholeNumber(min_value=1), required=False)
    compact = serializers.BooleanField(required=False, default=True)


class StepsInput(serializers.Serializer):
    """Some steps of a plan."""

    steps = serializers.ListField(
        child=WholeNumber(min_value=1), min_length=1, max_length=200, required=False
    )


class SkipInput(serializers.Serializer):
    """Steps to leave out."""

    steps = serializers.ListField(child=WholeNumber(min_value=1), min_length=1, max_length=200)


class ScanInput(serializers.Serializer):
    """What a scanner read; control characters are part of it."""

    code = serializers.CharField(max_length=2000, trim_whitespace=False)


class BomUpload(serializers.Serializer):
    """A bill of materials."""

    file = serializers.FileField()
    mapping = serializers.JSONField(required=False, allow_null=True)
    dry_run = serializers.BooleanField(required=False, default=True)
    mode = serializers.ChoiceField(["add", "replace"], required=False, default="add")


class ImportUpload(serializers.Serializer):
    """Parts to import."""

    file = serializers.FileField()
    dry_run = serializers.BooleanField(required=False, default=True)
    partial = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]  # the wire's name


class StocktakeInput(serializers.Serializer):
    """Boxes to count."""

    box_nos = serializers.ListField(child=WholeNumber(min_value=1), min_length=1, max_length=1000)


class CountLine(serializers.Serializer):
    """One count."""

    id4 = Id4()
    box_no = WholeNumber(min_value=1)
    loc_no = WholeNumber(min_value=1)
    counted = WholeNumber(min_value=0)
    note = NullableText(max_length=1000)

    def to_internal_value(self, data: Any) -> Any:
        """`qty` is another name of `counted`."""
        if isinstance(data, dict) and "qty" in data and "counted" not in data:
            data = {**data, "counted": data["qty"]}
        return super().to_internal_value(data)


class CountsInput(serializers.Serializer):
    """Counts of a round."""

    counts = CountLine(many=True, min_length=1, max_length=5000)  # type: ignore[call-arg]  # a list takes them


class CloseInput(serializers.Serializer):
    """How to close a round."""

    skip_changed = serializers.BooleanField(required=False, default=False)


class AboutPart(serializers.Serializer):
    """A part, or what is known of one."""

    part_id4 = Id4(required=False, allow_null=True)
    manufacturer_code = NullableText(max_length=255)
    description = NullableText(max_length=10_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must be known."""
        if not any(attrs.values()):
            raise serializers.ValidationError(
                {"part_id4": "Send part_id4, manufacturer_code or description."}
            )
        return attrs


class AnalyzeInput(serializers.Serializer):
    """Text, a photo, or both."""

    text = NullableText(max_length=10_000)
    image = serializers.FileField(required=False, allow_null=True)


class DatasheetsInput(serializers.Serializer):
    """What to find datasheets for."""

    part_id4 = Id4(required=False, allow_null=True)
    query = NullableText(max_length=500)
    attach = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of both is needed."""
        if not attrs.get("part_id4") and not attrs.get("query"):
            raise serializers.ValidationError({"query": "Send part_id4 or query."})
        return attrs


class OnePartInput(serializers.Serializer):
    """A part."""

    part_id4 = Id4()


class QueryInput(serializers.Serializer):
    """A text."""

    query = Text(max_length=500)


class AiDocumentInput(serializers.Serializer):
    """A document that a helper proposed."""

    url = Text(max_length=2000)
    document_type = serializers.ChoiceField(
        ["product_page", "datasheet", "pinout", "image"], required=False, default="datasheet"
    )
    title = NullableText(max_length=255)
    is_cover_image = serializers.BooleanField(required=False, default=False)


class AiPartInput(PartInput):
    """A part as a helper proposed it and a person accepted it."""

    documents = AiDocumentInput(many=True, required=False)


class AcceptInput(serializers.Serializer):
    """Which fields of a proposal to take."""

    fields = serializers.ListField(child=serializers.CharField(max_length=50), min_length=1)  # type: ignore[assignment]  # the wire's name
