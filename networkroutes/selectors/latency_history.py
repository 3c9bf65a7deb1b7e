"""The measured latency of one circuit over time, thinned to what a chart can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from networkroutes.design.kml import light_ms
from networkroutes.models import KmzFile, LatencySample, NetworkRoute

RANGES = {
    "24h": ("24 hours", timedelta(days=1)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
    "90d": ("90 days", timedelta(days=90)),
}
MOST_POINTS = 1500
MOST_READ = 200_000


@dataclass(frozen=True, slots=True)
class History:
    """Times (epoch seconds) with the latency in ms; None is a loss or a time of being down.

    Of thinned samples each point is the highest of its group, so that no peak is lost.
    """

    times: Sequence[int]
    values: Sequence[float | None]
    samples: int
    losses: int

    @property
    def known(self) -> list[float]:
        """The measured values."""
        return [value for value in self.values if value is not None]


def history_of(route: NetworkRoute, span: timedelta, now: datetime | None = None) -> History:
    """Return the samples of a span until now, oldest first."""
    since = (now or timezone.now()) - span
    rows = LatencySample.objects.filter(route=route, sampled_at__gte=since)
    found = list(
        rows.order_by("-sampled_at", "-pk").values_list("sampled_at", "latency_ms")[:MOST_READ]
    )
    found.reverse()
    losses = sum(value is None for _, value in found)
    step = -(-len(found) // MOST_POINTS) or 1
    times, values = [], []
    for start in range(0, len(found), step):
        group = found[start : start + step]
        measured = [value for _, value in group if value is not None]
        times.append(int(group[-1][0].timestamp()))
        values.append(max(measured) if measured else None)
    return History(times, values, len(found), losses)


def floor_ms(route: NetworkRoute) -> float | None:
    """Return what light needs along the circuit's map, one way; None without a measured line."""
    row = KmzFile.objects.filter(filename=route.kmz_file_path or "").first()
    return light_ms(row.line_km) if row is not None and row.line_km else None
