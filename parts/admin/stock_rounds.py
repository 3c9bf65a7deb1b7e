"""Rounds of counting, and what the helpers were asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from inventory_site.core.admin import (
    EMPTY,
    Answer,
    ShortTable,
    Tab,
    Verb,
    badge,
    column,
    number,
    register,
    when,
)
from parts import policy
from parts.admin.stock_forms import PartField, PlaceField
from parts.admin.stock_pages import StockAdmin, StockReadOnlyAdmin
from parts.admin.stock_words import part_link
from parts.choices.stock import JobStatus, StocktakeStatus
from parts.models import AiRun, Box, PartType, StockJob, StockPart, Stocktake
from parts.services import ai, jobs, stocktakes

JOB_STATES = {
    JobStatus.PENDING: "wait",
    JobStatus.RUNNING: "wait",
    JobStatus.COMPLETED: "ok",
    JobStatus.FAILED: "bad",
    JobStatus.CANCELLED: "idle",
}


class RoundForm(forms.ModelForm):
    """Which boxes to count."""

    boxes = forms.ModelMultipleChoiceField(label="Boxes", queryset=Box.objects.order_by("box_no"))

    class Meta:
        model = Stocktake
        fields: list[str] = []


class CountForm(forms.Form):
    """One count."""

    part = PartField(label="Part")
    place = PlaceField(label="Place")
    counted = forms.IntegerField(label="Counted", min_value=0)
    note = forms.CharField(label="Note", required=False, max_length=1000)


class CloseForm(forms.Form):
    """What to do with counts that a later change voided."""

    skip_changed = forms.BooleanField(
        label="Leave out what changed since it was counted", required=False
    )


def _is_open(row: Stocktake) -> bool:
    return row.status == StocktakeStatus.OPEN


def _count(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    box_no, loc_no = data["place"]
    count = {
        "id4": data["part"].id4,
        "box_no": box_no,
        "loc_no": loc_no,
        "counted": data["counted"],
        "note": data["note"],
    }
    stocktakes.enter(actor=request.user, stocktake_id=objects[0].pk, counts=[count])
    return Answer(f"{data['counted']} of {data['part']} at {box_no}-{loc_no}.")


def _close(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    row = stocktakes.close(
        actor=request.user, stocktake_id=objects[0].pk, skip_changed=data["skip_changed"]
    )
    return Answer(f"{row} is closed, {row.lines.filter(is_booked=True).count()} counts booked.")


def _lines(request: HttpRequest, row: Stocktake) -> dict[str, Any]:
    lines = row.lines.select_related("part").order_by("box_no", "loc_no", "part__id4")
    cells = [
        (
            f"{line.box_no}-{line.loc_no}",
            part_link(line.part),
            number(line.expected),
            number(line.counted),
            number(None if line.counted is None else line.counted - line.expected),
            _line_state(line),
        )
        for line in lines
    ]
    header = ("Place", "Part", "Expected", "Counted", "Difference", "State")
    return {"tables": [ShortTable("Counts", header, cells, empty="The boxes are empty.")]}


def _line_state(line: Any) -> SafeString:
    if line.is_changed:
        return badge("Changed", "warn")
    if line.is_booked:
        return badge("Booked", "ok")
    return badge("Not counted", "idle") if line.counted is None else badge("Counted", "wait")


@register(Stocktake)
class StocktakeAdmin(StockAdmin):
    """Rounds of counting."""

    form = RoundForm
    noun = "round"
    list_title = "Stocktakes"
    list_display = ["name", "state", "where", "progress", "begun"]
    list_filter = ["status"]
    ordering = ["-created_at", "-pk"]
    details_title = ""
    empty_text = (
        "No rounds yet. A round freezes what should lie in some boxes and books differences."
    )
    tabs = [Tab("lines", "Counts", context=_lines)]
    verbs = [
        Verb(
            slug="count",
            label="Count",
            permission=policy.CHANGE_STOCK,
            run=_count,
            form=CountForm,
            on_list=False,
            fits=_is_open,
        ),
        Verb(
            slug="close",
            label="Close",
            permission=policy.CHANGE_STOCK,
            run=_close,
            form=CloseForm,
            follows="The differences are booked.",
            on_list=False,
            fits=_is_open,
        ),
    ]

    def opens_on(self, obj: Any) -> str:
        return "lines"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stocktake]:
        """Count the lines of each round."""
        counted = Count("lines", filter=Q(lines__counted__isnull=False))
        rows: QuerySet[Stocktake] = super().get_queryset(request)
        return rows.annotate(all_lines=Count("lines"), counted_lines=counted)

    @column("Round", order="pk")
    def name(self, row: Stocktake) -> str:
        return str(row)

    @column("State", order="status", export="status")
    def state(self, row: Stocktake) -> SafeString:
        return badge(row.get_status_display(), "wait" if _is_open(row) else "ok")

    @column("Boxes")
    def where(self, row: Stocktake) -> str:
        return ", ".join(f"#{number}" for number in row.box_nos)

    @column("Counted", numeric=True)
    def progress(self, row: Any) -> str:
        return f"{row.counted_lines} of {row.all_lines}"

    @column("Begun", order="created_at", export="created_at")
    def begun(self, row: Stocktake) -> SafeString:
        return when(row.created_at)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Stocktake:
        """Begin a round."""
        numbers = [box.box_no for box in data["boxes"]]
        return stocktakes.begin(actor=request.user, box_nos=numbers)


def _accept_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    """A tick per proposed field."""
    proposal = objects[0].proposal or {}
    choices = [
        (name, f"{_label(name)}: {_short(name, value)}")
        for name, value in proposal.items()
        if value
    ]
    field = forms.MultipleChoiceField(
        label="Fields", choices=choices, widget=forms.CheckboxSelectMultiple
    )
    return type("AcceptForm", (forms.Form,), {"wanted": field})


def _accept(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    part = ai.accept_run(actor=request.user, run_id=objects[0].pk, fields=data["wanted"])
    return Answer(f"{part} has {len(data['wanted'])} of the proposed fields.")


def _label(name: str) -> str:
    """Return what a field of a part is called."""
    return capfirst(str(getattr(StockPart._meta.get_field(name), "verbose_name", name)))


def _short(name: str, value: Any) -> str:
    """Return a proposed value in words."""
    if name == "type_id":
        value = PartType.objects.filter(pk=value).values_list("name", flat=True).first()
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value or EMPTY)
    return text if len(text) <= 120 else f"{text[:119]}…"


def _proposal(request: HttpRequest, run: AiRun) -> dict[str, Any]:
    rows = [(_label(name), _short(name, value)) for name, value in (run.proposal or {}).items()]
    reason = run.error or "No proposal."
    return {"tables": [ShortTable("Proposal", ("Field", "Value"), rows, empty=reason)]}


@register(AiRun)
class AiRunAdmin(StockReadOnlyAdmin):
    """What the helpers were asked and what they proposed."""

    noun = "AI run"
    list_title = "AI runs"
    list_display = ["asked", "about", "by", "state", "cost", "user", "at"]
    list_filter = ["kind", "status"]
    list_select_related = ["part", "user"]
    search_fields = ["part__id4"]
    ordering = ["-created_at", "-pk"]
    tabs = [Tab("proposal", "Proposal", context=_proposal)]
    empty_text = "Nothing was asked yet. A photo or a few words of a part begin."
    filled_by = ("Photo intake", "admin:parts_stockpart_intake", policy.CHANGE_STOCK)
    verbs = [
        Verb(
            slug="accept",
            label="Accept fields",
            permission=policy.CHANGE_STOCK,
            run=_accept,
            form=_accept_form,
            on_list=False,
            fits=lambda run: run.part_id is not None and bool(run.proposal),
        )
    ]

    def opens_on(self, obj: Any) -> str:
        return "proposal"

    def object_title(self, obj: Any) -> str:
        return f"{obj.get_kind_display()}, run {obj.pk}"

    @column("By", order="source", export="source")
    def by(self, run: AiRun) -> str:
        return "Rules" if run.source == "rules" else "AI service"

    @column("Asked", order="kind")
    def asked(self, run: AiRun) -> str:
        return run.get_kind_display()

    @column("Part")
    def about(self, run: AiRun) -> SafeString:
        return part_link(run.part) if run.part else format_html("{}", EMPTY)

    @column("State", order="status", export="status")
    def state(self, run: AiRun) -> SafeString:
        return badge(run.get_status_display(), JOB_STATES[JobStatus(run.status)])

    @column("Cost, USD", numeric=True, order="cost_usd", export="cost_usd")
    def cost(self, run: AiRun) -> SafeString:
        return number(run.cost_usd, 4)

    @column("When", order="created_at", export="created_at")
    def at(self, run: AiRun) -> SafeString:
        return when(run.created_at)


def _cancel(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    jobs.cancel(actor=request.user, job_id=str(objects[0].pk))
    return Answer(f"{objects[0]} is cancelled.")


@register(StockJob)
class StockJobAdmin(StockReadOnlyAdmin):
    """Work that somebody waits for; people see their own, administrators all."""

    noun = "job"
    list_title = "Jobs of the stock"
    list_display = ["name", "state", "progress", "user", "at"]
    list_filter = ["kind", "status"]
    list_select_related = ["user"]
    ordering = ["-created_at", "-pk"]
    empty_text = "Nothing runs."
    verbs = [
        Verb(
            slug="cancel",
            label="Cancel",
            permission=policy.CHANGE_STOCK,
            run=_cancel,
            on_list=False,
            fits=lambda job: job.status in {JobStatus.PENDING, JobStatus.RUNNING},
        )
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Show other people's jobs to administrators only."""
        rows = super().get_queryset(request)
        may_all = policy.may(request.user, policy.ADMIN_STOCK)
        return rows if may_all else rows.filter(user=request.user.pk)

    @column("Job", order="kind")
    def name(self, job: StockJob) -> str:
        return job.get_kind_display()

    @column("State", order="status", export="status")
    def state(self, job: StockJob) -> SafeString:
        return badge(job.get_status_display(), JOB_STATES[JobStatus(job.status)])

    @column("Progress")
    def progress(self, job: StockJob) -> str:
        return job.error or f"{round(job.progress_value * 100)} % {job.progress_text}".strip()

    @column("Begun", order="created_at", export="created_at")
    def at(self, job: StockJob) -> SafeString:
        return when(job.created_at)
