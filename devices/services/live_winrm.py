"""Windows machines asked by WinRM while somebody waits; secrets come in the call or the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.services import audit
from devices import policy
from devices.errors import Invalid, Refused
from devices.executors import winrm_scripts as scripts
from devices.executors.base import Outcome, is_host, safe_execute
from devices.executors.registry import built_in
from devices.models import Credential
from devices.services import runs, vault_resolve, vault_use
from devices.services.vault_use import Used
from inventory_site.core.whole import whole_number

OWN = ("username", "password", "domain", "transport", "port", "timeout", "server_cert_validation")
FIRST_ANSWER_S = 6  # of a machine that is there; front ends hang up after 8
LISTS = ("services", "processes", "events", "disks", "network_config")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a call goes and as whom; the secret never shows."""

    target: str
    config: Mapping[str, Any] = field(repr=False)
    credential: Credential | None = None


def target_of(body: Mapping[str, Any], *, actor: Any) -> str:
    """Read the target of a call; raises `Refused`, `Invalid`."""
    policy.require(actor, policy.CONNECT)
    target = str(body.get("target") or "").strip()
    if not target:
        raise Refused("MISSING_TARGET", "Target is required", field="target")
    if not is_host(target):
        raise Invalid("target", f"Invalid target: {target[:100]}")
    return target


def machine_of(body: Mapping[str, Any], *, actor: Any) -> Machine:
    """Read the target and the account of a call; raises `Refused`, `Invalid`.

    What a call itself needs is asked for between the target and the account.
    """
    target = target_of(body, actor=actor)
    config = {name: body[name] for name in OWN if body.get(name) not in (None, "")}
    for name in ("port", "timeout"):
        if name in config:
            config[name] = _whole(name, config[name], 1, 65_535 if name == "port" else 300)
    credential, secret = _account(target, body, actor)
    config = {**runs.secret_config(secret), **config}
    config["read_timeout_sec"] = max(30, int(config.get("timeout", 30)))
    config |= {"retries": 0, "first_answer_sec": FIRST_ANSWER_S}
    return Machine(target, config, credential)


def _account(
    target: str, body: Mapping[str, Any], actor: Any
) -> tuple[Credential | None, Mapping[str, Any]]:
    if body.get("credential_id") not in (None, ""):
        pk = _whole("credential_id", body["credential_id"], 1, 2**60)
        return vault_use.open_for_use(pk, actor=actor)
    if body.get("username") and body.get("password"):
        return None, {}
    found = vault_resolve.resolve(target, "winrm", actor=actor)
    if found is None:
        raise Invalid("username", "username and password, or credential_id, are required")
    return found.row, found.credentials


def _whole(name: str, value: Any, low: int, high: int) -> int:
    number = whole_number(value)
    if number is None or not low <= number <= high:
        raise Invalid(name, f"{name} must be a whole number from {low} to {high}")
    return number


def run(machine: Machine, command: str, *, actor: Any, powershell: bool = False) -> Outcome:
    """Run a command line or a script; logged with the credential's use, if one of the vault."""
    config = {**machine.config, "powershell": powershell}
    outcome = safe_execute(built_in().get_or_raise("winrm"), machine.target, command, config)
    if machine.credential is not None:
        used = Used(
            machine.credential, machine.target, "WinRM", outcome.success, outcome.error or ""
        )
        vault_use.log_uses([used], actor=actor)
    return outcome


