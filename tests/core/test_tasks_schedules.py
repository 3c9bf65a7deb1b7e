"""Periodic work: declared by apps, editable by operators, done once however it is started."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from inventory_site.core import registry
from inventory_site.core.choices import TaskStatus
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox import scheduling
from inventory_site.core.outbox.sending import nothing_sent
from inventory_site.core.registry import DemoLoader, Registry, Schedule
from inventory_site.core.tasks import enqueue, task
from tests.core.queue_broker import Broker

pytestmark = pytest.mark.django_db(transaction=True)

done: list[str] = []


@task(name="tests.hourly", max_attempts=2)
def hourly() -> None:
    """Remember that it was done."""
    done.append("hourly")


@task(name="tests.failing")
def failing() -> None:
    """Fail each time."""
    raise ValueError("no such table")


HOURLY = Schedule("tests.hourly", "tests.hourly", 3600, tick="bookings", help="Does it hourly.")


@pytest.fixture(autouse=True)
def schedules(monkeypatch: pytest.MonkeyPatch) -> Registry[Schedule]:
    """Only the test's own schedules are declared."""
    done.clear()
    declared: Registry[Schedule] = Registry("schedule")
    declared.register(HOURLY)
    monkeypatch.setattr(registry, "schedules", declared)
    return declared


def _run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def _entry(slug: str = "tests.hourly") -> PeriodicTask:
    return PeriodicTask.objects.get(name=slug)


def test_declared_schedule_becomes_an_entry_once() -> None:
    assert _run("sync_schedules") == "1 periodic tasks made, 0 switched off\n"
    assert _run("sync_schedules") == "0 periodic tasks made, 0 switched off\n"

    entry = _entry()
    assert (entry.task, json.loads(entry.args)) == ("patchbay.enqueue_scheduled", ["tests.hourly"])
    assert (entry.interval.every, entry.interval.period) == (3600, "seconds")
    assert entry.enabled


def test_what_an_operator_changed_stays() -> None:
    _run("sync_schedules")
    entry = _entry()
    entry.interval = IntervalSchedule.objects.create(every=5, period="minutes")
    entry.enabled = False
    entry.save()

    _run("sync_schedules")

    entry.refresh_from_db()
    assert (entry.interval.every, entry.enabled) == (5, False)


def test_withdrawn_schedule_is_switched_off_and_comes_back(
    schedules: Registry[Schedule], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run("sync_schedules")
    monkeypatch.setattr(registry, "schedules", Registry("schedule"))
    assert _run("sync_schedules") == "0 periodic tasks made, 1 switched off\n"
    assert not _entry().enabled
    assert scheduling.fire("tests.hourly") is None

    monkeypatch.setattr(registry, "schedules", schedules)
    _run("sync_schedules")
    assert _entry().enabled


def test_firing_while_the_last_one_is_open_adds_nothing(broker: Broker) -> None:
    first = scheduling.fire("tests.hourly")

    assert scheduling.fire("tests.hourly") == first
    assert QueuedTask.objects.count() == 1


def test_firing_heals_a_row_whose_worker_was_lost(broker: Broker) -> None:
    row = scheduling.fire("tests.hourly")
    assert row is not None
    QueuedTask.objects.update(
        status=TaskStatus.RUNNING,
        attempts=1,
        claimed_by="another-machine:1:1/abc",
        lease_until=timezone.now() - timedelta(seconds=1),
    )

    scheduling.fire("tests.hourly")

    row.refresh_from_db()
    assert row.status == TaskStatus.READY
    assert broker.waiting() == 2


def test_firing_heals_a_row_whose_message_was_lost(broker: Broker) -> None:
    scheduling.fire("tests.hourly")
    broker.lose()
    then = timezone.now() - timedelta(seconds=31)
    QueuedTask.objects.update(sent_at=then, not_before=then)

    scheduling.fire("tests.hourly")

    assert QueuedTask.objects.count() == 1
    assert broker.waiting() == 1


def test_tick_does_what_is_due_and_not_again_before_its_time() -> None:
    assert _run("tick") == "tests.hourly: done\n"
    assert _run("tick") == ""
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(seconds=3601))
    assert _run("tick") == "tests.hourly: done\n"

    assert done == ["hourly"] * 2


