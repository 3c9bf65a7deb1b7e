"""Doing a row: claim it, keep hold of it, do the work, say how it went."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from inventory_site.core import context
from inventory_site.core.choices import TaskStatus
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.failures import describe
from inventory_site.core.outbox.holding import LEASE_S, RanTooLong, held, limited
from inventory_site.core.outbox.queueing import SEND_AHEAD_S
from inventory_site.core.outbox.sending import dispatch
from inventory_site.core.outbox.specs import TaskSpec, spec_of
from inventory_site.core.processes import Process

logger = structlog.get_logger(__name__)

MAX_BACKOFF_S = 600.0


class Outcome(enum.Enum):
    """What became of a row that was to be done."""

    DONE = "done"
    FAILED = "failed"
    AGAIN = "again"
    NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's hold on one row; `token` is unique to this claim."""

    row: QueuedTask
    token: str


def run_row(pk: int, *, at_once: bool = False) -> Outcome:
    """Do one row if it is ready and nobody else has it; never raises for what the task raised.

    `at_once` makes a row that is to be tried again ready without its wait.
    """
    claim = claim_row(pk)
    if claim is None:
        return Outcome.NOT_OURS
    row = claim.row
    call = context.CallContext(request_id=row.request_id or str(uuid.uuid4()), channel="task")
    with (
        context.opened(call),
        structlog.contextvars.bound_contextvars(request_id=call.request_id, task=row.task),
    ):
        return _work(claim, at_once)


def run_to_end(pk: int) -> Outcome:
    """Do one row and, when it may be tried again, do so at once until it has ended."""
    outcome = run_row(pk, at_once=True)
    while outcome is Outcome.AGAIN:
        outcome = run_row(pk, at_once=True)
    return outcome


def claim_row(pk: int) -> Claim | None:
    """Take a ready row, or return None.

    The conditional update is the lock: of any number of workers with a message for the row, on
    either database, exactly one changes it.
    """
    now, token = timezone.now(), f"{Process.here()}/{uuid.uuid4().hex[:12]}"
    ours = QueuedTask.objects.ready(now).filter(pk=pk)
    taken = ours.update(
        status=TaskStatus.RUNNING,
        attempts=F("attempts") + 1,
        claimed_at=now,
        claimed_by=token,
        lease_until=now + timedelta(seconds=LEASE_S),
        finished_at=None,
        error="",
    )
    return Claim(QueuedTask.objects.get(pk=pk), token) if taken else None


def _work(claim: Claim, at_once: bool) -> Outcome:
    row, spec = claim.row, spec_of(claim.row.task)
    if spec is None:
        return _fail(claim, f"There is no task named {row.task}.")
    try:
        with held(row.pk, claim.token), limited(spec.time_limit_s):
            spec.function(*row.args, **row.kwargs)
    except RanTooLong:
        return _fail(claim, f"The task ran longer than {spec.time_limit_s:g} s.")
    except spec.retry_on as err:
        return _try_again(claim, spec, err, at_once)
    except Exception as err:
        logger.exception("task failed", row=row.pk)
        return _fail(claim, describe(err))
    return _done(claim, spec)


def _done(claim: Claim, spec: TaskSpec) -> Outcome:
    if not spec.keep_done:
        _ours(claim).delete()
        return Outcome.DONE
    return _finish(claim, Outcome.DONE, status=TaskStatus.DONE, finished_at=timezone.now())


def _fail(claim: Claim, error: str) -> Outcome:
    return _finish(
        claim, Outcome.FAILED, status=TaskStatus.FAILED, finished_at=timezone.now(), error=error
    )


def _try_again(claim: Claim, spec: TaskSpec, err: Exception, at_once: bool) -> Outcome:
    row = claim.row
    if row.attempts >= row.max_attempts:
        return _fail(claim, f"{describe(err)}\nGiven up after {row.attempts} attempts.")
    wait_s = 0.0 if at_once else min(spec.retry_delay_s * 2 ** (row.attempts - 1), MAX_BACKOFF_S)
    now = timezone.now()
    with transaction.atomic():
        outcome = _finish(
            claim,
            Outcome.AGAIN,
            status=TaskStatus.READY,
            not_before=now + timedelta(seconds=wait_s),
            sent_at=now if wait_s <= SEND_AHEAD_S else None,
            lease_until=None,
            error=describe(err),
        )
        if outcome is Outcome.AGAIN and not at_once and wait_s <= SEND_AHEAD_S:
            transaction.on_commit(
                lambda: dispatch(row.pk, name=row.task, queue=row.queue, delay_s=wait_s)
            )
    return outcome


def _finish(claim: Claim, outcome: Outcome, **changes: Any) -> Outcome:
    """Write how it went, unless the row was taken away from us meanwhile."""
    if _ours(claim).update(**changes):
        return outcome
    logger.warning("row was lost to another worker", row=claim.row.pk)
    return Outcome.NOT_OURS


def _ours(claim: Claim) -> Any:
    return QueuedTask.objects.running().filter(pk=claim.row.pk, claimed_by=claim.token)