def test(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Sign in and ask for the name; raises `Refused` (`CONNECTION_FAILED`)."""
    machine = machine_of(body, actor=actor)
    outcome = run(machine, "hostname", actor=actor)
    if not outcome.success:
        raise Refused("CONNECTION_FAILED", outcome.error or f"{machine.target} does not answer")
    return {
        "success": True,
        "message": f"Connected successfully to {machine.target}",
        "hostname": outcome.output.strip(),
        "duration": round(outcome.duration, 3),
    }


def execute_cmd(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Run a command line of the caller's."""
    return _own(body, "command", "MISSING_COMMAND", actor, powershell=False)


def execute_powershell(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Run a script of the caller's."""
    return _own(body, "script", "MISSING_SCRIPT", actor, powershell=True)


def _own(
    body: Mapping[str, Any], name: str, code: str, actor: Any, *, powershell: bool
) -> dict[str, Any]:
    target_of(body, actor=actor)
    text = body.get(name)
    if not isinstance(text, str) or not text.strip():
        raise Refused(code, f"{name.capitalize()} is required", field=name)
    machine = machine_of(body, actor=actor)
    outcome = run(machine, text, actor=actor, powershell=powershell)
    audit.record(
        actor,
        "device.winrm_command",
        after={"target": machine.target, name: text[:500], "success": outcome.success},
    )
    return outcome.as_dict()


def _read(machine: Machine, script: str, key: str, actor: Any) -> dict[str, Any]:
    outcome = run(machine, script, actor=actor, powershell=True)
    found = scripts.read_json(outcome.output) if outcome.success else None
    return {**outcome.as_dict(), key: scripts.as_list(found) if key in LISTS else found or {}}


def system_info(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """What the machine is."""
    return _read(machine_of(body, actor=actor), scripts.system_info(), "system_info", actor)


def services(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Its services."""
    machine = machine_of(body, actor=actor)
    script = scripts.services(str(body.get("service_name") or ""), str(body.get("status") or ""))
    return _read(machine, script, "services", actor)


def manage_service(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Start, stop or restart a service."""
    target_of(body, actor=actor)
    name, action = str(body.get("service_name") or ""), str(body.get("action") or "").lower()
    if not name:
        raise Refused("MISSING_SERVICE", "Service name is required", field="service_name")
    if not action:
        raise Refused("MISSING_ACTION", "Action is required", field="action")
    if action not in scripts.ACTIONS:
        raise Invalid("action", f"action must be one of {', '.join(scripts.ACTIONS)}")
    machine = machine_of(body, actor=actor)
    outcome = run(machine, scripts.manage_service(name, action), actor=actor, powershell=True)
    audit.record(
        actor,
        "device.winrm_service",
        after={"target": machine.target, "service": name, "action": action},
    )
    return {**outcome.as_dict(), "service_name": name, "action": action}


def processes(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Its processes."""
    machine = machine_of(body, actor=actor)
    script = scripts.processes(str(body.get("process_name") or ""))
    return _read(machine, script, "processes", actor)


def event_log(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """The newest entries of one of its logs."""
    target_of(body, actor=actor)
    newest = _whole("newest", body.get("newest", 50), 1, scripts.MAX_EVENTS)
    machine = machine_of(body, actor=actor)
    log, kind = str(body.get("log_name") or "System"), str(body.get("entry_type") or "")
    return _read(machine, scripts.event_log(log, kind, newest), "events", actor)


def disk_space(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Its disks."""
    return _read(machine_of(body, actor=actor), scripts.disk_space(), "disks", actor)


def network_config(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Its network adapters."""
    machine = machine_of(body, actor=actor)
    return _read(machine, scripts.network_config(), "network_config", actor)


def reboot(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Restart the machine."""
    return _power("/r", "reboot", body, actor)


def shutdown(body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Shut the machine down."""
    return _power("/s", "shutdown", body, actor)


def _power(flag: str, word: str, body: Mapping[str, Any], actor: Any) -> dict[str, Any]:
    policy.require(actor, policy.CHANGE)
    target_of(body, actor=actor)
    if body.get("confirm") is not True:
        raise Refused(
            "CONFIRMATION_REQUIRED", f"confirm must be true to {word} a machine", field="confirm"
        )
    delay = _whole("delay_seconds", body.get("delay_seconds", 0), 0, scripts.MAX_DELAY_S)
    force = body.get("force", False)
    if not isinstance(force, bool):
        raise Invalid("force", "force must be true or false")
    machine = machine_of(body, actor=actor)
    audit.record(actor, f"device.winrm_{word}", after={"target": machine.target, "force": force})
    command = scripts.power(flag, force=force, delay_s=delay)
    return run(machine, command, actor=actor).as_dict()


CALLS = {
    "test": test,
    "execute/cmd": execute_cmd,
    "execute/powershell": execute_powershell,
    "system-info": system_info,
    "services": services,
    "services/manage": manage_service,
    "processes": processes,
    "event-log": event_log,
    "disk-space": disk_space,
    "network-config": network_config,
    "reboot": reboot,
    "shutdown": shutdown,
}
