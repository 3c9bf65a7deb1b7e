"""Reorganisation plans and jobs (contract 4.10, 4.12)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.idempotency import idempotent
from parts.api.serializers.stock_more import PlanInput, SkipInput, StepsInput
from parts.api.stock_base import StockView, listed, page, says, sent
from parts.models import ReorgPlan, StockJob
from parts.services import jobs, reorg


def plan_json(plan: ReorgPlan) -> dict[str, Any]:
    """Return a plan."""
    return {
        "id": str(plan.pk),
        "status": plan.status,
        "params": plan.params,
        "steps": plan.steps,
        "metrics": plan.metrics or None,
        "error": plan.error or None,
        "task_id": str(plan.job_id) if plan.job_id else None,
        "created_by": plan.created_by.username if plan.created_by else None,
        "created_at": plan.created_at,
        "updated_at": plan.updated_at,
        "expires_at": plan.expires_at,
    }


def job_json(job: StockJob) -> dict[str, Any]:
    """Return a job; a task on the wire."""
    return {
        "task_id": str(job.pk),
        "kind": job.kind,
        "status": job.status,
        "progress": {"text": job.progress_text, "value": job.progress_value},
        "result": job.result,
        "error": job.error,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


class ReorgView(StockView):
    """Plans that tidy up."""

    @says()
    def list(self, request: Request) -> Response:
        """List the plans, newest first."""
        rows = reorg.all_plans().select_related("created_by").order_by("-created_at", "-pk")
        found, meta = page(request, rows)
        return listed([plan_json(plan) for plan in found], meta)

    @says(PlanInput, 202)
    def create(self, request: Request) -> Response:
        """Ask for a plan; it is worked out in the background."""
        plan = reorg.request_plan(actor=request.user, params=sent(PlanInput, request))
        answer = {"id": str(plan.pk), "status": "pending", "task_id": str(plan.job_id)}
        return Response(answer, status=202)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a plan."""
        return Response(plan_json(reorg.require_plan(pk)))

    @says(StepsInput)
    @idempotent
    def apply(self, request: Request, pk: str) -> Response:
        """Do some steps, or all that are open."""
        done = reorg.apply_plan(
            actor=request.user, plan_id=pk, seqs=sent(StepsInput, request).get("steps")
        )
        return Response(
            {
                "plan": plan_json(done.plan),
                "applied": done.applied,
                "stale": done.stale,
                "blocked": done.blocked,
            }
        )

    @says(SkipInput)
    def skip(self, request: Request, pk: str) -> Response:
        """Leave steps out."""
        steps = sent(SkipInput, request)["steps"]
        return Response(plan_json(reorg.skip_steps(actor=request.user, plan_id=pk, seqs=steps)))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a plan."""
        reorg.delete_plan(actor=request.user, plan_id=pk)
        return Response(status=204)


class JobView(StockView):
    """Jobs that a person waits for."""

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a job."""
        return Response(job_json(jobs.require_job(actor=request.user, job_id=pk)))

    @says()
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a job."""
        return Response(job_json(jobs.cancel(actor=request.user, job_id=pk)))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget a job that is over."""
        jobs.remove(actor=request.user, job_id=pk)
        return Response(status=204)
