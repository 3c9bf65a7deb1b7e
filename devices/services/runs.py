"""Commands on devices: queued as a run with one row per target, done in the background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services import audit
from devices import netbox_rules, policy
from devices.addresses import BadTargets, expand_lines, normal_ip
from devices.choices import LEGACY_SSH, RUN_OPEN, RunStatus, TargetState
from devices.errors import Invalid, Refused
from devices.executors.base import Cancelled, Outcome, Target, stream_batch
from devices.executors.registry import ExecutorRegistry, built_in
from devices.models import Credential, Device, ExecutorResult, ExecutorRun, ManagementAddress
from devices.services import discovered, host_keys, sealed, starters, vault_resolve, vault_use
from devices.services.netbox_discovery import SiteDiscoveryExecutor, tells_netbox
from devices.services.vault_use import Used
from inventory_site.core.errors import DomainError
from inventory_site.core.tasks import enqueue

CREDENTIAL_KIND = {"ssh": "ssh", "snmp": "snmp", "winrm": "winrm", "discovery": "snmp"}
SERVICE = {"ssh": "SSH", "snmp": "SNMP", "winrm": "WinRM", "discovery": "SNMP"}
KNOWN_PORTS = {
    "ssh": {"ssh_port": "port"},
    "snmp": {"snmp_port": "port"},
    "discovery": {"ssh_port": "ssh_port", "snmp_port": "snmp_port"},
}
MAX_TARGETS, MAX_COMMAND = 5000, 64 * 1024
FLUSH_EVERY = 50
MAKES, REMOVES = {"device.create", "vm.create"}, {"device.delete", "vm.delete"}
MAKES_BY = {"discover.ping": "create_devices", "discover.full": "update_netbox"}


def executors() -> ExecutorRegistry:
    """Return the kinds of executors: the plain ones, and those that need the site's NetBox."""
    from devices.services.netbox_autodiscovery import AutodiscoveryExecutor
    from devices.services.netbox_executor import NetBoxExecutor

    found = built_in()
    found.unregister(SiteDiscoveryExecutor.slug)
    found.register(SiteDiscoveryExecutor())
    found.register(NetBoxExecutor())
    found.register(AutodiscoveryExecutor())
    return found


def start_run(
    *,
    actor: Any,
    executor: str,
    targets: Any,
    command: str = "",
    config: Mapping[str, Any] | None = None,
    credential_id: int | None = None,
) -> ExecutorRun:
    """Queue a command on targets; raises `Invalid` and `Refused`.

    Secrets of `config` are kept sealed until the run ends, and win over the vault's.
    """
    _require(actor, executor, command, config or {})
    if not executors().is_registered(executor):
        known = ", ".join(executors().list_types())
        raise Refused(
            "EXECUTOR_NOT_FOUND", f"Unknown executor: {executor}. Available: {known}", 404
        )
    wanted = read_targets(targets)
    if not isinstance(command, str) or len(command) > MAX_COMMAND:
        raise Invalid("command", f"command must be a text of {MAX_COMMAND} characters at most")
    plain, secrets = sealed.split(config or {}, "config")
    if credential_id is not None:
        vault_use.open_for_use(credential_id, actor=actor)
    if executor in CREDENTIAL_KIND and policy.is_kept_from_vault(actor):
        plain["vault"] = False
    if executor == SiteDiscoveryExecutor.slug:
        lines = [targets] if isinstance(targets, str) else targets
        plain["networks"] = [line for line in lines if "/" in line]
        plain["inventory"] = discovered.may_take_in(actor)
    starters.note(plain, actor)
    with transaction.atomic():
        run = ExecutorRun.objects.create(
            executor=executor,
            command=command,
            config=plain,
            credential_id=credential_id,
            total_targets=len(wanted),
            started_by=starters.person(actor),
        )
        if secrets:
            sealed.keep(run, plain, secrets)
        ExecutorResult.objects.bulk_create(
            [
                ExecutorResult(run=run, position=number, target=target)
                for number, target in enumerate(wanted)
            ],
            batch_size=1000,
        )
        audit.record(
            actor,
            "device.command_started",
            run,
            after={"executor": executor, "command": command[:500], "targets": wanted[:50]},
        )
        enqueue("devices.perform_run", run.pk, dedupe_key=f"devices.run:{run.pk}")
    return run


