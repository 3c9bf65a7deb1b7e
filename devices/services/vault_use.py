"""Opening secrets: for an executor, or for a person who may read them. Every opening is logged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from devices import policy
from devices.choices import CREDENTIAL_IN_USE, CredentialStatus
from devices.errors import Refused, Unreadable
from devices.models import (
    Credential,
    CredentialAssignment,
    CredentialUse,
    Device,
    EnterpriseAuthUser,
)
from devices.services import plain_rows, secrets, vault
from inventory_site.core import crypto
from inventory_site.core.errors import NotAllowed
from inventory_site.core.tasks import enqueue


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
    if row.is_deleted or row.is_expired or row.status not in CREDENTIAL_IN_USE:
        return False
    if row.valid_from and row.valid_from > now:
        return False
    return not (row.valid_until and row.valid_until <= now)


def usable_account(assignment: CredentialAssignment) -> EnterpriseAuthUser | None:
    """Return the account of an assignment, with its server and what opens that all in use."""
    account = assignment.enterprise_auth_user
    if account is None or not (account.enabled and account.auth_config.enabled):
        return None
    server = account.auth_config.credential
    return account if server is not None and usable(server) else None


def note_account(account: EnterpriseAuthUser) -> None:
    """Keep when a service account was opened to sign in with."""
    EnterpriseAuthUser.objects.filter(pk=account.pk).update(last_used_at=timezone.now())


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
    row = vault.find(pk)
    require_use(row, actor=actor)
    if not usable(row):
        raise Refused(
            "CREDENTIAL_UNUSABLE",
            f"Credential {row.name} is {why_unusable(row)}",
            409,
            credential_id=pk,
        )
    return row, opened(row)


def require_use(row: Credential, *, actor: Any) -> None:
    """Refuse with `NotAllowed` who may not let this credential be used."""
    policy.require(actor, policy.USE_CREDENTIAL)
    if not policy.may_use(actor, row):
        raise NotAllowed(required=policy.USE_CREDENTIAL)


def why_unusable(row: Credential) -> str:
    """Say why a credential that is not `usable` is not."""
    if row.status not in CREDENTIAL_IN_USE:
        return row.get_status_display().lower()
    return "expired" if row.valid_until and row.valid_until <= timezone.now() else "not valid yet"


def opened(row: Credential) -> dict[str, Any]:
    """Decrypt a credential's document; raises `Refused`."""
    try:
        return secrets.open_sealed(
            row.encrypted_data, model="credential", pk=row.pk, name="encrypted_data"
        )
    except crypto.CannotDecrypt as err:
        raise Unreadable from err


def log_uses(uses: Iterable[Used], *, actor: Any, quiet_for: timedelta | None = None) -> int:
    """Write one log row per use in one insert, and raise the counters; return how many.

    With `quiet_for`, a use is counted but not told again while an equal one of the system's is
    that young: what polls every minute would bury what people did.
    """
    uses, rows = list(uses), list[CredentialUse]()
    counts: dict[int, int] = {}
    told = _told_lately(uses, quiet_for) if quiet_for else frozenset()
    for use in uses:
        counts[use.credential.pk] = counts.get(use.credential.pk, 0) + 1
        if (use.credential.pk, use.target, use.service, use.success) in told:
            continue
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
    with transaction.atomic():
        plain_rows.insert(CredentialUse, [vars(row) for row in rows])
        for pk, count in counts.items():
            Credential.objects.filter(pk=pk).update(
                used_by_count=F("used_by_count") + count, last_used_at=timezone.now()
            )
    return len(rows)


def _told_lately(uses: Iterable[Used], quiet_for: timedelta) -> frozenset[tuple[Any, ...]]:
    rows = CredentialUse.objects.filter(
        credential__in={use.credential.pk for use in uses},
        action="used",
        performer=None,
        performed_at__gt=timezone.now() - quiet_for,
    )
    names = ("credential_id", "target_device", "target_service", "success")
    return frozenset(rows.values_list(*names))


def expire_due(at: datetime | None = None) -> int:
    """Mark credentials past their end, each once in the log; warn owners at the agreed days."""
    now = at or timezone.now()
    due = Credential.objects.kept().filter(
        valid_until__lte=now, is_expired=False, status__in=CREDENTIAL_IN_USE
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
