"""Verbs on a location: floors of its prices, and what it can do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import Answer, ShortTable, Verb, badge, number
from networkroutes.admin.words import page_of
from networkroutes.models import Location, LocationCapabilities
from networkroutes.models.capabilities import CAPABILITIES
from networkroutes.selectors.capabilities import capabilities_of
from networkroutes.services import capabilities, pricing_rules


class FloorForm(forms.ModelForm):
    """The four floor prices."""

    class Meta:
        model = Location
        fields = list(pricing_rules.MIN_PRICES)

    def _post_clean(self) -> None:
        """Leave the row to the service."""


class CapabilityForm(forms.ModelForm):
    """The thirteen capabilities."""

    class Meta:
        model = LocationCapabilities
        fields = list(CAPABILITIES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CAPABILITIES:
            self.fields[name].label = capability_words(name)

    def _post_clean(self) -> None:
        """Leave the row to the service."""


def capability_words(name: str) -> str:
    """Return a capability as people read it."""
    words = str(LocationCapabilities._meta.get_field(name).verbose_name).replace("cnx", "CNX")
    return _capital(words)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def offer_tables(request: HttpRequest, location: Location) -> dict[str, Any]:
    """Return what the tab of prices and capabilities shows."""
    floors: list[tuple[SafeString | str, ...]] = []
    for name in pricing_rules.MIN_PRICES:
        words = str(Location._meta.get_field(name).verbose_name)
        tier = words.removeprefix("minimum price ").removesuffix(", USD")
        floors.append((_capital(tier), number(getattr(location, name), 2)))
    able = capabilities_of(location.pk)
    held = [(capability_words(name), badge("Yes", "ok")) for name in CAPABILITIES if able[name]]
    return {
        "tables": [
            ShortTable("Floor prices", ("Bandwidth", "USD per month"), floors),
            ShortTable("Capabilities", ("What", "Has it"), held, empty="None is set."),
        ]
    }


def _set_floors(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    place = objects[0]
    pricing_rules.set_minimum_prices(actor=request.user, location_id=place.pk, prices=data)
    return Answer(f"Floor prices of {place} are set.", f"{page_of(place)}?tab=offers", "Prices")


def _set_capabilities(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    place = objects[0]
    capabilities.set_capabilities(actor=request.user, location_id=place.pk, values=data)
    return Answer(f"Capabilities of {place} are set.", f"{page_of(place)}?tab=offers", "Prices")


LOCATION_VERBS = [
    Verb(
        slug="floors",
        label="Set floor prices",
        permission="networkroutes.change_pricingconfig",
        run=_set_floors,
        form=FloorForm,
        initial=lambda request, objects: {
            name: getattr(objects[0], name) for name in pricing_rules.MIN_PRICES
        },
        follows="Prices by margin to and from here are never lower; 0 is no floor.",
        icon="percent",
        on_list=False,
    ),
    Verb(
        slug="capabilities",
        label="Set capabilities",
        permission="networkroutes.change_locationcapabilities",
        run=_set_capabilities,
        form=CapabilityForm,
        initial=lambda request, objects: capabilities_of(objects[0].pk),
        icon="list-checks",
        on_list=False,
    ),
]
