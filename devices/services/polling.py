"""Polls: due ones are claimed once, devices asked at once, rows written in bulk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from cronsim import CronSim, CronSimError
from django.db import IntegrityError, transaction
from django.utils import timezone

from devices.choices import PollTarget, RunStatus
from devices.executors import ping, snmp
from devices.executors.snmp_engine import SnmpEngine
from devices.models import Device, PollConfig, PollDeviceResult, PollExecution, PollType
from devices.selectors.groups import addresses_of, matching
from devices.services import poll_rows, runs, secrets, vault_use
from devices.services.poll_rows import Answer
from inventory_site.core import crypto
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A device to poll: its address, what the row wants to know, how to ask."""

    ip: str
    name: str
    site: str
    role: str
    config: Mapping[str, Any] = field(repr=False)


def run_due(at: datetime | None = None) -> int:
    """Queue every poll that is due; each is claimed under its row lock, so never twice."""
    now, count = at or timezone.now(), 0
    PollExecution.objects.filter(
        status=RunStatus.RUNNING, started_at__lt=now - ABANDONED_AFTER
    ).update(status=RunStatus.FAILED, completed_at=now, error_message="The worker was lost")
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
    return config.last_run_at + timedelta(seconds=config.interval_seconds) <= now


def poll(pk: int, scheduled_for: datetime, triggered_by: str = "schedule") -> PollExecution | None:
    """Do one poll; (config, scheduled time) happens once. One silent device fails no other."""
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
        return None
    began = time.perf_counter()
    kind = PROFILE_OF.get(config.poll_type, config.poll_type)
    poll_type = PollType.objects.filter(name=kind).first()
    if kind not in BUILT_IN and poll_type is None:
        return _finish(execution, config, began, error=f"Poll type '{config.poll_type}' not found")
    plan = poll_rows.plan_of(kind, poll_type)
    if plan.is_empty:
        return _finish(execution, config, began, error="No OID mappings configured")
    asked = targets_of(config, vendor=poll_type.profile.vendor if poll_type else "")
    answers = async_to_sync(_ask_all)(asked, plan, config.max_concurrent)
    records = _store(execution, config, plan, asked, answers)
    return _finish(execution, config, began, answers=answers, records=records)


async def _ask_all(asked: Sequence[Asked], plan: poll_rows.Plan, at_once: int) -> list[Answer]:
    gate = asyncio.Semaphore(max(1, at_once))
    async with SnmpEngine() as engine:

        async def one(device: Asked) -> Answer:
            async with gate:
                return await _ask(device, plan, engine)

        return list(await asyncio.gather(*(one(device) for device in asked)))


async def _ask(device: Asked, plan: poll_rows.Plan, engine: SnmpEngine) -> Answer:
    answer, began = Answer(device.ip), time.perf_counter()
    if plan.pings:
        reached = await ping.ping(device.ip, timeout_s=min(2.0, float(device.config["timeout"])))
        answer.ping_ms = reached.first_ms if reached.is_alive else None
        answer.is_alive = reached.is_alive
    asked_at = time.perf_counter()
    head = await snmp.ask(device.ip, [poll_rows.SYS_UPTIME], device.config, engine=engine)
    answer.snmp_ms = round((time.perf_counter() - asked_at) * 1000, 3)
    if head.error or not head.rows:
        answer.error = head.error or "No answer"
    else:
        value = head.rows[0].value
        answer.uptime_ticks = value if isinstance(value, int) else None
        for oid in plan.walks:
            tree = await snmp.ask(device.ip, [oid], device.config, walk=True, engine=engine)
            answer.rows.extend(tree.rows)
            if tree.error:
                answer.error = tree.error
                break
    answer.duration_ms = int((time.perf_counter() - began) * 1000)
    return answer


def _store(
    execution: PollExecution,
    config: PollConfig,
    plan: poll_rows.Plan,
    asked: Sequence[Asked],
    answers: Sequence[Answer],
) -> int:
    at, total = execution.scheduled_for, 0
    with transaction.atomic():
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
    execution.save()
    PollConfig.objects.filter(pk=config.pk).update(
        last_run_status=status,
        last_run_duration_ms=execution.duration_ms,
        last_run_devices_polled=total,
        last_run_devices_success=good,
        last_run_error=error,
    )
    return execution


def targets_of(config: PollConfig, *, vendor: str = "") -> list[Asked]:
    """Return the devices of a poll, each with how to ask it."""
    rows = Device.objects.at_addresses()
    if vendor:
        rows = rows.filter(pk__in=matching({"manufacturer": vendor}).values("pk"))
    if config.target_type == PollTarget.DEVICE:
        rows = rows.filter(address__ip=config.target_device_ip)
    elif config.target_type == PollTarget.DEVICE_GROUP:
        ips = addresses_of(config.target_group) if config.target_group else []
        rows = rows.filter(address__ip__in=ips)
    elif config.target_type == PollTarget.SITE:
        rows = rows.filter(site__name__iexact=config.target_site_name)
    elif config.target_type == PollTarget.ROLE:
        rows = rows.filter(role__iexact=config.target_role)
    elif config.target_type == PollTarget.MANUFACTURER:
        wanted = matching({"manufacturer": config.target_manufacturer})
        rows = rows.filter(pk__in=wanted.values("pk"))
    elif config.target_type == PollTarget.CUSTOM_QUERY:
        rows = rows.filter(pk__in=matching(config.target_custom_filter or {}).values("pk"))
    found = rows.select_related("address", "site")
    common = _common(config)
    return [
        Asked(
            device.ip or "",
            device.name,
            device.site.name if device.site else "",
            device.role,
            _config_of(config, device, common),
        )
        for device in found
    ]


def _common(config: PollConfig) -> dict[str, Any]:
    """Return what all devices of a poll share; one credential for all is opened once."""
    common: dict[str, Any] = {
        "timeout": config.snmp_timeout,
        "retries": config.snmp_retries,
        "port": config.snmp_port,
        "version": config.snmp_version,
    }
    if config.credential_id:
        _, document = vault_use.open_for_use(config.credential_id, actor=None)
        return {**common, **runs.secret_config(document), "_own": True}
    if config.community_encrypted:
        place = secrets.place("pollconfig", config.pk, "community_encrypted")
        community = crypto.decrypt(config.community_encrypted, bound_to=place)
        return {**common, "community": community, "_own": True}
    return common


def _config_of(config: PollConfig, device: Device, common: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(common)
    if not found.pop("_own", False):
        resolved = vault_use.resolve(device.ip or "", "snmp")
        if resolved is not None:
            found |= runs.secret_config(resolved.credentials)
    if config.snmp_port == 161 and device.address and device.address.snmp_port:
        found["port"] = device.address.snmp_port
    return found
