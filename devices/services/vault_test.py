"""Trying a credential on a target, and an enterprise server: outside any transaction."""

from __future__ import annotations

import socket
import time
from typing import Any

from devices import policy
from devices.errors import Invalid, Refused
from devices.executors.base import safe_execute
from devices.executors.registry import built_in
from devices.models import EnterpriseAuthConfig
from devices.services import host_keys, vault_use
from devices.services.vault_use import Used

KINDS = {
    "ssh": ("ssh", "SSH", "true"),
    "password": ("ssh", "SSH", "true"),
    "snmp": ("snmp", "SNMP", "sysName.0"),
    "winrm": ("winrm", "WinRM", "hostname"),
}
CONNECT_S = 5.0


def test_credential(pk: int, *, actor: Any, target: str, port: int | None) -> dict[str, Any]:
    """Sign in (SSH, WinRM) or ask for the name (SNMP), and log the use."""
    row, document = vault_use.open_for_use(pk, actor=actor)
    if row.credential_type not in KINDS:
        raise Invalid(
            "credential_type", f"Credentials of type {row.credential_type} cannot be tested"
        )
    kind, service, command = KINDS[row.credential_type]
    config = {**document, "timeout": 10, "retries": 0}
    if port:
        config["port"] = port
    elif kind == "snmp":
        config["port"] = 161
    hosts = host_keys.load([target])
    if kind == "ssh":
        config["known_hosts"] = hosts
    outcome = safe_execute(built_in().get_or_raise(kind), target, command, config)
    host_keys.store(hosts)
    used = Used(row, target, service, outcome.success, outcome.error or "")
    vault_use.log_uses([used], actor=actor)
    message = f"{service} to {target} works" if outcome.success else outcome.error or "No answer"
    return {
        "success": outcome.success,
        "message": message,
        "duration": round(outcome.duration, 3),
    }


def test_enterprise(pk: int, *, actor: Any) -> dict[str, Any]:
    """Reach an enterprise server over TCP; signing in on it is the identity side's affair."""
    policy.require(actor, policy.MANAGE_ENTERPRISE)
    row = EnterpriseAuthConfig.objects.select_related("credential").filter(pk=pk).first()
    if row is None or row.credential is None:
        raise Refused("NOT_FOUND", "Configuration not found", 404)
    _, document = vault_use.open_for_use(row.credential.pk, actor=actor)
    server = str(document.get("server") or document.get("host") or "")
    port = int(document.get("port") or document.get("auth_port") or 0)
    began = time.perf_counter()
    status, message = _reach(server, port)
    used = Used(row.credential, server, row.auth_type.upper(), status == "reachable", message)
    vault_use.log_uses([used], actor=actor)
    return {
        "auth_type": row.auth_type,
        "server": f"{server}:{port}",
        "status": status,
        "message": message,
        "duration": round(time.perf_counter() - began, 3),
    }


def _reach(server: str, port: int) -> tuple[str, str]:
    try:
        socket.create_connection((server, port), timeout=CONNECT_S).close()
    except OSError as err:
        return "unreachable", f"Connection error: {err}"
    return "reachable", f"{server} answers on port {port}"
