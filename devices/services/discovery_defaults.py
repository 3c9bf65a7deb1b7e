"""What discovery begins with: networks, ways in, patience (operations contract, 6.6).

The SSH password is a credential of the vault; only its number stays here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from devices import policy
from devices.errors import Invalid
from devices.executors.base import is_host, safe_execute
from devices.executors.registry import built_in
from devices.models import Credential
from devices.services import host_keys, integration, vault, vault_use
from devices.services.sealed import COMMUNITIES
from devices.values import within

KEY = "discovery_{}"
CREDENTIAL_NAME = "Discovery defaults"
DEFAULTS: dict[str, Any] = {
    "network_ranges": [],
    "snmp_community": "public",
    "ssh_username": "",
    "ssh_port": 22,
    "scan_timeout": 5,
    "max_threads": 50,
}
BOUNDS = {"ssh_port": (1, 65_535), "scan_timeout": (1, 300), "max_threads": (1, 500)}
MOST_RANGES = 1000
SECRETS = frozenset({KEY.format("snmp_community")})


def shown(*, may_see: bool = False) -> dict[str, Any]:
    """Return the defaults; the password as bullets when there is one.

    So is the community, unless the caller may see it, or it is the one that everybody knows.
    """
    values = {name: integration.shown(KEY.format(name), value) for name, value in DEFAULTS.items()}
    credential = _credential()
    return {
        "network_ranges": values.pop("network_ranges"),
        "snmp_community": _community(values.pop("snmp_community"), may_see),
        "ssh_username": values.pop("ssh_username"),
        "ssh_password": integration.BULLETS if credential else "",
        **values,
        "ssh_credential_id": credential.pk if credential else None,
    }


def _community(value: str, may_see: bool) -> str:
    is_known = may_see or value in ("", DEFAULTS["snmp_community"])
    return value if is_known else integration.BULLETS


def for_scan(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scan's options, completed by what administrators have saved here."""
    saved = {name: integration.read(KEY.format(name)) for name in DEFAULTS}
    found = {
        "ssh_port": saved["ssh_port"],
        "snmp_timeout": saved["scan_timeout"],
        "ssh_timeout": saved["scan_timeout"],
        "max_threads": saved["max_threads"],
    }
    if not any(options.get(name) for name in COMMUNITIES):
        found["snmp_community"] = saved["snmp_community"]
    kept = {name: value for name, value in found.items() if value}
    return {**kept, **options, "max_threads": kept.get("max_threads")}


@transaction.atomic
def save(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Replace all of them: what is not sent gets its default; bullets keep the password."""
    policy.require(actor, policy.SETTINGS_EDIT)
    values = {name: _checked(name, body.get(name)) for name in DEFAULTS}
    password = _text("ssh_password", body.get("ssh_password"))
    stored = {KEY.format(name): value for name, value in values.items()}
    if not password.startswith(integration.BULLETS):
        number = _store_password(actor, values["ssh_username"], password)
        stored[KEY.format("ssh_credential_id")] = number
    integration.write(actor, stored, secrets=SECRETS)
    return shown(may_see=True)


def test(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Try SSH and SNMP on `test_target`; a way without its input is not tried and None."""
    policy.require(actor, policy.SETTINGS_EDIT)
    target = _text("test_target", body.get("test_target"))
    if not target:
        raise Invalid("test_target", "test_target is required")
    if not is_host(target):
        raise Invalid("test_target", "test_target must be an address or a host name")
    username, password = (_text(name, body.get(name)) for name in ("ssh_username", "ssh_password"))
    port = _checked("ssh_port", body.get("ssh_port"))
    community = _text("snmp_community", body.get("snmp_community"))
    if password.startswith(integration.BULLETS):
        password = _stored_password(actor)
    ssh = {"username": username, "password": password, "port": port}
    return {
        "ssh": _try("ssh", target, "true", ssh) if username else None,
        "snmp": _try("snmp", target, "sysName.0", {"community": community}) if community else None,
    }


def _try(kind: str, target: str, command: str, config: dict[str, Any]) -> dict[str, Any]:
    """Ask within five seconds, so that both answers fit into the page's eight."""
    hosts = host_keys.load([target])
    known = {"known_hosts": hosts} if kind == "ssh" else {}
    limits = {"timeout": 5 if kind == "ssh" else 2, "retries": 0}
    outcome = safe_execute(
        built_in().get_or_raise(kind), target, command, {**config, **known, **limits}
    )
    host_keys.store(hosts)
    message = f"{kind.upper()} to {target} works" if outcome.success else outcome.error
    return {"success": outcome.success, "message": message or "No answer"}


def _credential() -> Credential | None:
    number = integration.read(KEY.format("ssh_credential_id"))
    return Credential.objects.filter(pk=number, is_deleted=False).first() if number else None


def _stored_password(actor: Any) -> str:
    row = _credential()
    if row is None:
        return ""
    _, document = vault_use.open_for_use(row.pk, actor=actor)
    return str(document.get("password") or "")


def _store_password(actor: Any, username: str, password: str) -> int | None:
    if not password:
        return None
    row = _credential()
    body = {"credential_type": "ssh", "username": username, "password": password}
    if row is None:
        taken = Credential.objects.filter(name=CREDENTIAL_NAME, is_deleted=False).first()
        row = taken if taken is not None and taken.credential_type == "ssh" else None
    if row is None:
        made = vault.create_credential(actor=actor, body={"name": CREDENTIAL_NAME, **body})
        return made.credential.pk
    del body["credential_type"]
    return vault.update_credential(row.pk, actor=actor, body=body).credential.pk


def _checked(name: str, value: Any) -> Any:
    if value is None:
        return DEFAULTS[name]
    return CHECKS[name](name, value)


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 1024 or "\x00" in value:
        raise Invalid(name, f"{name} must be a text")
    return value


def _number(name: str, value: Any) -> int:
    low, high = BOUNDS[name]
    return within(value, name, low, high)


def _ranges(name: str, value: Any) -> list[str]:
    is_list = isinstance(value, list) and len(value) <= MOST_RANGES
    if not is_list or not all(isinstance(item, str) and len(item) <= 100 for item in value):
        raise Invalid(name, f"{name} must be a list of networks")
    return [_text(name, item).strip() for item in value if item.strip()]


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "network_ranges": _ranges,
    "snmp_community": _text,
    "ssh_username": _text,
    **dict.fromkeys(BOUNDS, _number),
}
