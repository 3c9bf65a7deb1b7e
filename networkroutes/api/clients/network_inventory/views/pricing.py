"""Margin prices, their rules and promotions (contract 12.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.search import in_one_case
from networkroutes.api.clients.network_inventory import design_forms, forms
from networkroutes.api.clients.network_inventory.base import ClientView, whole_id
from networkroutes.api.clients.network_inventory.wire import t1
from networkroutes.design.capacity import requested_mbps
from networkroutes.design.margins import SECTIONS, Ask, nested
from networkroutes.errors import InvalidField, PathRefused
from networkroutes.models import PromoRule
from networkroutes.models.capabilities import CAPABILITIES
from networkroutes.selectors.capabilities import capabilities_of
from networkroutes.selectors.pricing import current_version, values_of
from networkroutes.services import capabilities, pricing, pricing_rules
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


class PricingConfigView(ClientView):
    """The margin rules: GET what is in force, PUT a new version."""

    reads = "view_pricingconfig"
    writes = {"PUT": "add_pricingconfig"}

    def get(self, request: Request) -> Response:
        """Answer the five sections."""
        version = current_version()
        return Response(
            {
                "success": True,
                "data": nested(values_of(version)),
                "lastUpdated": t1(version.created_at) if version else None,
            }
        )

    def put(self, request: Request) -> Response:
        """Put all five sections in force."""
        sections = {name: request.data.get(name) for name in SECTIONS}
        pricing_rules.set_config(actor=request.user, sections=sections)
        return Response(
            {"success": True, "message": "Pricing logic configuration updated successfully"}
        )


class PromoRulesView(ClientView):
    """Promotions: GET those in force, POST a new one."""

    reads = "view_promorule"
    writes = {"POST": "add_promorule"}

    def get(self, request: Request) -> Response:
        """Answer the rules whose name or locations hold `search`."""
        wanted = in_one_case(request.query_params.get("search", "").strip())
        rows = PromoRule.objects.filter(is_active=True).order_by("rule_name", "pk")
        return Response([promo_words(row) for row in rows if _holds(row, wanted)])

    def post(self, request: Request) -> Response:
        """Add a rule."""
        made = pricing_rules.create_promo(actor=request.user, values=promo_values(request.data))
        return Response(promo_words(made), status=201)


class PromoRuleView(ClientView):
    """One promotion."""

    writes = {"PUT": "change_promorule", "DELETE": "delete_promorule"}

    def put(self, request: Request, rule_id: str) -> Response:
        """Replace its fields."""
        pricing_rules.update_promo(
            actor=request.user, rule_id=whole_id(rule_id), values=promo_values(request.data)
        )
        return Response({"message": "Promo pricing rule updated successfully"})

    def delete(self, request: Request, rule_id: str) -> Response:
        """End it; the row stays."""
        pricing_rules.end_promo(actor=request.user, rule_id=whole_id(rule_id))
        return Response({"message": "Promo pricing rule deleted successfully"})


class MinimumPricingView(ClientView):
    """PUT the four floor prices of a location, in USD."""

    writes = {"PUT": "change_pricingconfig"}

    def put(self, request: Request, location_id: str) -> Response:
        """Set them."""
        row = pricing_rules.set_minimum_prices(
            actor=request.user, location_id=whole_id(location_id), prices=request.data
        )
        shown = {name: getattr(row, name) for name in pricing_rules.MIN_PRICES}
        return Response({"message": "Minimum pricing updated successfully", **shown})


class CapabilitiesView(ClientView):
    """The thirteen capabilities of a location: GET them, POST replaces them."""

    reads = "view_locationcapabilities"
    writes = {"POST": "change_locationcapabilities"}

    def get(self, request: Request, location_id: str) -> Response:
        """Answer all, false where nothing is set."""
        key = whole_id(location_id)
        return Response({"location_id": key, **capabilities_of(key)})

    def post(self, request: Request, location_id: str) -> Response:
        """Make or replace them."""
        values = {name: bool(forms.yes_no(name, request.data.get(name))) for name in CAPABILITIES}
        found, is_new = capabilities.set_capabilities(
            actor=request.user, location_id=whole_id(location_id), values=values
        )
        verb = "created" if is_new else "updated"
        return Response(
            {"message": f"Capabilities {verb} successfully", "id": found.pk},
            status=201 if is_new else 200,
        )


def promo_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a promotion; absent prices are 0."""
    values: dict[str, Any] = {
        "rule_name": forms.required_text(
            body, "rule_name", InvalidField("rule_name", "rule_name is required"), 255
        ),
        "source_locations": body.get("source_locations", []),
        "destination_locations": body.get("destination_locations", []),
    }
    return values | {name: body.get(name) for name in pricing_rules.PROMO_PRICES}


def promo_words(row: PromoRule) -> dict[str, Any]:
    """Return a promotion."""
    return {
        "id": row.pk,
        "rule_name": row.rule_name,
        "source_locations": row.source_locations,
        "destination_locations": row.destination_locations,
        **{name: getattr(row, name) for name in pricing_rules.PROMO_PRICES},
        "is_active": int(row.is_active),
        "created_at": t1(row.created_at),
        "updated_at": t1(row.updated_at),
    }


def _holds(row: PromoRule, wanted: str) -> bool:
    texts = [row.rule_name, *row.source_locations, *row.destination_locations]
    return not wanted or any(wanted in in_one_case(text) for text in texts)
