"""Polls, and the MIB profiles that tell what to ask."""

from __future__ import annotations

import uuid
from datetime import UTC

from django.db import models
from django.utils import timezone

from devices.choices import PollTarget, RunStatus
from devices.models.credentials import Credential
from devices.models.groups import DeviceGroup
from inventory_site.core.models.base import TimeStamped


class MibProfile(TimeStamped):
    """What a vendor's devices can be asked."""

    name = models.CharField(max_length=100, unique=True)
    vendor = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    enterprise_oid = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = "MIB profile"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OidGroup(models.Model):
    """OIDs that are walked together."""

    profile = models.ForeignKey(MibProfile, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=100)
    base_oid = models.CharField(max_length=255, blank=True)
    mib_name = models.CharField(max_length=100, blank=True)
    is_table = models.BooleanField(default=False)

    class Meta:
        verbose_name = "OID group"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "name"], name="devices_oidgroup_once")
        ]

    def __str__(self) -> str:
        return f"{self.profile}/{self.name}"


class OidMapping(models.Model):
    """One column: its OID, the name it is stored under, and what is done to the value."""

    group = models.ForeignKey(OidGroup, on_delete=models.CASCADE, related_name="mappings")
    name = models.CharField(max_length=100)
    oid = models.CharField("OID", max_length=255)
    mib_object_name = models.CharField(max_length=100, blank=True)
    data_type = models.CharField(max_length=50, default="string")
    transform = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    is_index = models.BooleanField(default=False)

    class Meta:
        verbose_name = "OID mapping"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="devices_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.group}/{self.name}"


class EnumMapping(models.Model):
    """The word for one number of a column."""

    mapping = models.ForeignKey(OidMapping, on_delete=models.CASCADE, related_name="enums")
    int_value = models.IntegerField()
    string_value = models.CharField(max_length=100)
    severity = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["int_value"]
        constraints = [
            models.UniqueConstraint(fields=["mapping", "int_value"], name="devices_enum_once")
        ]

    def __str__(self) -> str:
        return f"{self.int_value} {self.string_value}"


class PollType(models.Model):
    """A named way of polling: groups of a profile, and the table the rows go to."""

    name = models.CharField(max_length=100, unique=True)
    display_name = models.CharField(max_length=200, blank=True)
    profile = models.ForeignKey(MibProfile, on_delete=models.CASCADE, related_name="poll_types")
    target_table = models.CharField(max_length=50, default="polling_data")
    enabled = models.BooleanField(default=True)
    groups = models.ManyToManyField(OidGroup, through="PollTypeGroup", related_name="poll_types")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PollTypeGroup(models.Model):
    """A group's place in a poll type."""

    poll_type = models.ForeignKey(PollType, on_delete=models.CASCADE)
    group = models.ForeignKey(OidGroup, on_delete=models.CASCADE)
    poll_order = models.IntegerField(default=0)

    class Meta:
        ordering = ["poll_order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["poll_type", "group"], name="devices_polltypegroup_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.poll_type}: {self.group}"


class PollConfig(TimeStamped):
    """What is polled how often, of which devices; a way in of its own is kept encrypted."""

    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    poll_type = models.CharField(max_length=50)
    enabled = models.BooleanField(default=True)
    interval_seconds = models.PositiveIntegerField(default=300)
    cron_expression = models.CharField(max_length=100, blank=True)
    target_type = models.CharField(max_length=30, choices=PollTarget, default=PollTarget.ALL)
    target_device_ip = models.CharField(max_length=45, blank=True)
    target_device_ids = models.JSONField(default=list, blank=True)
    target_group = models.ForeignKey(DeviceGroup, on_delete=models.SET_NULL, null=True, blank=True)
    target_site_name = models.CharField(max_length=100, blank=True)
    target_role = models.CharField(max_length=100, blank=True)
    target_manufacturer = models.CharField(max_length=100, blank=True)
    target_custom_filter = models.JSONField(null=True, blank=True)
    credential = models.ForeignKey(Credential, on_delete=models.SET_NULL, null=True, blank=True)
    community_encrypted = models.TextField(blank=True, editable=False)
    account_encrypted = models.TextField(blank=True, default="", editable=False)
    snmp_version = models.CharField(max_length=3, default="2c")
    snmp_port = models.PositiveIntegerField(default=161)
    snmp_timeout = models.PositiveIntegerField(default=5)
    snmp_retries = models.PositiveIntegerField(default=2)
    max_concurrent = models.PositiveIntegerField(default=50)
    batch_size = models.PositiveIntegerField(default=25)
    tags = models.JSONField(default=list, blank=True)
    created_by = models.CharField(max_length=255, blank=True, editable=False)
    last_run_at = models.DateTimeField(null=True, editable=False)
    last_run_status = models.CharField(max_length=20, blank=True, editable=False)
    last_run_duration_ms = models.PositiveIntegerField(null=True, editable=False)
    last_run_devices_polled = models.PositiveIntegerField(null=True, editable=False)
    last_run_devices_success = models.PositiveIntegerField(null=True, editable=False)
    last_run_error = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = "poll"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PollExecution(models.Model):
    """One run of a poll; (config, scheduled time) happens once."""

    config = models.ForeignKey(
        PollConfig, on_delete=models.SET_NULL, null=True, related_name="executions"
    )
    config_name = models.CharField(max_length=100)
    scheduled_for = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=20, choices=RunStatus, default=RunStatus.RUNNING)
    devices_targeted = models.PositiveIntegerField(default=0)
    devices_polled = models.PositiveIntegerField(default=0)
    devices_success = models.PositiveIntegerField(default=0)
    devices_failed = models.PositiveIntegerField(default=0)
    records_collected = models.PositiveIntegerField(default=0)
    error_message = models.TextField(blank=True)
    triggered_by = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = "poll run"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["config", "scheduled_for"], name="devices_pollexecution_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.config_name} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def celery_task_id(self) -> str | None:
        """The id of its task: of a poll at a scheduled time, none once the poll is gone."""
        if self.config_id is None:
            return None
        moment = self.scheduled_for.astimezone(UTC).isoformat()
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"devices.poll/{self.config_id}/{moment}"))


class PollDeviceResult(models.Model):
    """How one device fared in a poll."""

    execution = models.ForeignKey(
        PollExecution, on_delete=models.CASCADE, related_name="device_results"
    )
    device_ip = models.CharField(max_length=45)
    success = models.BooleanField(default=False)
    records = models.PositiveIntegerField(default=0)
    error_message = models.TextField(blank=True)
    duration_ms = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "device_ip"], name="devices_polldevice_once"
            )
        ]

    def __str__(self) -> str:
        return self.device_ip


class PollData(models.Model):
    """Rows of poll types that have no table of their own."""

    poll_type = models.CharField(max_length=100)
    target_table = models.CharField(max_length=50, default="polling_data")
    device_ip = models.CharField(max_length=45)
    collected_at = models.DateTimeField(default=timezone.now, db_index=True)
    data = models.JSONField(default=dict)
    config = models.ForeignKey(PollConfig, on_delete=models.SET_NULL, null=True)
    execution = models.ForeignKey(PollExecution, on_delete=models.SET_NULL, null=True)

    class Meta:
        verbose_name_plural = "poll data"
        indexes = [
            models.Index(
                fields=["device_ip", "poll_type", "-collected_at"], name="devices_polldata_by_type"
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_ip} {self.poll_type}"
