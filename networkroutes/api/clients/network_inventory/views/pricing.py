"""Margin prices, their rules and promotions (contract 12.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from networkroutes.api.clients.network_inventory import design_forms, forms
from networkroutes.design.capacity import requested_mbps
from networkroutes.design.margins import Ask
from networkroutes.errors import PathRefused
from networkroutes.services import pricing
from networkroutes.services.pricing import PathToPrice, Prices

MARGIN_KEYS = ("bandwidth", "source", "destination")


def wants_margin(body: Mapping[str, Any]) -> bool:
    """Whether a body asks for the margin model: it has bandwidth, source and destination."""
    return all(body.get(name) not in (None, "") for name in MARGIN_KEYS)


def price_by_margin(actor: Any, body: Mapping[str, Any], paths: Sequence[PathToPrice]) -> Prices:
    """Read the rest of the body and price by margin."""
    mbps = design_forms.positive("bandwidth", body["bandwidth"])
    unit = body.get("bandwidth_unit")
    source, destination = body["source"], body["destination"]
    if mbps is None or not (isinstance(source, str) and isinstance(destination, str)):
        raise PathRefused("Bandwidth, source, and destination are required for enhanced pricing")
    ask = Ask(
        mbps=Decimal(str(requested_mbps(mbps, unit if isinstance(unit, str) else None))),
        term=str(design_forms.term_of(body.get("contract_term")).normalize()),
        output=design_forms.currency_of(body.get("output_currency")),
        source=source,
        destination=destination,
    )
    limits = body.get("constraints")
    within = limits if isinstance(limits, dict) else {}
    return pricing.price_by_margin(
        actor=actor,
        paths=paths,
        ask=ask,
        with_ull=forms.truthy(body.get("include_ull")),
        is_protected=forms.truthy(
            body.get("protection_required", within.get("protection_required"))
        ),
    )
