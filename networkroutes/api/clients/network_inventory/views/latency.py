"""Live latency (contract 4.6, 10.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiKey
from inventory_site.core.errors import AuthenticationRequired
from networkroutes.api.clients.network_inventory import forms
from networkroutes.api.clients.network_inventory.base import ClientView
from networkroutes.api.clients.network_inventory.wire import t2
from networkroutes.errors import InvalidField, RouteNotFound
from networkroutes.selectors import latency as selector
from networkroutes.selectors.latency import NO_SOURCE, Reading
from networkroutes.services import latency

MOST_IDS = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LiveLatencyView(ClientView):
    """GET the last stored sample of one circuit."""

    def get(self, request: Request, circuit_id: str) -> Response:
        """Answer it; a circuit that was never measured has none."""
        reading = selector.readings([circuit_id]).get(circuit_id)
        if reading is None:
            raise RouteNotFound("Not found")
        return Response({**_words(reading), "source": reading.source, **_stale(reading)})


class LiveLatencyBatchView(ClientView):
    """POST ids, get one result each."""

    writes = {"POST": "view_networkroute"}

    def get(self, request: Request) -> Response:
        """Refuse as for any other name that is no circuit."""
        raise RouteNotFound("Not found")

    def post(self, request: Request) -> Response:
        """Answer in request order; duplicates are kept, unknown circuits say so."""
        ids = request.data.get("circuit_ids")
        if not isinstance(ids, list):
            raise InvalidField("circuit_ids", "circuit_ids array is required")
        if len(ids) > MOST_IDS:
            raise InvalidField("circuit_ids", f"at most {MOST_IDS} circuit_ids per call")
        found = selector.readings(key for key in ids if isinstance(key, str))
        results = [_result(key, found.get(key) if isinstance(key, str) else None) for key in ids]
        sources = {reading.source for reading in found.values()} - {NO_SOURCE}
        source = ", ".join(sorted(sources)) or NO_SOURCE
        return Response({"results": results, "source": source, "total": len(results)})


class LiveLatencyIngestView(ClientView):
    """POST samples of an external monitoring system; never without an account."""

    writes = {"POST": "add_latencysample"}

    def post(self, request: Request) -> Response:
        """Store what can be stored and say what was not."""
        if not request.user.is_authenticated:
            raise AuthenticationRequired
        samples = read_samples(request.data)
        name = request.auth.name if isinstance(request.auth, ApiKey) else request.user.username
        accepted, refused = latency.ingest(actor=request.user, name=name, samples=samples)
        return Response(
            {
                "message": "Samples stored",
                "accepted": accepted,
                "rejected": refused,
                "total": len(samples),
            }
        )


def read_samples(body: Any) -> list[dict[str, Any]]:
    """Read `{"samples": [{circuit_id, live_latency, timestamp}]}`, or refuse all of it."""
    sent = body.get("samples")
    if not isinstance(sent, list):
        raise InvalidField("samples", "samples array is required")
    return [_sample(number, sample) for number, sample in enumerate(sent)]


def _sample(number: int, sample: Any) -> dict[str, Any]:
    name = f"samples[{number}]"
    if not isinstance(sample, dict) or not isinstance(sample.get("circuit_id"), str):
        raise InvalidField(name, f"{name} must have a circuit_id")
    if "live_latency" not in sample:
        raise InvalidField(name, f"{name}.live_latency is required")
    value = forms.real(f"{name}.live_latency", sample["live_latency"])
    if value is not None and value > latency.LARGEST_MS:
        raise InvalidField(name, f"{name}.live_latency is too large")
    return {
        "circuit_id": sample["circuit_id"],
        "live_latency": value,
        "sampled_at": _moment(name, sample.get("timestamp")),
    }


def _moment(name: str, value: Any) -> datetime:
    """Read ISO 8601 or epoch milliseconds, UTC where no zone is named; absent is now."""
    if value in (None, ""):
        return timezone.now()
    refusal = InvalidField(name, f"{name}.timestamp must be an ISO 8601 time")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(max(0.0, value) / 1000, UTC)
        except (OverflowError, ValueError, OSError) as err:
            raise refusal from err
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
        at = found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
        at = at and at.astimezone(UTC)
    except (OverflowError, ValueError) as err:
        raise refusal from err
    if at is None or at < EPOCH:
        raise refusal
    return at


def _words(reading: Reading) -> dict[str, Any]:
    return {
        "circuit_id": reading.circuit_id,
        "live_latency": reading.latency_ms,
        "timestamp": t2(reading.sampled_at) if reading.sampled_at else None,
    }


def _stale(reading: Reading) -> dict[str, bool]:
    return {"stale": True} if reading.is_stale else {}


def _result(key: Any, reading: Reading | None) -> dict[str, Any]:
    if reading is None:
        return {"circuit_id": key, "live_latency": None, "timestamp": None, "error": "Not found"}
    return {**_words(reading), **_stale(reading)}
