"""Audit entries: written by services, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from accounts.choices import AuditOutcome
from accounts.models import AuditEntry, User
from inventory_site.core import context
from inventory_site.core.redaction import masked

ANONYMOUS = "anonymous"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a bulk record."""

    obj: models.Model
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(
    actor: Any,
    verb: str,
    obj: models.Model | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: str = AuditOutcome.SUCCESS,
) -> AuditEntry:
    """Add one entry; with both `before` and `after`, only what differs is kept.

    `actor` is a user, the open-access actor, or None for the system itself.
    """
    entry = _entry(actor, verb, obj, before, after, outcome)
    entry.save()
    return entry


def record_bulk(actor: Any, verb: str, facts: Iterable[Fact]) -> int:
    """Add one entry per fact in bulk inserts; return how many."""
    entries = [
        _entry(actor, verb, fact.obj, fact.before, fact.after, AuditOutcome.SUCCESS)
        for fact in facts
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=1000)
    return len(entries)


def remove_older_than(days: int) -> int:
    """Remove entries past their retention; the only way an entry leaves."""
    old = AuditEntry.objects.filter(at__lt=timezone.now() - timedelta(days=days))
    return int(old._raw_delete(old.db))


def snapshot(obj: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """Return the named fields as JSON values; relations as their keys."""
    columns = {name: getattr(obj._meta.get_field(name), "attname", name) for name in fields}
    return {name: _plain(getattr(obj, column)) for name, column in columns.items()}


def _entry(
    actor: Any,
    verb: str,
    obj: models.Model | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    outcome: str,
) -> AuditEntry:
    call = context.current()
    if before is not None and after is not None:
        changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        before = {key: before.get(key) for key in changed}
        after = {key: after.get(key) for key in changed}
    return AuditEntry(
        actor_id=actor.pk if isinstance(actor, User) else None,
        actor_name=name_of(actor),
        channel=call.channel,
        verb=verb,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk)[:64] if obj is not None else "",
        object_label=str(obj)[:255] if obj is not None else "",
        before=_kept(before),
        after=_kept(after),
        request_id=call.request_id,
        address=call.address,
        outcome=outcome,
    )


def name_of(actor: Any) -> str:
    """The name an entry shows: the user's, `anonymous` in open mode, else `system`."""
    if isinstance(actor, User):
        return actor.username
    return SYSTEM if actor is None else ANONYMOUS


def _kept(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    kept: dict[str, Any] = masked({key: _plain(value) for key, value in values.items()})
    return kept


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return orjson.loads(orjson.dumps(value, default=DjangoJSONEncoder().default))
