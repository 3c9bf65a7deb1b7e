"""Jobs that a person waits for (contract 6); the wire calls them tasks."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from inventory_site.core.errors import DomainError
from inventory_site.core.locks import guarded, lock
from inventory_site.core.tasks import enqueue
from parts import policy
from parts.choices.stock import JobStatus, PlanStatus
from parts.errors.stock import RecordNotFound
from parts.models import ReorgPlan, StockJob

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
PLANS_KEPT_FOR = timedelta(days=30)
LOST_AFTER = timedelta(minutes=10)  # twice what the queue lets a job run
LOST = "The job was lost while it ran; please start it again."
OPEN = (JobStatus.PENDING, JobStatus.RUNNING)
LONGEST_ERROR = 500


class Cancelled(Exception):
    """Somebody cancelled the job while it ran."""


class JobFailed(Exception):
    """The job could not do its work; the message is for the person who waits."""


class Progress:
    """What a running job says of itself; each call is a point where it may be cancelled."""

    def __init__(self, job: StockJob) -> None:
        self.job = job

    def say(self, text: str, value: float) -> None:
        """Store a sentence and a share of the way (0 to 1); raises `Cancelled`."""
        changed = StockJob.objects.filter(pk=self.job.pk, status=JobStatus.RUNNING).update(
            progress_text=text[:200], progress_value=min(max(value, 0.0), 1.0)
        )
        if not changed:
            raise Cancelled


Work = Callable[[StockJob, Progress], Mapping[str, Any]]
Told = Callable[[StockJob, str], None]
_works: dict[str, Work] = {}
_told: dict[str, Told] = {}


def register(kind: str, work: Work, *, told: Told | None = None) -> None:
    """Say what does the jobs of a kind; its answer becomes the result.

    `told` hears the reason when a job ends without one.
    """
    _works[kind] = work
    if told is not None:
        _told[kind] = told


def start(*, actor: Any, kind: str, params: Mapping[str, Any]) -> StockJob:
    """Store a job and queue it; it runs after the commit."""
    with guarded():
        job = StockJob.objects.create(
            kind=kind, params=dict(params), user=actor if isinstance(actor, User) else None
        )
        enqueue("parts.run_stock_job", str(job.pk))
    return job


def run_job(job_id: str) -> None:
    """Do a pending job once and store how it ended."""
    taken = StockJob.objects.filter(pk=job_id, status=JobStatus.PENDING).update(
        status=JobStatus.RUNNING, started_at=timezone.now()
    )
    if not taken:
        return
    job = StockJob.objects.select_related("user").get(pk=job_id)
    try:
        result = _works[job.kind](job, Progress(job))
    except Cancelled:
        return
    except (JobFailed, DomainError) as err:
        _fail(job, str(err)[:LONGEST_ERROR])
    except Exception:
        logger.exception("a stock job failed", extra={"job": job_id})
        _fail(job, "The job ended in an unexpected error.")
        raise
    else:
        _ended(job, JobStatus.COMPLETED, result=dict(result), progress_value=1.0)


def cancel(*, actor: Any, job_id: str) -> StockJob:
    """Stop a job that is not over; its late result is dropped."""
    with guarded():
        job = require_job(actor=actor, job_id=job_id)
        row = lock(StockJob.objects.filter(pk=job.pk)).get()
        if row.status not in OPEN:
            raise RecordNotFound("Task", job_id)
        row.status, row.finished_at = JobStatus.CANCELLED, timezone.now()
        row.save(update_fields=["status", "finished_at"])
        _tell(row, "It was cancelled.")
    return row


def remove(*, actor: Any, job_id: str) -> None:
    """Forget a job that is over."""
    job = require_job(actor=actor, job_id=job_id)
    if job.status in OPEN:
        raise RecordNotFound("Task", job_id)
    job.delete()


def require_job(*, actor: Any, job_id: str) -> StockJob:
    """Return a job of the person, or of anybody for an administrator; else `RecordNotFound`."""
    try:
        key = uuid.UUID(job_id)
    except ValueError as err:
        raise RecordNotFound("Task", job_id) from err
    job = StockJob.objects.filter(pk=key).first()
    is_theirs = job is not None and actor is not None and job.user_id == actor.pk
    if job is None or not (is_theirs or policy.may(actor, policy.ADMIN_STOCK)):
        raise RecordNotFound("Task", job_id)
    if end_lost(StockJob.objects.filter(pk=job.pk)):
        job.refresh_from_db()
    return job


def end_lost(jobs: QuerySet[StockJob]) -> int:
    """Fail those of the jobs whose worker must have died over them; returns how many."""
    lost = jobs.filter(status=JobStatus.RUNNING, started_at__lt=timezone.now() - LOST_AFTER)
    return sum(_fail(job, LOST) for job in lost)


def forget_old() -> int:
    """Remove jobs over a week, and plans that expired or failed over a month ago; returns how
    many."""
    now = timezone.now()
    end_lost(StockJob.objects.all())
    old, _ = (
        StockJob.objects.filter(created_at__lt=now - KEPT_FOR).exclude(status__in=OPEN).delete()
    )
    over = now - PLANS_KEPT_FOR
    failed = Q(status=PlanStatus.FAILED, created_at__lt=over)
    plans, _ = ReorgPlan.objects.filter(Q(expires_at__lt=over) | failed).delete()
    return old + plans


def _fail(job: StockJob, reason: str) -> bool:
    with guarded():
        is_ours = _ended(job, JobStatus.FAILED, error=reason)
        if is_ours:
            _tell(job, reason)
    return is_ours


def _tell(job: StockJob, reason: str) -> None:
    if job.kind in _told:
        _told[job.kind](job, reason)


def _ended(job: StockJob, status: str, **changes: Any) -> bool:
    """Store how a running job ended; false when it is not running any more."""
    running = StockJob.objects.filter(pk=job.pk, status=JobStatus.RUNNING)
    return bool(running.update(status=status, finished_at=timezone.now(), **changes))
