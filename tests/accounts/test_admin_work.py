"""Schedules and the queue in the admin: changed through services, told in the audit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.admin.schedules import timing_words
from accounts.models import AuditEntry
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.scheduling import sync_schedules
from tests.factories.beat import PeriodicTaskFactory

LIST = "/admin/django_celery_beat/periodictask/"

pytestmark = pytest.mark.django_db


def form(entry: PeriodicTask, **changes: Any) -> dict[str, Any]:
    fields = {
        "enabled": "on",
        "interval": entry.interval_id,
        "crontab": "",
        "start_time": "",
        "description": entry.description,
    }
    return {**fields, **changes}


def test_an_entry_is_changed_and_the_change_is_told(admin_page: Client) -> None:
    entry = PeriodicTaskFactory()
    slower = IntervalSchedule.objects.create(every=3600, period=IntervalSchedule.SECONDS)

    offered = admin_page.get(f"{LIST}{entry.pk}/change/").content.decode()
    answer = admin_page.post(f"{LIST}{entry.pk}/change/", form(entry, interval=slower.pk))
    old, entry = entry.interval_id, PeriodicTask.objects.get(pk=entry.pk)

    assert f'<option value="{slower.pk}">every hour</option>' in offered
    assert answer.status_code == 302
    assert entry.interval == slower
    told = AuditEntry.objects.get(verb="schedule.changed")
    assert (told.before, told.after) == ({"interval": old}, {"interval": slower.pk})


def test_two_timings_at_once_are_refused_on_the_form(admin_page: Client) -> None:
    entry = PeriodicTaskFactory(description="typed")
    crontab = CrontabSchedule.objects.create(minute="5")

    answer = admin_page.post(
        f"{LIST}{entry.pk}/change/", form(entry, crontab=crontab.pk, description="Typed here")
    )
    entry = PeriodicTask.objects.get(pk=entry.pk)

    assert answer.status_code == 200
    assert "Typed here" in answer.content.decode()
    assert entry.crontab is None
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(("verb", "enabled"), [("disable", False), ("enable", True)])
def test_an_entry_is_switched(admin_page: Client, verb: str, enabled: bool) -> None:
    entry = PeriodicTaskFactory(enabled=not enabled)

    admin_page.post(f"{LIST}verbs/{verb}/", {"ids": entry.pk, "confirm": "1"})

    assert PeriodicTask.objects.get(pk=entry.pk).enabled is enabled


def test_an_entry_is_run_now(admin_page: Client, settings: Any) -> None:
    settings.PATCHBAY_TASKS = "queue"
    sync_schedules()
    entry = PeriodicTask.objects.get(name="core.remove_ended_tasks")

    answer = admin_page.post(f"{LIST}verbs/run/", {"ids": entry.pk, "confirm": "1"}, follow=True)
    row = QueuedTask.objects.get(task="core.remove_ended_tasks")

    assert f"/admin/core/queuedtask/{row.pk}/change/" in answer.content.decode()
    assert AuditEntry.objects.filter(verb="schedule.run_now").count() == 1


def test_an_entry_that_no_app_declares_is_not_run(admin_page: Client) -> None:
    entry = PeriodicTaskFactory()

    page = admin_page.post(f"{LIST}verbs/run/", {"ids": entry.pk, "confirm": "1"})

    assert "No app declares this schedule any more." in page.content.decode()
    assert not QueuedTask.objects.exists()


def test_a_timing_is_added_and_a_wrong_one_refused(admin_page: Client) -> None:
    address = "/admin/django_celery_beat/crontabschedule/add/"
    fields = {
        "minute": "5",
        "hour": "*",
        "day_of_week": "*",
        "day_of_month": "*",
        "month_of_year": "*",
        "timezone": "UTC",
    }

    added = admin_page.post(address, fields)
    refused = admin_page.post(address, {**fields, "minute": "99"})

    assert (added.status_code, refused.status_code) == (302, 200)
    assert list(CrontabSchedule.objects.values_list("minute", flat=True)) == ["5"]
    assert AuditEntry.objects.filter(verb="timing.created").count() == 1


@pytest.mark.parametrize(
    ("every", "words"),
    [(1, "every second"), (90, "every 90 seconds"), (7200, "every 2 hours"), (86400, "every day")],
)
def test_an_interval_is_said_in_the_largest_unit_that_divides_it(every: int, words: str) -> None:
    assert timing_words(IntervalSchedule(every=every, period="seconds")) == words


def test_nobody_adds_an_entry_by_hand(admin_page: Client) -> None:
    assert admin_page.get(f"{LIST}add/").status_code == 403
