"""Actions on the site from outside its processes."""

import json
import sys
import time
from collections.abc import Callable

import django
from django.db import transaction

django.setup()

from inventory_site.core.tasks import enqueue  # noqa: E402  needs the apps

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


ACTIONS: dict[str, Callable[..., None]] = {
    "enqueue": enqueue_notes,
    "timed": enqueue_timed,
}

if __name__ == "__main__":
    ACTIONS[sys.argv[1]](*map(int, sys.argv[2:]))
