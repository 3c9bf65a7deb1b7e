"""Work in the background, as rows: the outbox, the queue that people see, and the result."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory_site.core.choices import TASK_ENDED, TASK_OPEN, QueueName, TaskStatus


class QueuedTaskQuerySet(models.QuerySet["QueuedTask"]):
    """Questions about the queue."""

    def open(self) -> QueuedTaskQuerySet:
        """Rows that wait or are being worked on."""
        return self.filter(status__in=TASK_OPEN)

    def ended(self) -> QueuedTaskQuerySet:
        """Rows that nobody will touch again by himself."""
        return self.filter(status__in=TASK_ENDED)

    def running(self) -> QueuedTaskQuerySet:
        """Rows that a worker holds."""
        return self.filter(status=TaskStatus.RUNNING)

    def ready(self, at: datetime | None = None) -> QueuedTaskQuerySet:
        """Rows that may be claimed at this moment; rows for later are not among them."""
        return self.filter(status=TaskStatus.READY, not_before__lte=at or timezone.now())


class QueuedTask(models.Model):
    """One piece of work: what to call with which ids, and how it went.

    Written in the transaction of what it follows from, so work exists exactly when its cause does.
    A worker holds a running row until `lease_until`, which it keeps moving; `claimed_by` names the
    process and the one claim. Arguments are ids and plain values, never secrets.
    """

    task = models.CharField(max_length=200)
    queue = models.CharField(max_length=16, choices=QueueName, default=QueueName.DEFAULT)
    args = models.JSONField(default=list, blank=True)
    kwargs = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=16, choices=TaskStatus, default=TaskStatus.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=1)
    not_before = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    dedupe_key = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = QueuedTaskQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(status__in=["ready", "running"]) & ~Q(dedupe_key=""),
                name="core_queuedtask_one_open_per_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "not_before"],
                condition=Q(status__in=["ready", "running"]),
                name="core_queuedtask_open",
            ),
            models.Index(fields=["finished_at"], name="core_queuedtask_finished"),
            models.Index(fields=["task", "-id"], name="core_queuedtask_task"),
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"

    @property
    def duration_ms(self) -> int | None:
        """How long the last attempt took, in milliseconds; None while it has not ended."""
        if self.claimed_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.claimed_at).total_seconds() * 1000)
