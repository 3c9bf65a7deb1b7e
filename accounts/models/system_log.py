"""The system log that people read in the admin."""

from django.db import models
from django.utils import timezone

from accounts.choices import LogLevel


class LogEntry(models.Model):
    """One line of what the system did by itself; kept for the retention of the settings."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    source = models.CharField(max_length=32)
    level = models.CharField(max_length=10, choices=LogLevel, default=LogLevel.INFO)
    category = models.CharField(max_length=64, blank=True)
    message = models.TextField()
    details = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "log entries"
        indexes = [models.Index(fields=["source", "-at"], name="accounts_logentry_source")]

    def __str__(self) -> str:
        return self.message[:80]
