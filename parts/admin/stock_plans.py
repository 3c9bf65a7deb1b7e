"""Reorganisation: the shelf before and after, and the moves as a checklist for a phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import Answer, Tab, Verb, badge, column, number, register, when
from parts import policy
from parts.admin.stock_pages import StockAdmin, from_address, verb_address
from parts.choices.stock import PlanStatus
from parts.models import PartType, ReorgPlan
from parts.selectors.shelves import Shelf, shelves_of
from parts.services import reorg

STATES = {"pending": "wait", "applied": "ok", "stale": "warn", "blocked": "warn", "skipped": "idle"}
WORDS = {
    "pending": "To do",
    "applied": "Done",
    "stale": "Stale",
    "blocked": "Blocked",
    "skipped": "Skipped",
}
PLAN_STATES = {
    PlanStatus.PENDING: "wait",
    PlanStatus.READY: "taken",
    PlanStatus.PARTIAL: "warn",
    PlanStatus.APPLIED: "ok",
    PlanStatus.FAILED: "bad",
}
OPEN_PLANS = {PlanStatus.READY, PlanStatus.PARTIAL}


def _has_moves(plan: ReorgPlan) -> bool:
    """Whether something of the plan can still be done or left out."""
    is_open = any(step["status"] in reorg.OPEN for step in plan.steps)
    return is_open and plan.status in OPEN_PLANS


class WishesForm(forms.ModelForm):
    """How far a plan may go."""

    max_moves = forms.IntegerField(label="Moves at most", min_value=1, max_value=200, initial=20)
    compact = forms.BooleanField(label="Close gaps too", required=False, initial=True)
    types = forms.ModelMultipleChoiceField(
        label="Only these types",
        queryset=PartType.objects.filter(parts__places__isnull=False).distinct().order_by("name"),
        required=False,
        help_text="None chosen means all.",
    )

    class Meta:
        model = ReorgPlan
        fields: list[str] = []


def _steps_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    """A tick per open step; the address may name those that begin ticked."""
    open_steps = [step for step in objects[0].steps if step["status"] in reorg.OPEN]
    choices = [(step["seq"], f"{step['seq']}. {step['text']}") for step in open_steps]
    asked = from_address(request, ("only",)).get("only")
    ticked = [seq for seq, _ in choices if asked is None or str(seq) == asked]
    field = forms.TypedMultipleChoiceField(
        label="Moves",
        choices=choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=ticked,
    )
    return type("StepsForm", (forms.Form,), {"steps": field})


def _apply(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    before = {step["seq"]: step["status"] for step in objects[0].steps}
    done = reorg.apply_plan(actor=request.user, plan_id=str(objects[0].pk), seqs=data["steps"])
    booked = [seq for seq in done.applied if before[seq] != "applied"]
    left = f", {len(done.stale)} stale, {len(done.blocked)} blocked" if done.stale else ""
    return Answer(f"{len(booked)} moves booked{left}.")


def _skip(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    reorg.skip_steps(actor=request.user, plan_id=str(objects[0].pk), seqs=data["steps"])
    return Answer(f"{len(data['steps'])} moves left out.")


def _steps(request: HttpRequest, plan: ReorgPlan) -> dict[str, Any]:
    may = request.user.has_perm(policy.CHANGE_STOCK) and _has_moves(plan)
    return {
        "steps": [
            {
                "step": step,
                "badge": badge(WORDS[step["status"]], STATES[step["status"]]),
                "is_done": step["status"] == "applied",
                "is_open": may and step["status"] in reorg.OPEN,
                "url": verb_address("reorgplan", "apply", plan.pk, only=step["seq"]),
            }
            for step in plan.steps
        ],
        "done": sum(step["status"] == "applied" for step in plan.steps),
        "metrics": plan.metrics,
        "is_pending": plan.status == PlanStatus.PENDING,
        "error": plan.error,
        "all_url": verb_address("reorgplan", "apply", plan.pk) if may else "",
    }


def _shelves(request: HttpRequest, plan: ReorgPlan) -> dict[str, Any]:
    before, after = shelves_of(plan)
    pairs: list[tuple[Shelf, Shelf]] = list(zip(before, after, strict=True))
    return {"pairs": pairs, "metrics": plan.metrics}


@register(ReorgPlan)
class ReorgPlanAdmin(StockAdmin):
    """Plans that tidy up."""

    form = WishesForm
    noun = "plan"
    list_title = "Reorganise"
    list_display = ["name", "state", "moves", "made", "good_until"]
    ordering = ["-created_at", "-pk"]
    details_title = ""
    empty_text = "No plans yet. A plan brings the parts of a type together in a few moves."
    tabs = [
        Tab("steps", "Moves", "parts/admin/plan_steps.html", _steps),
        Tab("shelves", "Before and after", "parts/admin/plan_shelves.html", _shelves),
    ]
    verbs = [
        Verb(
            slug="apply",
            label="Apply",
            permission=policy.CHANGE_STOCK,
            run=_apply,
            form=_steps_form,
            follows="The ticked moves are booked.",
            on_list=False,
            fits=_has_moves,
            icon="check",
        ),
        Verb(
            slug="skip",
            label="Leave out",
            permission=policy.CHANGE_STOCK,
            run=_skip,
            form=_steps_form,
            on_list=False,
            fits=_has_moves,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReorgPlan]:
        """Plans whose worker died say so."""
        reorg.all_plans()
        rows: QuerySet[ReorgPlan] = super().get_queryset(request)
        return rows

    def opens_on(self, obj: Any) -> str:
        return "steps"

    @column("Plan")
    def name(self, plan: ReorgPlan) -> str:
        return str(plan)

    @column("State", order="status", export="status")
    def state(self, plan: ReorgPlan) -> SafeString:
        return badge(plan.get_status_display(), PLAN_STATES[PlanStatus(plan.status)])

    @column("Moves", numeric=True)
    def moves(self, plan: ReorgPlan) -> SafeString:
        return number(len(plan.steps))

    @column("Made", order="created_at", export="created_at")
    def made(self, plan: ReorgPlan) -> SafeString:
        return when(plan.created_at)

    @column("Good until", order="expires_at", export="expires_at")
    def good_until(self, plan: ReorgPlan) -> SafeString:
        return when(plan.expires_at, acts=True)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> ReorgPlan:
        """Ask for a plan."""
        params = {"max_moves": data["max_moves"], "compact": data["compact"]}
        if data.get("types"):
            params["type_ids"] = [kind.pk for kind in data["types"]]
        return reorg.request_plan(actor=request.user, params=params)

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove a plan; what was moved stays moved."""
        reorg.delete_plan(actor=request.user, plan_id=str(obj.pk))
