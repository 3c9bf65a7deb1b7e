"""Fields of stock bodies, as strict as the contract (2.1)."""

from __future__ import annotations

import re
from typing import Any

from rest_framework import serializers

from parts.choices.stock import MAX_QUANTITY
from parts.services.addresses import REFUSAL, may_be_linked
from parts.services.parts import MOST_TAGS, unique_tags

INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")


class WholeNumber(serializers.IntegerField):
    """A JSON integer or an integer as text; true, 1.5 and blank text are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", MAX_QUANTITY)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, (bool, float)) or not INTEGER.fullmatch(str(data)[:32]):
            self.fail("invalid")
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text that says something; blanks around it are dropped."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text; numbers are not taken for text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NullableText(Text):
    """Text or nothing; blank is nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_null": True, "allow_blank": True, "required": False, **kwargs})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the text, None for blank."""
        found = super().run_validation(data)
        return found or None if isinstance(found, str) else found


def of_the_web(address: str) -> None:
    """Refuse an address that says another scheme than http or https; it may say none."""
    if not may_be_linked(address):
        raise serializers.ValidationError(REFUSAL)


class Id4(Text):
    """Four letters in any case."""

    def to_internal_value(self, data: Any) -> str:
        """Return them in upper case."""
        text = super().to_internal_value(data)
        if len(text) != 4 or not text.isascii() or not text.isalpha():
            raise serializers.ValidationError("Four letters from A to Z.")
        return text.upper()


class Quantity(WholeNumber):
    """At least one piece."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, **kwargs})


class Tags(serializers.ListField):
    """Texts of 1 to 50 characters, at most 50 in any letter case; null reads as none."""

    child = Text(max_length=50)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, **kwargs})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the list without later spellings; null is the empty one."""
        sent = super().run_validation(data) or []
        if len({tag.lower() for tag in sent}) > MOST_TAGS:
            raise serializers.ValidationError(f"At most {MOST_TAGS} tags.")
        return unique_tags(sent)


class PlaceInput(serializers.Serializer):
    """A place of a box."""

    box_no = WholeNumber(min_value=1)
    loc_no = WholeNumber(min_value=1)


class AmountInput(PlaceInput):
    """So many at one place."""

    qty = Quantity()
