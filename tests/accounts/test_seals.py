"""The audit trail is sealed in batches, and what was changed afterwards is named."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, AuditSeal
from accounts.services import audit, seal_checks, seals
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def write(count: int) -> list[int]:
    """Write entries and return their numbers."""
    user = UserFactory()
    audit.record_bulk(user, "thing.changed", [audit.Fact(user, {"a": 1}, {"a": 2.5})] * count)
    rows = AuditEntry.objects.filter(object_id=str(user.pk)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def table(sql: str, *values: object) -> None:
    """Do to the table what somebody with the database in hand could do."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def said() -> str:
    """What the command prints."""
    out = StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


def refusal(*arguments: str) -> str:
    """What the command fails with."""
    with pytest.raises(CommandError) as caught:
        call_command("verify_audit", *arguments, stdout=StringIO())
    return str(caught.value)


def test_untouched_trail_is_intact_and_newer_entries_wait() -> None:
    write(5)
    seals.seal_new()
    write(2)

    lines = said().splitlines()

    assert lines[0] == "1 seals over 5 entries are intact; 2 entries wait for the next seal."
    assert lines[1] == AuditSeal.objects.get().digest


def test_entries_from_before_client_software_was_kept_keep_their_hash() -> None:
    (number,) = write(1)
    (values,) = seals.entries_of([[number, number]])

    before = {name: value for name, value in values.items() if name != "user_agent"}
    before["at"] = f"{before['at']:%Y-%m-%dT%H:%M:%S.%f}Z"
    text = json.dumps(before, sort_keys=True, separators=(",", ":"))

    assert values["user_agent"] is None
    assert seals.leaf_of(values) == hashlib.sha256(text.encode()).digest()


def test_batches_hold_a_thousand_and_each_seal_holds_the_one_before() -> None:
    write(2100)

    assert seals.seal_new() == 2100

    chain = list(AuditSeal.objects.order_by("number"))
    assert [seal.count for seal in chain] == [1000, 1000, 100]
    assert [seal.previous for seal in chain[1:]] == [seal.digest for seal in chain[:2]]
    assert seals.seal_new() == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_name", "somebody else"),
        ("verb", "thing.read"),
        ("outcome", "refused"),
        ("object_label", "another"),
        ("user_agent", "Other/1"),
        ("after", '{"a": 3}'),
        ("at", "2020-01-01 00:00:00+00:00"),
    ],
)
def test_changed_entry_is_the_one_that_is_named(column: str, value: str) -> None:
    numbers = write(5)
    seals.seal_new()
    write(5)
    seals.seal_new()

    change = f"UPDATE accounts_auditentry SET {column} = %s WHERE id = %s"  # noqa: S608  ours
    table(change, value, numbers[2])

    assert refusal() == f"First broken: Entry {numbers[2]} (seal 1) was changed."


def test_removed_entry_is_named() -> None:
    numbers = write(5)
    seals.seal_new()

    table("DELETE FROM accounts_auditentry WHERE id >= %s", numbers[3])

    assert refusal() == f"First broken: Entry {numbers[3]} (seal 1) is missing."


def test_seal_made_anew_over_a_changed_entry_breaks_the_chain_behind_it() -> None:
    numbers = write(3)
    seals.seal_new()
    write(3)
    seals.seal_new()
    table("UPDATE accounts_auditentry SET verb = 'thing.read' WHERE id = %s", numbers[0])
    seal = AuditSeal.objects.get(number=1)
    leaves = b"".join(seals.leaf_of(row) for row in seals.entries_of(seal.ranges))
    seal.leaves, seal.digest = leaves, seals.digest_of(1, seal.ranges, seals.fold(leaves), "")
    seal.save()

    assert refusal() == "First broken: Seal 2 does not follow the one before."


def test_removed_seal_and_a_cut_off_end_are_noticed() -> None:
    write(3)
    seals.seal_new()
    write(3)
    seals.seal_new()
    head = AuditSeal.objects.get(number=2).digest
    AuditSeal.objects.filter(number=2).delete()

    assert "the end of the chain is gone" in refusal("--expect", head)
    AuditSeal.objects.update(number=2)
    assert refusal() == "First broken: Seal 1 is missing."


def test_entry_that_commits_late_goes_into_the_next_batch() -> None:
    numbers = write(3)
    kept = AuditEntry.objects.filter(pk=numbers[1]).values().get()
    table("DELETE FROM accounts_auditentry WHERE id = %s", numbers[1])
    seals.seal_new()
    AuditEntry.objects.bulk_create([AuditEntry(**kept)])

    assert seals.seal_new() == 1

    assert AuditSeal.objects.get(number=2).ranges == [[numbers[1], numbers[1]]]
    assert seal_checks.verify().first is None


def test_old_entry_slipped_in_between_is_named() -> None:
    numbers = write(3)
    kept = AuditEntry.objects.filter(pk=numbers[1]).values().get()
    table("DELETE FROM accounts_auditentry WHERE id = %s", numbers[1])
    seals.seal_new()
    AuditSeal.objects.update(sealed_at=timezone.now() - timedelta(days=9))
    kept["at"] -= timedelta(days=9)
    AuditEntry.objects.bulk_create([AuditEntry(**kept)])

    assert refusal() == f"First broken: Entry {numbers[1]} (seal 1) is in no seal."


def test_retention_removes_whole_batches_and_leaves_a_chain_that_holds() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=800), tick=False):
        write(4)
        seals.seal_new()
    young = write(2)
    seals.seal_new()

    assert seals.remove_older_than(730) == 4

    left = list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    assert left[:2] == young
    assert len(left) == 3
    told = AuditEntry.objects.get(verb="audit.retention")
    assert told.after == {"seals": [[1, 1]], "entries": 4}
    assert seal_checks.verify().first is None
    assert seals.remove_older_than(730) == 0


def test_batch_emptied_by_hand_is_noticed() -> None:
    write(4)
    seals.seal_new()
    seal = AuditSeal.objects.get()
    seal.leaves, seal.emptied_at = seals.fold(bytes(seal.leaves)), timezone.now()
    seal.save()
    table("DELETE FROM accounts_auditentry")

    assert refusal() == "First broken: Seal 1 was emptied without a record."


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_seal_each_entry_once(rounds: int) -> None:
    for _ in range(min(rounds, 10)):
        write(3)
        gate = threading.Barrier(2)

        def run(gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                seals.seal_new()
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        [one.start() for one in threads]
        [one.join() for one in threads]

    ranges = AuditSeal.objects.values_list("ranges", flat=True)
    numbers = sorted(number for pairs in ranges for number in seals.ids_of(pairs))
    assert numbers == list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    assert seal_checks.verify().first is None


@pytest.mark.django_db(transaction=True)
def test_writer_does_not_wait_for_a_run_that_seals() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time, whoever it is")
    write(3)
    seals.seal_new()
    done = threading.Event()

    def record() -> None:
        try:
            audit.record(None, "thing.changed")
            done.set()
        finally:
            connection.close()

    with transaction.atomic():
        list(AuditSeal.objects.select_for_update())
        thread = threading.Thread(target=record)
        thread.start()
        assert done.wait(5)
    thread.join()
