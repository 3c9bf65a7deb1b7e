"""Actions on the site from outside its processes."""

import json
import sys
import time

import django
from django.db import transaction
from django.db.models import Count

django.setup()

from inventory_site.core.models import QueuedTask  # noqa: E402  needs the apps
from inventory_site.core.tasks import enqueue  # noqa: E402

CHUNK = 100


def enqueue_notes(count: int, ms: int) -> None:
    """Queue `count` tasks, a hundred to a transaction."""
    for first in range(0, count, CHUNK):
        with transaction.atomic():
            for number in range(first, min(first + CHUNK, count)):
                enqueue("queue_site.note", number, ms)


def enqueue_timed(count: int, pause_ms: int) -> None:
    """Queue tasks one by one with a pause; print when each was asked for."""
    asked = {}
    for number in range(count):
        asked[number] = time.time()
        enqueue("queue_site.note", number, 0)
        time.sleep(pause_ms / 1000)
    sys.stdout.write(json.dumps(asked))


def print_counts() -> None:
    """Print the rows by status."""
    notes = QueuedTask.objects.filter(task="queue_site.note")
    counts = notes.order_by().values_list("status").annotate(Count("pk"))
    sys.stdout.write(json.dumps(dict(counts)))


ACTIONS = {"enqueue": enqueue_notes, "timed": enqueue_timed, "counts": print_counts}

if __name__ == "__main__":
    ACTIONS[sys.argv[1]](*map(int, sys.argv[2:]))
