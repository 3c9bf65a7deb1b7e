"""Technical tables of the kit."""

from inventory_site.core.models.idempotency import IdempotencyKey
from inventory_site.core.models.queued_tasks import QueuedTask

__all__ = ["IdempotencyKey", "QueuedTask"]
