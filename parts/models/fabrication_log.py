"""What happened to parts of the workshop."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from parts.models.fabrication import FabricationPart


class PartEvent(models.Model):
    """One step of a part's life; it outlives the part, whose number and name it keeps."""

    part = models.ForeignKey(
        FabricationPart, on_delete=models.SET_NULL, null=True, related_name="events"
    )
    part_number = models.BigIntegerField(db_index=True)
    part_label = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="part_events",
    )
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=32)
    from_category = models.CharField(max_length=20, blank=True)
    to_category = models.CharField(max_length=20, blank=True)
    from_status = models.CharField(max_length=50, blank=True)
    to_status = models.CharField(max_length=50, blank=True)
    payload = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "part event"

    def __str__(self) -> str:
        return f"{self.action} {self.part_label}"
