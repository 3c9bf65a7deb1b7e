"""Alerts that PRTG sends."""

from django.db import models
from django.utils import timezone


class PrtgAlert(models.Model):
    """One sensor's alert: active until PRTG says that the sensor is up again."""

    sensor_id = models.CharField(max_length=50)
    device_id = models.CharField(max_length=50, blank=True)
    device_name = models.CharField(max_length=255, blank=True)
    sensor_name = models.CharField(max_length=255, blank=True)
    host = models.CharField(max_length=255, blank=True)
    group_name = models.CharField(max_length=255, blank=True)
    status_text = models.CharField(max_length=100, blank=True)
    severity = models.CharField(max_length=20, default="unknown")
    message = models.TextField(blank=True)
    last_value = models.CharField(max_length=255, blank=True)
    priority = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    raised_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_active", "-updated_at", "pk"]
        verbose_name = "PRTG alert"
        constraints = [
            models.UniqueConstraint(
                fields=["sensor_id"],
                condition=models.Q(is_active=True),
                name="devices_prtgalert_active_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_name} {self.sensor_name}".strip() or f"Sensor {self.sensor_id}"
