"""What the overview tells about the stock; each card is one bounded query."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.urls import reverse
from django.utils.timesince import timesince

from inventory_site.core.registry import CardBar, CardContent, CardLine
from parts.choices.stock import JobStatus, ListStatus, PickStatus
from parts.models import PickList, ShoppingList, StockJob, StockPart

SHOWN = 5


def low_stock(user: Any) -> CardContent:
    """Parts under their own minimum, the emptiest first."""
    rows = list(
        StockPart.objects.below_minimum()
        .annotate(missing=F("min_qty") - F("total_quantity"))
        .order_by("total_quantity", "id4")[: SHOWN + 1]
    )
    lines = [
        CardLine(
            f"{row.id4} {row.description}"[:80],
            reverse("admin:parts_stockpart_change", args=[row.pk]),
            f"{row.total_quantity} of {row.min_qty}",
            "warn" if row.total_quantity else "bad",
        )
        for row in rows[:SHOWN]
    ]
    url = reverse("admin:parts_stockpart_changelist") + "?stock=low"
    return CardContent(lines, len(rows), url, "No part is under its minimum.")


def running(user: Any) -> CardContent:
    """Jobs of the person that are not over."""
    rows = list(
        StockJob.objects.filter(
            user=user.pk, status__in=[JobStatus.PENDING, JobStatus.RUNNING]
        ).order_by("-created_at")[: SHOWN + 1]
    )
    lines = [
        CardLine(
            row.get_kind_display(),
            reverse("admin:parts_stockjob_change", args=[row.pk]),
            f"{round(row.progress_value * 100)} %",
            "wait",
        )
        for row in rows[:SHOWN]
    ]
    url = reverse("admin:parts_stockjob_changelist")
    return CardContent(lines, len(rows), url, "No helper is working for you.")


def to_pick(user: Any) -> CardContent:
    """Pick lists that are open, oldest first."""
    rows = list(
        PickList.objects.filter(status=PickStatus.OPEN)
        .select_related("kit")
        .annotate(left=Count("lines", filter=Q(lines__status=PickStatus.OPEN)))
        .order_by("created_at", "pk")[: SHOWN + 1]
    )
    lines = [
        CardLine(
            f"{row.kit.name}, {row.left} to pick",
            reverse("admin:parts_picklist_change", args=[row.pk]),
            f"made {timesince(row.created_at)} ago",
            "wait",
        )
        for row in rows[:SHOWN]
    ]
    url = reverse("admin:parts_picklist_changelist") + "?status__exact=open"
    return CardContent(lines, len(rows), url, "Nothing is to be picked.")


def figures(user: Any) -> CardContent:
    """How many parts are in stock, low and out."""
    is_low = Q(min_qty__isnull=False, total_quantity__lt=F("min_qty"), total_quantity__gt=0)
    state = Case(
        When(total_quantity=0, then=Value(2)),
        When(is_low, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = StockPart.objects.live().annotate(state=state).values("state").order_by()
    counts = {
        row["state"]: (row["parts"], row["pieces"] or 0)
        for row in rows.annotate(parts=Count("pk"), pieces=Sum("total_quantity"))
    }
    words = (("In stock", "ok"), ("Low", "warn"), ("Out of stock", "bad"))
    bars = [
        CardBar(word, counts.get(number, (0, 0))[0], colour)
        for number, (word, colour) in enumerate(words)
    ]
    total, pieces = (sum(pair[n] for pair in counts.values()) for n in (0, 1))
    url = reverse("admin:parts_stockpart_changelist")
    lines = [CardLine(f"{pieces:,} pieces of {total:,} parts", url)] if total else []
    return CardContent(lines, total, url, "No parts yet.", bars)


def open_lists(user: Any) -> int:
    """Count the lists that are being bought."""
    return ShoppingList.objects.filter(status=ListStatus.READY).count()


def low_count(user: Any) -> int:
    """Count the parts under their own minimum."""
    return StockPart.objects.below_minimum().count()
