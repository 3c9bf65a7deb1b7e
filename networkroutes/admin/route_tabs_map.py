"""Two tabs of a circuit's page: its way on a map, its latency over time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import ShortTable, Tab, badge, number, when
from networkroutes.admin.words import plain, verb_of
from networkroutes.choices import ProbeKind
from networkroutes.models import LatencyProbe, LatencySample, LatencyState, NetworkRoute, Outage
from networkroutes.selectors import design as selector
from networkroutes.selectors.latency_history import RANGES, floor_ms, history_of
from networkroutes.selectors.network_map import map_lines, points_of

SHOWN_SAMPLES, SHOWN_OUTAGES = 20, 10


def _map(request: HttpRequest, route: NetworkRoute) -> dict[str, Any]:
    codes = [code for code in (route.location_a, route.location_b) if code]
    spots = selector.spots(codes)
    drawn = map_lines(route)
    lines = [
        {"kind": "cable", "label": f"{route.circuit_id}, way of the cable", "points": points}
        for points in drawn
    ]
    ends = points_of(spots, codes)
    if len(ends) == 2:
        label = f"{codes[0]} – {codes[1]}, shortest way"  # noqa: RUF001  between places
        kind = "straight" if drawn else ("outage" if route.is_out else "active")
        lines.append({"kind": kind, "label": label, "points": ends})
    least = floor_ms(route)
    return {
        "data": {
            "places": [
                {"code": spot.code, "at": (spot.latitude, spot.longitude)}
                for spot in spots.values()
            ],
            "lines": lines,
        },
        "has_map": bool(drawn),
        "has_anything": bool(lines or spots),
        "floor": number(round(least, 2)) if least else "",
        "upload_url": _upload_url(request, route),
    }


def _upload_url(request: HttpRequest, route: NetworkRoute) -> str:
    if not request.user.has_perm("networkroutes.change_networkroute"):
        return ""
    return verb_of(route, "upload-map")


def _latency(request: HttpRequest, route: NetworkRoute) -> dict[str, Any]:
    asked = request.GET.get("range", "24h")
    chosen = asked if asked in RANGES else "24h"
    history = history_of(route, RANGES[chosen][1])
    known = history.known
    least = floor_ms(route)
    limits = [
        ("Expected", route.expected_latency_ms),
        ("SLA", route.sla_latency_ms),
        ("Light along the map", round(least, 2) if least else None),
    ]
    probe = LatencyProbe.objects.filter(route=route).first()
    return {
        "chart": {
            "times": history.times,
            "values": history.values,
            "limits": [{"label": name, "value": value} for name, value in limits if value],
        },
        "samples": history.samples,
        "losses": history.losses,
        "least": number(min(known), 2) if known else "",
        "most": number(max(known), 2) if known else "",
        "ranges": [(slug, words, slug == chosen) for slug, (words, _) in RANGES.items()],
        "probe": probe,
        "probe_words": _probe_words(probe),
        "state": LatencyState.objects.filter(route=route).first(),
        "tables": [_outages(route), _values(request, route)],
    }


def _probe_words(probe: LatencyProbe | None) -> str:
    if probe is None:
        return ""
    kind = ProbeKind(probe.kind)
    ports = {ProbeKind.TCP: probe.tcp_port, ProbeKind.SNMP: probe.snmp_port}
    port = f" port {ports[kind]}" if kind in ports else ""
    paused = "" if probe.is_enabled else ", switched off"
    return f"{kind.label} {probe.target}{port}, down after {probe.losses_to_outage} losses{paused}"


def _values(request: HttpRequest, route: NetworkRoute) -> ShortTable:
    rows = LatencySample.objects.filter(route=route).order_by("-sampled_at", "-pk")
    every = reverse("admin:networkroutes_latencysample_changelist")
    return ShortTable(
        "Values",
        ("When", "Latency, ms", "Source"),
        [
            (
                _clock(row.sampled_at),
                number(row.latency_ms, 2) if row.latency_ms is not None else badge("Lost", "warn"),
                row.source,
            )
            for row in rows[:SHOWN_SAMPLES]
        ],
        url=f"{every}?{urlencode({'q': route.circuit_id})}",
        empty="Nothing was measured yet.",
    )


def _clock(moment: datetime) -> SafeString:
    """Draw the time of a sample: many lie within one hour, which "1 hour ago" would not tell."""
    local = timezone.localtime(moment)
    shown = date_format(local, "j M, H:i:s")
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), shown)


def _outages(route: NetworkRoute) -> ShortTable:
    rows = Outage.objects.filter(route=route).order_by("-started_at", "-pk")
    every = reverse("admin:networkroutes_outage_changelist")
    return ShortTable(
        "Outages",
        ("State", "Began", "Ended", "Source"),
        [
            (
                badge("Lasts", "bad") if row.ended_at is None else badge("Over", "idle"),
                when(row.started_at),
                when(row.ended_at),
                plain(row.source),
            )
            for row in rows[:SHOWN_OUTAGES]
        ],
        url=f"{every}?{urlencode({'q': route.circuit_id})}",
        empty="No outage was measured.",
    )


MAP = Tab("map", "Map", "networkroutes/admin/map_tab.html", _map)
LATENCY = Tab(
    "latency",
    "Latency",
    "networkroutes/admin/latency_tab.html",
    _latency,
    permission="networkroutes.view_latencysample",
)
