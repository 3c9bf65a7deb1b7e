"""Counting attempts in the database, so that every process knows of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Attempt

LONGEST = timedelta(days=1)
SWEEP_EVERY = 100
MOST_ROWS = 20_000


def note(scope: str, key: str) -> Attempt:
    """Count one event; every hundredth call removes what no limit looks at any more."""
    row = Attempt.objects.create(scope=scope, key=key[:128])
    if row.pk % SWEEP_EVERY == 0:
        remove_old()
    return row


def count(scope: str, key: str, within: timedelta) -> int:
    """How many events of the last while."""
    return Attempt.objects.recent(scope, key, within).count()


def latest(scope: str, key: str, within: timedelta) -> datetime | None:
    """When the last event was, if it was within the while."""
    rows = Attempt.objects.recent(scope, key, within).order_by("-at")
    return rows.values_list("at", flat=True).first()


def oldest(scope: str, key: str, within: timedelta) -> datetime | None:
    """When the first event of the last while was."""
    rows = Attempt.objects.recent(scope, key, within).order_by("at")
    return rows.values_list("at", flat=True).first()


def forget(scope: str, key: str) -> None:
    """Begin counting anew."""
    Attempt.objects.filter(scope=scope, key=key[:128]).delete()


def remove_old() -> int:
    """Remove rows older than a day, and the oldest of more than `MOST_ROWS`; return how many."""
    removed, _ = Attempt.objects.filter(at__lt=timezone.now() - LONGEST).delete()
    beyond = list(
        Attempt.objects.order_by("-at", "-pk").values_list("pk", flat=True)[
            MOST_ROWS : 2 * MOST_ROWS
        ]
    )
    if beyond:
        removed += Attempt.objects.filter(pk__lte=max(beyond)).delete()[0]
    return removed
