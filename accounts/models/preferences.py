"""Settings that administrators change while the site runs."""

from django.conf import settings
from django.db import models


class Setting(models.Model):
    """One typed value under a dotted key, e.g. `audit.retention_days`."""

    key = models.CharField(max_length=100, unique=True)
    value = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
