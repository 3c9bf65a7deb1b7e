"""Commands on devices: watched, stopped, their answers side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from devices import policy
from devices.admin.autodiscovery_page import FOUND_TABS
from devices.admin.words import devices_at, state_badge, time_words
from devices.choices import EXECUTOR_WORDS, RUN_OPEN, TargetState
from devices.models import ExecutorRun
from devices.services import netbox_autodiscovery, runs
from inventory_site.core.admin import ReadOnlyAdmin, Tab, Verb, column, each, register, when

SHOWN = 300
ENDED = Count("results", filter=Q(results__state__in=[TargetState.DONE, TargetState.FAILED]))
MOST_OUTPUT = 20_000  # characters of one answer on the page; REST has all


def _answers(request: HttpRequest, run: ExecutorRun) -> dict[str, Any]:
    rows = list(run.results.order_by("position")[:SHOWN])
    known = devices_at(row.target for row in rows)
    answers = [
        {
            "target": row.target,
            "device": known.get(row.target),
            "state": state_badge(row.state),
            "seconds": f"{row.duration_s:.2f} s" if row.duration_s else "",
            "output": row.output[:MOST_OUTPUT],
            "is_cut": len(row.output) > MOST_OUTPUT,
            "error": row.error,
        }
        for row in rows
    ]
    return {"answers": answers, "left": max(run.total_targets - SHOWN, 0)}


def _cancel_run(request: HttpRequest, run: ExecutorRun, data: dict[str, Any]) -> str:
    runs.cancel_run(run.pk, actor=request.user)
    return f"{run} is cancelled."


class ExecutorChip(SimpleListFilter):
    """The kinds of commands, by their names."""

    title, parameter_name = "executor", "executor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(EXECUTOR_WORDS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(executor=self.value()) if self.value() else queryset


@register(ExecutorRun)
class ExecutorRunAdmin(ReadOnlyAdmin):
    """Commands on devices, with the answers side by side."""

    list_title = "Commands"
    change_form_template = "devices/admin/watched.html"
    nouns = "commands"
    list_display = ["name", "command", "status_badge", "targets", "started"]
    list_filter = [ExecutorChip, "status"]
    search_fields = ["command"]
    phone_columns = ["status_badge", "command"]
    summary = ["command", "targets", "started", "time"]
    details_title = ""
    fields = ["command"]
    tabs = [Tab("answers", "Answers", template="devices/admin/answers_tab.html", context=_answers)]
    empty_text = "No command was run yet; choose devices and use Run a command."
    verbs = [
        Verb(
            slug="cancel",
            label="Stop",
            permission=policy.CONNECT,
            run=each(_cancel_run, "cancelled"),
            follows="Targets not begun yet are left out.",
            icon="x",
            fits=lambda run: run.status in RUN_OPEN,
        )
    ]

    def get_tabs(self, request: HttpRequest, obj: ExecutorRun) -> Sequence[Tab]:
        """An autodiscovery tells what it did; other commands, what was answered."""
        return FOUND_TABS if obj.executor == netbox_autodiscovery.SLUG else self.tabs

    def get_summary(self, request: HttpRequest, obj: ExecutorRun) -> Sequence[str]:
        """Leave out the command where there is none."""
        return self.summary if obj.command else self.summary[1:]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExecutorRun]:
        rows: QuerySet[ExecutorRun] = super().get_queryset(request)
        return rows.annotate(ended=ENDED)

    def state(self, obj: ExecutorRun) -> SafeString:
        return state_badge(obj.status)

    @column("Run", order="pk", export="pk")
    def name(self, obj: ExecutorRun) -> str:
        return str(obj)

    @column("State", order="status", export="status")
    def status_badge(self, obj: ExecutorRun) -> SafeString:
        return state_badge(obj.status)

    @column("Targets", order="total_targets", export="total_targets")
    def targets(self, obj: ExecutorRun) -> int:
        return obj.total_targets

    @column("Started", order="created_at", export="created_at")
    def started(self, obj: ExecutorRun) -> SafeString:
        return when(obj.created_at)

    @column("Time")
    def time(self, obj: ExecutorRun) -> str:
        return time_words(obj)
