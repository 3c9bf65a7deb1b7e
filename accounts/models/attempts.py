"""What the limits on guessing count, shared by every process through the database."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Questions about recent attempts."""

    def recent(self, scope: str, key: str, within: timedelta) -> AttemptQuerySet:
        """Those of one kind and one counted thing, not older than `within`."""
        return self.filter(scope=scope, key=key, at__gt=timezone.now() - within)


class Attempt(models.Model):
    """One counted event, e.g. a wrong key from an address.

    `scope` says what is counted, `key` for whom: an address, a name, or a hash; never a secret.
    Rows are short-lived: `services.attempts` removes them.
    """

    scope = models.CharField(max_length=32)
    key = models.CharField(max_length=128)
    at = models.DateTimeField(default=timezone.now)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "pk"]
        indexes = [
            models.Index(fields=["scope", "key", "-at"], name="accounts_attempt_counted"),
            models.Index(fields=["at"], name="accounts_attempt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} of {self.key}"
