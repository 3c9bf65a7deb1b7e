"""Both brokers under a real worker and beat: nothing is lost when workers are killed."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.live.kills import BEAT, CELERY, QueueSite, latencies_ms, median_ms, queue_site
from tests.peers.process import running

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("brokers")]

TASKS, TASK_MS = 200, 20
TIMED = 20
NEVER_IN_A_TEST_S = 500


@pytest.fixture(scope="module", params=["embedded", "rabbitmq"])
def site(request: pytest.FixtureRequest) -> Iterator[QueueSite]:
    broker = "" if request.param == "embedded" else request.getfixturevalue("rabbitmq").url
    with queue_site(broker) as place:
        yield place


def test_no_task_is_lost_when_workers_are_killed(site: QueueSite) -> None:
    site.act("enqueue", 0, TASKS, TASK_MS)

    with site.working():
        for how in ("all", "child", "all"):
            time.sleep(random.uniform(0.2, 0.8))  # noqa: S311  a moment, not a secret
            site.kill(how)
        counts = site.wait_for(TASKS, timeout_s=30)

    assert counts == {"done": TASKS}
    assert {number for number, _ in site.notes()} == set(range(TASKS))


def test_a_task_is_taken_up_at_once_and_done_once(site: QueueSite) -> None:
    with site.working():
        waits = latencies_ms(site, TASKS, TIMED)

    numbers = sorted(number for number, _ in site.notes() if number >= TASKS)
    assert numbers == list(range(TASKS, TASKS + TIMED))
    assert median_ms(waits) < NEVER_IN_A_TEST_S


def test_beat_and_a_worker_do_periodic_work(site: QueueSite) -> None:
    site.home.manage("shell", "-c", SHORTEN)
    before = site.others_done()

    with site.working(), running(site.home.process(list(BEAT), "beat.log"), lambda: True) as beat:
        beat.wait_until(lambda: site.others_done() >= before + 2)


def test_worker_answers_remote_control(site: QueueSite) -> None:
    with site.working():
        answer = subprocess.run(
            [*CELERY, "inspect", "ping", "--timeout", "10"],
            check=True,
            capture_output=True,
            text=True,
            env=site.home.environment,
        )

    assert "pong" in answer.stdout


SHORTEN = """
from django_celery_beat.models import IntervalSchedule, PeriodicTask
entry = PeriodicTask.objects.get(name="core.remove_ended_tasks")
entry.interval = IntervalSchedule.objects.create(every=1, period="seconds")
entry.save()
"""
