"""Jobs that a person waits for, and what the AI service was asked."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from parts.choices.stock import JobKind, JobStatus


class StockJob(models.Model):
    """Work with progress (a task on the wire); only who started it, or an admin, reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=JobKind)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.PENDING)
    params = models.JSONField(default=dict)
    progress_text = models.CharField(max_length=200, blank=True)
    progress_value = models.FloatField(default=0)
    result = models.JSONField(null=True)
    error = models.TextField(null=True)  # noqa: DJ001  null on the wire
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="stock_jobs"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.pk)[:8]}"


class AiRun(models.Model):
    """One question to the AI service and its answer; never the key, never a photo."""

    kind = models.CharField(max_length=16, choices=JobKind)
    part = models.ForeignKey(
        "parts.StockPart", on_delete=models.CASCADE, null=True, related_name="ai_runs"
    )
    part_updated_at = models.DateTimeField(null=True)
    job = models.ForeignKey(StockJob, on_delete=models.SET_NULL, null=True, related_name="runs")
    source = models.CharField(max_length=8, default="ai")
    model = models.CharField(max_length=100, blank=True)
    instruction_version = models.CharField(max_length=20, blank=True)
    input_sha256 = models.CharField(max_length=64, db_index=True)
    proposal = models.JSONField(null=True)
    response = models.JSONField(null=True)
    input_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    reasoning_tokens = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    duration_ms = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=JobStatus)
    error = models.TextField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="ai_runs"
    )
    accepted_fields = models.JSONField(default=list)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "AI run"

    def __str__(self) -> str:
        return f"{self.kind} run {self.pk}"
