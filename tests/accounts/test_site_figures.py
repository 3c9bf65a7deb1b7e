"""Figures of the site: what there is, how often it is called, which parts are at work."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.models import UsageTally
from accounts.services import usage
from inventory_site.core.choices import QueueName, TaskStatus
from inventory_site.core.models import QueuedTask
from tests.factories.accounts import UsageTallyFactory
from tests.factories.devices import DeviceFactory

pytestmark = pytest.mark.django_db
STATS, USAGE = "/api/system/stats", "/system/v1/usage/stats"


@pytest.fixture(autouse=True)
def nothing_gathered() -> None:
    usage.gathered.take()


def test_figures_of_every_app_stand_beside_each_other(api: Any) -> None:
    up, down = DeviceFactory(), DeviceFactory()
    for device, word in ((up, "online"), (down, "offline")):
        device.address.ping_status = word
        device.address.save()
    now = timezone.now()
    for status, ended in (
        (TaskStatus.RUNNING, None),
        (TaskStatus.READY, None),
        (TaskStatus.DONE, now),
        (TaskStatus.DONE, now - timedelta(days=1, hours=1)),
    ):
        QueuedTask.objects.create(task="x", status=status, finished_at=ended)

    found = api("viewer").get(STATS).json()["data"]

    assert found == {
        "devices": {"total": 2, "up": 1, "down": 1},
        "workflows": {"total": 0, "enabled": 0},
        "jobs": {"running": 1, "queued": 1, "completed_today": 1},
    }
    assert api.anonymous.get(STATS).status_code == 401


def test_calls_are_counted_by_pattern_day_and_status(api: Any) -> None:
    UsageTallyFactory(day=timezone.now().date() - timedelta(days=30), calls=1000)
    browser = Client()
    for _ in range(3):
        browser.get("/health")
    browser.get("/no-such-page")

    found = api("admin").get(USAGE, {"days": 30}).json()

    today = timezone.now().date().isoformat()
    assert found["total_requests"] == 4
    assert found["requests_by_day"] == {today: 4}
    assert found["requests_by_endpoint"] == {"/health": 3, "(unknown)": 1}
    assert found["requests_by_status"] == {"200": 3, "404": 1}
    assert found["error_rate"] == 25.0
    assert found["average_response_time"] > 0


def test_two_writes_of_one_day_add_up(api: Any) -> None:
    for _ in range(2):
        usage.note(endpoint="/x", status=200, took_ms=1.5)
        usage.write()

    row = UsageTally.objects.get(endpoint="/x")
    assert (row.calls, row.took_ms) == (2, 3.0)


@pytest.mark.django_db(transaction=True)
def test_counts_are_written_beside_the_calls_when_the_interval_is_over(settings: Any) -> None:
    settings.USAGE_FLUSH_SECONDS = 1
    usage.gathered._since -= 2

    usage.note(endpoint="/x", status=200, took_ms=1.0)
    for thread in [thread for thread in threading.enumerate() if thread.name == "usage"]:
        thread.join()

    assert UsageTally.objects.get().calls == 1


def test_a_busy_database_loses_no_count(monkeypatch: Any) -> None:
    def locked(rows: Any) -> None:
        raise OperationalError("database is locked")

    usage.note(endpoint="/x", status=200, took_ms=1.0)
    with monkeypatch.context() as patch:
        patch.setattr(usage, "_add", locked)
        usage.write()
    usage.write()

    assert UsageTally.objects.get().calls == 1


@pytest.mark.parametrize("days", ["0", "401", "many"])
def test_usage_looks_back_a_year_at_most_and_needs_its_permission(api: Any, days: str) -> None:
    assert api("admin").get(USAGE, {"days": days}).status_code == 400
    assert api("operator").get(USAGE).status_code == 403


def test_poller_and_scheduler_are_judged_by_what_they_did(api: Any) -> None:
    def services() -> dict[str, str]:
        return api("viewer").get("/system/v1/health").json()["checks"]["services"]["services"]

    PeriodicTask.objects.update(last_run_at=None)
    asleep = services()
    every, _ = IntervalSchedule.objects.get_or_create(every=30, period="seconds")
    PeriodicTask.objects.create(
        name="ran", task="x", interval=every, last_run_at=timezone.now() - timedelta(minutes=4)
    )
    QueuedTask.objects.create(
        task="x", queue=QueueName.DEVICES, not_before=timezone.now() - timedelta(minutes=6)
    )
    late = services()

    assert (asleep["scheduler"], asleep["poller"]) == ("unhealthy", "healthy")
    assert (late["scheduler"], late["poller"]) == ("healthy", "unhealthy")
