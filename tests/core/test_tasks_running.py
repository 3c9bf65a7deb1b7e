"""Doing rows: once each, within their limits, with a text that helps when it went wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.utils import timezone

from inventory_site.core import context
from inventory_site.core.choices import TaskStatus
from inventory_site.core.errors import ConflictError
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox import holding, running
from inventory_site.core.outbox.sending import nothing_sent
from inventory_site.core.outbox.sweeping import recover_lost, recover_row, remove_ended
from inventory_site.core.processes import Process
from inventory_site.core.tasks import Outcome, enqueue, run_row, task

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = site.BASE_DIR
PRINT_NAME = "from inventory_site.core.processes import Process; print(Process.here())"
done: list[Any] = []


class Unreachable(Exception):
    """May heal by itself."""


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()


@task(name="tests.note", max_attempts=2)
def note(value: Any, **more: Any) -> None:
    """Remember that it was done, and in which call."""
    done.append((value, context.current().channel, context.current().request_id, more))


@task(name="tests.chain")
def chain(left: int) -> None:
    """Queue the next one before this one ends."""
    if left:
        enqueue("tests.chain", left - 1)
    done.append(left)


@task(name="tests.unreachable", retry_on=(Unreachable,), max_attempts=3, retry_delay_s=40)
def unreachable(heals_after: int) -> None:
    """Fail that often."""
    done.append("tried")
    if len(done) <= heals_after:
        raise Unreachable("no route to host")


@task(name="tests.broken")
def broken(kind: str) -> None:
    """Fail in one of several ways."""
    if kind == "refusal":
        raise ConflictError("The channel is reserved.")
    secret = "postgres://patch:hunter2@db/x password='hunter2' token=hunter2 X-API-Key: hunter2"
    raise ValueError(f"{secret} in {site.BASE_DIR}/inventory_site/x.py")


@task(name="tests.slow", time_limit_s=0.3)
def slow() -> None:
    """Go on after single faults, and never end by itself."""
    while True:
        try:
            time.sleep(5)
        except Exception:  # noqa: BLE001  as a task that goes on with its next device does
            done.append("swallowed")


@task(name="tests.quiet", keep_done=False)
def quiet() -> None:
    """Leave no row."""


@task(name="tests.long")
def long(seconds: float) -> None:
    """Take longer than a lease."""
    time.sleep(seconds)
    done.append("long")


def _unsent(name: str, *args: Any, **options: Any) -> QueuedTask:
    with nothing_sent():
        return enqueue(name, *args, **options)


def _only_row() -> QueuedTask:
    return QueuedTask.objects.get()


def test_inline_work_is_done_right_after_the_commit() -> None:
    call = context.CallContext(request_id="req-1", channel="api")

    with context.opened(call), transaction.atomic():
        enqueue("tests.note", 7, colour="red")
        assert done == []

    assert done == [(7, "task", "req-1", {"colour": "red"})]
    row = _only_row()
    assert (row.status, row.attempts, row.error) == (TaskStatus.DONE, 1, "")
    assert row.duration_ms is not None


def test_inline_work_that_queues_more_is_followed_by_it() -> None:
    enqueue("tests.chain", 300)

    assert done == list(range(300, -1, -1))
    assert QueuedTask.objects.filter(status=TaskStatus.DONE).count() == 301


def test_inline_retries_follow_at_once() -> None:
    enqueue("tests.unreachable", 2)

    row = _only_row()
    assert (row.status, row.attempts, row.error) == (TaskStatus.DONE, 3, "")
    assert done == ["tried"] * 3


def test_inline_failure_does_not_reach_the_asker() -> None:
    row = enqueue("tests.broken", "refusal")

    row.refresh_from_db()
    assert (row.status, row.error) == (TaskStatus.FAILED, "The channel is reserved.")


def test_retry_waits_twice_as_long_each_time_and_ends() -> None:
    row = _unsent("tests.unreachable", 9)
    for wait_s in (40, 80):
        before = timezone.now()
        assert run_row(row.pk) is Outcome.AGAIN
        row.refresh_from_db()
        assert row.status == TaskStatus.READY
        assert before + timedelta(seconds=wait_s) <= row.not_before
        assert row.not_before <= timezone.now() + timedelta(seconds=wait_s)
        assert run_row(row.pk) is Outcome.NOT_OURS
        QueuedTask.objects.update(not_before=before)

    assert run_row(row.pk) is Outcome.FAILED
    row.refresh_from_db()
    assert (row.status, row.attempts) == (TaskStatus.FAILED, 3)
    assert row.error.startswith("Unreachable: no route to host\n")
    assert row.error.endswith("Given up after 3 attempts.")


def test_failure_tells_the_fault_without_secrets_or_paths() -> None:
    row = _unsent("tests.broken", "fault")

    assert run_row(row.pk) is Outcome.FAILED

    row.refresh_from_db()
    assert row.error.startswith("ValueError: postgres://••••@db/x password=•••• token=••••")
    assert "hunter2" not in row.error
    assert str(site.BASE_DIR) not in row.error
    assert "tests/core/test_tasks_running.py" in row.error


def test_unknown_task_fails_with_its_name() -> None:
    row = _unsent("tests.nobody_has_this")

    assert run_row(row.pk) is Outcome.FAILED

    row.refresh_from_db()
    assert row.error == "There is no task named tests.nobody_has_this."


def test_task_that_runs_too_long_fails_even_if_it_swallows_faults() -> None:
    row = _unsent("tests.slow")

    assert run_row(row.pk) is Outcome.FAILED

    row.refresh_from_db()
    assert row.error == "The task ran longer than 0.3 s."
    assert done == []
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_row_that_is_not_to_be_kept_is_gone_when_done() -> None:
    enqueue("tests.quiet")

    assert QueuedTask.objects.count() == 0


def test_doubled_message_is_done_once(rounds: int) -> None:
    for number in range(rounds):
        row = _unsent("tests.note", number)
        gate = threading.Barrier(2)
        outcomes: list[Outcome] = []

        def work(
            pk: int = row.pk,
            gate: threading.Barrier = gate,
            outcomes: list[Outcome] = outcomes,
        ) -> None:
            try:
                gate.wait()
                outcomes.append(run_row(pk))
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(outcomes, key=str) == [Outcome.DONE, Outcome.NOT_OURS]
    assert [value for value, *_ in done] == list(range(rounds))


def test_row_of_a_worker_that_is_gone_is_free_at_once_and_counted() -> None:
    row = _unsent("tests.note", 1)
    gone = _name_of_ended_process()
    for attempt in (1, 2):
        assert running.claim_row(row.pk) is not None
        assert not recover_row(row.pk)
        QueuedTask.objects.update(claimed_by=f"{gone}/abc")
        assert recover_lost() == 1
        row.refresh_from_db()
        assert row.attempts == attempt

    assert row.status == TaskStatus.FAILED
    assert row.error == "Its worker was lost; given up after 2 attempts."


def test_row_of_a_worker_elsewhere_is_free_when_its_lease_has_run_out() -> None:
    row = _unsent("tests.note", 1)
    running.claim_row(row.pk)
    QueuedTask.objects.update(claimed_by="another-machine:1:1/abc")
    assert recover_lost() == 0

    QueuedTask.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert recover_lost() == 1

    row.refresh_from_db()
    assert row.status == TaskStatus.READY
    assert run_row(row.pk) is Outcome.DONE


def test_worker_that_lost_its_row_does_not_write_how_it_went() -> None:
    row = _unsent("tests.note", 1)
    claim = running.claim_row(row.pk)
    assert claim is not None
    QueuedTask.objects.update(claimed_by="another-machine:1:1/abc")

    assert running._work(claim, at_once=False) is Outcome.NOT_OURS

    row.refresh_from_db()
    assert row.status == TaskStatus.RUNNING


def test_live_worker_keeps_a_row_that_takes_longer_than_a_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "LEASE_S", 0.5)
    monkeypatch.setattr(holding, "LEASE_S", 0.5)
    monkeypatch.setattr(holding, "HEARTBEAT_S", 0.1)
    row = _unsent("tests.long", 1.5)
    ended, recovered = threading.Event(), []

    def sweep_all_the_time() -> None:
        try:
            while not ended.wait(0.05):
                recovered.append(recover_lost())
        finally:
            connection.close()

    sweeper = threading.Thread(target=sweep_all_the_time)
    sweeper.start()
    outcome = run_row(row.pk)
    ended.set()
    sweeper.join()

    assert outcome is Outcome.DONE
    assert len(recovered) > 5
    assert sum(recovered) == 0
    assert done == ["long"]


def test_ended_rows_are_removed_after_their_retention() -> None:
    old, fresh, waiting = (_unsent("tests.note", number) for number in range(3))
    now = timezone.now()
    for row, days in ((old, 15), (fresh, 13)):
        QueuedTask.objects.filter(pk=row.pk).update(
            status=TaskStatus.FAILED, finished_at=now - timedelta(days=days)
        )

    assert remove_ended() == 1

    assert set(QueuedTask.objects.all()) == {fresh, waiting}


def _name_of_ended_process() -> Process:
    child = subprocess.run(
        [sys.executable, "-c", PRINT_NAME], check=True, capture_output=True, text=True, cwd=ROOT
    )
    name = Process.parse(child.stdout.strip())
    assert name is not None
    return name
