"""Abstract bases."""

from django.db import models
from django.utils import timezone


class TimeStamped(models.Model):
    """Carries when a row was made and last changed; services set both through `save()`."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """Carries a number that each change raises by one, for `If-Match` and `expected_version`."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
