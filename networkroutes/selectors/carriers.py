"""Reads of the carrier directory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.db.models.functions import Lower
from django.utils import timezone

from networkroutes.choices import CarrierStatus
from networkroutes.models import Carrier, CarrierContact

SHORTEST_QUERY = 2
MOST_HITS = 10
DAYS_OF_A_YEAR = 365
NOT_ASCII = "[^ -~]"


def find_active(text: str) -> QuerySet[Carrier]:
    """Return at most 10 active carriers that hold the text in a name, those that begin with it
    first; nothing for less than 2 characters."""
    wanted = text.strip().replace("\x00", "")
    if len(wanted) < SHORTEST_QUERY:
        return Carrier.objects.none()
    active = Carrier.objects.filter(status=CarrierStatus.ACTIVE)
    rows = active.filter(carrier_name__icontains=wanted) | active.filter(
        previously_known_as__icontains=wanted
    )
    rank = Case(
        When(carrier_name__istartswith=wanted, then=0), default=1, output_field=IntegerField()
    )
    return rows.annotate(rank=rank).order_by("rank", "carrier_name", "region")[:MOST_HITS]


def named(names: Iterable[str]) -> QuerySet[Carrier]:
    """Return the carriers that have one of these names in any case.

    SQLite folds ASCII letters only, so names with others are compared here.
    """
    wanted = {name.lower() for name in names}
    same = Q(folded_name__in=wanted)
    if not all(name.isascii() for name in wanted):
        others = Carrier.objects.filter(carrier_name__regex=NOT_ASCII)
        pairs = others.values_list("pk", "carrier_name")
        same |= Q(pk__in=[pk for pk, name in pairs if name.lower() in wanted])
    return Carrier.objects.annotate(folded_name=Lower("carrier_name")).filter(same)


def overdue_contacts(at: datetime | None = None) -> list[tuple[CarrierContact, dict[str, Any]]]:
    """Return contacts to confirm, longest waiting first, each with its age."""
    now = at or timezone.now()
    rows = CarrierContact.objects.overdue(now).select_related("carrier").order_by("last_updated")
    return [(row, age_of(row, now)) for row in rows]


def age_of(contact: CarrierContact, now: datetime) -> dict[str, Any]:
    """Return whole days, and years to one decimal, since a contact was confirmed."""
    days = (now - contact.last_updated).days
    return {"days_since_update": days, "years_since_update": round(days / DAYS_OF_A_YEAR, 1)}
