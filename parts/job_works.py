"""What does the jobs of each kind; named when the app is ready."""

from __future__ import annotations

from typing import Any

from parts.choices.stock import JobKind
from parts.models import StockJob
from parts.services import ai_works, jobs, reorg


def register_all() -> None:
    """Name the work of every kind."""
    jobs.register(JobKind.REORG, _reorg, told=_reorg_failed)
    for kind, work in ai_works.WORKS.items():
        jobs.register(kind, work)


def _reorg(job: StockJob, progress: jobs.Progress) -> dict[str, Any]:
    progress.say("Working out moves", 0.1)
    plan = reorg.work_out(job.params["plan_id"])
    if plan is None:
        raise jobs.JobFailed("The plan was deleted.")
    return {"plan_id": str(plan.pk), "moves": len(plan.steps)}


def _reorg_failed(job: StockJob, reason: str) -> None:
    reorg.give_up(job.params["plan_id"], reason)
