"""Content that both wings keep once."""

from django.db import models
from django.utils import timezone


class StoredBlob(models.Model):
    """Bytes in the store, by their hash; the row is the lock between an upload and the sweep.

    `used_at` is when an upload last claimed the bytes: the sweep leaves young ones alone.
    """

    sha256 = models.CharField(max_length=64)
    storage = models.CharField(max_length=16)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "storage"], name="parts_storedblob_once"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def key(self) -> str:
        """Name in the store."""
        return f"cas/{self.sha256}"
