"""The design tool (contract 4.9, 8, 9, 10.1, 12.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import csv_chunks, csv_response, defused
from inventory_site.core.api.renderers import dumps
from inventory_site.core.whole import LONGEST, whole_number
from networkroutes import policy
from networkroutes.api.clients.network_inventory import design_forms, forms
from networkroutes.api.clients.network_inventory.base import ClientView, whole_id
from networkroutes.api.clients.network_inventory.views.pricing import price_by_margin, wants_margin
from networkroutes.api.clients.network_inventory.wire import t1, t2
from networkroutes.design.capacity import shown_mbps
from networkroutes.design.legs import Leg, Way, as_number
from networkroutes.design.money import Rates
from networkroutes.errors import PathNotFound, SearchNotFound
from networkroutes.models import DesignLog, SavedSearch
from networkroutes.services import design, design_log, pricing, searches

MOST_LOG_ROWS = 100
MOST_LOG_ROWS_ASKED = 1000
LOG_COLUMNS = (
    "id",
    "timestamp",
    "action_type",
    "parameters",
    "results",
    "execution_time",
    "ip_address",
    "session_id",
    "kmz_files",
    "pricing_data",
)


class DesignView(ClientView):
    """A view of the design tool."""

    reads = "view_designlog"


class FindPathView(DesignView):
    """POST a search."""

    writes = {"POST": "view_designlog"}

    def post(self, request: Request) -> Response:
        """Answer the path, its diverse one, and why circuits were left out."""
        question = design_forms.question_of(request.data)
        try:
            answer = design.find_path(actor=request.user, question=question)
        except PathNotFound as refusal:
            return Response({"error": refusal.message, **refusal.details}, status=404)
        return Response(
            {
                "request": design_forms.echo(request.data),
                "primaryPath": path_words(answer.primary, answer.rates),
                "diversePath": (
                    path_words(answer.diverse, answer.rates) if answer.diverse else None
                ),
                "executionTime": answer.execution_time_ms,
                "timestamp": t2(answer.answered_at),
                "exclusionReasons": answer.exclusions,
                "protectionStatus": answer.protection,
            }
        )


class CalculatePricingView(DesignView):
    """POST paths to price, by term or, with bandwidth and both ends, by margin."""

    writes = {"POST": "view_designlog"}

    def post(self, request: Request) -> Response:
        """Answer one result per path."""
        body = request.data
        paths = design_forms.paths_to_price(body)
        if wants_margin(body):
            prices = price_by_margin(request.user, body, paths)
        else:
            prices = pricing.price_by_term(
                actor=request.user,
                paths=paths,
                term_months=design_forms.term_of(body.get("contract_term")),
                output_currency=design_forms.currency_of(body.get("output_currency")),
                with_ull=forms.truthy(body.get("include_ull")),
            )
        return Response(
            {
                "results": prices.results,
                "exchangeRates": prices.exchange_rates,
                "timestamp": t2(prices.priced_at),
                **prices.extra,
            }
        )


class GenerateKmzView(DesignView):
    """POST paths to draw."""

    writes = {"POST": "add_designlog"}

    def post(self, request: Request) -> Response:
        """Store the map and answer where it is."""
        body = request.data
        made_at = timezone.now()
        made = design.generate_kmz(
            actor=request.user,
            paths=design_forms.lines_of(body),
            made_at=made_at,
            parameters={"paths": body["paths"], "metadata": body.get("metadata")},
        )
        return Response(
            {
                "message": "KMZ file generated successfully",
                "filename": made.filename,
                "downloadUrl": f"/api/download_kmz/{made.filename}",
                "timestamp": t2(made_at),
            }
        )


class SaveSearchView(DesignView):
    """POST a search to keep."""

    writes = {"POST": "add_savedsearch"}

    def post(self, request: Request) -> Response:
        """Keep it."""
        made = searches.save_search(actor=request.user, values=search_values(request.data))
        return Response({"id": made.pk, "message": "Search saved successfully"}, status=201)


class SavedSearchesView(DesignView):
    """GET the saved searches, newest first."""

    reads = "view_savedsearch"

    def get(self, request: Request) -> Response:
        """Answer the bare array."""
        return Response([search_words(row) for row in SavedSearch.objects.all()])


class SavedSearchView(DesignView):
    """One saved search."""

    reads = "view_savedsearch"
    writes = {"DELETE": "delete_savedsearch"}

    def get(self, request: Request, search_id: str) -> Response:
        """Answer it."""
        row = SavedSearch.objects.filter(pk=whole_id(search_id)).first()
        if row is None:
            raise SearchNotFound("Search not found")
        return Response(search_words(row))

    def delete(self, request: Request, search_id: str) -> Response:
        """Remove it."""
        searches.delete_search(actor=request.user, search_id=whole_id(search_id))
        return Response({"message": "Search deleted successfully"})


class AuditLogsView(DesignView):
    """The design log: GET the newest rows, DELETE puts all aside."""

    writes = {"DELETE": "delete_designlog"}

    def get(self, request: Request) -> Response:
        """Answer at most 100 rows, or as many as `limit` says, from `offset` on."""
        limit = _whole(request, "limit", MOST_LOG_ROWS, MOST_LOG_ROWS_ASKED)
        offset = _whole(request, "offset", 0, 10**9)
        return Response([log_words(row) for row in log_rows(request)[offset : offset + limit]])

    def delete(self, request: Request) -> Response:
        """Archive the log."""
        count = design_log.archive_all(actor=request.user)
        return Response({"message": "Audit logs cleared successfully", "archived": count})


class AuditLogsExportView(DesignView):
    """GET the design log as CSV."""

    reads = "delete_designlog"

    def get(self, request: Request) -> HttpResponseBase:
        """Stream the file, newest row first."""
        policy.require(request.user, self.reads)
        rows = (
            [_cell(log_words(row)[name]) for name in LOG_COLUMNS]
            for row in log_rows(request).iterator(500)
        )
        return csv_response(csv_chunks(LOG_COLUMNS, rows), "network_design_audit_logs")


def log_rows(request: Request) -> QuerySet[DesignLog]:
    """Return the log as the query narrows it."""
    rows = DesignLog.objects.shown().order_by("-logged_at", "-pk")
    action = request.query_params.get("action_type", "").strip().replace("\x00", "")
    return rows.filter(action_type=action) if action else rows


def path_words(way: Way, rates: Rates) -> dict[str, Any]:
    """Return a path with its segments."""
    usd = way.cost_usd(rates)
    return {
        **way.short(),
        "route": [leg_words(leg) for leg in way.legs],
        "totalCost": way.plain_cost,
        "currencies": way.currencies,
        "totalCostUSD": None if usd is None else as_number(usd),
    }


def leg_words(leg: Leg) -> dict[str, Any]:
    """Return one segment."""
    circuit = leg.circuit
    return {
        "from": leg.start,
        "to": leg.end,
        "latency": as_number(circuit.weight_ms),
        "cost": as_number(circuit.cost),
        "currency": circuit.currency,
        "bandwidth": shown_mbps(circuit.capacity_mbps),
        "carrier": circuit.carrier,
        "circuit_id": circuit.circuit_id,
    }


def log_words(row: DesignLog) -> dict[str, Any]:
    """Return a row of the log."""
    return {
        "id": row.pk,
        "timestamp": t1(row.logged_at),
        "action_type": row.action_type,
        "parameters": row.parameters,
        "results": row.results,
        "execution_time": row.execution_time_ms,
        "ip_address": row.ip_address,
        "session_id": row.session_id,
        "kmz_files": row.kmz_files,
        "pricing_data": row.pricing_data,
        "user_name": row.user_name,
    }


def search_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a saved search; all are optional."""
    texts = {
        "search_name": None,
        "source_location": None,
        "destination_location": None,
        "bandwidth_unit": 64,
        "output_currency": 16,
    }
    values: dict[str, Any] = {
        name: forms.text(name, body.get(name), longest=longest) for name, longest in texts.items()
    }
    values["bandwidth_required"] = forms.real("bandwidth_required", body.get("bandwidth_required"))
    values["max_latency_ms"] = forms.real("max_latency", body.get("max_latency"))
    values["contract_term_months"] = forms.whole("contract_term", body.get("contract_term"))
    for name in ("include_ull", "protection_required"):
        values[name] = forms.yes_no(name, body.get(name))
    for name in ("carrier_avoidance", "search_results"):
        values[name] = body.get(name)
    return values


def search_words(row: SavedSearch) -> dict[str, Any]:
    """Return a saved search."""
    return {
        "id": row.pk,
        "search_name": row.search_name,
        "source_location": row.source_location,
        "destination_location": row.destination_location,
        "bandwidth_required": _number(row.bandwidth_required),
        "bandwidth_unit": row.bandwidth_unit,
        "include_ull": None if row.include_ull is None else int(row.include_ull),
        "protection_required": (
            None if row.protection_required is None else int(row.protection_required)
        ),
        "max_latency": _number(row.max_latency_ms),
        "carrier_avoidance": row.carrier_avoidance,
        "output_currency": row.output_currency,
        "contract_term": row.contract_term_months,
        "created_date": t1(row.created_at),
        "search_results": row.search_results,
    }


def _number(value: float | None) -> int | float | None:
    return None if value is None else as_number(value)


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return defused(dumps(value).decode())
    return defused(value)


def _whole(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, "").strip()
    number = whole_number(text[-LONGEST:])
    if number is None or not text.isdecimal():
        return default
    return most if len(text) > LONGEST else min(number, most)
