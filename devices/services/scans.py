"""Scans: targets are rows, so progress, cancelling and going on after a lost worker are counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services import audit
from devices import policy
from devices.choices import SCAN_OPEN, ReviewState, ScanKind, ScanStatus, TargetState
from devices.errors import Invalid, Refused
from devices.executors import window
from devices.executors.discovery import DiscoveryExecutor, discover
from devices.executors.snmp_engine import SnmpEngine
from devices.models import Scan, ScanResult
from devices.services import (
    discovered,
    discovery_defaults,
    runs,
    scan_reading,
    scan_targets,
    sealed,
    starters,
)
from devices.services.sealed import COMMUNITIES
from devices.values import truth
from inventory_site.core.errors import DomainError
from inventory_site.core.locks import lock
from inventory_site.core.tasks import enqueue
from inventory_site.core.whole import whole_number

ACCEPT = ("auto", "review")
WAYS = ("ping", "snmp", "ssh")  # of asking, each on unless switched off
PORTS = ("snmp_port", "ssh_port")


def start_scan(
    *,
    actor: Any,
    kind: str = ScanKind.DISCOVERY,
    targets: Any,
    options: Mapping[str, Any] | None = None,
    accept: str | None = None,
) -> Scan:
    """Queue a scan; raises `Invalid`, and `RemoteFailed` when NetBox does not answer.

    Targets are addresses, ranges, networks, `group:<id>`, `netbox_prefix:<id>`, or `all`. What is
    found is taken in at once (`auto`) or kept for review; without a word it is taken in where the
    actor may do so. What known devices are read for is kept at once, and leaves nothing to review.
    """
    policy.require(actor, policy.CONNECT)
    if kind not in ScanKind.values:
        raise Invalid("type", f"type must be one of {', '.join(ScanKind.values)}")
    if accept is None:
        accept = "auto" if discovered.may_take_in(actor) else "review"
    if accept not in ACCEPT:
        raise Invalid("accept", f"accept must be one of {', '.join(ACCEPT)}")
    if kind != ScanKind.DISCOVERY:
        accept = "auto"
    _require_taking_in(actor, kind, accept)
    chosen = _options_read(options or {})
    plain, secrets = sealed.split(chosen, "options")
    other = [name for name in secrets if name not in COMMUNITIES]
    if other:
        raise Invalid("options", f"{other[0]} may not be sent; store a credential")
    wrong = DiscoveryExecutor().check(chosen)
    if wrong:
        raise Invalid("options", wrong)
    if policy.is_kept_from_vault(actor):
        plain["vault"] = False
    starters.note(plain, actor)
    wanted = scan_targets.targets_of(targets)
    with transaction.atomic():
        scan = Scan.objects.create(
            kind=kind,
            targets=targets if isinstance(targets, list) else [targets],
            options=plain,
            accept=accept,
            total_targets=len(wanted),
            started_by=starters.person(actor),
        )
        if secrets:
            sealed.keep(scan, plain, secrets)
        ScanResult.objects.bulk_create(
            [ScanResult(scan=scan, target=ip, position=at) for at, ip in enumerate(wanted)],
            batch_size=2000,
        )
        audit.record(actor, "scan.started", scan, after={"type": kind, "targets": len(wanted)})
        enqueue("devices.perform_scan", scan.pk, dedupe_key=f"devices.scan:{scan.pk}")
    return scan


def _require_taking_in(actor: Any, kind: str, accept: str) -> None:
    """Raise `NotAllowed` where a scan makes and refreshes devices that the actor may not."""
    if kind == ScanKind.DISCOVERY and accept == "auto":
        for permission in discovered.TAKES_IN:
            policy.require(actor, permission)


def _options_read(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with numbers, and the ways to ask, that came as text."""
    read = dict(options)
    for name in WAYS:
        if name in options:
            read[name] = truth(options[name], f"options.{name}", True)
    for name, value in options.items():
        number = whole_number(value) if name.endswith(("port", "timeout")) else None
        if isinstance(value, str) and number is not None:
            read[name] = number
    return read


def perform_scan(pk: int) -> None:
    """Do what is left of a scan; targets that have answered are not asked again."""
    began = timezone.now()
    claimed = Scan.objects.filter(pk=pk, status__in=SCAN_OPEN).update(
        status=ScanStatus.RUNNING, started_at=began
    )
    if not claimed:
        return
    scan = Scan.objects.select_related("started_by").get(pk=pk)
    ours = Scan.objects.filter(pk=pk, status=ScanStatus.RUNNING, started_at=began)
    rows = list(scan.results.filter(state=TargetState.WAITING).order_by("position"))
    try:
        starters.require(scan)
        if scan.kind == ScanKind.DISCOVERY:
            _discover(scan, rows, ours.exists)
        else:
            scan_reading.read(scan, rows, ours.exists)
    except DomainError as err:
        ours.update(status=ScanStatus.FAILED, error=err.message, finished_at=timezone.now())
    ours.update(
        status=ScanStatus.COMPLETED, finished_at=timezone.now(), options=sealed.without(scan)
    )


def _discover(scan: Scan, rows: Sequence[ScanResult], is_ours: Callable[[], bool]) -> None:
    """Ask what each address is, and take in what answers in batches; raises `Refused`."""
    for_all, restricted = scan_targets.vault_communities(scan)
    options = discovery_defaults.for_scan({**sealed.without(scan), **sealed.opened(scan)})
    sent = scan_targets.community_lines(options)
    targets = [row.target for row in rows]
    named = scan_targets.named_by_starter(scan)
    ports = {name: scan.options[name] for name in PORTS if scan.options.get(name)}
    known = runs.known_settings(targets, "discovery")
    own: dict[str, dict[str, Any]] = {}
    for target in targets:
        first = [*for_all, *(restricted if target in named else ())]
        own[target] = {**known[target], **ports} if target in known else {}
        own[target]["snmp_communities"] = list(dict.fromkeys([*first, *sent]))

    def take(batch: Sequence[tuple[int, dict[str, Any] | Exception]]) -> bool:
        if not is_ours():
            return False
        _keep(scan, [(rows[at], found) for at, found in batch])
        return True

    async_to_sync(_ask)(targets, options, own, sync_to_async(take))


