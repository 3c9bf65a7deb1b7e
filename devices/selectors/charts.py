"""Series for charts: aligned in time, thinned to what a screen can show, gaps as gaps."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from devices.models import InterfaceSample, OpticalSample
from devices.selectors import monitoring
from devices.selectors.metrics import number

HOURS = {"6h": 6, "24h": 24, "7d": 168}
MAX_POINTS, GAP_FACTOR = 1500, 3.0
KINDS = ("light", "traffic")


def ports_of(ip: str, kind: str) -> list[str]:
    """Return the ports that have samples of the last week."""
    model = OpticalSample if kind == "light" else InterfaceSample
    since = timezone.now() - timedelta(hours=HOURS["7d"])
    rows = model._default_manager.filter(device_ip=ip, recorded_at__gte=since)
    found = rows.order_by().values_list("interface_index", "interface_name").distinct()
    return list(dict.fromkeys(name for _, name in sorted(found, key=lambda one: one[0] or 0)))


def chart(ip: str, kind: str, port: str, span: str) -> dict[str, Any]:
    """Return `{title, unit, x, series, limits}`; x in seconds since 1970, null where nothing is."""
    hours = HOURS.get(span, HOURS["24h"])
    if kind == "light":
        return _light(ip, port, hours)
    return _traffic(ip, port, hours)


def _light(ip: str, port: str, hours: int) -> dict[str, Any]:
    rows = monitoring.optical(ip, port, hours, 20_000)[::-1]
    points = [
        (row["recorded_at"], number(row["rx_power"]), number(row["tx_power"])) for row in rows
    ]
    index = rows[-1]["interface_index"] if rows else None
    known = monitoring.thresholds(ip, None).get(str(index), {}) if rows else {}
    limits = [
        {"label": name.replace("_alarm", "").replace("_", " "), "value": value}
        for name, value in known.items()
        if value is not None and name.endswith("_alarm")
    ]
    return {
        "title": f"Light on {port}",
        "unit": "dBm",
        **_aligned(points, ("Rx", "Tx")),
        "limits": limits,
    }


def _traffic(ip: str, port: str, hours: int) -> dict[str, Any]:
    since = timezone.now() - timedelta(hours=hours)
    rows = InterfaceSample.objects.filter(
        device_ip=ip, interface_name=port, recorded_at__gte=since
    ).order_by("recorded_at")
    names = ("recorded_at", "rx_utilization_pct", "tx_utilization_pct", "rx_bps", "tx_bps")
    found = list(rows.values_list(*names)[:20_000])
    if any(row[1] is not None or row[2] is not None for row in found):
        points = [(row[0], number(row[1]), number(row[2])) for row in found]
        title, unit = f"Utilisation of {port}", "%"
    else:
        points = [(row[0], _mbps(row[3]), _mbps(row[4])) for row in found]
        title, unit = f"Traffic on {port}", "Mbit/s"
    return {"title": title, "unit": unit, **_aligned(points, ("Rx", "Tx")), "limits": []}


def _mbps(bps: int | None) -> float | None:
    return None if bps is None else round(bps / 1_000_000, 3)


def _aligned(
    points: list[tuple[datetime, float | None, float | None]], labels: tuple[str, str]
) -> dict[str, Any]:
    kept = points[:: max(1, -(-len(points) // MAX_POINTS))]
    x: list[float] = []
    first: list[float | None] = []
    second: list[float | None] = []
    usual = _usual_step([at.timestamp() for at, _, _ in kept])
    for at, one, two in kept:
        moment = at.timestamp()
        if x and usual and moment - x[-1] > GAP_FACTOR * usual:
            x.append(x[-1] + usual)
            first.append(None)
            second.append(None)
        x.append(moment)
        first.append(one)
        second.append(two)
    series = [
        {"label": labels[0], "values": first},
        {"label": labels[1], "values": second},
    ]
    return {"x": x, "series": series}


def _usual_step(moments: list[float]) -> float:
    steps = sorted(after - before for before, after in pairwise(moments))
    return steps[len(steps) // 2] if steps else 0.0
