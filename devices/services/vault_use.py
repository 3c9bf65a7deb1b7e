"""Opening secrets: for an executor, or for a person who may read them. Every opening is logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from devices import policy
from devices.addresses import normal_ip
from devices.choices import AuthMethod, CredentialStatus
from devices.errors import Refused
from devices.models import (
    Credential,
    CredentialAssignment,
    CredentialUse,
    Device,
    EnterpriseAuthUser,
)
from devices.services import secrets, vault
from inventory_site.core import crypto
from inventory_site.core.errors import NotAllowed
from inventory_site.core.tasks import enqueue


@dataclass(frozen=True, slots=True)
class Resolved:
    """A credential opened for one device; its secret never shows in a repr."""

    auth_method: str
    device_ip: str
    credential_type: str
    credential_id: int
    credential_name: str
    credentials: Mapping[str, Any] = field(repr=False)
    server_config: Mapping[str, Any] | None = field(default=None, repr=False)
    enterprise_user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """One use of a credential, to be logged."""

    credential: Credential
    target: str
    service: str
    success: bool
    error: str = ""


def usable(row: Credential, at: datetime | None = None) -> bool:
    """Whether a credential may be handed to an executor now."""
    now = at or timezone.now()
    if row.is_deleted or row.is_expired or row.status != CredentialStatus.ACTIVE:
        return False
    if row.valid_from and row.valid_from > now:
        return False
    return not (row.valid_until and row.valid_until <= now)


def reveal(pk: int, *, actor: Any, reason: str = "Secret data accessed") -> dict[str, Any]:
    """Return the secret document to a person who may read it; logged before it is answered."""
    policy.require(actor, policy.REVEAL_CREDENTIAL)
    with transaction.atomic():
        row = vault.locked(pk)
        if not policy.may_use(actor, row):
            raise NotAllowed(required=policy.REVEAL_CREDENTIAL)
        document = opened(row)
        vault.log(row, "accessed", actor, detail=reason or "Secret data accessed")
    return document


def open_for_use(pk: int, *, actor: Any) -> tuple[Credential, dict[str, Any]]:
    """Return a credential and its secret for an executor; raises `Refused` for an unusable one."""
    policy.require(actor, policy.USE_CREDENTIAL)
    row = vault.find(pk)
    if not policy.may_use(actor, row):
        raise NotAllowed(required=policy.USE_CREDENTIAL)
    if not usable(row):
        raise Refused(
            "CREDENTIAL_UNUSABLE", f"Credential {row.name} is {_why(row)}", 409, credential_id=pk
        )
    return row, opened(row)


def _why(row: Credential) -> str:
    if row.status != CredentialStatus.ACTIVE:
        return row.get_status_display().lower()
    return "expired" if row.valid_until and row.valid_until <= timezone.now() else "not valid yet"


def opened(row: Credential) -> dict[str, Any]:
    """Decrypt a credential's document; raises `Refused`."""
    try:
        return secrets.open_sealed(
            row.encrypted_data, model="credential", pk=row.pk, name="encrypted_data"
        )
    except crypto.CannotDecrypt as err:
        raise Refused(
            "SECRET_UNREADABLE", "The secret does not open with the keys of this site", 409
        ) from err


def resolve(ip_address: str, kind: str, *, actor: Any = None) -> Resolved | None:
    """Return the credential of a type that opens a device, or nothing.

    Order: assignments of the address and its device by priority (higher first) then id, those of
    its groups, then the type's default. Unusable credentials, and those the actor may not use, are
    skipped; who may use none gets none.
    """
    if not policy.may(actor, policy.USE_CREDENTIAL):
        return None
    ip = normal_ip(ip_address) or ip_address
    for assignment in _candidates(ip, kind):
        row = assignment.credential
        if usable(row) and policy.may_use(actor, row):
            found = _resolved(assignment, ip, kind)
            if found is not None:
                return found
    defaults = Credential.objects.kept().filter(is_default=True, credential_type=kind)
    for row in defaults.order_by("pk"):
        if usable(row) and policy.may_use(actor, row):
            return Resolved(AuthMethod.LOCAL, ip, kind, row.pk, row.name, opened(row))
    return None


