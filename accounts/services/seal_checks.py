"""Checking the chain of seals against the entries it covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import policy
from accounts.models import AuditEntry, AuditSeal, User
from accounts.selectors.audit import CHECKED
from accounts.services import audit, seals
from inventory_site.core.tasks import enqueue


@dataclass(frozen=True, slots=True)
class Broken:
    """What does not fit: an entry, or a seal when `entry` is None."""

    seal: int
    entry: int | None
    what: str

    def __str__(self) -> str:
        if self.entry is None:
            return f"Seal {self.seal} {self.what}."
        return f"Entry {self.entry} (seal {self.seal}) {self.what}."


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the chain stands; `first` is the first thing broken, in order of the seals."""

    seals: int
    entries: int
    unsealed: int
    head: str
    first: Broken | None


def verify() -> Verdict:
    """Walk the whole chain; stops at the first thing broken."""
    previous, number, entries = "", 0, 0
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=50):
        broken = _check_link(seal, number + 1, previous) or check_batch(seal)
        if broken is not None:
            return Verdict(number, entries, _unsealed(), previous, broken)
        previous, number, entries = seal.digest, seal.number, entries + seal.count
    return Verdict(number, entries, _unsealed(), previous, _inserted())


def ask(*, actor: User) -> None:
    """Queue a check of the whole chain; what it finds stands in the trail."""
    policy.require(actor, "accounts.view_auditseal")
    with transaction.atomic():
        audit.record(actor, "audit.check_asked")
        enqueue("accounts.verify_audit", dedupe_key="accounts.verify_audit")


def check_and_note() -> Verdict:
    """Verify, and add an entry that tells what was found."""
    verdict = verify()
    audit.record(
        None,
        CHECKED,
        after={
            "seals": verdict.seals,
            "entries": verdict.entries,
            "broken": str(verdict.first) if verdict.first else None,
        },
        outcome="failure" if verdict.first else "success",
    )
    return verdict


def check_batch(seal: AuditSeal) -> Broken | None:
    """Compare one seal with its entries; an emptied one with the record of its emptying."""
    if seal.emptied_at is not None:
        if _was_told(seal):
            return None
        return Broken(seal.number, None, "was emptied without a record")
    leaves, found = bytes(seal.leaves), seals.entries_of(seal.ranges)
    row = next(found, None)
    for at, wanted in enumerate(seals.ids_of(seal.ranges)):
        if row is None or row["id"] != wanted:
            return Broken(seal.number, wanted, "is missing")
        if seals.leaf_of(row) != leaves[at * seals.LEAF : (at + 1) * seals.LEAF]:
            return Broken(seal.number, wanted, "was changed")
        row = next(found, None)
    return None


def _check_link(seal: AuditSeal, number: int, previous: str) -> Broken | None:
    if seal.number != number:
        return Broken(number, None, "is missing")
    if seal.previous != previous:
        return Broken(number, None, "does not follow the one before")
    leaves = bytes(seal.leaves)
    folded = leaves if seal.emptied_at is not None else seals.fold(leaves)
    if seals.digest_of(number, seal.ranges, folded, previous) != seal.digest:
        return Broken(number, None, "was changed")
    if seal.emptied_at is None and len(leaves) != seal.count * seals.LEAF:
        return Broken(number, None, "was changed")
    return None


def _was_told(seal: AuditSeal) -> bool:
    told = AuditEntry.objects.filter(verb=seals.EMPTIED).values_list("after", flat=True)
    return any(_within(seal.number, after) for after in told)


def _within(number: int, after: Any) -> bool:
    ranges = after.get("seals", []) if isinstance(after, dict) else []
    return any(first <= number <= last for first, last in ranges)


def _inserted() -> Broken | None:
    """An old entry between sealed ones that no seal knows."""
    ranges = AuditSeal.objects.order_by("number").values_list("ranges", flat=True)
    limit = timezone.now() - seals.LATE_WITHIN
    for row in _old(seals.entries_between(ranges), limit):
        last = AuditSeal.objects.filter(last_id__gte=row["id"]).order_by("number").first()
        return Broken(last.number if last else 0, row["id"], "is in no seal")
    return None


def _old(rows: Iterator[seals.Values], limit: Any) -> Iterator[seals.Values]:
    return (row for row in rows if row["at"] < limit)


def _unsealed() -> int:
    last = AuditSeal.objects.order_by("-number").values_list("last_id", flat=True).first()
    return AuditEntry.objects.filter(pk__gt=last or 0).count()
