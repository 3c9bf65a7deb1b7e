"""Health scores, rollups, span loss: what is worked out of samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from devices import measures
from devices.measures import NO_LIGHT_DBM, Health
from devices.models import (
    AvailabilitySample,
    Device,
    HealthScore,
    InterfaceSample,
    OpticalSample,
    SpanBaseline,
)

COUNTERS = ("rx_errors", "tx_errors", "rx_packets", "tx_packets")
SAME = ("interface_name", "interface_index", "counter_bits")


def health_of(ip: str, *, hours: float = 1.0, at: datetime | None = None) -> Health:
    """Return how an address did in the last hours."""
    now = at or timezone.now()
    since = now - timedelta(hours=hours)
    seen = list(
        AvailabilitySample.objects.filter(
            device_ip=ip, recorded_at__gte=since, recorded_at__lte=now
        ).values_list("ping_status", "snmp_status", "ping_latency_ms")
    )
    errors, packets = _error_deltas(ip, since, now)
    busy = [
        max(float(rx or 0), float(tx or 0))
        for rx, tx in InterfaceSample.objects.filter(
            device_ip=ip, recorded_at__gte=since, recorded_at__lte=now
        ).values_list("rx_utilization_pct", "tx_utilization_pct")
        if rx is not None or tx is not None
    ]
    return Health(
        measures.availability_score([(ping, snmp) for ping, snmp, _ in seen]),
        measures.performance_score(ms for ping, _, ms in seen if ping == "up" and ms is not None),
        measures.error_score(errors, packets),
        measures.capacity_score(busy),
    )


def _error_deltas(ip: str, since: datetime, until: datetime) -> tuple[int, int]:
    rows = (
        InterfaceSample.objects.filter(device_ip=ip, recorded_at__gte=since, recorded_at__lte=until)
        .order_by("interface_name", "interface_index", "recorded_at")
        .values("interface_name", "interface_index", "counter_bits", "sys_uptime_ticks", *COUNTERS)
    )
    moved = dict.fromkeys(COUNTERS, 0)
    for before, after in pairwise(rows):
        if any(before[name] != after[name] for name in SAME) or _began_anew(before, after):
            continue
        for name in COUNTERS:
            moved[name] += _moved(before, after, name)
    return (
        moved["rx_errors"] + moved["tx_errors"],
        moved["rx_packets"] + moved["tx_packets"],
    )


def _began_anew(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the device restarted in between, as far as both rows know."""
    then, now = before["sys_uptime_ticks"], after["sys_uptime_ticks"]
    return then is not None and now is not None and now < then


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> int:
    """Return how far a counter went on; nothing where that cannot be known.

    Packets have as many bits as the bytes beside them, so they may have wrapped.
    """
    then, now = (None if row[name] is None else int(row[name]) for row in (before, after))
    bits = after["counter_bits"] if name.endswith("packets") else 64
    return measures.moved_by(then, now, bits=bits) or 0


def calculate(ip: str, *, hours: float = 1.0) -> HealthScore:
    """Store an address's score, under the site of its device."""
    found = health_of(ip, hours=hours)
    device = Device.objects.current().filter(address__ip=ip).select_related("site").first()
    return HealthScore.objects.create(
        device_ip=ip,
        site_name=device.site.name if device and device.site else "",
        overall_score=str(found.overall),
        availability_score=str(found.availability),
        performance_score=str(found.performance),
        error_score=str(found.errors),
        capacity_score=str(found.capacity),
    )


def calculate_all() -> int:
    """Score every address with reachability samples in the last hour; return how many."""
    since = timezone.now() - timedelta(hours=1)
    rows = AvailabilitySample.objects.filter(recorded_at__gte=since)
    addresses = set(rows.values_list("device_ip", flat=True))
    for ip in addresses:
        calculate(ip)
    return len(addresses)


