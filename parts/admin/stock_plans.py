"""Reorganisation plans: a checklist of moves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    Answer,
    ServiceAdmin,
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
from parts.choices.stock import PlanStatus
from parts.models import ReorgPlan
from parts.services import reorg

STATES = {"pending": "wait", "applied": "ok", "stale": "warn", "blocked": "warn", "skipped": "idle"}


class WishesForm(forms.ModelForm):
    """How far a plan may go."""

    max_moves = forms.IntegerField(label="Moves at most", min_value=1, max_value=200, initial=20)
    compact = forms.BooleanField(label="Close gaps too", required=False, initial=True)

    class Meta:
        model = ReorgPlan
        fields: list[str] = []


def _steps_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    """A tick per open step."""
    choices = [
        (step["seq"], f"{step['seq']}. {step['text']}")
        for step in objects[0].steps
        if step["status"] in reorg.OPEN
    ]
    field = forms.TypedMultipleChoiceField(
        label="Moves",
        choices=choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[seq for seq, _ in choices],
    )
    return type("StepsForm", (forms.Form,), {"steps": field})


def _apply(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    done = reorg.apply_plan(actor=request.user, plan_id=str(objects[0].pk), seqs=data["steps"])
    left = f", {len(done.stale)} stale, {len(done.blocked)} blocked" if done.stale else ""
    return Answer(f"{len(done.applied)} moves booked{left}.")


def _steps(request: HttpRequest, plan: ReorgPlan) -> dict[str, Any]:
    rows = [
        (number(step["seq"]), step["text"], badge(step["status"], STATES[step["status"]]))
        for step in plan.steps
    ]
    figures = [
        (moment, number(plan.metrics[moment]["spread"]), number(plan.metrics[moment]["gaps"]))
        for moment in ("before", "after")
        if plan.metrics
    ]
    return {
        "tables": [
            ShortTable("Before and after", ("", "Types spread", "Gaps"), figures),
            ShortTable("Moves", ("", "Move", "State"), rows, empty="Nothing to tidy up."),
        ]
    }


@register(ReorgPlan)
class ReorgPlanAdmin(ServiceAdmin):
    """Plans that tidy up."""

    form = WishesForm
    noun = "plan"
    list_title = "Reorganise"
    list_display = ["__str__", "state", "moves", "made", "good_until"]
    ordering = ["-created_at", "-pk"]
    tabs = [Tab("steps", "Moves", context=_steps)]
    verbs = [
        Verb(
            slug="apply",
            label="Apply",
            permission=policy.CHANGE_STOCK,
            run=_apply,
            form=_steps_form,
            on_list=False,
            fits=lambda plan: plan.status in {PlanStatus.READY, PlanStatus.PARTIAL},
        )
    ]

    def opens_on(self, obj: Any) -> str:
        return "steps"

    @column("State", order="status", export="status")
    def state(self, plan: ReorgPlan) -> SafeString:
        return badge(plan.get_status_display(), "ok" if plan.status == "applied" else "wait")

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
        return reorg.request_plan(actor=request.user, params=data)
