"""Minimum stock: notices and orders (contract 12.8)."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from inventory_site.core.whole import whole_number
from parts import policy
from parts.errors.stock import StockInvalid
from parts.models import StockPart
from parts.selectors.stock_dashboard import below_minimum
from parts.services import shopping
from parts.services.kit_shopping import Need, Push, Target, merge, target_list

CHUNK = 500


def send_notices() -> int:
    """Note each part that fell below its minimum, once per dip; returns how many.

    A part that is back at or above its minimum, or lost it, is armed again.
    """
    with guarded():
        back = Q(min_qty__isnull=True) | Q(total_quantity__gte=F("min_qty"))
        StockPart.objects.filter(back, low_notice_at__isnull=False).update(low_notice_at=None)
        rows = StockPart.objects.below_minimum().filter(low_notice_at__isnull=True)
        fallen = list(lock(rows)[:CHUNK])
        now = timezone.now()
        StockPart.objects.filter(pk__in=[part.pk for part in fallen]).update(low_notice_at=now)
        facts = [
            audit.Fact(part, after={"min_qty": part.min_qty, "total": part.total_quantity})
            for part in fallen
        ]
        audit.record_bulk(None, "part.low_stock", facts)
    return len(fallen)


def push_short(*, actor: Any, list_id: int | None = None) -> Push:
    """Put what is short of every part on the given concept list, the newest, or a new one."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        short = {row["part_id4"]: row["short"] for row in below_minimum() if row["short"]}
        if not short:
            return Push(None, None, False, 0, 0)
        row = (
            shopping.newest_concept(actor)
            if list_id is None
            else target_list(actor, Target(list_id=list_id))
        )
        for part in StockPart.objects.filter(id4__in=short).order_by("id4"):
            merge(row, Need(short[part.id4], part))
        shopping.touch(row)
        audit.record(actor, "shopping_list.low_stock_added", row, after={"parts": len(short)})
    return Push(None, row, False, len(short), sum(short.values()))


def list_id_of(sent: Any) -> int | None:
    """Read the id of a list from a body, or raise `StockInvalid`."""
    if sent is None:
        return None
    number = whole_number(sent)
    if number is None:
        raise StockInvalid(shopping_list_id="A whole number is needed.")
    return number
