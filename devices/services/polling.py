"""Polls: due ones are claimed once, devices asked at once, rows written in bulk."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from asgiref.sync import async_to_sync
from cronsim import CronSim, CronSimError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from devices.choices import RunStatus
from devices.executors import ping, snmp
from devices.executors.snmp_engine import SnmpEngine
from devices.models import PollConfig, PollDeviceResult, PollExecution, PollType
from devices.services import poll_rows, vault_use
from devices.services.poll_rows import Answer
from devices.services.poll_targets import Asked, targets_of
from devices.services.vault_use import Used
from inventory_site.core.errors import DomainError
from inventory_site.core.locks import lock
from inventory_site.core.tasks import enqueue

BUILT_IN = {
    "snmp_availability": ("Reachability by ping and SNMP", 60),
    "snmp_interfaces": ("Interface counters (IF-MIB)", 300),
    "snmp_optical": ("Optical power of Ciena transceivers", 300),
    "snmp_ciena_optical": ("Optical power of Ciena transceivers", 300),
    "snmp_ciena_full": ("Optical power and port counters of Ciena switches", 300),
}
PROFILE_OF = {"snmp_optical": "ciena_optical", "snmp_ciena_optical": "ciena_optical"}
ABANDONED_AFTER = timedelta(minutes=30)
PINGS_AT_ONCE = 200
DEVICE_S, POLL_S = 120, 240  # below the task's own limit, so that what came is kept
NOT_READ = f"The poll ended after {POLL_S} s, before the device was read"
LOST = "The worker was lost"
TOLD_EVERY = timedelta(hours=1)
OUTCOME = (  # all but its poll, which may be deleted at any time
    *("status", "error_message", "completed_at", "duration_ms", "records_collected"),
    *("devices_targeted", "devices_polled", "devices_success", "devices_failed"),
)


def run_due(at: datetime | None = None) -> int:
    """Queue every poll that is due; each is claimed under its row lock, so never twice."""
    now, count = at or timezone.now(), 0
    _mark_lost(PollExecution.objects.filter(started_at__lt=now - ABANDONED_AFTER))
    for pk in PollConfig.objects.filter(enabled=True).values_list("pk", flat=True):
        with transaction.atomic():
            config = lock(PollConfig.objects.filter(pk=pk), skip_locked=True).first()
            if config is None or not is_due(config, now):
                continue
            config.last_run_at = now
            config.save(update_fields=["last_run_at"])
            enqueue("devices.poll", pk, now.isoformat(), "schedule", dedupe_key=f"poll:{pk}")
            count += 1
    return count


def _mark_lost(rows: QuerySet[PollExecution]) -> None:
    """Mark what still runs of these as failed, and say so in the settings of its poll."""
    lost = rows.filter(status=RunStatus.RUNNING)
    configs = list(lost.values_list("config_id", flat=True))
    lost.update(status=RunStatus.FAILED, completed_at=timezone.now(), error_message=LOST)
    PollConfig.objects.filter(pk__in=configs).update(
        last_run_status=RunStatus.FAILED, last_run_error=LOST
    )


def is_due(config: PollConfig, now: datetime) -> bool:
    """Whether a poll's time has come, by its cron expression or its interval."""
    if not config.enabled:
        return False
    if config.last_run_at is None:
        return True
    if config.cron_expression:
        try:
            return next(CronSim(config.cron_expression, config.last_run_at)) <= now
        except (CronSimError, StopIteration):
            return False
    return config.last_run_at + timedelta(seconds=config.interval_seconds) < now


