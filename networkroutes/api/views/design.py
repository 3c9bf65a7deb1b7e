"""Native paths, prices, maps, saved searches and the design log."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory_site.core.api.exports import Column
from inventory_site.core.api.renderers import dumps
from inventory_site.core.api.views import GuardedMixin, ServiceViewSet, with_message
from networkroutes.api.serializers.design import (
    DesignLogSerializer,
    MapAnswerSerializer,
    MapQuestionSerializer,
    PathsAnswerSerializer,
    PathsQuestionSerializer,
    PriceAnswerSerializer,
    PriceQuestionSerializer,
    SavedSearchSerializer,
)
from networkroutes.design.constraints import Constraints, names
from networkroutes.design.kml import Line
from networkroutes.design.legs import Way, as_number
from networkroutes.design.margins import Ask
from networkroutes.design.money import BASE, Rates
from networkroutes.design.pricing import DEFAULT_SEGMENT_MBPS, Segment
from networkroutes.filtersets_design import DesignLogFilterSet, SavedSearchFilterSet
from networkroutes.models import DesignLog, SavedSearch
from networkroutes.selectors import design as selector
from networkroutes.services import design, design_log, design_paths, pricing, searches
from networkroutes.services.design_paths import Paths, PathsQuestion
from networkroutes.services.pricing import PathToPrice, PricedSegment

USE = "networkroutes.view_designlog"


def _as_json(value: Any) -> str | None:
    return None if value is None else dumps(value).decode()


class PathsView(GuardedMixin, APIView):
    """Path search."""

    permissions = {"post": USE}

    @extend_schema(request=PathsQuestionSerializer, responses=PathsAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Return the best paths, a diverse pair where asked for, and the reasons."""
        sent = PathsQuestionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        question = question_of(sent.validated_data)
        found = design_paths.find_paths(actor=request.user, question=question)
        return Response(answer_words(found, question.twin))


