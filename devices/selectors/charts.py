"""Series for charts: aligned in time, thinned to what a screen can show, gaps as gaps."""

from __future__ import annotations

from collections import Counter
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


def ports_of(ip: str, kind: str) -> list[tuple[str, int | None]]:
    """Return the ports that have samples of the last week; one port under two names once.

    Each with its name and, where another port shares it, its index.
    """
    model = OpticalSample if kind == "light" else InterfaceSample
    since = timezone.now() - timedelta(hours=HOURS["7d"])
    rows = model._default_manager.filter(device_ip=ip, recorded_at__gte=since)
    found = rows.order_by().values_list("interface_index", "interface_name").distinct()
    named: dict[int | str, str] = {}
    for index, name in sorted(found, key=lambda one: (one[0] or 0, one[1])):
        named.setdefault(name if index is None else _number_of(index), name)
    shared = Counter(name for key, name in named.items() if isinstance(key, int))
    ports = [
        (name, key if isinstance(key, int) and shared[name] > 1 else None)
        for key, name in named.items()
        if isinstance(key, int) or shared[name] < 2
    ]
    return list(dict.fromkeys(ports))


def _number_of(index: int) -> int:
    """Return SNMP's index of a port, also where the shell counted it."""
    return index - PORT_BASE if PORT_BASE < index < 2 * PORT_BASE else index


def port_word(name: str, index: int | None = None) -> str:
    """Return a port's name as people write it: `port5`, as polls store it, is `Port 5`.

    `index` tells it apart from others of its name.
    """
    number = name.removeprefix("port")
    word = f"Port {number}" if number.isdigit() and number != name else name
    return word if index is None else f"{word}, index {index}"


def chart(ip: str, kind: str, port: str, span: str, *, index: int | None = None) -> dict[str, Any]:
    """Return `{title, unit, from, to, x, series, limits}` of a port, of that index alone if given.

    Times in seconds since 1970; null where nothing was measured.
    """
    model = OpticalSample if kind == "light" else InterfaceSample
    hours = HOURS.get(span, HOURS["24h"])
    since = timezone.now() - timedelta(hours=hours)
    rows = model._default_manager.filter(device_ip=ip, recorded_at__gte=since)
    rows, word = _same_port(rows, port, index), port_word(port, index)
    found = _light(ip, rows, word) if kind == "light" else _traffic(rows, word)
    now = timezone.now().timestamp()
    return {**found, "from": now - hours * 3600, "to": now}


def _same_port(rows: QuerySet[Any], port: str, index: int | None) -> QuerySet[Any]:
    """Keep the samples of a port, by SNMP's index and the shell's alike."""
    if index is None:
        named = rows.filter(interface_name=port)
        index = named.values_list("interface_index", flat=True).first()
        if index is None:
            return named
    number_ = _number_of(index)
    if number_ >= PORT_BASE:
        return rows.filter(interface_index=number_)
    return rows.filter(interface_index__in=(number_, PORT_BASE + number_))


def _light(ip: str, rows: QuerySet[Any], word: str) -> dict[str, Any]:
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
        "title": f"Light on {word}",
        "unit": "dBm",
        **_aligned(points, ("Rx", "Tx")),
        "limits": limits,
    }


def _traffic(rows: QuerySet[Any], word: str) -> dict[str, Any]:
    names = ("recorded_at", "rx_utilization_pct", "tx_utilization_pct", "rx_bps", "tx_bps")
    found = list(rows.order_by("recorded_at").values_list(*names)[:MAX_ROWS])
    if any(row[1] is not None or row[2] is not None for row in found):
        points = [(row[0], number(row[1]), number(row[2])) for row in found]
        title, unit = f"Utilisation of {word}", "%"
    else:
        points = [(row[0], _mbps(row[3]), _mbps(row[4])) for row in found]
        title, unit = f"Traffic on {word}", "Mbit/s"
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
