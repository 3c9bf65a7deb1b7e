"""Native circuits and repository types."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column
from inventory_site.core.api.pagination import Unpaged
from inventory_site.core.api.views import GuardedMixin, ListMixin, ServiceViewSet, expected_version
from inventory_site.core.errors import InvalidInput
from networkroutes.api.serializers.routes import (
    NetworkRouteSerializer,
    RepositoryTypeSerializer,
    route_values,
)
from networkroutes.filtersets import NetworkRouteFilterSet
from networkroutes.models import DarkFibreChannel, NetworkRoute, RepositoryType
from networkroutes.selectors.search import find_routes
from networkroutes.services import routes

ROUTE_PERMISSIONS = {
    "list": "networkroutes.view_networkroute",
    "retrieve": "networkroutes.view_networkroute",
    "create": "networkroutes.add_networkroute",
    "partial_update": "networkroutes.change_networkroute",
    "destroy": "networkroutes.delete_networkroute",
}


class RouteKeyMixin:
    """The path names a circuit by its id or by its UCN."""

    lookup_value_regex = "[A-Za-z0-9]+"
    resource = "Route"

    @property
    def lookup_field(self) -> str:
        """All digits are an id, anything else a UCN."""
        key = self.kwargs.get("pk", "") if hasattr(self, "kwargs") else ""  # type: ignore[attr-defined]  # of View
        return "pk" if key.isdigit() or not key else "circuit_id"

    lookup_url_kwarg = "pk"


class NetworkRouteViewSet(RouteKeyMixin, ServiceViewSet):
    """Circuits of the register."""

    serializer_class = NetworkRouteSerializer
    filterset_class = NetworkRouteFilterSet
    reads_values = True
    permissions = ROUTE_PERMISSIONS
    ordering_fields = (
        "circuit_id",
        "created_at",
        "updated_at",
        "location_a",
        "location_b",
        "underlying_carrier",
        "cable_system",
        "live_latency_ms",
        "expected_latency_ms",
        "cost",
    )
    ordering = ("pk",)
    export_name = "routes"
    export_columns = tuple(
        Column(name, name)
        for name in (
            "circuit_id",
            "location_a",
            "location_b",
            "underlying_carrier",
            "cable_system",
            "bandwidth",
            "is_special",
            "live_latency_ms",
            "expected_latency_ms",
            "sla_latency_ms",
            "mtu",
            "cost",
            "currency",
            "outage_tickets_last_30d",
            "maintenance_tickets_last_30d",
            "test_results_file",
            "more_details",
            "local_loop_carriers_a",
            "local_loop_carriers_b",
            "equipment_type",
            "created_at",
            "updated_at",
            "capacity_usage_percent",
        )
    )

    def get_queryset(self) -> QuerySet[NetworkRoute]:
        """Circuits with the number of their channels."""
        channels = DarkFibreChannel.objects.filter(route=OuterRef("pk")).order_by()
        counted = channels.values("route").annotate(total=Count("pk")).values("total")
        return NetworkRoute.objects.annotate(channel_count=Coalesce(Subquery(counted), 0))

    def search_rows(self, rows: QuerySet[NetworkRoute], text: str) -> QuerySet[NetworkRoute]:
        """Find in UCN, ends, carrier and cable system."""
        return find_routes(rows, text)

    def create(self, request: Request) -> Response:
        """Make a circuit."""
        sent = NetworkRouteSerializer(data=request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        made = routes.create_route(
            actor=request.user,
            circuit_id=sent.validated_data["circuit_id"],
            values=route_values(sent.validated_data),
        )
        return Response(self._shown(made.pk), status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change some fields; `If-Match` or `expected_version` guards against lost changes."""
        route = self.get_object()
        body = {name: value for name, value in request.data.items() if name != "expected_version"}
        sent = NetworkRouteSerializer(
            route, data=body, partial=True, context=self.get_serializer_context()
        )
        sent.is_valid(raise_exception=True)
        routes.update_route(
            actor=request.user,
            circuit_id=route.circuit_id,
            values=route_values(sent.validated_data),
            expected_version=expected_version(request),
        )
        return Response(self._shown(route.pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a circuit with its channels and files."""
        routes.delete_route(actor=request.user, circuit_id=self.get_object().circuit_id)
        return Response(status=204)

    def _shown(self, pk: int) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=pk)).data


class RepositoryTypeViewSet(
    GuardedMixin, ListMixin, mixins.CreateModelMixin, viewsets.GenericViewSet
):
    """Kinds of inventory."""

    queryset = RepositoryType.objects.order_by("name")
    serializer_class = RepositoryTypeSerializer
    pagination_class = Unpaged
    search_fields = ("name", "description")
    ordering_fields = ("name", "created_at")
    permissions = {
        "list": "networkroutes.view_repositorytype",
        "create": "networkroutes.add_repositorytype",
    }
    export_name = "repository-types"
    export_columns = tuple(Column(name, name) for name in ("name", "description", "created_at"))

    def create(self, request: Request) -> Response:
        """Make a kind of inventory."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if not sent.validated_data["name"].strip():
            raise InvalidInput(fields={"name": ["name is required"]})
        made = routes.create_repository_type(
            actor=request.user,
            name=sent.validated_data["name"],
            description=sent.validated_data.get("description"),
        )
        return Response(self.get_serializer(made).data, status=201)
