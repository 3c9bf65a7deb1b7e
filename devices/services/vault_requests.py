"""Requests to use a restricted credential: asked with a reason, granted for a while, or denied."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from devices import policy
from devices.choices import AccessRequestStatus
from devices.errors import Invalid, Missing, Refused
from devices.models import CredentialAccessRequest
from devices.services import vault
from inventory_site.core.locks import guarded, lock

KEPT, LONGEST_HOURS, USUAL_HOURS = timedelta(days=7), 24 * 31, 8


def ask(credential_id: int, *, actor: Any, reason: Any) -> CredentialAccessRequest:
    """Ask for a credential; one pending request per person. Raises `Invalid`, `Refused`."""
    policy.require(actor, policy.USE_CREDENTIAL)
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid("reason", "reason is required")
    with guarded():
        row = vault.find(credential_id)
        if policy.may_use(actor, row):
            raise Refused("ALREADY_ALLOWED", "You may use this credential already", 409)
        request = CredentialAccessRequest(
            credential=row,
            requested_by=audit.name_of(actor),
            requester=actor if isinstance(actor, User) else None,
            reason=reason.strip()[:2000],
            expires_at=timezone.now() + KEPT,
        )
        try:
            with transaction.atomic():
                request.save()
        except IntegrityError as err:
            raise Refused("DUPLICATE", "You have asked for this credential already", 409) from err
        audit.record(actor, "credential.access_requested", row, after={"reason": request.reason})
    return request


def review(
    pk: int, *, actor: Any, approve: bool, notes: str = "", hours: int = USUAL_HOURS
) -> CredentialAccessRequest:
    """Grant a request for some hours, or deny it; nobody reviews a request of their own."""
    policy.require(actor, policy.CHANGE_CREDENTIAL)
    policy.require(actor, policy.REVEAL_CREDENTIAL)
    if not 1 <= hours <= LONGEST_HOURS:
        raise Invalid("hours", f"hours must be a whole number from 1 to {LONGEST_HOURS}")
    with guarded():
        row = lock(CredentialAccessRequest.objects.filter(pk=pk)).first()
        if row is None:
            raise Missing("Access request", pk)
        if row.status != AccessRequestStatus.PENDING or _is_stale(row):
            raise Refused("REQUEST_CLOSED", f"Request {pk} has been closed already", 409)
        if row.requester_id is not None and row.requester_id == getattr(actor, "pk", None):
            raise Refused("OWN_REQUEST", "Somebody else must review your request", 409)
        now = timezone.now()
        row.status = AccessRequestStatus.APPROVED if approve else AccessRequestStatus.DENIED
        row.reviewed_by, row.reviewed_at, row.review_notes = audit.name_of(actor), now, notes[:2000]
        row.access_granted_until = now + timedelta(hours=hours) if approve else None
        row.save()
        audit.record(
            actor,
            f"credential.access_{row.status}",
            row.credential,
            after={"for": row.requested_by, "until": str(row.access_granted_until or "")},
        )
    return row


def _is_stale(row: CredentialAccessRequest) -> bool:
    return bool(row.expires_at and row.expires_at <= timezone.now())


def close_stale(at: datetime | None = None) -> int:
    """Mark requests that nobody reviewed in time; return how many."""
    stale = CredentialAccessRequest.objects.filter(
        status=AccessRequestStatus.PENDING, expires_at__lte=at or timezone.now()
    )
    return stale.update(status=AccessRequestStatus.EXPIRED)
