"""The log of searches, prices and maps (contract 4.9, 12.10)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core import context
from networkroutes import policy
from networkroutes.models import DesignLog


def write(
    actor: Any,
    action: str,
    *,
    parameters: Any = None,
    results: Any = None,
    execution_time_ms: int | None = None,
    kmz_files: str | None = None,
    pricing_data: Any = None,
) -> DesignLog:
    """Add one row; who asked and from where is taken from the call under way."""
    return DesignLog.objects.create(
        action_type=action,
        parameters=storable(parameters),
        results=storable(results),
        execution_time_ms=execution_time_ms,
        ip_address=context.current().address,
        user_name=actor.username if isinstance(actor, User) else audit.name_of(actor),
        kmz_files=kmz_files,
        pricing_data=storable(pricing_data),
    )


@transaction.atomic
def archive_all(*, actor: Any) -> int:
    """Put every row of the log aside; nothing is destroyed. Returns how many."""
    policy.require(actor, "delete_designlog")
    count = DesignLog.objects.shown().update(archived_at=timezone.now())
    audit.record(actor, "design_log.archived", after={"count": count})
    return count


def storable(value: Any) -> Any:
    """Return JSON without null characters, which PostgreSQL cannot keep."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(item) for item in value]
    return value
