"""What travels through the broker: the id of a row, or the name of a schedule."""

from __future__ import annotations

from celery import shared_task

from inventory_site.core.outbox.running import Outcome, run_row
from inventory_site.core.outbox.scheduling import FIRE, fire
from inventory_site.core.outbox.sending import RUN
from inventory_site.core.outbox.sweeping import recover_row


@shared_task(name=RUN, acks_late=True, ignore_result=True)
def run(pk: int) -> None:
    """Do one row. A message that comes again after its worker died frees the row at once."""
    if run_row(pk) is Outcome.NOT_OURS and recover_row(pk):
        run_row(pk)


@shared_task(name=FIRE, acks_late=True, ignore_result=True)
def enqueue_scheduled(slug: str) -> None:
    """Queue one periodic task, as beat asks for it."""
    fire(slug)
