"""Groups of devices: lists of addresses, or rules."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from devices.models.devices import Device
from inventory_site.core.models.base import TimeStamped


class DeviceGroup(TimeStamped):
    """A named set of addresses used as targets.

    `rule` is null for a plain list; else a filter (`{"site": "Lab", "manufacturer": "Ciena"}`)
    whose matches are members besides those listed.
    """

    group_name = models.CharField("name", max_length=100, unique=True)
    description = models.TextField(blank=True)
    color = models.CharField(
        max_length=7,
        default="#3B82F6",
        validators=[RegexValidator(r"\A#[0-9A-Fa-f]{6}\Z", "A colour such as #3B82F6.")],
    )
    rule = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["group_name"]

    def __str__(self) -> str:
        return self.group_name


class DeviceGroupMember(models.Model):
    """An address in a group; it need not be a known device, and stays when the device goes."""

    group = models.ForeignKey(DeviceGroup, on_delete=models.CASCADE, related_name="members")
    ip_address = models.CharField(max_length=45)
    device = models.ForeignKey(
        Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="memberships"
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "ip_address"], name="devices_member_once")
        ]
        indexes = [models.Index(fields=["ip_address"], name="devices_member_ip")]

    def __str__(self) -> str:
        return f"{self.group}: {self.ip_address}"
