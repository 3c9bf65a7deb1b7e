"""Both brokers under a real worker and beat: nothing is lost when workers are killed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from tests.live.kills import BEAT, QueueSite, latencies_ms, median_ms, queue_site

pytestmark = [pytest.mark.live]

TASKS, TASK_MS = 200, 20


@pytest.fixture(params=["embedded", "rabbitmq"])
def site(request: pytest.FixtureRequest) -> Iterator[QueueSite]:
    broker = "" if request.param == "embedded" else request.getfixturevalue("rabbitmq").url
    with queue_site(broker) as place:
        yield place


def test_no_task_is_lost_when_workers_are_killed(site: QueueSite) -> None:
    site.act("enqueue", TASKS, TASK_MS)

    with site.working():
        for how in ("all", "child", "all"):
            time.sleep(random.uniform(0.2, 0.8))  # noqa: S311  a moment, not a secret
            site.kill(how)
        counts = site.wait_for(TASKS, timeout_s=30)

    assert counts == {"done": TASKS}
    assert {number for number, _ in site.notes()} == set(range(TASKS))


def test_a_task_is_taken_up_at_once_and_done_once(site: QueueSite) -> None:
    with site.working():
        waits = latencies_ms(site, 20)

    assert sorted(number for number, _ in site.notes()) == list(range(20))
    assert median_ms(waits) < 500


def test_beat_and_a_worker_do_periodic_work(site: QueueSite) -> None:
    site.home.manage("shell", "-c", SHORTEN_SWEEP)
    beat = site.home.process(list(BEAT), "beat.log")

    with site.working():
        beat.start()
        try:
            beat.wait_until(lambda: site.home.manage("shell", "-c", RUNS).stdout.strip() >= "2")
        finally:
            beat.stop()


SHORTEN_SWEEP = """
from django_celery_beat.models import IntervalSchedule, PeriodicTask
every = IntervalSchedule.objects.create(every=1, period="seconds")
entry = PeriodicTask.objects.get(name="core.remove_ended_tasks")
entry.interval = every
entry.save()
"""
RUNS = """
from inventory_site.core.models import QueuedTask
print(QueuedTask.objects.filter(task="core.remove_ended_tasks", status="done").count())
"""