def span_losses() -> list[dict[str, Any]]:
    """Return the loss of each known cable: what A sends minus what B receives, both ways, in dB.

    `drift_db` compares with the baseline; both null while an end is dark or unknown.
    """
    from devices.selectors import devices as device_reads
    from devices.selectors import topology

    rows = device_reads.wire_rows(device_reads.all_devices().filter(address__isnull=False))
    links = topology.links_between({row["ip_address"]: row for row in rows})
    levels = newest_levels(ip for link in links for ip in (link.source, link.target))
    baselines = {_ends(b): b.loss_db for b in SpanBaseline.objects.all()}
    found = []
    for link in links:
        here = (link.source, topology.port_key(link.local_port))
        there = (link.target, topology.port_key(link.remote_port))
        for a, b in ((here, there), (there, here)):
            found.append(_span(a, b, levels, baselines))
    return found


def spans_of(rows: Sequence[SpanBaseline]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the present loss of the spans of these baselines, there and back."""
    ips = {ip for row in rows for ip in (row.a_ip, row.b_ip)}
    levels = newest_levels(ips)
    known = SpanBaseline.objects.filter(a_ip__in=ips, b_ip__in=ips)
    baselines = {_ends(b): b.loss_db for b in known}
    ends = [((row.a_ip, row.a_port), (row.b_ip, row.b_port)) for row in rows]
    return [(_span(a, b, levels, baselines), _span(b, a, levels, baselines)) for a, b in ends]


def _ends(row: SpanBaseline) -> tuple[str, str, str, str]:
    return row.a_ip, row.a_port, row.b_ip, row.b_port


def _span(
    a: tuple[str, str],
    b: tuple[str, str],
    levels: Mapping[tuple[str, str], Level],
    baselines: Mapping[tuple[str, str, str, str], float],
) -> dict[str, Any]:
    loss, base = _loss(levels.get(a), levels.get(b)), baselines.get((*a, *b))
    return {
        "a_ip": a[0],
        "a_port": a[1],
        "b_ip": b[0],
        "b_port": b[1],
        "loss_db": loss,
        "baseline_db": base,
        "drift_db": None if loss is None or base is None else round(loss - base, 2),
    }


class Level(NamedTuple):
    """The newest light of one port, in dBm."""

    tx_power: Decimal | None
    rx_power: Decimal | None
    no_light: bool


def newest_levels(ips: Iterable[str]) -> dict[tuple[str, str], Level]:
    """Return the newest light of each port of some addresses, of the last hour.

    The database picks them: an hour of 2,000 devices has a million samples.
    """
    from devices.selectors.topology import port_key

    since = timezone.now() - timedelta(hours=1)
    port = ["device_ip", "interface_name", "interface_index"]
    newest_first = Window(RowNumber(), partition_by=port, order_by="-recorded_at")
    rows = OpticalSample.objects.filter(device_ip__in=set(ips), recorded_at__gte=since)
    newest = rows.annotate(place=newest_first).filter(place=1).order_by("recorded_at")
    names = ("device_ip", "interface_name", "tx_power", "rx_power", "no_light")
    return {(ip, port_key(name)): Level(*level) for ip, name, *level in newest.values_list(*names)}


def _loss(a: Level | None, b: Level | None) -> float | None:
    if a is None or b is None or a.tx_power is None or b.rx_power is None or b.no_light:
        return None
    if a.tx_power <= NO_LIGHT_DBM:  # a laser that is off
        return None
    return round(float(a.tx_power) - float(b.rx_power), 2)


def set_baselines() -> int:
    """Take today's losses of spans without a baseline as their baseline; return how many."""
    fresh = defaultdict(float)
    for span in span_losses():
        if span["loss_db"] is not None and span["baseline_db"] is None:
            fresh[(span["a_ip"], span["a_port"], span["b_ip"], span["b_port"])] = span["loss_db"]
    SpanBaseline.objects.bulk_create(
        [
            SpanBaseline(a_ip=a, a_port=ap, b_ip=b, b_port=bp, loss_db=loss)
            for (a, ap, b, bp), loss in fresh.items()
        ],
        ignore_conflicts=True,
    )
    return len(fresh)
