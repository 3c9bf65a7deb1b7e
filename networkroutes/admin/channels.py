"""Wavelengths: what is free, who holds the rest, and the verbs on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ServiceAdmin,
    ShortTable,
    Tab,
    Verb,
    column,
    money,
    number,
    register,
    when,
)
from networkroutes.admin.channel_verbs import RELEASE, RENEW, RESERVE, is_offered
from networkroutes.admin.filters import (
    ChannelCarrierChip,
    ChannelLocationChip,
    ChannelStateChip,
    OneRouteChip,
)
from networkroutes.admin.history import history_tables, log_table
from networkroutes.admin.plan import frequency_thz, wavelength_nm
from networkroutes.admin.widgets import plain_decimal
from networkroutes.admin.words import (
    channel_badge,
    ends,
    mono,
    person,
    plain,
    reservation_badge,
    route_link,
)
from networkroutes.models import DarkFibreChannel, NetworkRoute
from networkroutes.selectors.register import reservation_of
from networkroutes.selectors.search import find_channels
from networkroutes.services import channels

SHOWN = 20


class ChannelForm(forms.ModelForm):
    """A channel as people edit it; its circuit is chosen once."""

    circuit_id = forms.CharField(
        label="Circuit",
        max_length=12,
        help_text="UCN of the dark fibre, e.g. LONLON100001.",
        widget=forms.TextInput(attrs={"class": "vTextField nr-mono", "spellcheck": "false"}),
    )

    class Meta:
        model = DarkFibreChannel
        fields = [
            "dwdm_wavelength",
            "dwdm_ucn",
            "bandwidth",
            "equipment",
            "in_use",
            "capex_cost_to_light",
        ]
        widgets = {
            "dwdm_wavelength": forms.TextInput(attrs={"class": "vTextField nr-mono"}),
            "dwdm_ucn": forms.TextInput(attrs={"class": "vTextField nr-mono"}),
            "equipment": forms.TextInput(attrs={"class": "vTextField"}),
        }
        labels = {"in_use": "Lit: it carries light now"}
        help_texts = {
            "dwdm_wavelength": "In nm (1552.52), THz (193.10) or as an ITU channel (CH31).",
            "capex_cost_to_light": "What it costs to light it, in the circuit's currency.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["circuit_id"]
        if self.instance.capex_cost_to_light is not None:
            self.initial["capex_cost_to_light"] = plain_decimal(self.instance.capex_cost_to_light)

    def clean_circuit_id(self) -> str:
        """Refuse a circuit that nobody knows."""
        ucn = str(self.cleaned_data["circuit_id"]).strip()
        if not NetworkRoute.objects.filter(circuit_id=ucn).exists():
            raise forms.ValidationError(f"No circuit has the UCN {ucn}.")
        return ucn


def _reservations(request: HttpRequest, channel: DarkFibreChannel) -> dict[str, Any]:
    rows = channel.reservations.select_related("holder")[:SHOWN]
    table = ShortTable(
        "Reservations",
        ("For", "State", "Reserved", "Ends"),
        [
            (
                person(row, request.user),
                reservation_badge(row),
                when(row.reserved_at),
                when(row.expires_at, acts=row.is_active()),
            )
            for row in rows
        ],
        empty="Nobody has reserved it yet.",
    )
    return {"tables": [table]}


def _history(request: HttpRequest, channel: DarkFibreChannel) -> dict[str, Any]:
    log = log_table(request, channel.log.all())
    return {"tables": [*history_tables(request, {"darkfibrechannel": [channel.pk]}), *log]}


@register(DarkFibreChannel)
class DarkFibreChannelAdmin(ServiceAdmin):
    """Channels of dark fibre."""

    form = ChannelForm
    noun = "wavelength"
    list_title = "Wavelengths"
    list_display = [
        "name",
        "circuit",
        "way",
        "nm",
        "thz",
        "equipment",
        "state_now",
        "held_by",
        "ends_in",
    ]
    list_hidden = ["equipment"]
    list_filter = [ChannelStateChip, ChannelLocationChip, ChannelCarrierChip, OneRouteChip]
    list_select_related = ["route"]
    search_fields = ["dwdm_ucn"]
    ordering = ["route__circuit_id", "pk"]
    phone_columns = ["circuit", "nm", "state_now", "held_by", "ends_in"]
    verbs = [RESERVE, RENEW, RELEASE]
    row_verbs = ["reserve", "renew", "release"]
    export_fields = [
        ("UCN", "dwdm_ucn"),
        ("Circuit", "route__circuit_id"),
        ("Location A", "route__location_a"),
        ("Location B", "route__location_b"),
        ("Wavelength", "dwdm_wavelength"),
        ("Bandwidth", "bandwidth"),
        ("Equipment", "equipment"),
        ("Lit", "in_use"),
        ("State", "state_now"),
        ("Held by", "held_by"),
        ("Ends (UTC)", "ends_at"),
    ]
    summary = [
        "circuit",
        "way",
        "nm",
        "thz",
        "equipment",
        "state_now",
        "held_by",
        "ends_in",
        "capex",
    ]
    tabs = [
        Tab("reservations", "Reservations", context=_reservations),
        Tab("history", "History", context=_history),
    ]
    fieldsets = [
        (None, {"fields": ["circuit_id", "dwdm_ucn", "dwdm_wavelength", "bandwidth"]}),
        ("Equipment", {"fields": ["equipment", "in_use", "capex_cost_to_light"]}),
    ]
    details_first = True
    empty_text = "No wavelengths yet: open a dark-fibre circuit and add its channels."

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[DarkFibreChannel]:
        """Bring the open reservation along, so that a list asks once."""
        rows = DarkFibreChannel.objects.with_open_reservation().select_related("route")
        return rows.order_by(*self.get_ordering(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by the channel's UCN or by its circuit's."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = find_channels(queryset, term) | queryset.filter(route__circuit_id__icontains=term)
        return found, False

    def verb_fits(self, request: HttpRequest, verb: Verb, obj: DarkFibreChannel) -> bool:
        """Offer Renew to the holder only."""
        fits = super().verb_fits(request, verb, obj)
        return fits and is_offered(verb, reservation_of(obj), request.user)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the circuit only when the channel is made."""
        if obj is None:
            return self.fieldsets
        first = {"fields": ["dwdm_ucn", "dwdm_wavelength", "bandwidth"]}
        return [(None, first), *self.fieldsets[1:]]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the circuit whose page the person came from."""
        return {"circuit_id": request.GET.get("circuit", "")[:12]}

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> DarkFibreChannel:
        """Add a channel to a circuit."""
        circuit_id = data.pop("circuit_id")
        values = {name: None if value == "" else value for name, value in data.items()}
        return channels.create_channel(actor=request.user, circuit_id=circuit_id, values=values)

    def service_update(
        self,
        request: HttpRequest,
        obj: DarkFibreChannel,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> DarkFibreChannel:
        """Change a channel; circuit and reservation stay."""
        return channels.update_channel(
            actor=request.user,
            channel_id=obj.pk,
            values={name: None if value == "" else value for name, value in changes.items()},
            expected_version=expected_version,
        )

    def service_delete(self, request: HttpRequest, obj: DarkFibreChannel) -> None:
        """Remove a channel; the log keeps who held it."""
        channels.delete_channel(actor=request.user, channel_id=obj.pk)

    def state(self, obj: DarkFibreChannel) -> SafeString:
        return channel_badge(obj)

    def subtitle(self, obj: DarkFibreChannel) -> str:
        return f"{plain(obj.route.location_a)} to {plain(obj.route.location_b)}"

    @column("UCN", order="dwdm_ucn")
    def name(self, obj: DarkFibreChannel) -> SafeString:
        return mono(obj)

    @column("Circuit", order="route__circuit_id")
    def circuit(self, obj: DarkFibreChannel) -> SafeString:
        return route_link(obj.route)

    @column("Ends")
    def way(self, obj: DarkFibreChannel) -> SafeString:
        return ends(obj.route)

    @column("Wavelength, nm", numeric=True, order="dwdm_wavelength")
    def nm(self, obj: DarkFibreChannel) -> str:
        found = wavelength_nm(obj.dwdm_wavelength)
        return plain(obj.dwdm_wavelength if found is None else f"{found:.2f}")

    @column("Frequency, THz", numeric=True)
    def thz(self, obj: DarkFibreChannel) -> SafeString:
        return number(frequency_thz(obj.dwdm_wavelength), 2)

    @column("State")
    def state_now(self, obj: DarkFibreChannel) -> SafeString:
        return channel_badge(obj)

    @column("Held by")
    def held_by(self, obj: DarkFibreChannel) -> str:
        return person(reservation_of(obj))

    @column("Ends in")
    def ends_in(self, obj: DarkFibreChannel) -> SafeString:
        return when(self.ends_at(obj), acts=True)

    def ends_at(self, obj: DarkFibreChannel) -> datetime | None:
        """Return when the open reservation ends, for exports."""
        held = reservation_of(obj)
        return held.expires_at if held else None

    @column("Capex to light", numeric=True)
    def capex(self, obj: DarkFibreChannel) -> SafeString:
        return money(obj.capex_cost_to_light, obj.route.currency or "")
