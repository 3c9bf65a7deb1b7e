"""Periodic work on reservations."""

from inventory_site.core.tasks import task
from networkroutes.services import expiry, reservations


@task(name="networkroutes.expire_reservations", time_limit_s=600)
def expire_reservations() -> None:
    """Expire what is due and remind holders of what ends within 7 days."""
    expiry.expire_overdue()
    reservations.remind_holders()
