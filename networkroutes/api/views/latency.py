"""Native latency, probes and outages."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import Column
from inventory_site.core.api.pagination import Keyset
from inventory_site.core.api.views import GuardedMixin, ListMixin, ServiceViewSet
from inventory_site.core.errors import InvalidInput
from inventory_site.core.whole import whole_number
from networkroutes.api.serializers.latency import (
    LatencyChartSerializer,
    LatencyProbeSerializer,
    LatencySampleSerializer,
    LatencySerializer,
    OutageSerializer,
    PushedSamplesSerializer,
)
from networkroutes.errors import RouteNotFound
from networkroutes.filtersets_design import LatencySampleFilterSet, OutageFilterSet
from networkroutes.models import LatencyProbe, LatencySample, NetworkRoute, Outage
from networkroutes.selectors import latency as selector
from networkroutes.services import latency

VIEW = "networkroutes.view_networkroute"
MOST_HOURS = 24 * 366
HOURS = OpenApiParameter("hours", int, description="How far back, 24 unless named.")


class LatencyViewSet(GuardedMixin, viewsets.GenericViewSet):
    """The measured latency of one circuit, by UCN."""

    serializer_class = LatencySerializer
    queryset = NetworkRoute.objects.all()
    lookup_field = "circuit_id"
    permissions = {
        "retrieve": VIEW,
        "chart": VIEW,
        "set_probe": "networkroutes.change_latencyprobe",
        "remove_probe": "networkroutes.delete_latencyprobe",
        "push": "networkroutes.add_latencysample",
    }

    @extend_schema(responses=LatencySerializer)
    def retrieve(self, request: Request, circuit_id: str) -> Response:
        """The last stored sample, and how the circuit is measured."""
        route = route_of(circuit_id)
        reading = selector.readings([route.circuit_id])[route.circuit_id]
        probe = LatencyProbe.objects.filter(route=route).select_related("route").first()
        return Response(
            {
                "circuit_id": reading.circuit_id,
                "latency_ms": reading.latency_ms,
                "sampled_at": reading.sampled_at,
                "source": reading.source,
                "is_stale": reading.is_stale,
                "probe": LatencyProbeSerializer(probe).data if probe else None,
            }
        )

    @extend_schema(parameters=[HOURS], responses=LatencyChartSerializer)
    def chart(self, request: Request, circuit_id: str) -> Response:
        """The history, in at most 300 points."""
        route, until = route_of(circuit_id), timezone.now()
        since = until - timedelta(hours=_hours(request))
        return Response(
            {
                "circuit_id": route.circuit_id,
                "since": since,
                "until": until,
                "expected_latency_ms": route.expected_latency_ms,
                "summary": selector.summary(route, since),
                "points": selector.chart(route, since, until),
            }
        )

    @extend_schema(request=LatencyProbeSerializer, responses=LatencyProbeSerializer)
    def set_probe(self, request: Request, circuit_id: str) -> Response:
        """Make or change the probe of a circuit."""
        route = route_of(circuit_id)
        known = LatencyProbe.objects.filter(route=route).first()
        sent = LatencyProbeSerializer(known, data=request.data, partial=known is not None)
        sent.is_valid(raise_exception=True)
        probe = latency.set_probe(actor=request.user, route=route, values=sent.validated_data)
        return Response(LatencyProbeSerializer(probe).data)

    @extend_schema(responses={204: None})
    def remove_probe(self, request: Request, circuit_id: str) -> Response:
        """Measure the circuit no longer."""
        latency.remove_probe(actor=request.user, route=route_of(circuit_id))
        return Response(status=204)

    @extend_schema(request=PushedSamplesSerializer, responses={200: None})
    def push(self, request: Request) -> Response:
        """Store samples of an external monitoring system."""
        sent = PushedSamplesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        samples = [
            {
                "circuit_id": sample["circuit_id"],
                "live_latency": sample["latency_ms"],
                "sampled_at": sample.get("sampled_at") or timezone.now(),
            }
            for sample in sent.validated_data["samples"]
        ]
        name = getattr(request.auth, "name", "") or request.user.username
        accepted, refused = latency.ingest(actor=request.user, name=name, samples=samples)
        return Response({"accepted": accepted, "rejected": refused})


class LatencySampleViewSet(GuardedMixin, ListMixin, viewsets.GenericViewSet):
    """All measurements, newest first; pages go by cursor."""

    queryset = LatencySample.objects.select_related("route")
    serializer_class = LatencySampleSerializer
    filterset_class = LatencySampleFilterSet
    pagination_class = Keyset
    keyset_field = "-id"
    permissions = {"list": "networkroutes.view_latencysample"}
    export_name = "latency-samples"
    export_columns = (
        Column("circuit_id", "route__circuit_id"),
        Column("sampled_at", "sampled_at"),
        Column("latency_ms", "latency_ms"),
        Column("source", "source"),
    )


class OutageViewSet(ServiceViewSet):
    """Outages, newest first; `is_open=true` are those that last."""

    queryset = Outage.objects.select_related("route")
    serializer_class = OutageSerializer
    filterset_class = OutageFilterSet
    resource = "Outage"
    search_fields = ("route__circuit_id", "route__location_a", "route__location_b")
    ordering_fields = ("started_at", "ended_at")
    ordering = ("-started_at", "-pk")
    permissions = {
        "list": "networkroutes.view_outage",
        "retrieve": "networkroutes.view_outage",
    }
    export_name = "outages"
    export_columns = (
        Column("circuit_id", "route__circuit_id"),
        Column("started_at", "started_at"),
        Column("ended_at", "ended_at"),
        Column("source", "source"),
    )


def route_of(circuit_id: str) -> NetworkRoute:
    """Return a circuit by UCN, or raise `RouteNotFound`."""
    route = NetworkRoute.objects.filter(circuit_id=circuit_id.replace("\x00", "")).first()
    if route is None:
        raise RouteNotFound(f'Route with ID "{circuit_id}" not found')
    return route


def _hours(request: Request) -> int:
    hours = whole_number(request.query_params.get("hours", "24"))
    if hours is None or not 1 <= hours <= MOST_HOURS:
        sentence = f"hours must be a whole number from 1 to {MOST_HOURS}"
        raise InvalidInput(fields={"hours": [sentence]})
    return hours
