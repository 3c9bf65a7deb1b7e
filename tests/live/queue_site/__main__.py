"""Actions on the site from outside its processes."""

import json
import sys
import time
from collections.abc import Callable

import django
from django.db import transaction
from django.db.models import Count

django.setup()

from inventory_site.core.models import QueuedTask  # noqa: E402  needs the apps
from inventory_site.core.tasks import enqueue  # noqa: E402

CHUNK = 100


def enqueue_notes(first: int, count: int, ms: int) -> None:
    """Queue tasks numbered from `first` on, a hundred to a transaction."""
    for begin in range(first, first + count, CHUNK):
        with transaction.atomic():
            for number in range(begin, min(begin + CHUNK, first + count)):
                enqueue("queue_site.note", number, ms)


def enqueue_timed(first: int, count: int, pause_ms: int) -> None:
    """Queue tasks one by one with a pause; print when each was asked for."""
    asked = {}
    for number in range(first, first + count):
        asked[number] = time.time()
        enqueue("queue_site.note", number, 0)
        time.sleep(pause_ms / 1000)
    sys.stdout.write(json.dumps(asked))


def print_counts() -> None:
    """Print how many notes stand where, and how many other rows are done."""
    notes = QueuedTask.objects.filter(task="queue_site.note").order_by()
    others = QueuedTask.objects.exclude(task="queue_site.note").filter(status="done")
    counts = dict(notes.values_list("status").annotate(Count("pk")))
    sys.stdout.write(json.dumps({"notes": counts, "others": others.count()}))


ACTIONS: dict[str, Callable[..., None]] = {
    "enqueue": enqueue_notes,
    "timed": enqueue_timed,
    "counts": print_counts,
}

if __name__ == "__main__":
    ACTIONS[sys.argv[1]](*map(int, sys.argv[2:]))