def _require(actor: Any, executor: str, command: Any, config: Mapping[str, Any]) -> None:
    """Raise `NotAllowed` where a command writes, makes or removes what the actor may not."""
    policy.require(actor, policy.CONNECT)
    is_auto = executor == "netbox_autodiscovery"
    is_told = executor == "discovery" and tells_netbox(config)
    if executor == "netbox" or is_auto or is_told or config.get("set") is not None:
        policy.require(actor, policy.CHANGE)
    word = str(command).strip().lower() if executor == "netbox" else ""
    if (
        (is_auto and netbox_rules.makes_devices(config))
        or is_told
        or word in MAKES
        or config.get(MAKES_BY.get(word, ""))
    ):
        policy.require(actor, policy.ADD)
    if word in REMOVES:
        policy.require(actor, policy.DELETE)


def read_targets(targets: Any) -> list[str]:
    """Return the targets of a body: a list, or text with addresses, ranges and networks."""
    lines = [targets] if isinstance(targets, str) else targets
    if not isinstance(lines, list) or not lines or not all(isinstance(one, str) for one in lines):
        raise Invalid("targets", "targets must be a list of addresses, ranges or networks")
    try:
        found = expand_lines(lines)
    except BadTargets as err:
        raise Invalid("targets", str(err)) from err
    if not found:
        raise Invalid("targets", "targets names no address")
    if len(found) > MAX_TARGETS:
        raise Invalid("targets", f"at most {MAX_TARGETS} targets at a time")
    return found


def perform_run(pk: int) -> None:
    """Do what is left of a run; targets that have answered are not asked again."""
    claimed = ExecutorRun.objects.filter(pk=pk, status__in=RUN_OPEN).update(
        status=RunStatus.RUNNING, started_at=timezone.now()
    )
    if not claimed:
        return
    run = ExecutorRun.objects.select_related("started_by", "credential").get(pk=pk)
    rows = list(run.results.filter(state=TargetState.WAITING).order_by("position"))
    try:
        starters.require(run)
        _perform(run, rows)
    except DomainError as err:
        fail_rest(run, err)
    finish_run(run.pk)


def fail_rest(run: ExecutorRun, err: DomainError) -> None:
    """Tell a run, and each target that waits, why nothing more comes."""
    run.results.filter(state=TargetState.WAITING).update(
        state=TargetState.FAILED, error=err.message, finished_at=timezone.now()
    )
    run.error = err.message
    run.save(update_fields=["error"])


def _perform(run: ExecutorRun, rows: Sequence[ExecutorResult]) -> None:
    executor = executors().get_or_raise(run.executor)
    hosts = host_keys.load(row.target for row in rows)
    cancelled = Cancelled(lambda: _is_cancelled(run.pk))
    targets, credentials = _targets(run, rows, hosts)
    fan_out = settings.DEVICES_FAN_OUT
    done: list[ExecutorResult] = []
    uses: list[Used] = []
    for number, outcome in stream_batch(executor, targets, run.command, fan_out, cancelled):
        row, credential = rows[number], credentials[number]
        _answered(row, outcome)
        done.append(row)
        if credential is not None:
            service = SERVICE.get(run.executor, run.executor)
            uses.append(Used(credential, row.target, service, outcome.success, outcome.error or ""))
        if len(done) >= FLUSH_EVERY:
            _flush(done, uses, run)
    _flush(done, uses, run)
    host_keys.store(hosts)


def _targets(
    run: ExecutorRun, rows: Sequence[ExecutorResult], hosts: Any
) -> tuple[list[Target], list[Credential | None]]:
    """Give each target its secret; one credential for all is opened once."""
    sent = sealed.opened(run)
    common = {
        **sealed.without(run),
        **sent,
        "known_hosts": hosts,
        "max_output_bytes": settings.DEVICES_MAX_OUTPUT_BYTES,
    }
    is_alone = sent or run.config.get("vault") is False
    kind = None if is_alone else CREDENTIAL_KIND.get(run.executor)
    names = [row.target for row in rows]
    known = known_settings(names, run.executor)
    if run.credential_id is not None:
        credential, document = vault_use.open_for_use(run.credential_id, actor=run.started_by)
        secret = secret_config(document)
        chosen = [Target(name, {**secret, **known.get(name, {}), **common}) for name in names]
        return chosen, [credential] * len(rows)
    found = vault_resolve.resolve_many(names, kind, actor=run.started_by) if kind else {}
    targets: list[Target] = []
    credentials: list[Credential | None] = []
    for name in names:
        resolved = found.get(name)
        secret = secret_config(resolved.credentials) if resolved else {}
        targets.append(Target(name, {**secret, **known.get(name, {}), **common}))
        credentials.append(resolved.row if resolved else None)
    return targets, credentials


