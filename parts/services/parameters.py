"""Values of parts: typed with units, kept exact (contract 12.7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from parts.errors.stock import StockInvalid
from parts.models import ParameterDefinition, PartParameter, StockPart
from parts.services.units import NotAValue, parse_value


def set_parameters(part: StockPart, texts: Mapping[str, str | None]) -> None:
    """Set the named values of a part; None removes one, a name unknown to its type is refused.

    Inside the caller's transaction.
    """
    known = {
        definition.name.lower(): definition
        for definition in ParameterDefinition.objects.filter(type=part.type_id)
    }
    for name, text in texts.items():
        definition = known.get(name.lower())
        if definition is None:
            raise StockInvalid(**{f"parameters.{name}": "The type has no such parameter."})
        if text is None or not str(text).strip():
            PartParameter.objects.filter(part=part, definition=definition).delete()
            continue
        PartParameter.objects.update_or_create(
            part=part,
            definition=definition,
            defaults={"text": str(text).strip(), "value": _value(definition, str(text))},
        )


def _value(definition: ParameterDefinition, text: str) -> Decimal | None:
    try:
        return parse_value(text, definition.unit)
    except NotAValue as err:
        if definition.unit:
            raise StockInvalid(**{f"parameters.{definition.name}": str(err)}) from err
        return None
