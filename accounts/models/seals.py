"""Seals over the audit trail."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class AuditSeal(models.Model):
    """One link of the chain: a hash over a batch of entries and over the seal before it.

    `ranges` are the entries' numbers as `[first, last]` pairs, `leaves` their SHA-256 one after
    the other in order of number (32 bytes each), so that a broken entry can be named. A batch
    whose entries left by retention keeps its seal; `emptied_at` says when.
    """

    number = models.PositiveBigIntegerField(unique=True)
    ranges = models.JSONField(default=list)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(db_index=True)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(help_text="Time of the youngest entry of the batch.")
    leaves = models.BinaryField(editable=False)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)
    emptied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"seal {self.number}"