def known_settings(targets: Sequence[str], executor: str) -> dict[str, dict[str, Any]]:
    """Return what the register knows of talking to each target: its ports, its old SSH."""
    names = KNOWN_PORTS.get(executor)
    if names is None:
        return {}
    by_ip = {ip: target for target in targets if (ip := normal_ip(target))}
    known = ManagementAddress.objects.filter(ip__in=by_ip).values("ip", *names)
    found: dict[str, dict[str, Any]] = {}
    for row in known:
        if ports := {key: row[name] for name, key in names.items() if row[name]}:
            found[by_ip[row["ip"]]] = ports
    if executor == "ssh":
        old = Device.objects.current().filter(
            address__ip__in=by_ip, **{f"metadata__{LEGACY_SSH}": True}
        )
        for ip in old.values_list("address__ip", flat=True):
            found.setdefault(by_ip[ip], {})["legacy"] = True
    return found


def secret_config(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a secret an executor takes; blank fields leave its defaults."""
    return {name: value for name, value in document.items() if value not in (None, "")}


def _answered(row: ExecutorResult, outcome: Outcome) -> None:
    row.state = TargetState.DONE if outcome.success else TargetState.FAILED
    row.success = outcome.success
    row.output, row.error = without_nul(outcome.output), without_nul(outcome.error or "")
    row.error_code, row.duration_s = outcome.error_code, round(outcome.duration, 4)
    row.extra = {key: value for key, value in outcome.extra.items() if key != "known_hosts"}
    row.finished_at = timezone.now()


def without_nul(text: str) -> str:
    """Return text that PostgreSQL can keep."""
    return text.replace("\x00", "")


def _flush(done: list[ExecutorResult], uses: list[Used], run: ExecutorRun) -> None:
    with transaction.atomic():
        if run.executor == SiteDiscoveryExecutor.slug:
            _take_in(done, run)
        ExecutorResult.objects.bulk_update(
            done,
            [
                "state",
                "success",
                "output",
                "error",
                "error_code",
                "duration_s",
                "extra",
                "finished_at",
            ],
        )
        if uses:
            vault_use.log_uses(uses, actor=run.started_by)
    done.clear()
    uses.clear()


def _take_in(done: Sequence[ExecutorResult], run: ExecutorRun) -> None:
    """Make or refresh the devices of what was discovered; an API key's run may do no more."""
    for row in sorted(done, key=lambda one: one.target):
        told = {"device_id": None, "inventory_error": discovered.MAY_NOT}
        if run.config.get("inventory"):
            told = discovered.told(
                row.target,
                row.extra,
                actor=run.started_by,
                options=run.config,
                networks=run.config.get("networks", []),
            )
        row.extra = {**row.extra, **told}


def _is_cancelled(pk: int) -> bool:
    return ExecutorRun.objects.filter(pk=pk, status=RunStatus.CANCELLED).exists()


def finish_run(pk: int) -> None:
    """Give an open run its end by its rows."""
    rows = ExecutorResult.objects.filter(run=pk)
    if rows.filter(state=TargetState.WAITING).exists():
        return
    good, total = rows.filter(success=True).count(), rows.count()
    status = RunStatus.SUCCESS if good == total else RunStatus.PARTIAL if good else RunStatus.FAILED
    ExecutorRun.objects.filter(pk=pk, status=RunStatus.RUNNING).update(
        status=status, finished_at=timezone.now()
    )
    for run in ExecutorRun.objects.filter(pk=pk):
        sealed.forget(run)


def cancel_run(pk: int, *, actor: Any) -> ExecutorRun:
    """Stop a run; targets not begun yet are left out."""
    policy.require(actor, policy.CONNECT)
    run = find_run(pk)
    with transaction.atomic():
        changed = ExecutorRun.objects.filter(pk=pk, status__in=RUN_OPEN).update(
            status=RunStatus.CANCELLED, finished_at=timezone.now()
        )
        if not changed:
            raise Refused("RUN_ENDED", f"Run {pk} has ended already", 409)
        ExecutorResult.objects.filter(run=run, state=TargetState.WAITING).update(
            state=TargetState.CANCELLED
        )
        audit.record(actor, "device.command_cancelled", run)
        run.refresh_from_db()
        sealed.forget(run)
    return run


def find_run(pk: int) -> ExecutorRun:
    """Return a run, or raise `Refused` 404."""
    run = ExecutorRun.objects.filter(pk=pk).first()
    if run is None:
        raise Refused("RUN_NOT_FOUND", f'Run with ID "{pk}" not found', 404)
    return run


def remove_older_than(days: int) -> int:
    """Remove runs that ended long ago."""
    old = ExecutorRun.objects.exclude(status__in=RUN_OPEN).filter(
        created_at__lt=timezone.now() - timedelta(days=days)
    )
    return int(old.delete()[0])
