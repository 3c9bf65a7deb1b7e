"""Periodic work on exchange rates."""

from inventory_site.core.tasks import task
from networkroutes.services import rates


@task(name="networkroutes.note_due_rates", time_limit_s=60)
def note_due_rates() -> None:
    """Note which rates must be renewed."""
    rates.note_due_rates()
