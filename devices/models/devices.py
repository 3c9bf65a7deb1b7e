"""Devices and the addresses they are managed at."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from devices.addresses import sort_key
from devices.choices import HistoryAction, PingStatus
from devices.models.types import DeviceTag, DeviceType, Manufacturer, Site
from inventory_site.core.models.base import TimeStamped, Versioned

ONLINE_WORDS = ("online", "responds")


class ManagementAddress(models.Model):
    """An IP address that answers, or once did, and what it said of itself.

    The status words are stored as they came (`online`, `YES`); `state` reads them.
    """

    ip = models.CharField("IP address", max_length=45, unique=True)
    sort_key = models.CharField(max_length=34, db_index=True, editable=False)
    network_range = models.CharField(max_length=50, null=True, blank=True)  # noqa: DJ001  null = never told
    ping_status = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_status = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001  null = never told
    ssh_status = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001  null = never told
    rdp_status = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001  null = never told
    scan_timestamp = models.DateTimeField(null=True, blank=True)
    snmp_description = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_hostname = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_location = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_contact = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_uptime = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_vendor_oid = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_vendor_name = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_model = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_chassis_mac = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_serial = models.TextField(null=True, blank=True)  # noqa: DJ001  null = never told
    snmp_port = models.PositiveIntegerField(null=True, blank=True)
    ssh_port = models.PositiveIntegerField(null=True, blank=True)
    first_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["sort_key"]
        verbose_name_plural = "management addresses"

    def __str__(self) -> str:
        return self.ip

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the sortable form beside the address."""
        self.sort_key = sort_key(self.ip)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature

    @property
    def state(self) -> PingStatus:
        """Up, down or unknown, by the last ping."""
        word = (self.ping_status or "").lower()
        if any(part in word for part in ONLINE_WORDS):
            return PingStatus.UP
        return PingStatus.DOWN if word == "offline" else PingStatus.UNKNOWN


class DeviceQuerySet(models.QuerySet["Device"]):
    """Questions about devices."""

    def current(self) -> DeviceQuerySet:
        """Devices that are not archived."""
        return self.filter(archived_at__isnull=True)

    def at_addresses(self) -> DeviceQuerySet:
        """The lowest device of each address, in the order of the addresses."""
        lowest = (
            Device.objects.current()
            .filter(address__isnull=False)
            .order_by()
            .values("address")
            .annotate(lowest=models.Min("pk"))
            .values("lowest")
        )
        return self.filter(pk__in=lowest).order_by("address__sort_key", "pk")


class Device(TimeStamped, Versioned):
    """One device of the operator or its lab.

    `lab_status` keeps the lab's word as it was sent; what the network says stands in `address`.
    Several devices share an address when they are port pairs of one (type, name).
    """

    name = models.CharField(max_length=200)
    device_type = models.ForeignKey(DeviceType, on_delete=models.PROTECT, related_name="devices")
    lab_status = models.CharField("status", max_length=50, default="active")
    address = models.ForeignKey(
        ManagementAddress, on_delete=models.PROTECT, null=True, blank=True, related_name="devices"
    )
    polatis_name = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    polatis_port_range = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    maintenance_start = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    maintenance_end = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    oi_id = models.CharField("OI id", max_length=50, null=True, blank=True, unique=True)
    manufacturer = models.ForeignKey(
        Manufacturer, on_delete=models.PROTECT, null=True, blank=True, related_name="devices"
    )
    hardware_model = models.CharField("model", max_length=100, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    serial_number = models.CharField(max_length=100, null=True, blank=True, unique=True)
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="devices"
    )
    rack = models.CharField(max_length=50, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    u_position = models.PositiveIntegerField("U", null=True, blank=True)
    hostname = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    owner_group = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    role = models.CharField(max_length=100, blank=True)
    software_version = models.CharField(max_length=100, blank=True)
    mac_address = models.CharField("MAC address", max_length=17, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    is_placeholder = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    tags = models.ManyToManyField(
        DeviceTag, through="DeviceTagging", related_name="devices", blank=True
    )

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "device_type",
                "name",
                Coalesce("polatis_name", models.Value("")),
                name="devices_device_once",
                violation_error_message="A device of this type, name and Polatis name exists.",
            ),
        ]
        indexes = [
            models.Index(fields=["lab_status"], name="devices_device_status"),
            models.Index(fields=["-created_at", "-id"], name="devices_device_newest"),
            models.Index(fields=["hostname"], name="devices_device_hostname"),
        ]
        permissions = [("connect_device", "Can run commands on devices")]

    def __str__(self) -> str:
        return self.name

    @property
    def ping_status(self) -> PingStatus:
        """Up, down or unknown, by the last ping of its address."""
        return self.address.state if self.address else PingStatus.UNKNOWN

    @property
    def ip(self) -> str | None:
        """The management address as text."""
        return self.address.ip if self.address else None


class DeviceTagging(models.Model):
    """A tag on a device."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(DeviceTag, on_delete=models.CASCADE, related_name="taggings")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "tag"], name="devices_tagging_once")
        ]

    def __str__(self) -> str:
        return f"{self.device}: {self.tag}"


class DeviceHistory(models.Model):
    """One change of a device; outlives it, so id and name stand here as values too."""

    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, related_name="history")
    device_number = models.BigIntegerField(db_index=True)
    device_name = models.CharField(max_length=200)
    action = models.CharField(max_length=50, choices=HistoryAction)
    field_name = models.CharField(max_length=100, null=True)  # noqa: DJ001  null = not about one field
    old_value = models.TextField(null=True)  # noqa: DJ001  null and blank differ on the wire
    new_value = models.TextField(null=True)  # noqa: DJ001  null and blank differ on the wire
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    notes = models.TextField(null=True)  # noqa: DJ001  null and blank differ on the wire
    extra = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "device history"

    def __str__(self) -> str:
        return f"{self.device_name} {self.action}"


class DeviceAttachment(models.Model):
    """A file that belongs to a device; `key` is random, the name is data."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="attachments")
    file_name = models.CharField(max_length=255)
    key = models.CharField(max_length=512, unique=True)
    file_type = models.CharField(max_length=50)
    mime_type = models.CharField(max_length=255, blank=True)
    size_bytes = models.BigIntegerField(null=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name


def with_state(rows: QuerySet[Device], state: str) -> QuerySet[Device]:
    """Return the devices whose address is up, down or unknown."""
    return rows.filter(in_state(state))


def in_state(state: str) -> Q:
    """Return the condition that a device's address is up, down or unknown."""
    up = Q()
    for word in ONLINE_WORDS:
        up |= Q(address__ping_status__icontains=word)
    down = Q(address__ping_status__iexact="offline")
    if state == PingStatus.UP:
        return up
    if state == PingStatus.DOWN:
        return down
    return ~Q(pk__in=Device.objects.filter(up | down))