async def _ask(
    targets: list[str],
    options: Mapping[str, Any],
    own: Mapping[str, Mapping[str, Any]],
    take: Callable[..., Awaitable[bool]],
) -> None:
    most = options.get("max_threads") or settings.DEVICES_FAN_OUT
    async with SnmpEngine() as engine:
        await window.ask_all(
            targets,
            lambda target: discover(target, {**options, **own[target]}, engine=engine),
            take,
            at_once=min(most, settings.DEVICES_FAN_OUT),
        )


@transaction.atomic
def _keep(scan: Scan, answered: Sequence[tuple[ScanResult, dict[str, Any] | Exception]]) -> None:
    now = timezone.now()
    for row, found in answered:
        row.finished_at = now
        if isinstance(found, Exception):
            row.state, row.error = TargetState.FAILED, f"{type(found).__name__}: {found}"
            continue
        row.result, row.state = _clean(found), TargetState.DONE
        row.is_online = found["ping_status"] == "online"
        if scan.accept == "auto":
            _take_in(scan, row, None)
    ScanResult.objects.bulk_update(
        [row for row, _ in answered],
        ["result", "is_online", "state", "finished_at", "review", "error"],
    )


def _clean(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.replace("\x00", "") if isinstance(value, str) else value
        for key, value in result.items()
    }


def _take_in(scan: Scan, row: ScanResult, actor: Any) -> None:
    """Take in an answer; `actor` is who decided so, None where the scan itself takes in."""
    try:
        device = discovered.take_in(
            row.target, row.result, actor=actor, options=scan.options, networks=scan.targets
        )
        row.review = ReviewState.REJECTED if device is None else ReviewState.ACCEPTED
    except DomainError as err:
        row.error = err.message


def review(
    pk: int, *, actor: Any, accept: Sequence[int] = (), reject: Sequence[int] = ()
) -> dict[str, int]:
    """Make devices of chosen answers of a discovery, leave others out; ids are result rows."""
    policy.require(actor, policy.ADD)
    scan = find_scan(pk)
    done = {"accepted": 0, "rejected": 0}
    with transaction.atomic():
        rows = scan.results.select_for_update().filter(state=TargetState.DONE)
        if scan.kind != ScanKind.DISCOVERY:
            rows = rows.none()
        for row in rows.filter(pk__in=list(accept)).exclude(review=ReviewState.ACCEPTED):
            _take_in(scan, row, actor)
            row.save(update_fields=["review", "error"])
            done["accepted"] += row.review == ReviewState.ACCEPTED
        done["rejected"] = (
            rows.filter(pk__in=list(reject))
            .exclude(review=ReviewState.ACCEPTED)
            .update(review=ReviewState.REJECTED)
        )
        audit.record(actor, "scan.reviewed", scan, after=dict(done))
    return done


def cancel_scan(pk: int, *, actor: Any) -> Scan:
    """Stop a scan between targets; raises `Refused` when it has ended."""
    policy.require(actor, policy.CONNECT)
    scan = find_scan(pk)
    with transaction.atomic():
        changed = Scan.objects.filter(pk=pk, status__in=SCAN_OPEN).update(
            status=ScanStatus.CANCELLED, finished_at=timezone.now()
        )
        if not changed:
            raise Refused("SCAN_ENDED", f"Scan {pk} has ended already", 409)
        scan.results.filter(state=TargetState.WAITING).update(state=TargetState.CANCELLED)
        audit.record(actor, "scan.cancelled", scan)
    scan.refresh_from_db()
    return scan


def resume_scan(pk: int, *, actor: Any) -> Scan:
    """Go on, in the actor's name, with the targets that a cancelled or failed scan left out."""
    policy.require(actor, policy.CONNECT)
    find_scan(pk)
    with transaction.atomic():
        scan = lock(Scan.objects.filter(pk=pk)).get()
        _require_taking_in(actor, scan.kind, scan.accept)
        left = scan.results.filter(state=TargetState.CANCELLED).update(state=TargetState.WAITING)
        waiting = scan.results.filter(state=TargetState.WAITING).exists()
        if not left and not waiting:
            raise Refused("SCAN_ENDED", f"Scan {pk} has nothing left to do", 409)
        scan.status, scan.finished_at, scan.error = ScanStatus.QUEUED, None, ""
        scan.started_by = starters.person(actor)
        if policy.is_kept_from_vault(actor):
            scan.options["vault"] = False
        starters.note(scan.options, actor)
        scan.save(update_fields=["status", "finished_at", "error", "started_by", "options"])
        audit.record(actor, "scan.resumed", scan, after={"targets": left})
        enqueue("devices.perform_scan", scan.pk)  # who was at it till now leaves it to the new one
    scan.refresh_from_db()
    return scan


def remove_older_than(days: int) -> int:
    """Remove scans that ended long ago, with what their targets answered."""
    old = Scan.objects.exclude(status__in=SCAN_OPEN).filter(
        finished_at__lt=timezone.now() - timedelta(days=days)
    )
    return int(old.delete()[0])


def find_scan(pk: int) -> Scan:
    """Return a scan, or raise `Refused` 404."""
    scan = Scan.objects.filter(pk=pk).first()
    if scan is None:
        raise Refused("SCAN_NOT_FOUND", f'Scan with ID "{pk}" not found', 404)
    return scan
