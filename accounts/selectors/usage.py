"""What the counted calls say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from accounts.models import UsageTally

MOST_ENDPOINTS = 10


def figures(days: int) -> dict[str, Any]:
    """Return counts of the last `days` days, today among them; durations in milliseconds."""
    first = timezone.now().date() - timedelta(days=days - 1)
    rows = UsageTally.objects.filter(day__gte=first)
    total, took = rows.aggregate(calls=Sum("calls"), took=Sum("took_ms")).values()
    by_status = _sums(rows, "status", "status")
    bad = sum(calls for status, calls in by_status if status >= 400)
    return {
        "total_requests": total or 0,
        "requests_by_day": {day.isoformat(): calls for day, calls in _sums(rows, "day", "day")},
        "requests_by_endpoint": dict(_sums(rows, "endpoint", "-calls_sum")[:MOST_ENDPOINTS]),
        "requests_by_status": {str(status): calls for status, calls in by_status},
        "average_response_time": round(took / total, 2) if total else 0.0,
        "error_rate": round(100 * bad / total, 2) if total else 0.0,
    }


def _sums(rows: Any, by: str, order: str) -> list[tuple[Any, int]]:
    summed = rows.order_by().values(by).annotate(calls_sum=Sum("calls"))
    return list(summed.order_by(order, by).values_list(by, "calls_sum"))
