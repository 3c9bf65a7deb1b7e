"""How often each address of the site is called."""

from __future__ import annotations

from django.db import models


class UsageTally(models.Model):
    """Calls of one address (as a pattern, e.g. `/api/devices/<str:key>`) with one status on a day.

    `took_ms` is the sum of their durations. Days are UTC.
    """

    day = models.DateField()
    endpoint = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    calls = models.PositiveBigIntegerField(default=0)
    took_ms = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "usage tallies"
        ordering = ["-day", "endpoint", "status"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "endpoint", "status"], name="accounts_usagetally_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} on {self.day}"