class PricesView(GuardedMixin, APIView):
    """Prices of paths."""

    permissions = {"post": USE}

    @extend_schema(request=PriceQuestionSerializer, responses=PriceAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Price by term, or by margin when bandwidth and both ends are named."""
        sent = PriceQuestionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        paths = [_path_to_price(path) for path in data["paths"]]
        if {"bandwidth_mbps", "source", "destination"} <= set(data):
            prices = pricing.price_by_margin(
                actor=request.user,
                paths=paths,
                ask=Ask(
                    Decimal(str(data["bandwidth_mbps"])),
                    str(data["term_months"]),
                    data["output_currency"].upper(),
                    data["source"],
                    data["destination"],
                ),
                with_ull=data["include_ull"],
                is_protected=data["is_protected"],
            )
        else:
            prices = pricing.price_by_term(
                actor=request.user,
                paths=paths,
                term_months=Decimal(data["term_months"]),
                output_currency=data["output_currency"].upper(),
                with_ull=data["include_ull"],
            )
        return Response(
            {
                "results": prices.results,
                "exchange_rates": prices.exchange_rates,
                "priced_at": prices.priced_at,
                **prices.extra,
            }
        )


class MapsView(GuardedMixin, APIView):
    """Maps of paths."""

    permissions = {"post": "networkroutes.add_designlog"}

    @extend_schema(request=MapQuestionSerializer, responses={201: MapAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Store a KMZ of the paths."""
        sent = MapQuestionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        paths = sent.validated_data["paths"]
        made = design.generate_kmz(
            actor=request.user,
            paths=[Line(codes, "", str(max(0, len(codes) - 1))) for codes in paths],
            made_at=timezone.now(),
            parameters={"paths": paths},
        )
        url = f"/api/download_kmz/{made.filename}"
        return Response({"filename": made.filename, "url": url}, status=201)


class SavedSearchViewSet(ServiceViewSet):
    """Saved searches, newest first."""

    queryset = SavedSearch.objects.all()
    serializer_class = SavedSearchSerializer
    filterset_class = SavedSearchFilterSet
    resource = "Saved search"
    search_fields = ("search_name", "source_location", "destination_location")
    ordering_fields = ("created_at", "search_name")
    ordering = ("-created_at", "-pk")
    permissions = {
        "list": "networkroutes.view_savedsearch",
        "retrieve": "networkroutes.view_savedsearch",
        "create": "networkroutes.add_savedsearch",
        "destroy": "networkroutes.delete_savedsearch",
    }
    export_name = "saved-searches"
    export_columns = tuple(
        Column(name, name)
        for name in (
            "search_name",
            "source_location",
            "destination_location",
            "bandwidth_required",
            "bandwidth_unit",
            "max_latency_ms",
            "carrier_avoidance",
            "output_currency",
            "contract_term_months",
            "created_at",
        )
    )

    def create(self, request: Request) -> Response:
        """Keep a search."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = searches.save_search(actor=request.user, values=sent.validated_data)
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a search."""
        searches.delete_search(actor=request.user, search_id=self.get_object().pk)
        return Response(status=204)


class DesignLogViewSet(ServiceViewSet):
    """The log of searches, prices and maps, newest first; archived rows with `archived=true`."""

    queryset = DesignLog.objects.all()
    serializer_class = DesignLogSerializer
    filterset_class = DesignLogFilterSet
    resource = "Design log row"
    search_fields = ("user_name", "kmz_files")
    ordering_fields = ("logged_at",)
    ordering = ("-logged_at", "-pk")
    permissions = {"list": USE, "retrieve": USE, "clear": "networkroutes.delete_designlog"}
    export_name = "design-log"
    export_columns = (
        *(
            Column(name, name)
            for name in (
                "id",
                "logged_at",
                "action_type",
                "user_name",
                "ip_address",
                "execution_time_ms",
                "kmz_files",
            )
        ),
        *(Column(name, name, _as_json) for name in ("parameters", "results", "pricing_data")),
    )

    @extend_schema(request=None, responses={200: None})
    def clear(self, request: Request) -> Response:
        """Put all rows aside; nothing is destroyed."""
        count = design_log.archive_all(actor=request.user)
        return with_message({"archived": count}, f"{count} rows archived")


def question_of(data: Mapping[str, Any]) -> PathsQuestion:
    """Turn validated input into a question."""
    constraints = Constraints(
        bandwidth_mbps=data.get("bandwidth_mbps") or None,
        carriers=names(data.get("avoid_carriers", ())),
        mtu=data.get("mtu"),
        allow_ull=data["allow_ull"],
        allow_cisco=data["allow_cisco"],
        cable_systems=names(data.get("avoid_cable_systems", ())),
        locations=frozenset(data.get("avoid_locations", ())),
        circuit_ids=frozenset(data.get("avoid_circuits", ())),
        repository_types=frozenset(data.get("repository_types", ())),
    )
    return PathsQuestion(
        source=data["source"],
        destination=data["destination"],
        constraints=constraints,
        count=data["count"],
        max_latency_ms=data.get("max_latency_ms") or None,
        via=frozenset(data.get("via", ())),
        twin=data.get("diverse_by"),
        asked=dict(data),
    )


def answer_words(found: Paths, kind: str | None) -> dict[str, Any]:
    """Return the answer of a path search."""
    rates = selector.active_rates()
    pair = None
    if found.pair is not None:
        primary, secondary = found.pair
        pair = {
            "kind": kind,
            "is_proven": found.is_pair_proven,
            "total_latency_ms": round(primary.latency_ms + secondary.latency_ms, 6),
            "primary": path_words(primary, rates),
            "secondary": path_words(secondary, rates),
        }
    return {
        "paths": [path_words(way, rates) for way in found.paths],
        "pair": pair,
        "is_pair_search_complete": found.is_pair_proven,
        "exclusions": found.exclusions,
        "execution_time_ms": found.execution_time_ms,
    }


def path_words(way: Way, rates: Rates) -> dict[str, Any]:
    """Return a path with its segments."""
    return {
        "locations": list(way.names),
        "latency_ms": as_number(way.latency_ms),
        "hops": way.hops,
        "cost_usd": way.cost_usd(rates),
        "segments": [
            {
                "circuit_id": leg.circuit.circuit_id,
                "start": leg.start,
                "end": leg.end,
                "latency_ms": as_number(leg.circuit.weight_ms),
                "bandwidth_mbps": leg.circuit.capacity_mbps,
                "carrier": leg.circuit.carrier,
                "cable_system": leg.circuit.cable_system,
                "cost": leg.circuit.cost,
                "currency": leg.circuit.currency,
            }
            for leg in way.legs
        ],
    }


def _path_to_price(path: Mapping[str, Any]) -> PathToPrice:
    segments = [
        PricedSegment(
            Segment(
                part["cost"],
                (part.get("currency") or "").strip().upper() or BASE,
                Decimal(str(part.get("bandwidth_mbps") or DEFAULT_SEGMENT_MBPS)),
            ),
            part.get("circuit_id", ""),
        )
        for part in path["segments"]
    ]
    return PathToPrice(segments, {"locations": path.get("locations", [])})
