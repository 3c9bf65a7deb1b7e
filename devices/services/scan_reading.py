"""Scans that read switches over SSH: many at a time, one shell session per device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from devices.choices import TargetState
from devices.executors.base import Cancelled, Outcome, Target, stream_batch
from devices.executors.ssh import SshExecutor
from devices.models import Scan, ScanResult
from devices.services import host_keys, port_reading, runs, scan_targets, vault_resolve, vault_use
from devices.services.vault_resolve import Resolved
from devices.services.vault_use import Used
from inventory_site.core.errors import DomainError

NO_CREDENTIAL = (
    "No SSH credential of the vault is for this device: assign one, or make one the default."
)


def read(scan: Scan, rows: Sequence[ScanResult], is_ours: Callable[[], bool]) -> None:
    """Read ports, neighbours or light levels; a device that fails is a row with its reason.

    Nothing more begins once the scan is not ours.
    """
    hosts = host_keys.load(row.target for row in rows)
    names = [row.target for row in rows]
    known = runs.known_settings(names, "ssh")
    targets, credentials = [], []
    resolved = {} if scan.options.get("vault") is False else _resolved(scan, names)
    for row in rows:
        found = resolved.get(row.target)
        secret = runs.secret_config(found.credentials) if found else {}
        port = scan.options.get("ssh_port")
        config = {
            **secret,
            **known.get(row.target, {}),
            **({"port": int(port)} if port else {}),
            "known_hosts": hosts,
            "timeout": 20,
            "commands": port_reading.commands_of(scan.kind, row.target),
        }
        targets.append(Target(row.target, config))
        credentials.append(found.row if found else None)
    cancelled = Cancelled(lambda: not is_ours())
    uses: list[Used] = []
    for at, outcome in stream_batch(
        SshExecutor(), targets, "", settings.DEVICES_FAN_OUT, cancelled
    ):
        row, credential = rows[at], credentials[at]
        if credential is None and outcome.error_code == "invalid":
            outcome = replace(outcome, error=NO_CREDENTIAL)
        _keep(row, outcome)
        if credential is not None:
            uses.append(Used(credential, row.target, "SSH", outcome.success, outcome.error or ""))
        if len(uses) >= runs.FLUSH_EVERY:
            vault_use.log_uses(uses, actor=scan.started_by)
            uses.clear()
    vault_use.log_uses(uses, actor=scan.started_by)
    host_keys.store(hosts)


def _resolved(scan: Scan, ips: Sequence[str]) -> dict[str, Resolved]:
    named, found = scan_targets.named_by_starter(scan), dict[str, Resolved]()
    for is_named in (True, False):
        some = [ip for ip in ips if (ip in named) == is_named]
        found |= vault_resolve.resolve_many(some, "ssh", actor=scan.started_by, is_named=is_named)
    return found


def _keep(row: ScanResult, outcome: Outcome) -> None:
    row.finished_at, row.is_online = timezone.now(), outcome.success
    error, code = outcome.error or "", outcome.error_code
    if outcome.success:
        try:
            with transaction.atomic():
                row.result = port_reading.save_outputs(row.target, outcome.extra["outputs"])
            row.state = TargetState.DONE
        except DomainError as err:  # what the device printed cannot be kept
            error, code = err.message, "protocol"
    if row.state != TargetState.DONE:
        row.state, row.error = TargetState.FAILED, runs.without_nul(error)
        row.result = {"target": row.target, "error_code": code}
    row.save(update_fields=["result", "is_online", "state", "error", "finished_at"])
