"""Schedules: the entries of django-celery-beat and the timings they use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from accounts.services import work
from inventory_site.core.admin import (
    Answer,
    ServiceAdmin,
    Verb,
    badge,
    column,
    each,
    number,
    register_instead,
    when,
)

SECONDS = {
    IntervalSchedule.DAYS: 86400,
    IntervalSchedule.HOURS: 3600,
    IntervalSchedule.MINUTES: 60,
    IntervalSchedule.SECONDS: 1,
}
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
MAY = "django_celery_beat.change_periodictask"


class TimingField(forms.ModelChoiceField):
    """A choice of timings in words."""

    def label_from_instance(self, obj: Model) -> str:
        return timing_words(obj)


class ScheduleForm(forms.ModelForm):
    """What an operator decides about an entry."""

    class Meta:
        model = PeriodicTask
        fields = ["enabled", "interval", "crontab", "start_time", "description"]
        field_classes = {"interval": TimingField}
        labels = {
            "enabled": "On",
            "interval": "Interval",
            "crontab": "Crontab",
            "start_time": "Not before",
        }
        help_texts = {
            "enabled": "",
            "interval": "Either an interval or a crontab.",
            "crontab": "",
            "start_time": "",
            "description": "",
        }


def _switch(enabled: bool, words: str) -> Any:
    def call(request: HttpRequest, entry: PeriodicTask, data: dict[str, Any]) -> str:
        work.change_schedule(actor=request.user, entry=entry, changes={"enabled": enabled})
        return f"{entry.name} is {words}."

    return call


def timing_words(timing: Model) -> str:
    """Say a timing; an interval in the largest unit that divides it: `every 2 hours`."""
    if not isinstance(timing, IntervalSchedule) or timing.period not in SECONDS:
        return str(timing)
    total = timing.every * SECONDS[timing.period]
    unit, length = next((unit, n) for unit, n in UNITS if total % n == 0)
    count = total // length
    return f"every {unit}" if count == 1 else f"every {count:,} {unit}s"


def _run_now(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    rows = [work.run_schedule_now(actor=request.user, entry=entry) for entry in objects]
    if len(rows) == 1:
        url = reverse("admin:core_queuedtask_change", args=[rows[0].pk])
        return Answer(f"{objects[0].name} is queued.", url=url, link="Show the work")
    return Answer(
        f"{len(rows)} schedules are queued.", url=reverse("admin:core_queuedtask_changelist")
    )


@register_instead(PeriodicTask)
class PeriodicTaskAdmin(ServiceAdmin):
    """Entries come from the apps; people decide when they fire and whether."""

    form = ScheduleForm
    list_title = "Schedules"
    list_display = ["name", "on", "timing", "last_run", "runs", "description"]
    list_filter = ["enabled"]
    list_select_related = ["interval", "crontab", "solar", "clocked"]
    search_fields = ["name", "description"]
    phone_columns = ["on", "timing", "last_run"]
    row_verbs = ["run"]
    summary = ["timing", "last_run", "runs", "description"]
    details_title = "Timing"
    fields = ["enabled", "interval", "crontab", "start_time", "description"]
    empty_text = "No schedules yet. The command sync_schedules makes those that the apps declare."
    verbs = [
        Verb(
            slug="run",
            label="Run now",
            permission=MAY,
            run=_run_now,
            follows="Its own times stay as they are.",
            icon="play",
        ),
        Verb(
            slug="enable",
            label="Switch on",
            permission=MAY,
            run=each(_switch(True, "on"), "switched on"),
            follows="It fires again at its times.",
            icon="power",
            undo="disable",
            fits=lambda entry: not entry.enabled,
        ),
        Verb(
            slug="disable",
            label="Switch off",
            permission=MAY,
            run=each(_switch(False, "off"), "switched off"),
            follows="It does not fire until it is switched on again.",
            danger=True,
            icon="pause",
            undo="enable",
            fits=lambda entry: entry.enabled,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        rows: QuerySet[PeriodicTask] = super().get_queryset(request)
        return rows.select_related("interval", "crontab", "solar", "clocked")

    def service_update(
        self,
        request: HttpRequest,
        obj: PeriodicTask,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> PeriodicTask:
        """Change the timing."""
        return work.change_schedule(actor=request.user, entry=obj, changes=changes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def object_title(self, obj: PeriodicTask) -> str:
        return obj.name

    def state(self, obj: PeriodicTask) -> SafeString:
        return self.on(obj)

    @column("State", order="enabled", export="enabled")
    def on(self, obj: PeriodicTask) -> SafeString:
        return badge("On", "ok", "power") if obj.enabled else badge("Off", "idle", "pause")

    @column("Fires")
    def timing(self, obj: PeriodicTask) -> str:
        chosen = obj.interval or obj.crontab or obj.solar or obj.clocked
        return timing_words(chosen) if chosen else "never"

    @column("Last run", order="last_run_at", export="last_run_at")
    def last_run(self, obj: PeriodicTask) -> SafeString:
        return when(obj.last_run_at, missing="never")

    @column("Runs", order="total_run_count", numeric=True, export="total_run_count")
    def runs(self, obj: PeriodicTask) -> SafeString:
        return number(obj.total_run_count)


class TimingAdmin(ServiceAdmin):
    """A timing that entries share: people add one, and never change it under an entry."""

    list_display = ["words", "users"]
    summary = ["words", "users"]
    details_title = ""
    list_per_page = 100

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("periodictask_set")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """A timing that exists shows its facts, not a form."""
        return [] if obj else super().get_fieldsets(request, obj)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Model:
        """Add the timing."""
        return work.create_timing(actor=request.user, timing=self.model(**data))

    @column("Fires")
    def words(self, obj: Model) -> str:
        return timing_words(obj)

    @column("Used by")
    def users(self, obj: Any) -> str:
        return ", ".join(sorted(entry.name for entry in obj.periodictask_set.all()))


for timing_model in (IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    register_instead(timing_model)(type(f"{timing_model.__name__}Admin", (TimingAdmin,), {}))
