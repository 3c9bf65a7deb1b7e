"""Parts as lists ask for them: filtered, searched, sorted, cut (contract 3.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Expression, F, Q
from django.db.models.functions import Collate, Lower
from django.utils import timezone

from parts.choices.fabrication import Stage
from parts.errors.fabrication import PartNotFound
from parts.fabrication.fields import SPELLINGS
from parts.models import FabricationPart
from parts.models.fabrication import FabricationPartQuerySet

TEXTS = frozenset(
    "name type material material_thickness part_id subsystem assigned status category file notes "
    "onshape_url".split()
)
SORTABLE = TEXTS | frozenset("id uuid amount claimed_date created_at updated_at".split())
MORE_SORTS = frozenset("due_date priority revision version".split())
CAMEL = {**SPELLINGS, "createdAt": "created_at", "updatedAt": "updated_at"}
WHOLE = re.compile(r"\s*[+-]?\d{1,30}\s*")
LARGEST = 2**31


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for; `limit` and `offset` as they were read."""

    category: str = ""
    search: str = ""
    sort_by: str = "created_at"
    descending: bool = True
    limit: int | None = None
    offset: int = 0
    overdue: bool = False


def asked_for(query: Mapping[str, str], category: str | None = None) -> Asked:
    """Read the parameters of a list; what cannot be read counts as not sent."""
    offset = whole(query.get("offset"))
    return Asked(
        category=query.get("category", "") if category is None else category,
        search=query.get("search", ""),
        sort_by=query.get("sort_by", "created_at"),
        descending=query.get("sort_order", "desc").strip().lower() == "desc",
        limit=whole(query.get("limit")),
        offset=0 if offset is None else offset,
        overdue=query.get("overdue", "").strip().lower() in {"true", "1", "yes"},
    )


def found(asked: Asked) -> FabricationPartQuerySet:
    """Return the rows that match, in order, before paging."""
    rows = FabricationPart.objects.matching(asked.search)
    if asked.category:
        rows = rows.filter(category=asked.category.replace("\x00", "\ufffd"))
    if asked.overdue:
        rows = rows.filter(overdue_when(today()))
    return in_order(rows, asked.sort_by, descending=asked.descending)


def page_of(rows: FabricationPartQuerySet, asked: Asked) -> FabricationPartQuerySet:
    """Cut a page; without a positive limit all rows are one."""
    if asked.limit is None or asked.limit <= 0:
        return rows
    start = min(max(asked.offset, 0), LARGEST)
    return rows[start : start + min(asked.limit, LARGEST)]


def in_order(
    rows: FabricationPartQuerySet, sort_by: str, *, descending: bool
) -> FabricationPartQuerySet:
    """Sort by a known name: texts without regard to case, nulls least, ties by id."""
    name = CAMEL.get(sort_by, sort_by)
    if name == "queue":
        return rows.queued()
    if name not in SORTABLE | MORE_SORTS:
        name = "created_at"
    key = _key(name)
    if descending:
        return rows.order_by(key.desc(nulls_last=True), "-pk")
    return rows.order_by(key.asc(nulls_first=True), "pk")


def part_of(part_id: int) -> FabricationPart:
    """Return one part; raises `PartNotFound`."""
    row = None
    if 0 < part_id < 2**63:
        row = FabricationPart.objects.filter(pk=part_id).first()
    if row is None:
        raise PartNotFound
    return row


def today(now: datetime | None = None) -> date:
    """Return the shop's date."""
    return (now or timezone.now()).astimezone(ZoneInfo(settings.FABRICATION_TIME_ZONE)).date()


def overdue_when(day: date) -> Q:
    """Say which parts are late on a day."""
    return Q(due_date__lt=day) & ~Q(category=Stage.COMPLETED)


def whole(text: str | None) -> int | None:
    """Read a whole number of a query, however large; None when it is none."""
    return int(text) if text is not None and WHOLE.fullmatch(text) else None


def _key(name: str) -> Expression | F:
    if name not in TEXTS:
        return F(name)
    lowered = Lower(name)
    return Collate(lowered, "C") if connection.vendor == "postgresql" else lowered
