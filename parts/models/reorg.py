"""Plans that tidy up."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from inventory_site.core.models.base import TimeStamped
from parts.choices.stock import PlanStatus


class ReorgPlan(TimeStamped):
    """A list of moves worked out from the layout at one moment; good until `expires_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=8, choices=PlanStatus, default=PlanStatus.PENDING)
    params = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    metrics = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    job_id = models.UUIDField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="reorg_plans"
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "reorganisation plan"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Plan {str(self.pk)[:8]}"
