"""NetBox autodiscovery (contract 10.5): a run with a row per target, so it cancels and goes on."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.utils import timezone

from accounts.services import audit
from devices import netbox_rules as rules
from devices import policy
from devices.choices import RUN_OPEN, RunStatus, TargetState
from devices.errors import RemoteFailed, Unreadable
from devices.executors import mac, snmp, window
from devices.executors.base import Outcome
from devices.executors.discovery import discover
from devices.executors.snmp_engine import SnmpEngine
from devices.executors.vendors import WINDOWS_BY_PORTS, vendor_in, vendor_of_oid
from devices.models import ExecutorResult, ExecutorRun
from devices.services import netbox_settings, runs, sealed, starters
from devices.services.netbox_client import NetBoxClient, NetBoxFailed
from devices.services.netbox_found import NetBoxWriter
from devices.services.netbox_wanted import DEFAULT_KEYS, config_of, names_in, targets_of
from inventory_site.core.errors import DomainError
from inventory_site.core.tasks import enqueue

SLUG, AT_ONCE = "netbox_autodiscovery", 50
NO_TARGETS, NONE_ONLINE = "No targets to scan", "No hosts responded to ping"
NOT_SENT = "Not sent to NetBox"
NO_NETBOX = "NetBox not configured"
NO_DEFAULTS = "NetBox defaults not configured (site, role, device type required)"
IF, IFX = snmp.IF_TABLE, snmp.IFX_TABLE


def start(*, actor: Any, body: Mapping[str, Any]) -> ExecutorRun:
    """Queue an autodiscovery; raises `Invalid`. Communities are kept encrypted."""
    policy.require(actor, policy.CONNECT)
    policy.require(actor, policy.CHANGE)
    config = config_of(body)
    if rules.makes_devices(config):
        policy.require(actor, policy.ADD)
    plain, secrets = sealed.split(config, "snmp_communities")
    starters.note(plain, actor)
    targets = targets_of(config, names_in(body))
    with transaction.atomic():
        run = ExecutorRun.objects.create(
            executor=SLUG,
            command="",
            total_targets=len(targets),
            started_by=starters.person(actor),
        )
        if not targets:
            run.status, run.error, run.finished_at = RunStatus.FAILED, NO_TARGETS, timezone.now()
            run.save()
        sealed.keep(run, plain, secrets if targets else {})
        ExecutorResult.objects.bulk_create(
            [ExecutorResult(run=run, position=at, target=ip) for at, ip in enumerate(targets)],
            batch_size=1000,
        )
        audit.record(actor, "netbox.autodiscovery_started", run, after={"targets": len(targets)})
        if targets:
            enqueue("devices.netbox_autodiscovery", run.pk, dedupe_key=f"devices.run:{run.pk}")
    return run


def perform(pk: int) -> None:
    """Do what is left of a run; targets that have answered are not asked again."""
    claimed = ExecutorRun.objects.filter(pk=pk, status__in=RUN_OPEN).update(
        status=RunStatus.RUNNING, started_at=timezone.now()
    )
    if not claimed:
        return
    run = ExecutorRun.objects.select_related("started_by").get(pk=pk)
    rows = list(run.results.filter(state=TargetState.WAITING).order_by("position"))
    try:
        starters.require(run)
        _perform(rows, {**sealed.without(run), **sealed.opened(run)})
    except DomainError as err:
        runs.fail_rest(run, err)
    runs.finish_run(pk)


def _perform(rows: Sequence[ExecutorResult], config: Mapping[str, Any]) -> None:
    writer, missing = writer_of(config)
    open_runs = ExecutorRun.objects.filter(results__in=rows[:1], status=RunStatus.RUNNING)

    def take(batch: Sequence[tuple[int, dict[str, Any] | Exception]]) -> bool:
        for at, found in batch:
            if not open_runs.exists():
                return False
            _keep(rows[at], found, writer, missing, config)
        return True

    async_to_sync(_look_at_all)([row.target for row in rows], config, sync_to_async(take))


def _keep(
    row: ExecutorResult,
    host: dict[str, Any] | Exception,
    writer: NetBoxWriter | None,
    missing: str,
    config: Mapping[str, Any],
) -> None:
    began = time.perf_counter()
    if isinstance(host, Exception):
        row.extra = {"action": "failed", "online": False, "snmp": False}
        row.error = f"{type(host).__name__}: {host}"
    else:
        outcome = told(writer, missing, row.target, host, config)
        row.extra = {**outcome, "online": host["ping_status"] == "online"}
        row.extra["snmp"] = host["snmp_status"] == "responding"
        row.error = str(outcome.get("error") or "")
    row.success = not row.error
    row.state = TargetState.FAILED if row.error else TargetState.DONE
    row.duration_s, row.finished_at = round(time.perf_counter() - began, 4), timezone.now()
    row.save(update_fields=["extra", "error", "success", "state", "duration_s", "finished_at"])


def writer_of(config: Mapping[str, Any]) -> tuple[NetBoxWriter | None, str]:
    """Return who tells NetBox, or why nobody can."""
    if not config["create_in_netbox"]:
        return None, ""
    try:
        client: NetBoxClient = netbox_settings.client()
    except RemoteFailed:
        return None, NO_NETBOX
    except Unreadable as err:
        return None, err.message
    if not all(config.get(name) for name in DEFAULT_KEYS):
        return None, NO_DEFAULTS
    return NetBoxWriter(client, config), ""


def told(
    writer: NetBoxWriter | None,
    missing: str,
    ip: str,
    host: Mapping[str, Any],
    config: Mapping[str, Any],
) -> dict[str, Any]:
    """Tell NetBox about one host; a host that fails is a row with its reason.

    Where nobody is told, the row says what the host is and the name it would get.
    """
    if host["ping_status"] != "online":
        return {"action": "offline"}
    if missing:
        return {"action": "failed", "error": missing}
    if writer is None:
        names = (str(host.get(name) or "") for name in ("hostname", "dns_name"))
        shown = {"name": rules.name_of(config, ip, *names), "reason": NOT_SENT}
        known = {name: host.get(name) for name in ("vendor", "model")}
        return {"action": "skipped", "ip_address": ip, **shown, **known}
    try:
        return writer.take(ip, host)
    except NetBoxFailed as err:
        return {"action": "failed", "error": str(err)[:1000]}
    except DomainError as err:
        return {"action": "failed", "error": err.message}


async def _look_at_all(
    targets: Sequence[str], config: Mapping[str, Any], take: Callable[..., Awaitable[bool]]
) -> None:
    async with SnmpEngine() as engine:
        await window.ask_all(
            targets, lambda target: look(target, config, engine=engine), take, at_once=AT_ONCE
        )


async def look(
    target: str, config: Mapping[str, Any], *, engine: SnmpEngine | None = None
) -> dict[str, Any]:
    """Return what an address is: ping, name, ports, SNMP identity and interfaces."""
    options = {
        **config,
        "snmp": config["snmp_enabled"],
        "ssh": False,
        "ports": config["ports_to_scan"] if config["port_scan_enabled"] else None,
        "snmp_communities": rules.lines_of(config.get("snmp_communities")) or ["public"],
    }
    found = await discover(target, options, engine=engine)
    macs = mac.neighbours()  # the ping has just filled it
    if found["ping_status"] != "online":
        return found
    if vendor_of_oid(found["vendor_oid"] or "") != "Ciena":  # that is told by its OID
        found["vendor"] = vendor_in(found["description"] or "") or found["vendor"]
    _name_maker(found, macs.get(target, ""), bool(config["use_mac_oui"]))
    if "dns" in rules.lines_of(config["discovery_methods"]):
        found["dns_name"] = await _reverse(target)
    if found["snmp_status"] == "responding" and config["create_interfaces"]:
        found["interfaces"] = await _interfaces(target, options, engine)
    return found


def _name_maker(found: dict[str, Any], address: str, by_maker: bool) -> None:
    """Note the MAC address; its maker is the vendor where nothing better than ports tells one."""
    found["mac_address"] = address or None
    by_ports = found["description"] == WINDOWS_BY_PORTS
    maker = mac.maker_of(address) if by_maker and address else ""
    if maker and (by_ports or not found["vendor"]):
        found["vendor"] = maker
        found["description"] = None if by_ports else found["description"]


async def _reverse(ip: str) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await asyncio.wait_for(loop.run_in_executor(None, socket.gethostbyaddr, ip), 2)
    except (OSError, TimeoutError):
        return ""
    return found[0]


async def _interfaces(
    host: str, options: Mapping[str, Any], engine: SnmpEngine | None
) -> list[dict[str, Any]]:
    for community in options["snmp_communities"]:
        asked = {
            "community": community,
            "port": options.get("snmp_port") or 161,
            "timeout": options["snmp_timeout"],
            "retries": options["snmp_retries"],
        }
        columns = (f"{IFX}.1", f"{IF}.2", f"{IF}.6", f"{IF}.7", f"{IFX}.15")
        cells = []
        for oid in columns:
            answer = await snmp.ask(host, [oid], asked, walk=True, engine=engine, max_rows=500)
            cells.append({row.oid[-1]: row for row in answer.rows})
        names, descriptions, macs, admin, speeds = cells
        if names or descriptions:
            return [
                {
                    "name": (names.get(at) or descriptions[at]).text,
                    "mac_address": _mac(macs.get(at)),
                    "enabled": admin[at].value == 1 if at in admin else True,
                    "speed_bps": int(speeds[at].text) * 1_000_000 if at in speeds else None,
                }
                for at in sorted({*names, *descriptions})
            ]
    return []


def _mac(row: Any) -> str:
    raw = row.value if row is not None else None
    return (
        ":".join(f"{byte:02X}" for byte in raw) if isinstance(raw, bytes) and len(raw) == 6 else ""
    )


def result_of(run: ExecutorRun) -> dict[str, Any]:
    """Return what a run did, as the contract shapes it."""
    rows = list(run.results.order_by("position"))
    by: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        action = str(row.extra.get("action") or "")
        hidden = {"action", "online", "snmp", "error"}
        by.setdefault(action, []).append({k: v for k, v in row.extra.items() if k not in hidden})
    online = sum(bool(row.extra.get("online")) for row in rows)
    errors = list(dict.fromkeys(row.error for row in rows if row.error))
    if run.error:
        errors.insert(0, run.error)
    ended = run.finished_at or timezone.now()
    report = {
        "total_targets": run.total_targets,
        "hosts_online": online,
        "snmp_success": sum(bool(row.extra.get("snmp")) for row in rows),
        "devices_created": len(by.get("created", [])),
        "devices_updated": len(by.get("updated", [])),
        "devices_skipped": len(by.get("skipped", [])),
        "errors": errors,
        "duration_seconds": round((ended - (run.started_at or run.created_at)).total_seconds(), 2),
    }
    data: dict[str, Any] = {
        "success": not run.error
        and not (errors and online and len(by.get("failed", [])) == online),
        "created_devices": by.get("created", []),
        "updated_devices": by.get("updated", []),
        "skipped_devices": by.get("skipped", []),
        "failed_hosts": [row.target for row in rows if row.extra.get("action") == "failed"],
        "discovery_report": report,
    }
    if run.error:
        data["error"] = run.error
    elif run.finished_at and not online:
        data["message"] = NONE_ONLINE
    return data


class AutodiscoveryExecutor:
    """What one address is, told to NetBox by the rules of autodiscovery."""

    slug: ClassVar[str] = "netbox_autodiscovery"
    defaults: ClassVar[Mapping[str, Any]] = {"retries": 0}

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        try:
            config_of({name: value for name, value in config.items() if name != "retries"})
        except DomainError as err:
            return err.message
        return ""

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Look at one address and tell NetBox."""
        whole = config_of({key: one for key, one in config.items() if key != "retries"})
        found = asyncio.run(look(target, whole))
        writer, missing = writer_of(whole)
        data = told(writer, missing, target, found, whole)
        error = data.get("error") or (NONE_ONLINE if data["action"] == "offline" else None)
        good = error is None
        return Outcome(
            good, str(data["action"]), error, "" if good else "protocol", extra={"data": data}
        )
