"""Scans and runs: begin, watch, review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.safestring import SafeString

from devices import policy
from devices.admin import drawings
from devices.admin.words import state_badge
from devices.choices import EXECUTOR_WORDS, RUN_OPEN, SCAN_OPEN, ScanKind, ScanStatus, TargetState
from devices.models import Device, ExecutorRun, Scan, ScanResult
from devices.services import discovery_defaults, runs, scans
from devices.simulator import places as simulated
from inventory_site.core.admin import (
    EMPTY,
    Answer,
    ReadOnlyAdmin,
    ServiceAdmin,
    ShortTable,
    Tab,
    Verb,
    badge,
    column,
    each,
    identifier,
    register,
    when,
)

SHOWN = 300
ENDED = Count("results", filter=~Q(results__state=TargetState.WAITING))
SIMULATED_HELP = (
    "Filled in for the simulated switches that run beside this site: save to find them. For your"
    " own network put addresses, ranges (10.0.0.1-20), networks (10.0.0.0/24), group:3 or"
    " netbox_prefix:7 here by line, and the usual ports 161 and 22 below."
)
MOST_OUTPUT = 20_000  # characters of one answer on the page; REST has all


class ScanForm(forms.ModelForm):
    """The discovery wizard's first step: where to look, and how."""

    kind = forms.ChoiceField(label="Look for", choices=ScanKind.choices)
    where = forms.CharField(
        label="Targets",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            "Addresses, ranges (10.0.0.1-20), networks (10.0.0.0/24), group:3 or netbox_prefix:7,"
            " by line."
        ),
    )
    accept = forms.ChoiceField(
        label="Found devices",
        choices=[("review", "Show them to me first"), ("auto", "Take them in at once")],
    )
    snmp_port = forms.IntegerField(
        label="SNMP port", min_value=1, max_value=65535, initial=161, required=False
    )
    ssh_port = forms.IntegerField(
        label="SSH port", min_value=1, max_value=65535, initial=22, required=False
    )

    class Meta:
        model = Scan
        fields = ("kind", "accept")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ssh_port"].initial = discovery_defaults.shown()["ssh_port"]
        if not self.is_bound and simulated.answers():
            self._offer_simulated()

    def _offer_simulated(self) -> None:
        """Begin with the simulated switches, so that a demo is found by pressing Save."""
        self.fields["where"].initial = simulated.TARGETS
        self.fields["where"].help_text = SIMULATED_HELP
        self.fields["snmp_port"].initial = simulated.SNMP_PORT
        self.fields["ssh_port"].initial = simulated.SSH_PORT


def _results(request: HttpRequest, scan: Scan) -> dict[str, Any]:
    rows = scan.results.order_by("-is_online", "position")[:SHOWN]
    if scan.kind == ScanKind.DISCOVERY:
        header = ("Target", "State", "Name", "What it is", "Review", "Said")
        cells = [_found(row) for row in rows]
    else:
        header = ("Target", "State", "Name", "Ports", "Light levels", "Said")
        names = Device.objects.names_at([row.target for row in rows])
        cells = [_read(row, names.get(row.target)) for row in rows]
    return {"tables": [ShortTable("Targets", header, cells, total=scan.total_targets)]}


def _found(row: ScanResult) -> tuple[Any, ...]:
    silent = badge("Silent", "idle") if row.state == TargetState.DONE else state_badge(row.state)
    return (
        identifier(row.target),
        badge("Answered", "ok") if row.is_online else silent,
        row.result.get("hostname") or EMPTY,
        row.result.get("description") or row.result.get("ssh_banner") or EMPTY,
        row.get_review_display() if row.is_online else EMPTY,
        row.error or EMPTY,
    )


def _read(row: ScanResult, name: str | None) -> tuple[Any, ...]:
    return (
        identifier(row.target),
        badge("Read", "ok") if row.is_online else state_badge(row.state),
        name or EMPTY,
        row.result.get("interfaces", EMPTY),
        row.result.get("optical_readings", EMPTY),
        row.error or EMPTY,
    )


def _accept_all(request: HttpRequest, objects: list[Scan], data: dict[str, Any]) -> Answer:
    scan = objects[0]
    chosen = list(scan.results.filter(is_online=True).values_list("pk", flat=True))
    done = scans.review(scan.pk, actor=request.user, accept=chosen)
    return Answer(f"{done['accepted']} devices taken in.")


def _cancel(request: HttpRequest, scan: Scan, data: dict[str, Any]) -> str:
    scans.cancel_scan(scan.pk, actor=request.user)
    return f"{scan} is cancelled."


