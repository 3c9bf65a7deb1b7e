"""Reads of the carrier directory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, When
from django.utils import timezone

from inventory_site.core.search import in_any_case
from networkroutes.choices import CarrierStatus
from networkroutes.models import Carrier, CarrierContact

SHORTEST_QUERY = 2
MOST_HITS = 10
DAYS_OF_A_YEAR = 365


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
    """Return the carriers that have one of these names in any case."""
    return in_any_case(Carrier.objects.all(), "carrier_name", names)


def overdue_contacts(at: datetime | None = None) -> list[tuple[CarrierContact, dict[str, Any]]]:
    """Return contacts to confirm, longest waiting first, each with its age."""
    now = at or timezone.now()
    rows = CarrierContact.objects.overdue(now).select_related("carrier").order_by("last_updated")
    return [(row, age_of(row, now)) for row in rows]


def age_of(contact: CarrierContact, now: datetime) -> dict[str, Any]:
    """Return whole days, and years to one decimal, since a contact was confirmed."""
    days = (now - contact.last_updated).days
    return {"days_since_update": days, "years_since_update": round(days / DAYS_OF_A_YEAR, 1)}
