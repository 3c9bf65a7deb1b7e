"""Circuits: the list people find them in, and the page they work on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ServiceAdmin,
    Tab,
    badge,
    column,
    money,
    number,
    register,
    toast,
    when,
)
from inventory_site.core.admin.lists import EXPORT_PARAM, OpenList
from inventory_site.core.errors import DomainError
from networkroutes.admin import downloads, filters, words
from networkroutes.admin.probe_verbs import PROBE_VERBS
from networkroutes.admin.route_forms import NetworkRouteForm
from networkroutes.admin.route_tabs import CHANNELS, FILES, HISTORY
from networkroutes.admin.route_tabs_map import LATENCY, MAP
from networkroutes.admin.route_verbs import ROUTE_VERBS, files_tab
from networkroutes.models import KmzFile, NetworkRoute
from networkroutes.selectors.register import attach_channel_counts, route_state, with_channel_counts
from networkroutes.selectors.search import find_routes
from networkroutes.services import routes


class CountedList(OpenList):
    """A list whose rows know how many channels they have."""

    def get_results(self, request: HttpRequest) -> None:
        """Count the channels of the rows on this page."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        attach_channel_counts(self.result_list)


@register(NetworkRoute)
class NetworkRouteAdmin(ServiceAdmin):
    """The register."""

    form = NetworkRouteForm
    noun = "circuit"
    list_title = "Circuits"
    list_display = [
        "ucn",
        "way",
        "underlying_carrier",
        "cable_system",
        "speed",
        "measured",
        "state_now",
        "counted",
        "kind",
        "monthly_cost",
        "updated",
    ]
    list_hidden = ["kind", "monthly_cost", "updated"]
    list_filter = [
        filters.RouteStateChip,
        filters.UllChip,
        filters.FreeChip,
        filters.DarkChip,
        filters.CarrierChip,
        filters.LocationChip,
        filters.RepositoryChip,
    ]
    list_select_related = ["repository_type"]
    search_fields = ["circuit_id"]
    ordering = ["circuit_id"]
    phone_columns = ["way", "speed", "measured", "state_now", "counted"]
    export_fields = [
        ("UCN", "circuit_id"),
        ("Location A", "location_a"),
        ("Location B", "location_b"),
        ("Carrier", "underlying_carrier"),
        ("Cable system", "cable_system"),
        ("Bandwidth", "bandwidth"),
        ("ULL", "is_special"),
        ("MTU, bytes", "mtu"),
        ("Live latency, ms", "live_latency_ms"),
        ("Expected latency, ms", "expected_latency_ms"),
        ("SLA latency, ms", "sla_latency_ms"),
        ("State", "state_words"),
        ("Channels reserved", "reserved_channels"),
        ("Channels", "total_channels"),
        ("Monthly cost", "cost"),
        ("Currency", "currency"),
        ("Repository", "repository_type__name"),
        ("Outage tickets, 30 days", "outage_tickets_last_30d"),
        ("Maintenance tickets, 30 days", "maintenance_tickets_last_30d"),
        ("Notes", "more_details"),
        ("Equipment", "equipment_type"),
        ("Local-loop carriers A", "local_loop_carriers_a"),
        ("Local-loop carriers B", "local_loop_carriers_b"),
        ("Capacity in use, %", "capacity_usage_percent"),
    ]
    summary = [
        "underlying_carrier",
        "measured_full",
        "cable_system",
        "sla",
        "speed",
        "mtu",
        "ull",
        "tickets",
        "monthly_cost",
        "kind",
    ]
    verbs = [*ROUTE_VERBS[:1], *PROBE_VERBS[:1], *ROUTE_VERBS[1:], *PROBE_VERBS[1:]]
    tabs = [CHANNELS, MAP, FILES, LATENCY, HISTORY]
    details_first = True
    change_form_template = "networkroutes/admin/route.html"
    empty_text = (
        "No circuits yet. Add the first one, or load the demo: manage.py load_demo networkroutes."
    )
    fieldsets = [
        (None, {"fields": ["circuit_id", "repository_type", ("location_a", "location_b")]}),
        (
            "Service",
            {
                "fields": [
                    ("underlying_carrier", "cable_system"),
                    ("bandwidth", "mtu"),
                    ("is_special", "equipment_type"),
                    "capacity_usage_percent",
                    ("local_loop_carriers_a", "local_loop_carriers_b"),
                ]
            },
        ),
        (
            "Latency",
            {"fields": [("expected_latency_ms", "live_latency_ms"), "sla_latency_ms"]},
        ),
        ("Cost", {"fields": [("cost", "currency")]}),
        (
            "Notes",
            {
                "fields": [
                    ("outage_tickets_last_30d", "maintenance_tickets_last_30d"),
                    "test_results_link",
                    "more_details",
                ]
            },
        ),
    ]

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CountedList]:
        return CountedList

    def get_queryset(self, request: HttpRequest) -> QuerySet[NetworkRoute]:
        """Count the channels in the query itself where it is exported row by row."""
        rows: QuerySet[NetworkRoute] = super().get_queryset(request)
        return with_channel_counts(rows) if EXPORT_PARAM in request.GET else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find in UCN, ends, carrier and cable system."""
        term = search_term.strip()
        return (find_routes(queryset, term) if term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/map/",
                self.admin_site.admin_view(self.map_view),
                name="networkroutes_networkroute_map",
            ),
            path(
                "<int:pk>/test-results.zip",
                self.admin_site.admin_view(self.results_zip_view),
                name="networkroutes_networkroute_results_zip",
            ),
            *super().get_urls(),
        ]

    def map_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send the circuit's map."""
        route = self._route_or_404(request, pk)
        row = KmzFile.objects.filter(filename=route.kmz_file_path or "").first()
        if row is None:
            raise Http404
        return self._sent(request, route, lambda: downloads.send_map(request, row))

    def results_zip_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send all test results of the circuit."""
        route = self._route_or_404(request, pk)
        return self._sent(request, route, lambda: downloads.send_results_zip(route))

    def _route_or_404(self, request: HttpRequest, pk: int) -> NetworkRoute:
        if not request.user.has_perm("networkroutes.view_testresultsfile"):
            raise PermissionDenied
        route: NetworkRoute | None = self.get_queryset(request).filter(pk=pk).first()
        if route is None:
            raise Http404
        return route

    def _sent(
        self, request: HttpRequest, route: NetworkRoute, send: Callable[[], HttpResponseBase]
    ) -> HttpResponseBase:
        """Send a file, or go back to the files with the sentence of the refusal."""
        try:
            return send()
        except DomainError as refusal:
            toast(request, refusal.message, level=messages.ERROR)
            return redirect(files_tab(route))

    def get_tabs(self, request: HttpRequest, obj: NetworkRoute) -> list[Tab]:
        """Leave the channels out where there can be none."""
        has_channels = obj.is_dark_fibre or obj.channels.exists()
        return [tab for tab in self.tabs if has_channels or tab is not CHANNELS]

    def opens_on(self, obj: NetworkRoute) -> str:
        """Open a dark fibre on its channels: that is what people come for."""
        return CHANNELS.slug if obj.is_dark_fibre else ""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the UCN only when the circuit is made."""
        if obj is None:
            return self.fieldsets
        first = {"fields": ["repository_type", ("location_a", "location_b")]}
        return [(None, first), *self.fieldsets[1:]]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Leave the choice of an inventory a plain one."""
        return db_field.formfield(**kwargs)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> NetworkRoute:
        """Make a circuit."""
        circuit_id = data.pop("circuit_id")
        return routes.create_route(actor=request.user, circuit_id=circuit_id, values=_values(data))

    def service_update(
        self,
        request: HttpRequest,
        obj: NetworkRoute,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> NetworkRoute:
        """Change the fields that were edited."""
        return routes.update_route(
            actor=request.user,
            circuit_id=obj.circuit_id,
            values=_values(changes),
            expected_version=expected_version,
        )

    def service_delete(self, request: HttpRequest, obj: NetworkRoute) -> None:
        """Remove the circuit with its channels and files."""
        routes.delete_route(actor=request.user, circuit_id=obj.circuit_id)

    def response_change(self, request: HttpRequest, obj: NetworkRoute) -> HttpResponse:
        """Stay on the form."""
        answer = super().response_change(request, obj)
        answer["Location"] = f"{answer['Location']}?tab=details"
        return answer

    def state(self, obj: NetworkRoute) -> SafeString:
        return words.route_badge(obj)

    def subtitle(self, obj: NetworkRoute) -> str:
        return f"{words.plain(obj.location_a)} to {words.plain(obj.location_b)}"

    def state_words(self, obj: NetworkRoute) -> str:
        """Return the state for exports."""
        return str(route_state(obj).label)

    @column("UCN", order="circuit_id")
    def ucn(self, obj: NetworkRoute) -> SafeString:
        return words.mono(obj.circuit_id)

    @column("Ends", order="location_a")
    def way(self, obj: NetworkRoute) -> SafeString:
        return words.ends(obj)

    @column("Bandwidth", order="bandwidth")
    def speed(self, obj: NetworkRoute) -> str:
        return words.bandwidth(obj)

    @column("Now / expected, ms", numeric=True, order="live_latency_ms")
    def measured(self, obj: NetworkRoute) -> SafeString:
        return words.latency(obj)

    @column("Latency now / expected, ms")
    def measured_full(self, obj: NetworkRoute) -> SafeString:
        return words.latency(obj)

    @column("State", order="live_latency_ms")
    def state_now(self, obj: NetworkRoute) -> SafeString:
        return words.route_badge(obj)

    @column("Reserved", numeric=True)
    def counted(self, obj: Any) -> SafeString | str:
        return words.channel_count(obj.reserved_channels, obj.total_channels)

    @column("Repository", order="repository_type__name")
    def kind(self, obj: NetworkRoute) -> str:
        return obj.repository_type.name

    @column("Monthly cost", numeric=True, order="cost")
    def monthly_cost(self, obj: NetworkRoute) -> SafeString:
        return money(obj.cost, obj.currency or "")

    @column("Changed", order="updated_at")
    def updated(self, obj: NetworkRoute) -> SafeString:
        return when(obj.updated_at)

    @column("SLA latency")
    def sla(self, obj: NetworkRoute) -> SafeString:
        return number(obj.sla_latency_ms, 1, "ms")

    @column("ULL")
    def ull(self, obj: NetworkRoute) -> SafeString | str:
        if obj.is_special is None:
            return words.plain(None)
        return badge("ULL", "wait", "zap") if obj.is_special else "No"

    @column("Tickets, last 30 days")
    def tickets(self, obj: NetworkRoute) -> str:
        outage = words.plain(obj.outage_tickets_last_30d)
        return f"{outage} outage, {words.plain(obj.maintenance_tickets_last_30d)} maintenance"


def _values(data: dict[str, Any]) -> dict[str, Any]:
    """Return the form's data as the service takes it: blank texts are null, the type is an id."""
    values = {name: None if value == "" else value for name, value in data.items()}
    if "repository_type" in values:
        values["repository_type_id"] = values.pop("repository_type").pk
    return values
