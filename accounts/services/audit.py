"""Audit entries: written by services, in the transaction of what they tell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models, router
from django.utils import timezone

from accounts.choices import AuditOutcome
from accounts.models import AuditEntry, User
from inventory_site.core import context
from inventory_site.core.redaction import masked

ANONYMOUS = "anonymous"
SYSTEM = "system"
BATCH = 1000
ENCODER = DjangoJSONEncoder()
COLUMNS = (
    "at",
    "actor_id",
    "actor_name",
    "channel",
    "verb",
    "object_type",
    "object_id",
    "object_label",
    "before",
    "after",
    "request_id",
    "address",
    "outcome",
    "user_agent",
)
EXPORTED = tuple(name for name in COLUMNS if name != "actor_id")


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a bulk record."""

    obj: models.Model | None
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
) -> None:
    """Add one entry; with both `before` and `after`, only what differs is kept.

    `actor` is a user, the open-access actor, or None for the system itself.
    """
    _insert([_row(actor, verb, Fact(obj, before, after), outcome)])


def record_bulk(actor: Any, verb: str, facts: Iterable[Fact]) -> int:
    """Add one entry per fact, a batch in one statement; return how many."""
    entries = (_row(actor, verb, fact, AuditOutcome.SUCCESS) for fact in facts)
    written = 0
    while batch := list(islice(entries, BATCH)):
        _insert(batch)
        written += len(batch)
    return written


def caller() -> dict[str, str]:
    """Return what the caller's program calls itself, for entries about sign-ins."""
    agent = agent_of(context.current().agent)
    return {"user_agent": agent} if agent else {}


def agent_of(sent: str) -> str | None:
    """Return what a program calls itself as it is kept; None for nothing."""
    return sent.replace("\x00", "")[:400] or None


def snapshot(obj: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """Return the named fields as JSON values; relations as their keys."""
    columns = {name: getattr(obj._meta.get_field(name), "attname", name) for name in fields}
    return {name: _plain(getattr(obj, column)) for name, column in columns.items()}


def _row(actor: Any, verb: str, fact: Fact, outcome: str) -> tuple[Any, ...]:
    """The values of one row, in the order of COLUMNS."""
    call, obj = context.current(), fact.obj
    before, after = _changed(fact.before, fact.after)
    return (
        timezone.now(),
        actor.pk if isinstance(actor, User) else None,
        name_of(actor),
        call.channel,
        verb,
        obj._meta.label_lower if obj is not None else "",
        str(obj.pk)[:64] if obj is not None else "",
        str(obj)[:255] if obj is not None else "",
        _kept(before),
        _kept(after),
        call.request_id,
        call.address,
        str(outcome),
        agent_of(call.agent),
    )


def _insert(rows: list[tuple[Any, ...]]) -> None:
    """Add rows past the model: an instance and its statement cost more than the row itself."""
    connection = connections[router.db_for_write(AuditEntry)]
    table, names = connection.ops.quote_name(AuditEntry._meta.db_table), ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if len(rows) > 1 and connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(COLUMNS))
        moment = connection.ops.adapt_datetimefield_value
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  names of our own
            [(moment(row[0]), *row[1:]) for row in rows],
        )


def _changed(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """With both, only what differs."""
    if before is None or after is None:
        return before, after
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in changed}, {key: after.get(key) for key in changed}


def name_of(actor: Any) -> str:
    """The name an entry shows: the user's, `system` for nobody, the actor's own `audited_as`, else
    `anonymous`, as in open mode."""
    if isinstance(actor, User):
        return actor.username
    return SYSTEM if actor is None else getattr(actor, "audited_as", ANONYMOUS)


def _kept(values: Mapping[str, Any] | None) -> str | None:
    """The values as JSON, secrets masked."""
    if values is None:
        return None
    kept = masked(values)
    try:
        return orjson.dumps(kept, default=ENCODER.default, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # whole numbers of more than 64 bits
        return json.dumps(kept, cls=DjangoJSONEncoder)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return orjson.loads(orjson.dumps(value, default=ENCODER.default))
