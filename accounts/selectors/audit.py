"""Reads of the audit trail."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import AuditEntry, AuditSeal

LATE = timedelta(hours=1)


def seal_state() -> tuple[bool, str]:
    """Whether sealing keeps up, and until when the trail is sealed; two bounded queries."""
    last = AuditSeal.objects.order_by("-number").first()
    waiting = AuditEntry.objects.filter(pk__gt=last.last_id if last else 0).order_by("pk")
    oldest = waiting.values_list("at", flat=True).first()
    until = f"Sealed to {last.last_at:%Y-%m-%d %H:%M} UTC" if last else "Nothing is sealed yet"
    if oldest is None:
        return True, f"{until}."
    if timezone.now() - oldest > LATE:
        return False, f"{until}; entries wait since {oldest:%Y-%m-%d %H:%M} UTC."
    return True, f"{until}; newer entries wait for the next seal."
