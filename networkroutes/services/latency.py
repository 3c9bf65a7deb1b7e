"""Samples of latency: storing them, outages and recovery, retention (contract 10.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from inventory_site.core.outbound.addresses import require_askable
from inventory_site.core.outbound.errors import OutboundRefused
from networkroutes import policy
from networkroutes.choices import ProbeKind
from networkroutes.design.money import tenths
from networkroutes.errors import InvalidField, RouteNotFound
from networkroutes.models import LatencyProbe, LatencySample, LatencyState, NetworkRoute, Outage

DEFAULT_LOSSES = 3
SMALLEST_MS = 0.1
LARGEST_MS = 3_600_000.0
CHUNK = 500
MOST_SAMPLES = 10_000
FUTURE_SLACK = timedelta(minutes=5)
MANUAL = "manual"
ASKED = ("kind", "target", "json_path", "tcp_port", "snmp_port")
PROBE_FIELDS = (*ASKED, "timeout_ms", "losses_to_outage", "is_enabled")


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of a circuit: ms, 0 for declared down, nothing for a loss."""

    route_id: int
    latency_ms: float | None
    sampled_at: datetime
    source: str


@dataclass(slots=True)
class Effect:
    """What a batch of samples changed."""

    stored: int = 0
    outages_begun: list[int] = field(default_factory=list)
    outages_ended: list[int] = field(default_factory=list)


def store_samples(samples: Sequence[Sample]) -> Effect:
    """Store samples and follow them: a good one is the live latency, enough losses are an outage.

    Samples of a circuit that are older than its last one only enter the history. Each chunk of
    circuits is one transaction; its state rows are locked.
    """
    effect = Effect()
    by_route: dict[int, list[Sample]] = {}
    for sample in sorted(samples, key=lambda one: one.sampled_at):
        by_route.setdefault(sample.route_id, []).append(sample)
    routes = sorted(by_route)
    for start in range(0, len(routes), CHUNK):
        chunk = {pk: by_route[pk] for pk in routes[start : start + CHUNK]}
        with guarded():
            _store_chunk(chunk, effect)
    return effect


def shown_ms(latency_ms: float) -> float:
    """Return a good sample as the register shows it: one decimal, half up, and never 0, which is
    an outage."""
    return max(SMALLEST_MS, float(tenths(Decimal(str(latency_ms)))))


def ingest(
    *, actor: Any, name: str, samples: Sequence[Mapping[str, Any]]
) -> tuple[int, list[dict[str, Any]]]:
    """Take samples of an external monitoring system, named in their source.

    Each has `circuit_id`, `live_latency` (ms, 0 for down, null for a loss) and `sampled_at`.
    Unknown circuits and times too far in the future are turned away one by one; returns how many
    were stored and what was not.
    """
    policy.require(actor, "add_latencysample")
    if len(samples) > MOST_SAMPLES:
        raise InvalidField("samples", f"at most {MOST_SAMPLES} samples per call")
    known = _route_ids(str(sample["circuit_id"]) for sample in samples)
    latest = timezone.now() + FUTURE_SLACK
    good, refused = [], []
    for number, sample in enumerate(samples):
        route_id = known.get(str(sample["circuit_id"]))
        if route_id is None or sample["sampled_at"] > latest:
            error = "Not found" if route_id is None else "timestamp is in the future"
            refused.append({"index": number, "circuit_id": sample["circuit_id"], "error": error})
            continue
        good.append(
            Sample(route_id, sample["live_latency"], sample["sampled_at"], f"ingest:{name}"[:100])
        )
    store_samples(good)
    return len(good), refused


def follow_manual(route: NetworkRoute, before_ms: float | None) -> None:
    """Begin or end an outage when a person sets the live latency; inside the caller's
    transaction."""
    now = timezone.now()
    if route.live_latency_ms == 0 and before_ms != 0:
        _begin_outages([(route.pk, now, MANUAL)])
    elif route.live_latency_ms != 0 and before_ms == 0:
        Outage.objects.filter(route=route, ended_at__isnull=True).update(ended_at=now)


@guarded()
def set_probe(*, actor: Any, route: NetworkRoute, values: Mapping[str, Any]) -> LatencyProbe:
    """Make or change the probe of a circuit; `values` holds any of `PROBE_FIELDS`."""
    policy.require(actor, "change_latencyprobe")
    if not _locked([route.pk]):
        raise RouteNotFound("Not found", circuit_id=route.circuit_id)
    probe = LatencyProbe.objects.filter(route=route).first() or LatencyProbe(route=route)
    before = audit.snapshot(probe, PROBE_FIELDS) if probe.pk else None
    for name in PROBE_FIELDS:
        if name in values:
            setattr(probe, name, values[name])
    probe.full_clean()
    is_another = not before or any(before[name] != getattr(probe, name) for name in ASKED)
    if probe.kind == ProbeKind.HTTP and is_another:
        try:
            require_askable(probe.target.strip(), settings.OUTBOUND_ALLOW)
        except OutboundRefused as err:
            raise InvalidField("target", err.message) from err
    probe.save()
    if is_another:
        LatencyState.objects.filter(route=route).update(losses=0)  # of what was asked before
    after = audit.snapshot(probe, PROBE_FIELDS)
    audit.record(actor, "latency_probe.set", probe, before=before, after=after)
    return probe