def poll(pk: int, scheduled_for: datetime, triggered_by: str = "schedule") -> PollExecution | None:
    """Do one poll; (config, scheduled time) happens once. One silent device fails no other.

    One that is asked for again while it runs was lost with its worker: it is marked so, and not
    done again, for its counters would be read at another time than the rows say.
    """
    config = PollConfig.objects.select_related("credential", "target_group").filter(pk=pk).first()
    if config is None:
        return None
    try:
        with transaction.atomic():
            execution = PollExecution.objects.create(
                config=config,
                config_name=config.name,
                scheduled_for=scheduled_for,
                triggered_by=triggered_by,
            )
    except IntegrityError:
        _mark_lost(PollExecution.objects.filter(config=config, scheduled_for=scheduled_for))
        return None
    began = time.perf_counter()
    kind = PROFILE_OF.get(config.poll_type, config.poll_type)
    poll_type = PollType.objects.filter(name=kind).first()
    if kind not in BUILT_IN and poll_type is None:
        return _finish(execution, config, began, error=f"Poll type '{config.poll_type}' not found")
    if poll_type is not None and not poll_type.enabled:
        return _finish(execution, config, began, error=f"Poll type '{kind}' is disabled")
    plan = poll_rows.plan_of(kind, poll_type)
    if plan.is_empty:
        return _finish(execution, config, began, error="No OID mappings configured")
    try:
        asked = targets_of(config, vendor=poll_type.profile.vendor if poll_type else "")
    except DomainError as err:  # such as a credential that has ended
        return _finish(execution, config, began, error=err.message)
    answers = async_to_sync(_ask_all)(asked, plan, config.max_concurrent)
    for device, answer in zip(asked, answers, strict=True):
        if answer.error and device.note:
            answer.error = f"{answer.error}; {device.note}"
    records = _store(execution, config, plan, asked, answers)
    _log_uses(asked, answers)
    return _finish(execution, config, began, answers=answers, records=records)


async def _ask_all(asked: Sequence[Asked], plan: poll_rows.Plan, at_once: int) -> list[Answer]:
    """Ask every device, all side by side; what came before the poll's time was over is kept."""
    answers = [Answer(device.ip, error=NOT_READ) for device in asked]
    pairs, gate = list(zip(asked, answers, strict=True)), asyncio.Semaphore(max(1, at_once))
    ends = asyncio.get_running_loop().time() + POLL_S
    async with SnmpEngine() as engine:
        if plan.pings:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(ends):
                    await _reach(pairs, gate, engine)
        else:
            await asyncio.gather(*(_read(*pair, plan, gate, engine, ends) for pair in pairs))
    return answers


async def _reach(
    pairs: Sequence[tuple[Asked, Answer]], gate: asyncio.Semaphore, engine: SnmpEngine
) -> None:
    """Ping all devices, then ask all for their uptime in one go."""
    pings = asyncio.Semaphore(PINGS_AT_ONCE)
    await asyncio.gather(*(_ping(*pair, pings) for pair in pairs))
    plain, began = [pair for pair in pairs if not pair[0].is_v3], time.perf_counter()
    await asyncio.gather(
        snmp.ask_many(
            [(device.ip, device.config) for device, _ in plain],
            [poll_rows.SYS_UPTIME],
            lambda place, head: _note_uptime(plain[place][1], head, began),
            engine,
        ),
        *(_ask_uptime(*pair, gate, engine) for pair in pairs if pair[0].is_v3),
    )


async def _read(
    device: Asked,
    answer: Answer,
    plan: poll_rows.Plan,
    gate: asyncio.Semaphore,
    engine: SnmpEngine,
    ends: float,
) -> None:
    """Ask one device for its uptime, and walk it when it answers, some at a time.

    So a silent device costs the others nothing, and one that never ends only its own rows.
    """
    began = time.perf_counter()
    try:
        async with asyncio.timeout_at(ends):
            await _ask_uptime(device, answer, gate, engine)
            if not answer.error:
                async with gate:
                    await _walk(device, plan, answer, engine)
    except TimeoutError:
        answer.error = NOT_READ
    answer.duration_ms = _ms_since(began)


async def _ping(device: Asked, answer: Answer, gate: asyncio.Semaphore) -> None:
    async with gate:
        began = time.perf_counter()
        reached = await ping.ping(device.ip, timeout_s=min(2.0, float(device.config["timeout"])))
        answer.duration_ms = _ms_since(began)
    answer.ping_ms = reached.first_ms if reached.is_alive else None
    answer.is_alive = reached.is_alive


