"""The outbox: a row exactly when its cause was committed, whatever the broker does."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inventory_site.core.choices import TaskStatus
from inventory_site.core.errors import ConflictError
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.sending import forget_failures, nothing_sent
from inventory_site.core.tasks import cancel, enqueue, enqueue_many, run_again, sweep, task
from tests.core.queue_broker import Broker, connected_to
from tests.peers.process import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@task(name="tests.outbox_note", queue="files")
def note(number: int) -> None:
    """Do nothing."""


def _age(seconds: float) -> None:
    """Make every row look sent that long ago."""
    then = timezone.now() - timedelta(seconds=seconds)
    QueuedTask.objects.update(sent_at=then, not_before=then)


def test_committed_work_is_one_row_and_one_message(broker: Broker) -> None:
    with transaction.atomic():
        row = enqueue("tests.outbox_note", 7)
        assert broker.waiting("files") == 0

    assert QueuedTask.objects.get() == row
    assert (row.status, row.queue, row.args) == (TaskStatus.READY, "files", [7])
    assert broker.waiting("files") == 1


def test_rolled_back_work_leaves_no_row_and_sends_nothing(broker: Broker) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("tests.outbox_note", 7)
        raise RuntimeError

    assert QueuedTask.objects.count() == 0
    assert broker.waiting("files") == 0


def test_broker_that_is_down_fails_nobody_and_gets_the_row_later(broker: Broker) -> None:
    began = time.monotonic()
    with connected_to(f"amqp://127.0.0.1:{free_port()}//", {"max_retries": 1}):
        for number in range(20):
            enqueue("tests.outbox_note", number)
    took_s = time.monotonic() - began

    assert QueuedTask.objects.ready().count() == 20
    assert took_s < 5

    forget_failures()
    _age(31)
    assert sweep().sent == 20
    assert broker.waiting("files") == 20


def test_lost_message_is_sent_again_once_it_was_not_claimed_for_30_seconds(broker: Broker) -> None:
    enqueue("tests.outbox_note", 1)
    broker.lose("files")
    assert sweep().sent == 0

    _age(31)
    assert sweep().sent == 1
    assert broker.waiting("files") == 1
    assert sweep().sent == 0


def test_rows_that_merely_wait_their_turn_are_not_sent_twice(broker: Broker) -> None:
    enqueue("tests.outbox_note", 1)

    _age(31)
    assert sweep().sent == 0

    _age(901)
    assert sweep().sent == 1


def test_later_work_is_sent_shortly_before_its_time(broker: Broker) -> None:
    row = enqueue("tests.outbox_note", 1, delay_s=3600)
    assert sweep().sent == 0
    assert broker.waiting("files") == 0

    QueuedTask.objects.filter(pk=row.pk).update(not_before=timezone.now() + timedelta(seconds=50))
    assert sweep().sent == 1
    assert broker.waiting("files") == 1


def test_open_row_with_the_same_key_stands_for_both(broker: Broker) -> None:
    first = enqueue("tests.outbox_note", 1, dedupe_key="once")
    second = enqueue("tests.outbox_note", 2, dedupe_key="once")

    assert second == first
    assert broker.waiting("files") == 1

    QueuedTask.objects.update(status=TaskStatus.DONE)
    assert enqueue("tests.outbox_note", 3, dedupe_key="once") != first


def test_two_at_once_with_one_key_write_one_row(broker: Broker, rounds: int) -> None:
    for number in range(rounds):
        gate = threading.Barrier(2)
        found: list[int] = []

        def ask(key: str, gate: threading.Barrier = gate, found: list[int] = found) -> None:
            try:
                gate.wait()
                found.append(enqueue("tests.outbox_note", 1, dedupe_key=key).pk)
            finally:
                connection.close()

        threads = [threading.Thread(target=ask, args=(f"key {number}",)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(found) == 2
        assert len(set(found)) == 1
    assert QueuedTask.objects.count() == rounds


def test_many_rows_are_written_in_one_go(broker: Broker) -> None:
    with transaction.atomic():
        count = enqueue_many("tests.outbox_note", [[number] for number in range(50)])

    assert count == 50
    assert QueuedTask.objects.count() == 50
    assert broker.waiting("files") == 50


def test_nothing_is_sent_by_whoever_does_the_work_himself(broker: Broker) -> None:
    with nothing_sent():
        enqueue("tests.outbox_note", 1)

    assert QueuedTask.objects.ready().count() == 1
    assert broker.waiting("files") == 0


def test_waiting_row_is_cancelled_and_a_running_one_is_not(broker: Broker) -> None:
    waiting, running = enqueue("tests.outbox_note", 1), enqueue("tests.outbox_note", 2)
    QueuedTask.objects.filter(pk=running.pk).update(status=TaskStatus.RUNNING)

    assert cancel(waiting.pk)
    assert not cancel(running.pk)

    assert QueuedTask.objects.get(pk=waiting.pk).status == TaskStatus.CANCELLED
    assert QueuedTask.objects.get(pk=running.pk).status == TaskStatus.RUNNING


def test_failed_row_is_run_again_with_fresh_attempts(broker: Broker) -> None:
    row = enqueue("tests.outbox_note", 1)
    QueuedTask.objects.update(status=TaskStatus.FAILED, attempts=3, error="It broke.")
    broker.lose("files")

    assert run_again(row.pk)

    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == (TaskStatus.READY, 0, "")
    assert broker.waiting("files") == 1
    assert not run_again(row.pk)


def test_failed_row_is_not_run_again_beside_an_open_one_of_its_key(broker: Broker) -> None:
    failed = enqueue("tests.outbox_note", 1, dedupe_key="once")
    QueuedTask.objects.update(status=TaskStatus.FAILED)
    enqueue("tests.outbox_note", 1, dedupe_key="once")

    with pytest.raises(ConflictError):
        run_again(failed.pk)

    failed.refresh_from_db()
    assert failed.status == TaskStatus.FAILED