def test_tick_leaves_out_what_an_operator_switched_off() -> None:
    _run("sync_schedules")
    PeriodicTask.objects.update(enabled=False)

    assert _run("tick") == ""


def test_tick_does_a_named_group_although_it_is_not_due() -> None:
    _run("tick")

    assert _run("tick", "bookings", "polling") == "tests.hourly: done\n"
    assert done == ["hourly"] * 2


@pytest.mark.parametrize("name", scheduling.TICK_NAMES)
def test_tick_knows_every_name_of_the_house(name: str) -> None:
    _run("tick", name)


def test_tick_refuses_an_unknown_name_and_does_nothing() -> None:
    with pytest.raises(CommandError, match=r"^Unknown: nonsense\. Known names: alerts, bookings,"):
        _run("tick", "bookings", "nonsense")

    assert done == []
    assert QueuedTask.objects.count() == 0


def test_tick_fails_when_a_task_failed(schedules: Registry[Schedule]) -> None:
    schedules.register(Schedule("tests.failing", "tests.failing", 60))

    with pytest.raises(CommandError, match=r"^Failed: tests\.failing\.$"):
        _run("tick")


def test_two_ticks_at_once_do_it_once(rounds: int) -> None:
    _run("sync_schedules")
    for number in range(min(rounds, 200)):
        PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(seconds=3601 + number))
        gate = threading.Barrier(2)

        def tick(gate: threading.Barrier = gate) -> None:
            try:
                gate.wait()
                _run("tick")
            finally:
                connection.close()

        threads = [threading.Thread(target=tick) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(done) == number + 1


def test_drain_does_what_is_ready_and_leaves_what_is_later() -> None:
    with nothing_sent():
        for queue in ("default", "files", "reports"):
            enqueue("tests.hourly", queue=queue)
        later = enqueue("tests.hourly", delay_s=60)
        enqueue("tests.failing")

    assert _run("drain_queue") == "3 tasks done, 1 failed, 0 to be tried again\n"

    assert done == ["hourly"] * 3
    assert QueuedTask.objects.open().get() == later


def test_drain_waits_for_other_processes_and_says_so_in_the_end() -> None:
    with nothing_sent():
        row = enqueue("tests.hourly")
    elsewhere: dict[str, Any] = {
        "status": TaskStatus.RUNNING,
        "claimed_by": "another-machine:1:1/abc",
        "attempts": 1,
    }
    until = timezone.now() + timedelta(seconds=60)
    QueuedTask.objects.update(**elsewhere, lease_until=until)

    with pytest.raises(CommandError, match=rf"^Still running elsewhere: tests.hourly #{row.pk}\.$"):
        _run("drain_queue", "--wait", "0.3")
    assert done == []

    QueuedTask.objects.update(lease_until=timezone.now() + timedelta(seconds=0.3))
    assert _run("drain_queue") == "1 tasks done, 0 failed, 0 to be tried again\n"


def test_load_demo_loads_in_order_and_refuses_an_unknown_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demos: Registry[DemoLoader] = Registry("demo loader")
    demos.register(DemoLoader("devices", lambda: "12 devices added", order=30))
    demos.register(DemoLoader("networkroutes", lambda: "36 circuits added", order=20))
    monkeypatch.setattr(registry, "demos", demos)

    both = "networkroutes: 36 circuits added\ndevices: 12 devices added\n"
    assert _run("load_demo") == both
    assert _run("load_demo", "devices") == "devices: 12 devices added\n"
    assert _run("load_demo", "workflows") == "workflows: has no demo data\n"
    with pytest.raises(CommandError, match=r"^There is no app elsewhere;"):
        _run("load_demo", "devices", "elsewhere")
