"""Trying a credential on a target, and an enterprise server: outside any transaction."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from typing import Any

from devices import policy
from devices.choices import AuthMethod
from devices.errors import Invalid, Refused
from devices.executors import logins, tacacs
from devices.executors.base import Outcome, is_host, safe_execute
from devices.executors.registry import built_in
from devices.models import Credential, EnterpriseAuthConfig
from devices.services import host_keys, runs, vault_servers, vault_use
from devices.services.vault_use import Used

KINDS = {
    "ssh": ("ssh", "SSH", "true"),
    "password": ("ssh", "SSH", "true"),
    "snmp": ("snmp", "SNMP", "sysName.0"),
    "winrm": ("winrm", "WinRM", "hostname"),
}
DIRECTORIES = ("ldap", "active_directory")
TESTABLE = frozenset({*KINDS, *DIRECTORIES})
GOOD = frozenset({"reachable", "authenticated"})
CONNECT_S, TRY_S = 5.0, 7  # front ends hang up after 8 s


def test_credential(
    pk: int, *, actor: Any, target: str, port: int | None, kind: str
) -> dict[str, Any]:
    """Sign in (SSH, WinRM, LDAP) or ask for the name (SNMP), and log the use.

    `kind` tries the credential as another type than its own. Raises `Invalid` and `Refused`.
    """
    row, document = vault_use.open_for_use(pk, actor=actor)
    if not is_host(target):
        raise Invalid("target", f"Invalid target: {target[:100]}")
    tried = kind or row.credential_type
    if tried in DIRECTORIES:
        return _directory(row, document, target, port, actor)
    if tried not in KINDS:
        raise Invalid("credential_type", f"Credentials of type {tried} cannot be tested")
    kind, service, command = KINDS[tried]
    config = {**runs.secret_config(document), "timeout": TRY_S, "retries": 0}
    if kind == "snmp":
        config["port"] = 161
    config |= runs.known_settings([target], kind).get(target, {})
    if port:
        config["port"] = port
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


def _directory(
    row: Credential, document: Mapping[str, Any], target: str, port: int | None, actor: Any
) -> dict[str, Any]:
    """Bind to a directory with the stored name."""
    began = time.perf_counter()
    outcome = _bind(document, target, port)
    used = Used(row, target, "LDAP", outcome.success, outcome.error or "")
    vault_use.log_uses([used], actor=actor)
    message = f"LDAP to {target} works" if outcome.success else outcome.error or "No answer"
    took = round(time.perf_counter() - began, 3)
    return {"success": outcome.success, "message": message, "duration": took}


def _bind(document: Mapping[str, Any], target: str, port: int | None) -> Outcome:
    use_ssl = bool(document.get("use_ssl"))
    name = str(document.get("bind_dn") or document.get("username") or "")
    domain = str(document.get("domain") or "")
    if domain and name and "@" not in name and "=" not in name and "\\" not in name:
        name = f"{name}@{domain}"
    return logins.ldap_bind(
        target,
        port or logins.whole(document.get("port"), 636 if use_ssl else 389),
        name,
        str(document.get("bind_password") or document.get("password") or ""),
        use_ssl=use_ssl,
    )


def _enterprise_login(row: EnterpriseAuthConfig, document: Mapping[str, Any]) -> Outcome | None:
    """Sign in where the protocol is spoken here; nothing where only the port can be tried."""
    server = str(document.get("server") or document.get("host") or "")
    if row.auth_type in DIRECTORIES:
        return _bind(document, server, None)
    account = row.users.filter(enabled=True).order_by("pk").first()
    if account is None:
        return None
    known = vault_servers.account_document(account)
    vault_use.note_account(account)
    secret = str(document.get("secret_key") or "")
    name, password = str(known.get("username") or ""), str(known.get("password") or "")
    timeout_s = float(logins.whole(document.get("timeout"), 5))
    if row.auth_type == AuthMethod.TACACS:
        return tacacs.login(
            server,
            logins.whole(document.get("port"), 49),
            secret,
            name,
            password,
            kind=str(document.get("authentication_type") or ""),
            timeout_s=min(CONNECT_S, timeout_s),
        )
    return logins.radius_login(
        server,
        logins.whole(document.get("auth_port"), 1812),
        secret,
        name,
        password,
        nas=str(document.get("nas_identifier") or "patchbay"),
        timeout_s=min(2.0, timeout_s),
        retries=1,
    )


def test_enterprise(pk: int, *, actor: Any) -> dict[str, Any]:
    """Sign in on an enterprise server: LDAP and AD by its own name, others by the first account.

    TACACS+ and RADIUS without an account are only reached.
    """
    policy.require(actor, policy.MANAGE_ENTERPRISE)
    row = EnterpriseAuthConfig.objects.select_related("credential").filter(pk=pk).first()
    if row is None or row.credential is None:
        raise Refused("NOT_FOUND", "Configuration not found", 404)
    _, document = vault_use.open_for_use(row.credential.pk, actor=actor)
    server = str(document.get("server") or document.get("host") or "")
    port = int(document.get("port") or document.get("auth_port") or 0)
    began = time.perf_counter()
    outcome = _enterprise_login(row, document)
    if outcome is None:
        status, message = _reach(server, port)
    else:
        status = "authenticated" if outcome.success else outcome.error_code or "failed"
        message = outcome.output or outcome.error or ""
    good = status in GOOD
    used = Used(row.credential, server, row.auth_type.upper(), good, "" if good else message)
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
