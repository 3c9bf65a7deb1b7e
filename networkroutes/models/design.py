"""What the design tool remembers: saved searches and the log of searches, prices and maps."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.text import Truncator

from networkroutes.choices import OPEN_UPLOADS, BulkOutcome, DesignAction

MOST_SHOWN = 80


class SavedSearch(models.Model):
    """A search kept by its asker (contract 3.10); `search_results` is any JSON.

    Clients may give it a name of any length; lists and titles show how it begins.
    """

    search_name = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    source_location = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    destination_location = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    bandwidth_required = models.FloatField(null=True, blank=True)
    bandwidth_unit = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    include_ull = models.BooleanField(null=True, blank=True)
    protection_required = models.BooleanField(null=True, blank=True)
    max_latency_ms = models.FloatField(null=True, blank=True)
    carrier_avoidance = models.JSONField(null=True, blank=True)
    output_currency = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    contract_term_months = models.PositiveIntegerField(null=True, blank=True)
    search_results = models.JSONField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "saved searches"

    def __str__(self) -> str:
        return Truncator(self.search_name or f"Search {self.pk}").chars(MOST_SHOWN)


class DesignLogQuerySet(models.QuerySet["DesignLog"]):
    """Questions about the design log."""

    def shown(self) -> DesignLogQuerySet:
        """Rows that nobody has archived."""
        return self.filter(archived_at__isnull=True)


class DesignLog(models.Model):
    """One search, price or map of the design tool (contract 3.9); `execution_time_ms` in ms."""

    logged_at = models.DateTimeField(default=timezone.now)
    action_type = models.CharField(max_length=64, db_index=True)
    parameters = models.JSONField(null=True, blank=True)
    results = models.JSONField(null=True, blank=True)
    execution_time_ms = models.PositiveIntegerField(null=True, blank=True)
    ip_address = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    session_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    user_name = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    kmz_files = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    pricing_data = models.JSONField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, db_index=True)

    objects = DesignLogQuerySet.as_manager()

    class Meta:
        ordering = ["-logged_at", "-pk"]
        verbose_name = "design log row"

    def __str__(self) -> str:
        return f"{dict(DesignAction.choices).get(self.action_type, self.action_type)} {self.pk}"


class LegacyRecord(models.Model):
    """Which row of a replaced database became which row here; makes an import repeatable."""

    table = models.CharField(max_length=64)
    legacy_id = models.CharField(max_length=64)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "legacy_id"], name="networkroutes_legacyrecord_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.legacy_id}"


class BulkUpload(models.Model):
    """One bulk upload and what came of it; `errors` holds the first sentences.

    A large one is a job: it waits and runs in the background, `file_key` names its file, and
    `preview` holds what a dry run found.
    """

    module = models.CharField(max_length=64)
    filename = models.CharField(max_length=255)
    uploaded_at = models.DateTimeField(default=timezone.now)
    user_name = models.CharField(max_length=150, blank=True)
    outcome = models.CharField(max_length=16, choices=BulkOutcome)
    total_rows = models.PositiveIntegerField(default=0)
    rows_imported = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    invalid_rows = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_dry_run = models.BooleanField(default=False)
    is_upsert = models.BooleanField(default=False)
    file_key = models.CharField(max_length=255, blank=True)
    checked_rows = models.PositiveIntegerField(default=0)
    preview = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.module.replace('_', ' ').capitalize()} {self.uploaded_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.outcome in OPEN_UPLOADS