def _resume(request: HttpRequest, scan: Scan, data: dict[str, Any]) -> str:
    scans.resume_scan(scan.pk, actor=request.user)
    return f"{scan} goes on."


@register(Scan)
class ScanAdmin(ServiceAdmin):
    """Discovery and reading of devices."""

    form = ScanForm
    change_form_template = "devices/admin/watched.html"
    list_display = ["name", "kind", "status_badge", "progress", "found", "started"]
    list_filter = ["kind", "status"]
    phone_columns = ["status_badge", "progress"]
    summary = ["kind", "progress", "found", "where", "started", "finished"]
    fields = ["kind", "where", "accept", "snmp_port", "ssh_port"]
    details_title = ""
    tabs = [Tab("results", "Targets", context=_results)]
    empty_text = "Nothing was scanned yet; add a scan to discover devices."
    verbs = [
        Verb(
            slug="review-each",
            label="Review",
            permission=policy.ADD,
            page=lambda scan: reverse("admin:devices_scan_review", args=[scan.pk]),
            icon="check",
            on_list=False,
            fits=lambda scan: scan.accept == "review",
        ),
        Verb(
            slug="accept",
            label="Take in all found",
            permission=policy.ADD,
            run=_accept_all,
            icon="check",
            on_list=False,
            fits=lambda scan: scan.accept == "review" and scan.status == ScanStatus.COMPLETED,
        ),
        Verb(
            slug="cancel",
            label="Cancel",
            permission=policy.CONNECT,
            run=each(_cancel, "cancelled"),
            icon="x",
            fits=lambda scan: scan.status in SCAN_OPEN,
        ),
        Verb(
            slug="resume",
            label="Go on",
            permission=policy.CONNECT,
            run=each(_resume, "going on"),
            icon="play",
            fits=lambda scan: scan.status == ScanStatus.CANCELLED,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scan]:
        rows: QuerySet[Scan] = super().get_queryset(request)
        return rows.annotate(
            ended=ENDED,
            answered=Count("results", filter=Q(results__is_online=True)),
        )

    def get_urls(self) -> list[Any]:
        """Add the review, row by row."""
        view = self.admin_site.admin_view(drawings.review_view)
        place = path("<int:pk>/review/", view, name="devices_scan_review")
        return [place, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(policy.CONNECT))

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Scan:
        options = {name: data[name] for name in ("snmp_port", "ssh_port") if data.get(name)}
        return scans.start_scan(
            actor=request.user,
            kind=data["kind"],
            targets=[line for line in data["where"].splitlines() if line.strip()],
            options=options,
            accept=data["accept"],
        )

    def state(self, obj: Scan) -> SafeString:
        return state_badge(obj.status)

    @column("Scan", order="pk", export="pk")
    def name(self, obj: Scan) -> str:
        return str(obj)

    @column("State", order="status", export="status")
    def status_badge(self, obj: Scan) -> SafeString:
        return state_badge(obj.status)

    @column("Progress")
    def progress(self, obj: Scan) -> str:
        return f"{getattr(obj, 'ended', 0)} of {obj.total_targets}"

    @column("Answered")
    def found(self, obj: Scan) -> int:
        return getattr(obj, "answered", 0)

    @column("Targets")
    def where(self, obj: Scan) -> str:
        return ", ".join(str(one) for one in obj.targets)[:500]

    @column("Started", order="created_at", export="created_at")
    def started(self, obj: Scan) -> SafeString:
        return when(obj.created_at)

    @column("Finished")
    def finished(self, obj: Scan) -> SafeString:
        return when(obj.finished_at)


def _answers(request: HttpRequest, run: ExecutorRun) -> dict[str, Any]:
    rows = run.results.order_by("position")[:SHOWN]
    names = Device.objects.names_at([row.target for row in rows])
    answers = [
        {
            "target": row.target,
            "name": names.get(row.target, ""),
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
    summary = ["command", "targets", "started"]
    details_title = ""
    fields = ["command"]
    tabs = [Tab("answers", "Answers", template="devices/admin/answers_tab.html", context=_answers)]
    empty_text = "No command was run yet; choose devices and use Run a command."
    verbs = [
        Verb(
            slug="cancel",
            label="Cancel",
            permission=policy.CONNECT,
            run=each(_cancel_run, "cancelled"),
            icon="x",
            fits=lambda run: run.status in RUN_OPEN,
        )
    ]

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
