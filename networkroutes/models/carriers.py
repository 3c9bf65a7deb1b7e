"""The carrier directory."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from inventory_site.core.models.base import TimeStamped, Versioned
from networkroutes.choices import CarrierStatus, Region

CONTACT_VALID_FOR = timedelta(days=365)


class Carrier(TimeStamped, Versioned):
    """A carrier of one region; name and region together are unique, whatever the case.

    Circuits name their carrier as text (`underlying_carrier`), not by key.
    """

    carrier_name = models.CharField("name", max_length=255)
    previously_known_as = models.CharField(max_length=255, blank=True)
    status = models.CharField(
        max_length=16, choices=CarrierStatus, default=CarrierStatus.ACTIVE, db_index=True
    )
    region = models.CharField(max_length=16, choices=Region)

    class Meta:
        ordering = ["carrier_name", "region"]
        constraints = [
            models.UniqueConstraint(
                Lower("carrier_name"), "region", name="networkroutes_carrier_once_per_region"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_name} ({self.region})"


class CarrierContactQuerySet(models.QuerySet["CarrierContact"]):
    """Questions about contacts."""

    def overdue(self, at: datetime | None = None) -> CarrierContactQuerySet:
        """Contacts that nobody has confirmed for 365 days or more."""
        return self.filter(last_updated__lte=(at or timezone.now()) - CONTACT_VALID_FOR)


class CarrierContact(Versioned):
    """A person or desk at a carrier; to be confirmed once a year, which `last_updated` tells."""

    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="contacts")
    contact_type = models.CharField(max_length=100, blank=True)
    contact_level = models.CharField(max_length=100, blank=True)
    contact_name = models.CharField(max_length=255)
    contact_function = models.CharField(max_length=255, blank=True)
    contact_email = models.EmailField(max_length=255, blank=True)
    contact_phone = models.CharField(max_length=64, blank=True)
    notes = models.TextField(blank=True)
    last_updated = models.DateTimeField(default=timezone.now, db_index=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="approved_carrier_contacts",
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CarrierContactQuerySet.as_manager()

    class Meta:
        ordering = ["carrier", "contact_level", "contact_name"]

    def __str__(self) -> str:
        return self.contact_name

    @property
    def is_overdue(self) -> bool:
        """Whether the contact waits to be confirmed."""
        return self.last_updated <= timezone.now() - CONTACT_VALID_FOR
