"""Measuring circuits: claim, ask the network with no transaction open, store."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from inventory_site.core.locks import lock
from inventory_site.core.outbound import OutboundFailed, OutboundRefused, fetch
from inventory_site.core.whole import whole_number
from networkroutes import policy
from networkroutes.choices import ProbeKind
from networkroutes.clients import ping, snmp
from networkroutes.errors import ProbeBusy
from networkroutes.models import LatencyProbe, NetworkRoute
from networkroutes.services.latency import LARGEST_MS, Effect, Sample, store_samples

CLAIM = timedelta(minutes=5)
DUE_SHARE = 0.9
HTTP_AT_ONCE = 8
HTTP_MAX_BYTES = 1024 * 1024
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the probes did."""

    probed: int = 0
    lost: int = 0
    outages_begun: int = 0
    outages_ended: int = 0


def probe_all(*, only_due: bool = False) -> Run:
    """Measure every enabled circuit once, or only those whose turn it is.

    A probe that another run holds is left to it, so that two runs never count one loss twice.
    """
    total = Run()
    while True:
        claimed = claim(only_due=only_due)
        if not claimed:
            return total
        total = _measured(total, claimed)
        if len(claimed) < BATCH:
            return total


def probe_routes(*, actor: Any, routes: Sequence[NetworkRoute]) -> Run:
    """Measure circuits at once, beside their own times; also those that are switched off.

    Raises `ProbeBusy` when none of them has a probe that nobody else holds.
    """
    policy.require(actor, "change_latencyprobe")
    claimed = claim(only_due=False, route_ids=[route.pk for route in routes])
    if not claimed:
        raise ProbeBusy("Being measured already, or without a probe. Try again in a moment.")
    return _measured(Run(), claimed)


@transaction.atomic
def claim(*, only_due: bool, route_ids: Sequence[int] | None = None) -> list[LatencyProbe]:
    """Take up to 2,000 probes that nobody holds; the claim ends by itself after 5 minutes."""
    now = timezone.now()
    rows = LatencyProbe.objects.exclude(claimed_until__gte=now)
    rows = rows.filter(is_enabled=True) if route_ids is None else rows.filter(route__in=route_ids)
    if only_due:
        turn = timedelta(seconds=settings.NETWORKROUTES_PROBE_SECONDS * DUE_SHARE)
        rows = rows.exclude(probed_at__gt=now - turn)
    claimed = list(lock(rows, skip_locked=True)[:BATCH])
    LatencyProbe.objects.filter(pk__in=[probe.pk for probe in claimed]).update(
        probed_at=now, claimed_until=now + CLAIM
    )
    return claimed


def measure(probes: Sequence[LatencyProbe]) -> list[Sample]:
    """Ask the network; no transaction may be open."""
    polled = [probe for probe in probes if probe.kind == ProbeKind.HTTP]
    asked = [probe for probe in probes if probe.kind == ProbeKind.SNMP]
    pinged = [probe for probe in probes if probe.kind in (ProbeKind.PING, ProbeKind.TCP)]
    targets = [
        ping.Target(
            probe.target.strip(),
            probe.tcp_port,
            probe.timeout_ms / 1000,
            needs_listener=probe.kind == ProbeKind.TCP,
        )
        for probe in pinged
    ]
    echoes = ping.measure(targets) if targets else []
    now = timezone.now()
    samples = [
        Sample(probe.route_id, echo.ms, now, _source(probe, echo.method))
        for probe, echo in zip(pinged, echoes, strict=True)
    ]
    samples += _ask_agents(asked)
    if polled:
        with ThreadPoolExecutor(HTTP_AT_ONCE) as pool:
            values = list(pool.map(poll, polled))
        now = timezone.now()
        samples += [
            Sample(probe.route_id, value, now, ProbeKind.HTTP)
            for probe, value in zip(polled, values, strict=True)
        ]
    return samples


def _ask_agents(probes: Sequence[LatencyProbe]) -> list[Sample]:
    """Time an SNMP answer of each; the agents are asked side by side."""
    if not probes:
        return []
    agents = [
        snmp.Agent(probe.target.strip(), probe.snmp_port, probe.timeout_ms / 1000)
        for probe in probes
    ]
    found = snmp.measure(agents, settings.NETWORKROUTES_SNMP_COMMUNITY)
    now = timezone.now()
    return [
        Sample(probe.route_id, ms, now, ProbeKind.SNMP)
        for probe, ms in zip(probes, found, strict=True)
    ]


def poll(probe: LatencyProbe) -> float | None:
    """Read the latency of an HTTP probe in ms; None when it cannot be read."""
    try:
        answer = fetch(probe.target, max_bytes=HTTP_MAX_BYTES, timeout_s=probe.timeout_ms / 1000)
        found = orjson.loads(answer.body) if answer.status == 200 else None
    except (OutboundRefused, OutboundFailed, orjson.JSONDecodeError):
        return None
    return number_at(found, probe.json_path)


def number_at(found: Any, path: str) -> float | None:
    """Return the number at a dotted path (`data.0.rtt_ms`) of parsed JSON; None when there is
    none."""
    for step in filter(None, path.split(".")):
        number = whole_number(step)
        if isinstance(found, list) and number is not None and number < len(found):
            found = found[number]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return None
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return float(found) if 0 <= found < LARGEST_MS else None


def _measured(total: Run, claimed: Sequence[LatencyProbe]) -> Run:
    try:
        samples = measure(claimed)
        effect = store_samples(samples)
    finally:
        LatencyProbe.objects.filter(pk__in=[probe.pk for probe in claimed]).update(
            claimed_until=None
        )
    return _added(total, samples, effect)


def _source(probe: LatencyProbe, method: str) -> str:
    return ProbeKind.TCP if probe.kind == ProbeKind.TCP else _ping_source(method)


def _ping_source(method: str) -> str:
    return ProbeKind.PING if method in (ping.RAW, ping.DATAGRAM) else f"ping ({method})"


def _added(total: Run, samples: Sequence[Sample], effect: Effect) -> Run:
    return Run(
        total.probed + len(samples),
        total.lost + sum(sample.latency_ms is None for sample in samples),
        total.outages_begun + len(effect.outages_begun),
        total.outages_ended + len(effect.outages_ended),
    )