@guarded()
def remove_probe(*, actor: Any, route: NetworkRoute) -> None:
    """Measure the circuit no longer; its history stays."""
    policy.require(actor, "delete_latencyprobe")
    _locked([route.pk])
    LatencyState.objects.filter(route=route).update(losses=0)
    for probe in LatencyProbe.objects.filter(route=route):
        audit.record(
            actor, "latency_probe.removed", probe, before=audit.snapshot(probe, PROBE_FIELDS)
        )
        probe.delete()


def remove_old(*, now: datetime | None = None) -> int:
    """Remove samples and ended outages older than `NETWORKROUTES_LATENCY_DAYS`; return how many."""
    before = (now or timezone.now()) - timedelta(days=settings.NETWORKROUTES_LATENCY_DAYS)
    removed = 0
    while True:
        oldest = LatencySample.objects.filter(sampled_at__lt=before).order_by("sampled_at")
        keys = list(oldest.values_list("pk", flat=True)[:10_000])
        if not keys:
            break
        removed += LatencySample.objects.filter(pk__in=keys)._raw_delete(oldest.db)
    ended = Outage.objects.filter(ended_at__lt=before)
    return int(removed) + int(ended._raw_delete(ended.db))


def _route_ids(circuit_ids: Iterable[str]) -> dict[str, int]:
    wanted = [key for key in dict.fromkeys(circuit_ids) if len(key) == 12 and "\x00" not in key]
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = NetworkRoute.objects.filter(circuit_id__in=wanted[start : start + CHUNK])
        found.update(rows.values_list("circuit_id", "pk"))
    return found


def _store_chunk(chunk: Mapping[int, list[Sample]], effect: Effect) -> None:
    states = _lock_states(chunk)
    there = [state.route_id for state in states]
    limits = dict(
        LatencyProbe.objects.filter(route_id__in=there).values_list("route_id", "losses_to_outage")
    )
    samples, changed = [], []
    for state in states:
        before = state.latency_ms
        for sample in chunk[state.route_id]:
            samples.append(sample)
            _apply(state, sample, limits.get(state.route_id, DEFAULT_LOSSES))
        if state.latency_ms is not None:
            changed.append((state, before))
    LatencySample.objects.bulk_create(
        [
            LatencySample(
                route_id=sample.route_id,
                sampled_at=sample.sampled_at,
                latency_ms=sample.latency_ms or None,
                source=sample.source,
            )
            for sample in samples
        ],
        batch_size=1000,
    )
    LatencyState.objects.bulk_update(
        states, ["latency_ms", "sampled_at", "source", "losses"], batch_size=200
    )
    effect.stored += len(samples)
    _show(changed, effect)


def _locked(routes: Iterable[int]) -> list[int]:
    """Hold circuits, as who changes or removes one does; return the keys of those there are."""
    rows = lock(NetworkRoute.objects.filter(pk__in=list(routes)))
    return list(rows.values_list("pk", flat=True))


def _lock_states(routes: Iterable[int]) -> list[LatencyState]:
    """Return the states of circuits that are there, made where there are none.

    The circuits are held first, then the states.
    """
    keys = _locked(routes)
    LatencyState.objects.bulk_create(
        [LatencyState(route_id=pk) for pk in keys], ignore_conflicts=True
    )
    return list(lock(LatencyState.objects.filter(route_id__in=keys)))


def _apply(state: LatencyState, sample: Sample, losses_to_outage: int) -> None:
    if state.sampled_at is not None and sample.sampled_at < state.sampled_at:
        return
    if sample.latency_ms is None:
        state.losses += 1
        if state.losses < losses_to_outage:
            return
        state.latency_ms = 0.0
    else:
        state.losses = 0
        state.latency_ms = shown_ms(sample.latency_ms) if sample.latency_ms > 0 else 0.0
    state.sampled_at, state.source = sample.sampled_at, sample.source


def _show(changed: Sequence[tuple[LatencyState, float | None]], effect: Effect) -> None:
    """Put the live latency on the circuits, and begin or end their outages."""
    by_value: dict[float, list[int]] = {}
    for state, _ in changed:
        by_value.setdefault(state.latency_ms or 0.0, []).append(state.route_id)
    for value, keys in by_value.items():
        rows = NetworkRoute.objects.filter(pk__in=keys)
        rows.exclude(live_latency_ms=value, live_latency_ms__isnull=False).update(
            live_latency_ms=value
        )
    down = [
        (state.route_id, state.sampled_at or timezone.now(), state.source)
        for state, _ in changed
        if state.latency_ms == 0
    ]
    effect.outages_begun += _begin_outages(down)
    up = {state.route_id: state.sampled_at for state, _ in changed if state.latency_ms != 0}
    for outage in Outage.objects.filter(route_id__in=up, ended_at__isnull=True):
        outage.ended_at = max(outage.started_at, up[outage.route_id] or timezone.now())
        outage.save(update_fields=["ended_at"])
        effect.outages_ended.append(outage.route_id)


def _begin_outages(down: Sequence[tuple[int, datetime, str]]) -> list[int]:
    keys = [route_id for route_id, _, _ in down]
    is_open = set(
        Outage.objects.filter(route_id__in=keys, ended_at__isnull=True).values_list(
            "route_id", flat=True
        )
    )
    fresh = [one for one in down if one[0] not in is_open]
    Outage.objects.bulk_create(
        [Outage(route_id=pk, started_at=at, source=source) for pk, at, source in fresh],
        ignore_conflicts=True,
    )
    return [route_id for route_id, _, _ in fresh]
