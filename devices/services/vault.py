"""The vault: making, changing, rotating and removing credentials.

Reading a secret is in `vault_use`; both write the vault's log in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from devices import policy
from devices.choices import CredentialStatus
from devices.errors import Invalid, Refused, Unreadable
from devices.models import Credential, CredentialRotation, CredentialUse, CredentialVersion
from devices.models.credentials import kept_by_key
from devices.services import secrets, vault_fields, vault_servers
from devices.values import moment
from inventory_site.core import context, crypto
from inventory_site.core.errors import NotAllowed, VersionConflict
from inventory_site.core.locks import guarded, lock

ROTATION_TYPES = ("manual", "automatic", "scheduled", "emergency")
SYSTEM = "system"
SWITCHED = {
    CredentialStatus.ACTIVE: "enabled",
    CredentialStatus.DISABLED: "disabled",
    CredentialStatus.REVOKED: "revoked",
}


@dataclass(slots=True)
class Saved:
    """A credential that was stored, and what the person should know."""

    credential: Credential
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Rotated(Saved):
    """A credential with a new secret, and the row that tells of it."""

    rotation: CredentialRotation


def create_credential(*, actor: Any, body: Mapping[str, Any]) -> Saved:
    """Store a credential; raises `Invalid` and `Refused` (NO_DATA, MISSING_NAME, DUPLICATE)."""
    policy.require(actor, policy.ADD_CREDENTIAL)
    if not body:
        raise Refused("NO_DATA", "No data provided")
    name = vault_fields.name_of(body.get("name"))
    kind = body.get("credential_type") or "ssh"
    if not isinstance(kind, str) or len(kind) > 50:
        raise Invalid("credential_type", "credential_type must be a text of 50 characters at most")
    row = Credential(name=name, credential_type=kind, created_by=audit.name_of(actor))
    vault_fields.apply(row, body)
    document = secrets.pack(kind, body)
    warnings = _read_certificate(row, document) + secrets.lacking(kind, document)
    if not row.username:
        row.username = _account_of(document)
    vault_fields.check_window(row)
    with guarded():
        _insert(row, document)
        log(row, "created", actor, detail=f"Created new {kind} credential", new=metadata(row))
        audit.record(actor, "credential.created", row, after=metadata(row))
    return Saved(row, warnings)


def update_credential(
    pk: int, *, actor: Any, body: Mapping[str, Any], expected_version: int | None = None
) -> Saved:
    """Merge the fields given; absent, null and masked secret fields stay as they are."""
    policy.require(actor, policy.CHANGE_CREDENTIAL)
    if not body:
        raise Refused("NO_DATA", "No data provided")
    with guarded():
        row = kept_by(pk, actor, policy.CHANGE_CREDENTIAL)
        if expected_version is not None and expected_version != row.version:
            raise VersionConflict("Somebody else changed this credential.", version=row.version)
        before, old = metadata(row), _document(row)
        if "name" in body:
            row.name = vault_fields.name_of(body["name"])
        vault_fields.apply(row, body)
        if "status" in body and body["status"] != before["status"]:
            vault_fields.set_status(row, body["status"])
        new = secrets.pack(row.credential_type, body, old)
        _follow_account(row, old, new)
        warnings = _read_certificate(row, new, old) if new != old else []
        warnings += _left_behind(row, old, new, actor)
        warnings += secrets.lacking(row.credential_type, new)
        vault_fields.check_window(row)
        changed = [name for name, value in metadata(row).items() if before[name] != value]
        secret_fields = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        if not changed and not secret_fields:
            return Saved(row, warnings)
        if secret_fields:
            _keep_version(row, actor)
            seal_document(row, new)
        row.version += 1
        _save(row)
        if before["status"] != row.status in SWITCHED:
            switched = SWITCHED[CredentialStatus(row.status)]
            log(row, switched, actor, detail=f"Credential {switched}")
        detail = f"Updated credential: {', '.join([*changed, *secret_fields])}"
        log(row, "updated", actor, detail=detail, previous=before, new=metadata(row))
        audit.record(actor, "credential.updated", row, before=before, after=metadata(row))
    return Saved(row, warnings)


def rotate_credential(pk: int, *, actor: Any, body: Mapping[str, Any]) -> Rotated:
    """Put new secret fields in place; the old secret stays as a version.

    Raises `Refused` (NO_DATA) when the secret would stay, `Invalid` for an end that has passed.
    """
    policy.require(actor, policy.CHANGE_CREDENTIAL)
    kind = body.get("rotation_type") or "manual"
    if kind not in ROTATION_TYPES:
        raise Invalid("rotation_type", f"rotation_type must be one of {', '.join(ROTATION_TYPES)}")
    with guarded():
        row = kept_by(pk, actor, policy.CHANGE_CREDENTIAL)
        old = _document(row)
        new = secrets.pack(row.credential_type, body, old)
        if new == old or secrets.is_empty(row.credential_type, new):
            raise Refused("NO_DATA", "No new secret provided")
        previous = row.valid_until
        _keep_version(row, actor)
        seal_document(row, new)
        if body.get("valid_until") or body.get("expires_at"):
            row.valid_until = moment(body.get("valid_until") or body["expires_at"], "valid_until")
            if row.valid_until and row.valid_until <= timezone.now():
                raise Invalid("valid_until", "The end must be in the future")
        _follow_account(row, old, new)
        warnings = _read_certificate(row, new, old)
        warnings += _left_behind(row, old, new, actor)
        vault_fields.check_window(row)
        row.last_rotation_at = timezone.now()
        row.is_expired, row.status, row.warned_days = False, CredentialStatus.ACTIVE, None
        row.version += 1
        _save(row)
        rotation = CredentialRotation.objects.create(
            credential=row,
            rotated_by=audit.name_of(actor),
            rotation_type=kind,
            previous_valid_until=previous,
            new_valid_until=row.valid_until,
            notes=str(body.get("notes") or ""),
        )
        log(row, "rotated", actor, detail=f"Credential rotated ({kind})")
        audit.record(actor, "credential.rotated", row, after={"rotation_type": kind})
    return Rotated(credential=row, warnings=warnings, rotation=rotation)


def delete_credential(pk: int, *, actor: Any) -> None:
    """Remove a credential from use; its log and its row stay, its name is free again."""
    policy.require(actor, policy.DELETE_CREDENTIAL)
    with guarded():
        row = kept_by(pk, actor, policy.DELETE_CREDENTIAL)
        row.is_deleted, row.status = True, CredentialStatus.DELETED
        row.save(update_fields=["is_deleted", "status", "updated_at"])
        log(row, "deleted", actor, detail="Credential deleted (soft delete)")
        audit.record(actor, "credential.deleted", row, before=metadata(row))


def find(pk: int) -> Credential:
    """Return a credential that was not deleted, or raise `Refused` 404."""
    if row := kept_by_key(pk):
        return row
    raise Refused("NOT_FOUND", "Credential not found", 404)


def locked(pk: int) -> Credential:
    """Return a credential, locked for this transaction, or raise `Refused` 404."""
    row = lock(Credential.objects.kept().filter(pk=pk)).first()
    if row is None:
        raise Refused("NOT_FOUND", "Credential not found", 404)
    return row


def kept_by(pk: int, actor: Any, permission: str) -> Credential:
    """Return a credential, locked, to somebody who may keep it, or raise `NotAllowed`."""
    row = locked(pk)
    if not policy.may_keep(actor, row):
        raise NotAllowed(required=permission)
    return row


def log(
    row: Credential | None,
    action: str,
    actor: Any,
    *,
    detail: str = "",
    success: bool = True,
    error: str = "",
    target: str = "",
    service: str = "",
    previous: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    save: bool = True,
) -> CredentialUse:
    """Write one entry of the vault's log; with `save=False` the caller inserts it in bulk."""
    call = context.current()
    entry = CredentialUse(
        credential=row,
        credential_name=row.name if row else "",
        credential_type=row.credential_type if row else "",
        action=action,
        action_detail=detail,
        performed_by=audit.name_of(actor),
        performer=actor if isinstance(actor, User) else None,
        performed_by_ip=call.address or "",
        performed_by_user_agent=call.agent[:500],
        target_device=target[:255],
        target_service=service,
        success=success,
        error_message=error,
        previous_values=dict(previous) if previous else None,
        new_values=dict(new) if new else None,
        session_id=call.session_id,
        request_id=call.request_id,
    )
    if save:
        entry.save()
    return entry


