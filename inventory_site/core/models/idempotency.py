"""Answers kept for callers who ask twice."""

from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """The first answer to a POST that carried `Idempotency-Key`; status 0 while it is under way.

    `caller` is the account (or `anonymous`), so that keys of two callers never meet.
    """

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="core_idempotencykey_once"),
        ]

    def __str__(self) -> str:
        return self.key