async def _ask_uptime(
    device: Asked, answer: Answer, gate: asyncio.Semaphore, engine: SnmpEngine
) -> None:
    async with gate if device.is_v3 else contextlib.nullcontext():
        began = time.perf_counter()
        head = await snmp.ask(device.ip, [poll_rows.SYS_UPTIME], device.config, engine=engine)
    _note_uptime(answer, head, began)


def _note_uptime(answer: Answer, head: snmp.Answer, began: float) -> None:
    took = time.perf_counter() - began
    answer.snmp_ms = round(took * 1000, 3)
    answer.duration_ms += int(took * 1000)
    answer.error = head.error or ("" if head.rows else "No answer")
    if head.rows and not head.error:
        value = head.rows[0].value
        answer.uptime_ticks = value if isinstance(value, int) else None


def _ms_since(began: float) -> int:
    return int((time.perf_counter() - began) * 1000)


async def _walk(device: Asked, plan: poll_rows.Plan, answer: Answer, engine: SnmpEngine) -> None:
    try:
        async with asyncio.timeout(DEVICE_S):
            for oid in plan.walks:
                tree = await snmp.ask(device.ip, [oid], device.config, walk=True, engine=engine)
                answer.rows.extend(tree.rows)
                if tree.error:
                    answer.error = tree.error
                    return
    except TimeoutError:
        answer.error = f"The device was not read whole within {DEVICE_S} s"


def _store(
    execution: PollExecution,
    config: PollConfig,
    plan: poll_rows.Plan,
    asked: Sequence[Asked],
    answers: Sequence[Answer],
) -> int:
    at, total = execution.scheduled_for, 0
    with transaction.atomic():
        execution.refresh_from_db(fields=["config"])  # none where the poll was deleted meanwhile
        counts = poll_rows.store(plan, asked, answers, at=at, config=config, execution=execution)
        total = sum(counts.values())
        PollDeviceResult.objects.bulk_create(
            [
                PollDeviceResult(
                    execution=execution,
                    device_ip=answer.ip,
                    success=answer.succeeded(plan),
                    records=counts.get(answer.ip, 0),
                    error_message=answer.error,
                    duration_ms=answer.duration_ms,
                )
                for answer in answers
            ],
            batch_size=1000,
            ignore_conflicts=True,
        )
        execution.devices_targeted = len(asked)
        execution.devices_success = sum(answer.succeeded(plan) for answer in answers)
    return total


def _finish(
    execution: PollExecution,
    config: PollConfig,
    began: float,
    *,
    answers: Sequence[Answer] = (),
    records: int = 0,
    error: str = "",
) -> PollExecution:
    good, total = execution.devices_success, len(answers)
    if error:
        status = RunStatus.FAILED
    elif good == total:
        status = RunStatus.SUCCESS
    else:
        status = RunStatus.PARTIAL if good else RunStatus.FAILED
    execution.status, execution.error_message = status, error
    execution.devices_polled, execution.devices_failed = total, total - good
    execution.records_collected = records
    execution.completed_at = timezone.now()
    execution.duration_ms = int((time.perf_counter() - began) * 1000)
    execution.save(update_fields=OUTCOME)
    PollConfig.objects.filter(pk=config.pk).update(
        last_run_status=status,
        last_run_duration_ms=execution.duration_ms,
        last_run_devices_polled=total,
        last_run_devices_success=good,
        last_run_error=error,
    )
    return execution


def _log_uses(asked: Sequence[Asked], answers: Sequence[Answer]) -> None:
    uses = [
        Used(device.credential, device.ip, "SNMP", not answer.error, answer.error)
        for device, answer in zip(asked, answers, strict=True)
        if device.credential is not None
    ]
    if uses:
        vault_use.log_uses(uses, actor=None, quiet_for=TOLD_EVERY)