def _candidates(ip: str, kind: str) -> list[CredentialAssignment]:
    rows = CredentialAssignment.objects.filter(
        Q(credential_type=kind) | Q(credential_type="", credential__credential_type=kind)
    ).select_related("credential", "enterprise_auth_user__auth_config__credential")
    own = rows.filter(Q(ip_address=ip) | Q(device__address__ip=ip))
    grouped = rows.filter(group__members__ip_address=ip)
    order = ("-priority", "pk")
    return [*own.order_by(*order).distinct(), *grouped.order_by(*order).distinct()]


def _resolved(assignment: CredentialAssignment, ip: str, kind: str) -> Resolved | None:
    row = assignment.credential
    if assignment.auth_method == AuthMethod.LOCAL:
        return Resolved(AuthMethod.LOCAL, ip, kind, row.pk, row.name, opened(row))
    account: EnterpriseAuthUser | None = assignment.enterprise_auth_user
    if account is None or not account.enabled or account.auth_config.credential is None:
        return None
    document = secrets.open_sealed(
        account.encrypted_credentials,
        model="enterpriseauthuser",
        pk=account.pk,
        name="encrypted_credentials",
    )
    return Resolved(
        assignment.auth_method,
        ip,
        kind,
        row.pk,
        row.name,
        document,
        server_config=opened(account.auth_config.credential),
        enterprise_user_id=account.pk,
    )


def log_uses(uses: Iterable[Used], *, actor: Any) -> int:
    """Write one log row per use in one insert, and raise the counters; return how many."""
    rows: list[CredentialUse] = []
    counts: dict[int, int] = {}
    for use in uses:
        detail = f"Used for {use.service} authentication to {use.target}"
        rows.append(
            vault.log(
                use.credential,
                "used",
                actor,
                detail=detail,
                success=use.success,
                error=use.error,
                target=use.target,
                service=use.service,
                save=False,
            )
        )
        counts[use.credential.pk] = counts.get(use.credential.pk, 0) + 1
    with transaction.atomic():
        CredentialUse.objects.bulk_create(rows, batch_size=1000)
        for pk, count in counts.items():
            Credential.objects.filter(pk=pk).update(
                used_by_count=F("used_by_count") + count, last_used_at=timezone.now()
            )
    return len(rows)


def expire_due(at: datetime | None = None) -> int:
    """Mark credentials past their end, each once in the log; warn owners at the agreed days."""
    now = at or timezone.now()
    due = Credential.objects.kept().filter(
        valid_until__lte=now, is_expired=False, status__in=["active", "pending_rotation"]
    )
    done = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            row = vault.locked(pk)
            if row.is_expired:
                continue
            row.is_expired, row.status = True, CredentialStatus.EXPIRED
            row.save(update_fields=["is_expired", "status", "updated_at"])
            vault.log(row, "expired", None, detail="Credential expired")
            done += 1
    _warn(now)
    return done


def _warn(now: datetime) -> None:
    """Queue a notice at the warning days, 7 and 1 before the end, each once."""
    soon = Credential.objects.kept().filter(valid_until__gt=now, is_expired=False)
    for row in soon:
        left = (row.valid_until - now) / timedelta(days=1) if row.valid_until else 0
        marks = [days for days in (1, 7, row.expiration_warning_days) if left <= days]
        mark = min(marks) if marks else None
        if mark is None or (row.warned_days is not None and row.warned_days <= mark):
            continue
        with transaction.atomic():
            changed = Credential.objects.filter(pk=row.pk, warned_days=row.warned_days).update(
                warned_days=mark
            )
            if changed:
                enqueue("devices.notify_credential_owner", row.pk, mark)


def assigned_device(ip: str) -> Device | None:
    """Return the device that an address stands for."""
    return Device.objects.current().filter(address__ip=ip).order_by("pk").first()
