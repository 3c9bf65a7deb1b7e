"""Locations: where circuits end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ServiceAdmin,
    ShortTable,
    Tab,
    badge,
    column,
    identifier,
    register,
    when,
)
from inventory_site.core.zones import city_zones
from networkroutes.admin.history import history_tables
from networkroutes.admin.location_verbs import LOCATION_VERBS, offer_tables
from networkroutes.admin.widgets import Suggested
from networkroutes.admin.words import (
    bandwidth,
    ends,
    latency,
    mono,
    page_of,
    plain,
    route_badge,
)
from networkroutes.choices import LocationStatus, PopType
from networkroutes.models import Location, NetworkRoute
from networkroutes.selectors.register import ending_at
from networkroutes.selectors.search import find_locations
from networkroutes.services import locations

SHOWN = 25
STATUS_LOOKS = {
    LocationStatus.ACTIVE: "ok",
    LocationStatus.MAINTENANCE: "warn",
    LocationStatus.INACTIVE: "idle",
    LocationStatus.CONSTRUCTION: "wait",
    LocationStatus.DECOMMISSION: "warn",
}


class LocationForm(forms.ModelForm):
    """A location as people edit it; its code is given once."""

    class Meta:
        model = Location
        fields = ["location_code", *locations.WRITABLE]
        widgets = {
            "location_code": forms.TextInput(attrs={"class": "vTextField nr-mono"}),
            "city": forms.TextInput(attrs={"class": "vTextField"}),
            "country": forms.TextInput(attrs={"class": "vTextField"}),
            "datacenter_name": forms.TextInput(attrs={"class": "vTextField"}),
            "datacenter_address": forms.Textarea(attrs={"rows": 3}),
            "time_zone": Suggested(city_zones),
            "pop_type": Suggested(lambda: PopType.values),
            "status": Suggested(lambda: LocationStatus.values),
            "provider": forms.TextInput(attrs={"class": "vTextField"}),
            "access_info": forms.Textarea(attrs={"rows": 3}),
            "more_info": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {"location_code": {"unique": "Another location has this code."}}
        help_texts = {
            "location_code": "Short and unique, e.g. LON1; circuits name their ends by it.",
            "latitude": "North is positive, e.g. 51.5128.",
            "longitude": "East is positive, e.g. -0.0055.",
            "time_zone": "As the IANA writes it, e.g. Europe/London.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("latitude", "longitude"):
            if name in self.fields:
                self.fields[name].widget.attrs.setdefault("step", "any")


def _circuits(request: HttpRequest, location: Location) -> dict[str, Any]:
    rows = ending_at(NetworkRoute.objects.all(), location.location_code)
    query = urlencode({"location": location.location_code})
    table = ShortTable(
        "Circuits that end here",
        ("UCN", "Ends", "Carrier", "Bandwidth", "Latency / expected, ms", "State"),
        [
            (
                identifier(row.circuit_id, page_of(row)),
                ends(row),
                plain(row.underlying_carrier),
                bandwidth(row),
                latency(row),
                route_badge(row),
            )
            for row in rows.order_by("circuit_id")[:SHOWN]
        ],
        url=f"{reverse('admin:networkroutes_networkroute_changelist')}?{query}",
        empty="No circuit names this location.",
    )
    return {"tables": [table]}


def _history(request: HttpRequest, location: Location) -> dict[str, Any]:
    return {"tables": history_tables(request, {"location": [location.pk]})}


@register(Location)
class LocationAdmin(ServiceAdmin):
    """Points of presence."""

    form = LocationForm
    list_display = ["code", "city", "country", "centre", "kind", "position", "standing", "updated"]
    list_hidden = ["updated"]
    list_filter = ["status", "pop_type", "country"]
    search_fields = ["location_code"]
    ordering = ["location_code"]
    phone_columns = ["city", "country", "standing"]
    export_fields = [
        ("Code", "location_code"),
        ("City", "city"),
        ("Country", "country"),
        ("Data centre", "datacenter_name"),
        ("Address", "datacenter_address"),
        ("Latitude", "latitude"),
        ("Longitude", "longitude"),
        ("Time zone", "time_zone"),
        ("POP type", "pop_type"),
        ("Status", "status"),
    ]
    summary = ["city", "country", "centre", "address", "position", "zone", "kind", "updated"]
    tabs = [
        Tab(
            "circuits",
            "Circuits",
            context=_circuits,
            permission="networkroutes.view_networkroute",
            count=lambda request, obj: ending_at(
                NetworkRoute.objects.all(), obj.location_code
            ).count(),
        ),
        Tab(
            "offers",
            "Prices and capabilities",
            context=offer_tables,
            permission="networkroutes.view_locationcapabilities",
        ),
        Tab("history", "History", context=_history, permission="accounts.view_auditentry"),
    ]
    verbs = LOCATION_VERBS
    details_first = True
    empty_text = "No locations yet."
    fieldsets = [
        (None, {"fields": ["location_code", ("city", "country"), ("status", "pop_type")]}),
        ("Data centre", {"fields": ["datacenter_name", "datacenter_address"]}),
        ("Position", {"fields": [("latitude", "longitude"), ("region", "time_zone")]}),
        ("Access", {"fields": ["provider", "access_info", "more_info"]}),
    ]

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find in code, city, country and data centre."""
        term = search_term.strip()
        return (find_locations(queryset, term) if term else queryset), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the code only when the location is made."""
        if obj is None:
            return self.fieldsets
        first = {"fields": [("city", "country"), ("status", "pop_type")]}
        return [(None, first), *self.fieldsets[1:]]

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Location:
        """Make a location."""
        code = data.pop("location_code")
        return locations.create_location(
            actor=request.user, location_code=code, values=_values(data)
        )

    def service_update(
        self,
        request: HttpRequest,
        obj: Location,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> Location:
        """Change a location; its code stays."""
        return locations.update_location(
            actor=request.user,
            location_id=obj.pk,
            values=_values(changes),
            expected_version=expected_version,
        )

    def service_delete(self, request: HttpRequest, obj: Location) -> None:
        """Remove a location; circuits that name it stay as they are."""
        locations.delete_location(actor=request.user, location_id=obj.pk)

    def state(self, obj: Location) -> SafeString | str:
        return self.standing(obj) if obj.status else ""

    def subtitle(self, obj: Location) -> str:
        return f"{obj.city}, {obj.country}"

    @column("Code", order="location_code")
    def code(self, obj: Location) -> SafeString:
        return mono(obj.location_code)

    @column("Data centre", order="datacenter_name")
    def centre(self, obj: Location) -> str:
        return plain(obj.datacenter_name)

    @column("Address")
    def address(self, obj: Location) -> str:
        return plain(obj.datacenter_address)

    @column("Time zone")
    def zone(self, obj: Location) -> str:
        return plain(obj.time_zone)

    @column("POP type", order="pop_type")
    def kind(self, obj: Location) -> str:
        return plain(obj.pop_type)

    @column("Position")
    def position(self, obj: Location) -> str:
        if obj.latitude is None or obj.longitude is None:
            return plain(None)
        north, east = "N" if obj.latitude >= 0 else "S", "E" if obj.longitude >= 0 else "W"
        return f"{abs(obj.latitude):.4f}° {north}, {abs(obj.longitude):.4f}° {east}"

    @column("State", order="status")
    def standing(self, obj: Location) -> SafeString:
        look = next((look for word, look in STATUS_LOOKS.items() if word == obj.status), "idle")
        return badge(plain(obj.status), look)

    @column("Changed", order="updated_at")
    def updated(self, obj: Location) -> SafeString:
        return when(obj.updated_at)


def _values(data: dict[str, Any]) -> dict[str, Any]:
    needed = {"city", "country"}
    return {k: None if v == "" and k not in needed else v for k, v in data.items()}
