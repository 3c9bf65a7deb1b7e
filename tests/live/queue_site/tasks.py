"""Tasks that leave a trace of each time they were done."""

import os
import time

from django.conf import settings

from inventory_site.core.tasks import task
from tests.live.queue_site import NOTES


@task(name="queue_site.note", max_attempts=100)
def note(number: int, ms: int) -> None:
    """Take that long, then add one line to the notes."""
    time.sleep(ms / 1000)
    notes = os.open(settings.PATCHBAY_VAR / NOTES, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(notes, f"{number} {time.time():.6f}\n".encode())
    os.close(notes)
