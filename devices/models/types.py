"""Registers that devices point at: types, manufacturers, sites, racks, tags."""

from __future__ import annotations

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from devices.choices import DeviceCategory
from inventory_site.core.models.base import TimeStamped

UNKNOWN_TYPE = "Unknown"


class DeviceType(TimeStamped):
    """A kind of device; only schedulable ones may be booked."""

    name = models.CharField(max_length=100, unique=True)
    category = models.CharField(max_length=50, choices=DeviceCategory)
    description = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    is_schedulable = models.BooleanField("may be booked", default=False)
    has_ports = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Manufacturer(TimeStamped):
    """A company that makes devices."""

    name = models.CharField(max_length=100, unique=True)
    website = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Site(TimeStamped):
    """A place that holds devices."""

    name = models.CharField(max_length=100, unique=True)
    address = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Rack(TimeStamped):
    """A rack of a site; `height_u` in rack units."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="racks")
    name = models.CharField(max_length=50)
    height_u = models.PositiveSmallIntegerField(default=42, validators=[MinValueValidator(1)])
    position = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20, default="active")

    class Meta:
        ordering = ["site", "name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="devices_rack_name")]

    def __str__(self) -> str:
        return f"{self.site} {self.name}"


class DeviceTag(models.Model):
    """A word that people put on devices."""

    name = models.CharField(max_length=50, unique=True)
    description = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    color = models.CharField(  # noqa: DJ001  null and blank differ on the wire
        max_length=20,
        null=True,
        blank=True,
        validators=[RegexValidator(r"\A#[0-9A-Fa-f]{6}\Z", "A colour such as #FF5733.")],
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
