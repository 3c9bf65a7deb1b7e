"""Assignments, credential groups and enterprise accounts of the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from accounts.services import audit
from devices import policy
from devices.addresses import normal_ip
from devices.choices import AuthMethod
from devices.errors import Invalid, InvalidAddress, Refused, Unreadable
from devices.models import (
    Credential,
    CredentialAssignment,
    CredentialGroup,
    EnterpriseAuthConfig,
    EnterpriseAuthUser,
)
from devices.services import secrets, vault, vault_servers, vault_use
from devices.services.vault_use import assigned_device
from devices.values import wanted_id
from inventory_site.core.errors import NotAllowed
from inventory_site.core.locks import guarded, lock

MAX_PRIORITY = 10_000
ENTERPRISE_TYPES = tuple(one for one in AuthMethod.values if one != AuthMethod.LOCAL)


def assign(
    *,
    actor: Any,
    ip_address: str,
    credential_id: int,
    credential_type: str = "",
    priority: int = 0,
) -> CredentialAssignment:
    """Give a device a credential; a repeat changes the priority."""
    policy.require(actor, policy.CHANGE_CREDENTIAL)
    ip = normal_ip(ip_address)
    if ip is None:
        raise InvalidAddress(ip_address)
    with guarded():
        row = vault.kept_by(credential_id, actor, policy.CHANGE_CREDENTIAL)
        kind, device = credential_type or row.credential_type, assigned_device(ip)
        same = CredentialAssignment.objects.filter(credential=row, credential_type=kind)
        same.filter(device=device, device__isnull=False).exclude(ip_address=ip).update(device=None)
        made, _ = same.update_or_create(
            ip_address=ip,
            credential=row,
            credential_type=kind,
            defaults={"priority": priority, "device": device},
        )
        audit.record(
            actor, "credential.assigned", row, after={"ip_address": ip, "priority": priority}
        )
    return made


def unassign(*, actor: Any, ip_address: str, credential_id: int) -> None:
    """Take a credential off a device; refused when it was not on it."""
    policy.require(actor, policy.CHANGE_CREDENTIAL)
    ip = normal_ip(ip_address) or ip_address
    with guarded():
        rows = CredentialAssignment.objects.filter(ip_address=ip, credential_id=credential_id)
        if not rows.exists():
            raise Refused("NOT_ASSIGNED", "Failed to unassign credential")
        row = vault.kept_by(credential_id, actor, policy.CHANGE_CREDENTIAL)
        rows.delete()
        audit.record(actor, "credential.unassigned", row, after={"ip_address": ip})


def create_group(*, actor: Any, name: Any, description: str = "") -> CredentialGroup:
    """Make a credential group; names are unique."""
    policy.require(actor, policy.MANAGE_CREDENTIAL_GROUPS)
    group = CredentialGroup()
    with guarded():
        _write_group(group, name, description)
        audit.record(actor, "credential_group.created", group, after={"name": group.name})
    return group


def update_group(pk: int, *, actor: Any, values: Mapping[str, Any]) -> CredentialGroup:
    """Change the name or the description of a group."""
    policy.require(actor, policy.MANAGE_CREDENTIAL_GROUPS)
    with guarded():
        group = _group(pk)
        before = audit.snapshot(group, ["name", "description"])
        if all(before[name] == values[name] for name in before.keys() & values.keys()):
            return group
        _write_group(
            group, values.get("name", group.name), values.get("description", group.description)
        )
        after = audit.snapshot(group, ["name", "description"])
        audit.record(actor, "credential_group.updated", group, before=before, after=after)
    return group


def _write_group(group: CredentialGroup, name: Any, description: Any) -> None:
    if not isinstance(name, str) or not name.strip():
        raise Refused("VALIDATION_ERROR", "Name is required", field="name")
    group.name = _check_text("name", name.strip())
    group.description = _check_text("description", description, limit=10_000)
    taken = Refused("DUPLICATE", "A group with this name already exists", 409, field="name")
    if CredentialGroup.objects.filter(name=group.name).exclude(pk=group.pk).exists():
        raise taken
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as err:
        raise taken from err


def delete_group(pk: int, *, actor: Any) -> None:
    """Remove a group; its credentials stay."""
    policy.require(actor, policy.MANAGE_CREDENTIAL_GROUPS)
    with guarded():
        group = _group(pk)
        audit.record(actor, "credential_group.deleted", group, before={"name": group.name})
        group.delete()


def add_to_group(pk: int, credential_id: int, *, actor: Any) -> None:
    """Put a credential into a group."""
    policy.require(actor, policy.MANAGE_CREDENTIAL_GROUPS)
    with guarded():
        group, row = _group(pk), vault.find(credential_id)
        group.credentials.add(row)
        audit.record(actor, "credential_group.member_added", group, after={"name": row.name})


def remove_from_group(pk: int, credential_id: int, *, actor: Any) -> None:
    """Take a credential out of a group."""
    policy.require(actor, policy.MANAGE_CREDENTIAL_GROUPS)
    with guarded():
        group = _group(pk)
        row = group.credentials.filter(pk=credential_id).first()
        if row is None:
            raise Refused("NOT_FOUND", "Credential not in group", 404)
        group.credentials.remove(row)
        audit.record(actor, "credential_group.member_removed", group, after={"name": row.name})


def _group(pk: int) -> CredentialGroup:
    group = lock(CredentialGroup.objects.filter(pk=pk)).first()
    if group is None:
        raise Refused("NOT_FOUND", "Group not found", 404)
    return group


@dataclass(frozen=True, slots=True)
class SavedServer:
    """An enterprise server that was stored, and what the person should know."""

    config: EnterpriseAuthConfig
    warnings: list[str]


def save_config(pk: int | None, *, actor: Any, body: Mapping[str, Any]) -> SavedServer:
    """Make or change an enterprise server; setting one default clears the others of its type.

    What its accounts know is for the server that it was: another one's credential leaves that.
    """
    policy.require(actor, policy.MANAGE_ENTERPRISE)
    with guarded():
        row = EnterpriseAuthConfig() if pk is None else _config(pk)
        if pk is None and not all(body.get(k) for k in ("name", "auth_type", "credential_id")):
            raise Refused("MISSING_FIELDS", "name, auth_type and credential_id are required")
        kind = body.get("auth_type", row.auth_type)
        if not isinstance(kind, str) or kind not in ENTERPRISE_TYPES:
            raise Refused(
                "INVALID_AUTH_TYPE", f"auth_type must be one of {', '.join(ENTERPRISE_TYPES)}"
            )
        row.auth_type = kind
        if body.get("name"):
            row.name = _check_text("name", body["name"])
        old = row.credential
        if body.get("credential_id"):
            row.credential = vault.find(wanted_id(body["credential_id"], "credential_id"))
            if not policy.may_use(actor, row.credential):
                raise NotAllowed(required=policy.USE_CREDENTIAL)
        for name in ("is_default", "enabled"):
            setattr(row, name, _flag(body, name, getattr(row, name)))
        row.priority = _priority(body.get("priority"), row.priority)
        if row.is_default:
            EnterpriseAuthConfig.objects.filter(auth_type=kind, is_default=True).exclude(
                pk=row.pk
            ).update(is_default=False)
        _unique_save(row)
        warnings = _left_behind(row, old, actor) if pk else []
        audit.record(
            actor, "enterprise_config.saved", row, after={"name": row.name, "auth_type": kind}
        )
    return SavedServer(row, warnings)


def _left_behind(row: EnterpriseAuthConfig, old: Credential | None, actor: Any) -> list[str]:
    if row.credential == old:
        return []
    documents = [_opened(one) for one in (old, row.credential)]
    return vault_servers.left_behind(row.users.all(), *documents, actor=actor)


def _opened(row: Credential | None) -> dict[str, Any]:
    try:
        return vault_use.opened(row) if row else {}
    except Unreadable:
        return {}


def delete_config(pk: int, *, actor: Any) -> None:
    """Remove an enterprise server with its accounts."""
    policy.require(actor, policy.MANAGE_ENTERPRISE)
    with guarded():
        row = _config(pk)
        audit.record(actor, "enterprise_config.deleted", row, before={"name": row.name})
        row.delete()


def save_account(pk: int | None, *, actor: Any, body: Mapping[str, Any]) -> EnterpriseAuthUser:
    """Make or change a service account; a blank, absent or masked password stays, on its server."""
    policy.require(actor, policy.MANAGE_ENTERPRISE)
    needed = ("name", "auth_config_id", "username", "password")
    is_moved = False
    with guarded():
        row = EnterpriseAuthUser() if pk is None else _account(pk)
        if pk is None and not all(body.get(name) for name in needed):
            raise Refused("MISSING_FIELDS", f"{', '.join(needed)} are required")
        for name, limit in (("name", 255), ("username", 255), ("description", 10_000)):
            if body.get(name) is not None:
                setattr(row, name, _check_text(name, body[name], limit))
        for name in ("is_service_account", "enabled"):
            setattr(row, name, _flag(body, name, getattr(row, name)))
        if body.get("auth_config_id"):
            server = _config(wanted_id(body["auth_config_id"], "auth_config_id"))
            is_moved = bool(pk) and server.pk != row.auth_config_id
            row.auth_config = server
        password, kept = body.get("password"), ""
        if password is not None:
            _check_text("password", password, limit=10_000)
        if password and secrets.is_given(password):
            kept = str(password)
        elif pk and not is_moved:
            kept = str(vault_servers.account_document(row).get("password") or "")
        if not kept and (is_moved or row.enabled):
            again = " again for another server" if is_moved else ""
            raise Invalid("password", f"password is needed{again}")
        _unique_save(row)
        vault_servers.seal_account(row, kept)
        row.save(update_fields=["encrypted_credentials", "key_id"])
        audit.record(actor, "enterprise_user.saved", row, after={"name": row.name})
    return row


def delete_account(pk: int, *, actor: Any) -> None:
    """Remove a service account."""
    policy.require(actor, policy.MANAGE_ENTERPRISE)
    with guarded():
        row = _account(pk)
        audit.record(actor, "enterprise_user.deleted", row, before={"name": row.name})
        row.delete()


def _check_text(name: str, value: Any, limit: int = 255) -> str:
    if not isinstance(value, str) or len(value) > limit or "\x00" in value:
        raise Invalid(name, f"{name} must be a text of {limit} characters at most")
    return value


def _flag(body: Mapping[str, Any], name: str, kept: bool) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Invalid(name, f"{name} must be true or false")
    return kept if value is None else value


def _priority(value: Any, kept: int) -> int:
    if value is None:
        return kept
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_PRIORITY:
        raise Invalid("priority", f"priority must be a whole number up to {MAX_PRIORITY}")
    return value


def _unique_save(row: Any) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as err:
        raise Refused("DUPLICATE", "The name is taken", 409, field="name") from err


def _config(pk: int) -> EnterpriseAuthConfig:
    row = lock(EnterpriseAuthConfig.objects.filter(pk=pk)).first()
    if row is None:
        raise Refused("NOT_FOUND", "Configuration not found", 404)
    return row


def _account(pk: int) -> EnterpriseAuthUser:
    row = lock(EnterpriseAuthUser.objects.filter(pk=pk)).first()
    if row is None:
        raise Refused("NOT_FOUND", "User not found", 404)
    return row
