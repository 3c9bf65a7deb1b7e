"""Sealing the audit trail: a chain of hashes over batches of entries.

Writers never wait for it. A batch is what was committed since the seal before; an entry whose
transaction ended after its neighbours were sealed goes into the next batch, because its number is
in none.

The hash of an entry is SHA-256 over its columns as JSON (sorted keys, no blanks, times in UTC with
microseconds; without `user_agent` where there is none); the hash of a seal is SHA-256 over its
number, its ranges, the hash of the seal before, and the SHA-256 of its entries' hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, AuditSeal
from accounts.services import audit
from inventory_site.core.locks import lock

COLUMNS = ("id", *audit.COLUMNS)
BATCH, ASKED = 1000, 500
LEAF = hashlib.sha256().digest_size
LATE_WITHIN = timedelta(days=1)
EMPTIED = "audit.retention"

Values = dict[str, Any]


def seal_new() -> int:
    """Seal every entry that is in no seal; return how many.

    Safe beside another run: the last seal is the lock, and the one that comes second ends.
    """
    sealed = 0
    try:
        while count := _seal_batch():
            sealed += count
    except IntegrityError:  # another run has sealed this batch
        return sealed
    return sealed


def leaf_of(values: Values) -> bytes:
    """Return the hash of one entry's columns."""
    plain = {**values, "at": _moment(values["at"])}
    if plain["user_agent"] is None:  # entries from before it was kept were sealed without it
        del plain["user_agent"]
    text = json.dumps(plain, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def digest_of(number: int, ranges: Sequence[Sequence[int]], folded: bytes, previous: str) -> str:
    """Return the hash of a seal; `folded` is the SHA-256 of its leaves."""
    head = json.dumps([number, [list(pair) for pair in ranges], previous, folded.hex()])
    return hashlib.sha256(head.encode()).hexdigest()


def fold(leaves: bytes) -> bytes:
    """Return the hash that stands for a batch's leaves."""
    return hashlib.sha256(leaves).digest()


def entries_of(ranges: Iterable[Sequence[int]]) -> Iterator[Values]:
    """Give the columns of the entries that lie within the ranges, by number."""
    for first, last in ranges:
        rows = AuditEntry.objects.filter(pk__gte=first, pk__lte=last).order_by("pk")
        yield from rows.values(*COLUMNS).iterator(chunk_size=BATCH)


def ids_of(ranges: Iterable[Sequence[int]]) -> list[int]:
    """Return every number within the ranges."""
    return [number for first, last in ranges for number in range(first, last + 1)]


@transaction.atomic
def remove_older_than(days: int) -> int:
    """Remove sealed batches whose youngest entry is older; return how many entries.

    The only way an entry leaves. The seals stay, marked, and an entry says which were emptied.
    """
    limit = timezone.now() - timedelta(days=days)
    seals = list(lock(AuditSeal.objects.filter(emptied_at__isnull=True, last_at__lt=limit)))
    if not seals:
        return 0
    removed = 0
    for seal in seals:
        for first, last in seal.ranges:
            rows = AuditEntry.objects.filter(pk__gte=first, pk__lte=last)
            removed += int(rows._raw_delete(rows.db))
        seal.leaves, seal.emptied_at = fold(bytes(seal.leaves)), timezone.now()
    AuditSeal.objects.bulk_update(seals, ["leaves", "emptied_at"], batch_size=100)
    numbers = sorted(seal.number for seal in seals)
    audit.record(None, EMPTIED, after={"seals": as_ranges(numbers), "entries": removed})
    return removed


def keep_days() -> int:
    """How long entries are kept, in days."""
    return int(settings.AUDIT_RETENTION_DAYS)


def as_ranges(numbers: Sequence[int]) -> list[list[int]]:
    """Return sorted numbers as `[first, last]` pairs without a gap inside."""
    if not numbers:
        return []
    breaks = [at for at, (one, two) in enumerate(pairwise(numbers), 1) if two != one + 1]
    edges = [0, *breaks, len(numbers)]
    return [[numbers[first], numbers[last - 1]] for first, last in pairwise(edges)]


@transaction.atomic
def _seal_batch() -> int:
    last = lock(AuditSeal.objects.order_by("-number")).order_by("-number").first()
    rows = _late_rows() + _new_rows(last.last_id if last else 0)
    rows = sorted(rows[:BATCH], key=lambda row: row["id"])
    if not rows:
        return 0
    ids = [row["id"] for row in rows]
    number, previous = (last.number + 1, last.digest) if last else (1, "")
    ranges, leaves = as_ranges(ids), b"".join(leaf_of(row) for row in rows)
    AuditSeal.objects.create(
        number=number,
        ranges=ranges,
        first_id=ids[0],
        last_id=max(ids[-1], last.last_id if last else 0),
        count=len(rows),
        last_at=max(row["at"] for row in rows),
        leaves=leaves,
        previous=previous,
        digest=digest_of(number, ranges, fold(leaves), previous),
    )
    return len(rows)


def _new_rows(after: int) -> list[Values]:
    rows = AuditEntry.objects.filter(pk__gt=after).order_by("pk")
    return list(rows.values(*COLUMNS)[:BATCH])


def _late_rows() -> list[Values]:
    """Entries below the last sealed number that were committed after their neighbours."""
    recent = AuditSeal.objects.filter(sealed_at__gt=timezone.now() - LATE_WITHIN)
    return list(entries_between(recent.values_list("ranges", flat=True)))


def entries_between(batches: Iterable[Sequence[Sequence[int]]]) -> Iterator[Values]:
    """Give the entries whose numbers lie between the batches' ranges, in none of them."""
    ranges = sorted(tuple(pair) for batch in batches for pair in batch)
    missing = [
        number
        for one, two in pairwise(ranges)
        for number in range(one[1] + 1, min(two[0], one[1] + 1 + BATCH))
    ]
    for start in range(0, len(missing), ASKED):
        rows = AuditEntry.objects.filter(pk__in=missing[start : start + ASKED]).order_by("pk")
        yield from rows.values(*COLUMNS)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
