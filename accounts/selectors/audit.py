"""Reads of the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AuditEntry, AuditSeal

LATE = timedelta(hours=1)
CHECKED = "audit.checked"
WHOLE = "accounts.view_auditseal"
CHANGE_LOG = "networkroutes."


def visible_to(user: Any, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Leave what the person may read: the whole trail with `system.audit.view`, else the change
    log of the register (`change_logs:view`).
    """
    if user.has_perm(WHOLE):
        return entries
    return entries.filter(object_type__startswith=CHANGE_LOG)


@dataclass(frozen=True, slots=True)
class Chain:
    """How the trail's seals stand: until when it is sealed, and what the last check found."""

    sealed_to: datetime | None
    checked_at: datetime | None
    broken: str

    @property
    def word(self) -> str:
        """Intact, Broken, or Not checked."""
        if self.checked_at is None:
            return "Not checked"
        return "Broken" if self.broken else "Intact"


def chain() -> Chain:
    """Return the state of the chain; two bounded queries."""
    last = AuditSeal.objects.order_by("-number").only("last_at").first()
    check = AuditEntry.objects.filter(verb=CHECKED).order_by("-pk").first()
    found = (check.after or {}) if check else {}
    return Chain(
        last.last_at if last else None, check.at if check else None, found.get("broken") or ""
    )


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
