"""Series for charts: aligned in time, thinned to what a screen can show, gaps as gaps."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from devices.models import InterfaceSample, OpticalSample
from devices.selectors import monitoring
from devices.selectors.metrics import number

HOURS = {"6h": 6, "24h": 24, "7d": 168}
MAX_POINTS, MAX_ROWS, GAP_FACTOR = 1500, 20_000, 3.0
PORT_BASE = 10_000  # the shell counts port n as 10000 + n
KINDS = ("light", "traffic")


def ports_of(ip: str, kind: str) -> list[str]:
    """Return the ports that have samples of the last week; one port under two names once."""
    model = OpticalSample if kind == "light" else InterfaceSample
    since = timezone.now() - timedelta(hours=HOURS["7d"])
    rows = model._default_manager.filter(device_ip=ip, recorded_at__gte=since)
    found = rows.order_by().values_list("interface_index", "interface_name").distinct()
    named: dict[int | str, str] = {}
    for index, name in sorted(found, key=lambda one: (one[0] or 0, one[1])):
        named.setdefault(name if index is None else index % PORT_BASE, name)
    return list(dict.fromkeys(named.values()))


def port_word(name: str) -> str:
    """Return a port's name as people write it: `port5`, as polls store it, is `Port 5`."""
    number = name.removeprefix("port")
    return f"Port {number}" if number.isdigit() and number != name else name


def chart(ip: str, kind: str, port: str, span: str) -> dict[str, Any]:
    """Return `{title, unit, from, to, x, series, limits}`.

    Times in seconds since 1970; null where nothing was measured.
    """
    hours = HOURS.get(span, HOURS["24h"])
    found = _light(ip, port, hours) if kind == "light" else _traffic(ip, port, hours)
    now = timezone.now().timestamp()
    return {**found, "from": now - hours * 3600, "to": now}


def _same_port(rows: QuerySet[Any], port: str) -> QuerySet[Any]:
    """Keep the samples of a port, by SNMP's index and the shell's alike."""
    index = rows.filter(interface_name=port).values_list("interface_index", flat=True).first()
    if index is None:
        return rows.filter(interface_name=port)
    number_ = index % PORT_BASE
    return rows.filter(interface_index__in=(number_, PORT_BASE + number_))


def _light(ip: str, port: str, hours: int) -> dict[str, Any]:
    since = timezone.now() - timedelta(hours=hours)
    rows = _same_port(OpticalSample.objects.filter(device_ip=ip, recorded_at__gte=since), port)
    names = ("recorded_at", "rx_power", "tx_power", "interface_index")
    found = list(rows.order_by("recorded_at").values_list(*names)[:MAX_ROWS])
    points = [(at, number(rx), number(tx)) for at, rx, tx, _ in found]
    all_limits = monitoring.thresholds(ip, None)
    indexes = {str(row[3]) for row in found} & set(all_limits)
    known = all_limits[min(indexes)] if indexes else {}
    limits = [
        {"label": name.replace("_alarm", "").replace("_", " ").capitalize(), "value": value}
        for name, value in known.items()
        if value is not None and name.endswith("_alarm")
    ]
    return {
        "title": f"Light on {port_word(port)}",
        "unit": "dBm",
        **_aligned(points, ("Rx", "Tx")),
        "limits": limits,
    }


def _traffic(ip: str, port: str, hours: int) -> dict[str, Any]:
    since = timezone.now() - timedelta(hours=hours)
    rows = _same_port(InterfaceSample.objects.filter(device_ip=ip, recorded_at__gte=since), port)
    names = ("recorded_at", "rx_utilization_pct", "tx_utilization_pct", "rx_bps", "tx_bps")
    found = list(rows.order_by("recorded_at").values_list(*names)[:MAX_ROWS])
    if any(row[1] is not None or row[2] is not None for row in found):
        points = [(row[0], number(row[1]), number(row[2])) for row in found]
        title, unit = f"Utilisation of {port_word(port)}", "%"
    else:
        points = [(row[0], _mbps(row[3]), _mbps(row[4])) for row in found]
        title, unit = f"Traffic on {port_word(port)}", "Mbit/s"
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
