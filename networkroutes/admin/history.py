"""What happened to circuits and channels: the audit trail and the reservation log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.admin.words import outcome_badge, sentence
from accounts.models import AuditEntry
from inventory_site.core.admin import ShortTable, identifier, when
from networkroutes.admin.words import action_badge, plain
from networkroutes.models import ReservationLog

SHOWN = 25


def history_tables(request: HttpRequest, objects: Mapping[str, Iterable[int]]) -> list[ShortTable]:
    """Return the audit entries of objects, if the person may read them: `{"networkroute": [7]}`."""
    if not request.user.has_perm("accounts.view_auditentry"):
        return []
    wanted = Q()
    for model, pks in objects.items():
        ids = [str(pk) for pk in pks]
        wanted |= Q(object_type=f"networkroutes.{model}", object_id__in=ids)
    rows = AuditEntry.objects.filter(wanted)[:SHOWN]
    return [
        ShortTable(
            "What happened",
            ("What", "When", "Outcome"),
            [(sentence(row), when(row.at), outcome_badge(row)) for row in rows],
            url=_all_of(objects),
            empty="Nothing has happened yet.",
        )
    ]


def log_table(
    request: HttpRequest, rows: QuerySet[ReservationLog], url: str = ""
) -> list[ShortTable]:
    """Return the newest rows of the reservation log, if the person may read it."""
    if not request.user.has_perm("networkroutes.view_reservationlog"):
        return []
    return [
        ShortTable(
            "Reservation log",
            ("Channel", "Event", "By", "When", "Until", "Notes"),
            [
                (
                    identifier(row.dwdm_ucn),
                    action_badge(row.action),
                    plain(row.reserved_by),
                    when(row.logged_at),
                    when(row.expiry_date),
                    plain(row.notes),
                )
                for row in rows[:SHOWN]
            ],
            url=url,
            empty="No channel was ever reserved here.",
        )
    ]


def _all_of(objects: Mapping[str, Iterable[int]]) -> str:
    """Return the audit list of the first object named."""
    model, pks = next(iter(objects.items()))
    first = next(iter(pks), None)
    query = urlencode({"object_type": f"networkroutes.{model}", "object_id": first})
    return f"{reverse('admin:accounts_auditentry_changelist')}?{query}"
