"""The log of searches, prices and maps (contract 4.9, 12.10)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import sleep
from typing import Any

from django.db import OperationalError, connections, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core import context
from inventory_site.core.locks import only_if_free
from networkroutes import policy
from networkroutes.models import DesignLog

PATIENCE_MS = 1000
MOST_TRIES, BETWEEN_TRIES_S = 15, 1.0

logger = logging.getLogger(__name__)
_late = ThreadPoolExecutor(1, thread_name_prefix="design-log")


def write(actor: Any, action: str, **told: Any) -> None:
    """Add one row; who asked and from where is taken from the call under way."""
    _row(actor, action, **told).save()


def note(actor: Any, action: str, **told: Any) -> None:
    """Add the row of an answer that must not wait for it.

    While another writes long, which SQLite lets one do alone, a thread adds it afterwards.
    """
    row = _row(actor, action, **told)
    with only_if_free(wait_ms=PATIENCE_MS):
        row.save()
    if row.pk is None:
        _late.submit(_save, row)


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


def _row(
    actor: Any,
    action: str,
    *,
    parameters: Any = None,
    results: Any = None,
    execution_time_ms: int | None = None,
    kmz_files: str | None = None,
    pricing_data: Any = None,
) -> DesignLog:
    return DesignLog(
        action_type=action,
        parameters=storable(parameters),
        results=storable(results),
        execution_time_ms=execution_time_ms,
        ip_address=context.current().address,
        user_name=actor.username if isinstance(actor, User) else audit.name_of(actor),
        kmz_files=kmz_files,
        pricing_data=storable(pricing_data),
    )


def _save(row: DesignLog) -> None:
    """Add a late row on a connection of the thread's own; each try waits for the writer."""
    try:
        for _ in range(MOST_TRIES):
            with suppress(OperationalError):
                row.save(force_insert=True)
                return
            sleep(BETWEEN_TRIES_S)
        logger.warning("A row of the design log was not kept: the database stayed busy.")
    finally:
        connections.close_all()
