"""What NetBox knows, as of the last sync."""

from django.db import models
from django.utils import timezone


class NetBoxCacheEntry(models.Model):
    """One device or virtual machine of NetBox; the two number themselves apart."""

    netbox_id = models.IntegerField()
    is_virtual_machine = models.BooleanField(default=False)
    device_ip = models.CharField(max_length=45, blank=True, db_index=True)
    device_name = models.CharField(max_length=255, blank=True)
    device_type = models.CharField(max_length=255, blank=True)
    manufacturer = models.CharField(max_length=100, blank=True)
    site_id_number = models.IntegerField(null=True)
    site_name = models.CharField(max_length=255, blank=True)
    cluster_name = models.CharField(max_length=100, blank=True)
    role_name = models.CharField(max_length=100, blank=True)
    tags = models.JSONField(default=list)
    status = models.CharField(max_length=50, blank=True)
    serial = models.CharField(max_length=100, blank=True)
    platform = models.CharField(max_length=100, blank=True)
    told = models.JSONField(default=dict, blank=True)  # what this system gave it, by field of ours
    cached_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "NetBox cache entry"
        verbose_name_plural = "NetBox cache entries"
        ordering = ["device_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["netbox_id", "is_virtual_machine"], name="devices_netbox_once"
            )
        ]

    def __str__(self) -> str:
        return self.device_name
