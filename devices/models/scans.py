"""Scans and executor runs: what was asked of which targets, and what each answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from devices.choices import (
    EXECUTOR_WORDS,
    ReviewState,
    RunStatus,
    ScanKind,
    ScanStatus,
    TargetState,
)


class Scan(models.Model):
    """One sweep over targets; progress is counted from its rows, so it survives a lost worker."""

    kind = models.CharField("type", max_length=20, choices=ScanKind, default=ScanKind.DISCOVERY)
    status = models.CharField(max_length=20, choices=ScanStatus, default=ScanStatus.QUEUED)
    targets = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    accept = models.CharField(max_length=10, default="auto")
    total_targets = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Scan {self.pk}"


class ScanResult(models.Model):
    """One target of a scan, waiting or answered; `result` is the discovery record."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="results")
    target = models.CharField(max_length=255)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=TargetState, default=TargetState.WAITING)
    is_online = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    review = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.PENDING)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scan", "target"], name="devices_scanresult_once")
        ]
        indexes = [models.Index(fields=["scan", "state"], name="devices_scanresult_state")]

    def __str__(self) -> str:
        return self.target


class ExecutorRun(models.Model):
    """A command on one or many targets; secrets that came with it are sealed until it ends."""

    executor = models.CharField(max_length=50)
    command = models.TextField(blank=True)
    config = models.JSONField(default=dict)
    credential = models.ForeignKey(
        "devices.Credential", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    status = models.CharField(max_length=20, choices=RunStatus, default=RunStatus.QUEUED)
    total_targets = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Run {self.pk}: {EXECUTOR_WORDS.get(self.executor, self.executor)}"


class ExecutorResult(models.Model):
    """What one target of a run answered, or why it did not."""

    run = models.ForeignKey(ExecutorRun, on_delete=models.CASCADE, related_name="results")
    position = models.PositiveIntegerField()
    target = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=TargetState, default=TargetState.WAITING)
    success = models.BooleanField(default=False)
    output = models.TextField(blank=True)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=30, blank=True)
    duration_s = models.FloatField(default=0)
    extra = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="devices_runresult_once")
        ]

    def __str__(self) -> str:
        return self.target
