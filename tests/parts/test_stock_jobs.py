"""Jobs that end without a result: the plan they were for says so, and nothing waits for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from parts.choices.stock import JobKind, JobStatus, PlanStatus
from parts.models import ReorgPlan, StockJob
from parts.services import jobs, reorg
from tests.factories.parts import make_part

pytestmark = pytest.mark.django_db
API = "/api/stock"


@pytest.fixture
def plan(stock: Any) -> ReorgPlan:
    """A plan that nobody works on yet."""
    made = stock.post(f"{API}/reorg/plans", {}).json()["data"]
    return ReorgPlan.objects.get(pk=made["id"])


def test_a_plan_whose_work_breaks_has_failed_and_says_why(
    stock: Any, admin_page: Any, plan: ReorgPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(reorg, "planned", broken)
    with pytest.raises(RuntimeError):
        jobs.run_job(str(plan.job_id))

    told = stock.get(f"{API}/reorg/plans/{plan.pk}").json()["data"]
    task = stock.get(f"{API}/tasks/{plan.job_id}").json()["data"]
    assert (told["status"], task["status"]) == ("failed", "failed")
    assert told["error"] == task["error"] == "The job ended in an unexpected error."
    refused = stock.post(f"{API}/reorg/plans/{plan.pk}/apply", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "INVALID_OPERATION")
    page = admin_page.get(reverse("admin:parts_reorgplan_change", args=[plan.pk]))
    assert "The job ended in an unexpected error." in page.content.decode()


def test_a_plan_whose_task_was_cancelled_is_not_worked_out_any_more(
    stock: Any, plan: ReorgPlan
) -> None:
    assert stock.post(f"{API}/tasks/{plan.job_id}/cancel").status_code == 200

    reorg.work_out(str(plan.pk))
    plan.refresh_from_db()
    assert (plan.status, plan.error) == (PlanStatus.FAILED, "It was cancelled.")
    assert stock.post(f"{API}/tasks/{plan.job_id}/cancel").status_code == 404


def test_a_job_whose_worker_died_fails_when_it_is_asked_for(stock: Any, plan: ReorgPlan) -> None:
    began = timezone.now() - timedelta(minutes=9)
    job = StockJob.objects.filter(pk=plan.job_id)
    job.update(status=JobStatus.RUNNING, started_at=began)
    path = f"{API}/tasks/{plan.job_id}"
    assert stock.get(path).json()["data"]["status"] == "running"
    job.update(started_at=began - timedelta(minutes=2))

    task = stock.get(path).json()["data"]

    assert (task["status"], task["error"]) == ("failed", jobs.LOST)
    assert task["finished_at"] is not None
    plan.refresh_from_db()
    assert (plan.status, plan.error) == (PlanStatus.FAILED, jobs.LOST)
    assert stock.delete(path).status_code == 204


@pytest.mark.parametrize("through", ["list", "plan", "admin list", "admin page"])
def test_whoever_looks_at_a_lost_plan_reads_so(
    stock: Any, admin_page: Any, plan: ReorgPlan, through: str
) -> None:
    began = timezone.now() - timedelta(minutes=11)
    StockJob.objects.filter(pk=plan.job_id).update(status=JobStatus.RUNNING, started_at=began)
    address = {
        "list": f"{API}/reorg/plans",
        "plan": f"{API}/reorg/plans/{plan.pk}",
        "admin list": reverse("admin:parts_reorgplan_changelist"),
        "admin page": reverse("admin:parts_reorgplan_change", args=[plan.pk]),
    }[through]

    answer = (admin_page if through.startswith("admin") else stock).get(address)

    assert answer.status_code == 200
    assert "failed" in answer.content.decode().lower()
    plan.refresh_from_db()
    assert (plan.status, plan.error) == (PlanStatus.FAILED, jobs.LOST)


def test_the_daily_task_ends_lost_jobs_and_forgets_failed_plans(plan: ReorgPlan) -> None:
    make_part("PART")
    began = timezone.now() - timedelta(hours=1)
    lost = StockJob.objects.create(
        kind=JobKind.TAGS, status=JobStatus.RUNNING, started_at=began, created_at=began
    )

    jobs.forget_old()

    lost.refresh_from_db()
    assert (lost.status, lost.error) == (JobStatus.FAILED, jobs.LOST)
    reorg.give_up(str(plan.pk), "no")
    month = timezone.now() - timedelta(days=30)
    ReorgPlan.objects.update(created_at=month + timedelta(minutes=1))
    jobs.forget_old()
    assert ReorgPlan.objects.count() == 1
    ReorgPlan.objects.update(created_at=month - timedelta(minutes=1))
    jobs.forget_old()
    assert not ReorgPlan.objects.exists()
