"""What is known of circuits' latency (contract 10.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, Max, Min
from django.utils import timezone

from networkroutes.models import LatencyProbe, LatencySample, LatencyState, NetworkRoute

NO_SOURCE = "none"
CHUNK = 500
CHART_POINTS = 300


@dataclass(frozen=True, slots=True)
class Reading:
    """The last stored sample of a circuit; nothing but the id when there is none."""

    circuit_id: str
    latency_ms: float | None = None
    sampled_at: datetime | None = None
    source: str = NO_SOURCE
    is_known: bool = True

    @property
    def is_stale(self) -> bool:
        """Whether the sample is older than `NETWORKROUTES_LATENCY_STALE_SECONDS`."""
        return self.sampled_at is not None and self.sampled_at < stale_before()


def stale_before() -> datetime:
    """Return the moment before which a sample is stale."""
    age = timedelta(seconds=settings.NETWORKROUTES_LATENCY_STALE_SECONDS)
    return timezone.now() - age


def readings(circuit_ids: Iterable[str]) -> dict[str, Reading]:
    """Return the readings of the circuits that exist, by UCN."""
    wanted = [key for key in dict.fromkeys(circuit_ids) if len(key) == 12 and "\x00" not in key]
    found: dict[str, Reading] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = NetworkRoute.objects.filter(circuit_id__in=wanted[start : start + CHUNK])
        for circuit_id, latency_ms, sampled_at, source in rows.values_list(
            "circuit_id", "latency__latency_ms", "latency__sampled_at", "latency__source"
        ):
            found[circuit_id] = (
                Reading(circuit_id)
                if sampled_at is None
                else Reading(circuit_id, latency_ms, sampled_at, source or NO_SOURCE)
            )
    return found


def is_measured(route: NetworkRoute) -> bool:
    """Whether a live source measures the circuit: an enabled probe, or a sample not yet stale."""
    if route.pk is None:
        return False
    if LatencyProbe.objects.filter(route=route, is_enabled=True).exists():
        return True
    state = LatencyState.objects.filter(route=route, sampled_at__gte=stale_before())
    return state.exists()


def chart(route: NetworkRoute, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return at most 300 points from `since` on: least, mean and greatest ms, losses, time.

    A point stands for an equal share of the time; shares without samples are left out.
    """
    width = max((until - since) / CHART_POINTS, timedelta(seconds=1))
    rows = LatencySample.objects.filter(route=route, sampled_at__gte=since, sampled_at__lt=until)
    points: dict[int, list[float | None]] = {}
    read = rows.order_by("sampled_at").values_list("sampled_at", "latency_ms")
    for sampled_at, latency_ms in read.iterator(5000):
        points.setdefault(int((sampled_at - since) / width), []).append(latency_ms)
    return [_point(since + place * width, values) for place, values in sorted(points.items())]


def summary(route: NetworkRoute, since: datetime) -> dict[str, Any]:
    """Return count, losses, least, mean and greatest ms since a moment."""
    rows = LatencySample.objects.filter(route=route, sampled_at__gte=since)
    found = rows.aggregate(
        samples=Count("pk"),
        answered=Count("latency_ms"),
        min_ms=Min("latency_ms"),
        avg_ms=Avg("latency_ms"),
        max_ms=Max("latency_ms"),
    )
    answered = found.pop("answered")
    return {**found, "losses": found["samples"] - answered}


def _point(at: datetime, values: list[float | None]) -> dict[str, Any]:
    answered = [value for value in values if value is not None]
    return {
        "at": at,
        "min_ms": min(answered, default=None),
        "avg_ms": round(sum(answered) / len(answered), 3) if answered else None,
        "max_ms": max(answered, default=None),
        "losses": len(values) - len(answered),
    }