def metadata(row: Credential) -> dict[str, Any]:
    """Return what may be told of a credential; never a secret."""
    return audit.snapshot(
        row,
        [
            "name",
            "credential_type",
            *vault_fields.TEXTS,
            *vault_fields.LISTS,
            "valid_from",
            "valid_until",
            "status",
            "access_level",
            "expiration_warning_days",
            "rotation_interval_days",
            "is_default",
        ],
    )


def _read_certificate(
    row: Credential, document: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> list[str]:
    """Keep what the certificate says of itself; dates that only the old one gave follow it."""
    pem = document.get("certificate")
    if row.credential_type not in {"certificate", "pki"} or not pem:
        return []
    facts = secrets.read_certificate(str(pem))
    row.certificate_fingerprint, row.certificate_issuer = facts.fingerprint, facts.issuer
    row.certificate_subject, row.certificate_serial = facts.subject, facts.serial
    row.key_algorithm, row.key_size = facts.key_algorithm, facts.key_size
    before = secrets.read_certificate(str((old or {}).get("certificate") or ""))
    for name in ("valid_from", "valid_until"):
        if getattr(row, name) in (None, getattr(before, name)):
            setattr(row, name, getattr(facts, name))
    if row.valid_until != before.valid_until:
        vault_fields.end_moved(row)
    return facts.warnings


def _document(row: Credential) -> dict[str, Any]:
    try:
        return secrets.open_sealed(
            row.encrypted_data, model="credential", pk=row.pk, name="encrypted_data"
        )
    except crypto.CannotDecrypt as err:
        raise Unreadable from err


def _account_of(document: Mapping[str, Any]) -> str:
    """Return the name that a secret signs in with."""
    return str(document.get("username") or document.get("security_name") or "")[:255]


def _follow_account(row: Credential, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Show the new name where the old one was shown."""
    if row.username == _account_of(old):
        row.username = _account_of(new)


def _left_behind(
    row: Credential, old: Mapping[str, Any], new: Mapping[str, Any], actor: Any
) -> list[str]:
    accounts = vault_servers.accounts_of(row)
    return vault_servers.left_behind(accounts, old, new, actor=actor)


def _insert(row: Credential, document: Mapping[str, Any]) -> None:
    _save(row)
    seal_document(row, document)
    row.save(update_fields=["encrypted_data", "key_id"])


def seal_document(row: Credential, document: Mapping[str, Any]) -> None:
    """Encrypt a document for its row; the caller saves."""
    row.encrypted_data, row.key_id = secrets.seal(
        document, model="credential", pk=row.pk, name="encrypted_data"
    )


def _save(row: Credential) -> None:
    taken = Refused("DUPLICATE", "A credential with this name already exists", 409, field="name")
    if Credential.objects.kept().filter(name=row.name).exclude(pk=row.pk).exists():
        raise taken
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as err:
        raise taken from err


def _keep_version(row: Credential, actor: Any) -> None:
    """Keep the secret that is about to be replaced, sealed for its own row."""
    last = row.versions.aggregate(top=Max("number"))["top"] or 0
    version = CredentialVersion.objects.create(
        credential=row, number=last + 1, replaced_by=audit.name_of(actor)
    )
    version.encrypted_data, version.key_id = secrets.seal(
        _document(row), model="credentialversion", pk=version.pk, name="encrypted_data"
    )
    version.save(update_fields=["encrypted_data", "key_id"])
