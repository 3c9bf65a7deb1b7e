"""Reservations of wavelengths, and the log that outlives them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from networkroutes.choices import ReservationAction, ReservationStatus


class ReservationQuerySet(models.QuerySet["Reservation"]):
    """Questions about reservations."""

    def open(self) -> ReservationQuerySet:
        """Neither released nor expired in the books."""
        return self.filter(status=ReservationStatus.OPEN)

    def active(self, at: datetime | None = None) -> ReservationQuerySet:
        """Open and not past their end."""
        return self.open().filter(expires_at__gte=at or timezone.now())

    def overdue(self, at: datetime | None = None) -> ReservationQuerySet:
        """Open in the books although their end has passed."""
        return self.open().filter(expires_at__lt=at or timezone.now())


class Reservation(models.Model):
    """One person holds one channel from `reserved_at` to `expires_at`, 60 days later unless
    renewed.

    `holder` is the account where one is known; `reserved_by` is the name as given. At most one
    reservation per channel is open (a partial unique constraint stands behind the service).
    """

    channel = models.ForeignKey(
        "networkroutes.DarkFibreChannel", on_delete=models.CASCADE, related_name="reservations"
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reservations",
    )
    reserved_by = models.CharField(max_length=255)
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(
        max_length=16, choices=ReservationStatus, default=ReservationStatus.OPEN
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        ordering = ["-reserved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel"],
                condition=Q(status=ReservationStatus.OPEN),
                name="networkroutes_reservation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("reserved_at")),
                name="networkroutes_reservation_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "expires_at"], name="networkroutes_reservation_due"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} held by {self.reserved_by}"

    def is_active(self, at: datetime | None = None) -> bool:
        """Whether the channel is really held at that moment."""
        return self.status == ReservationStatus.OPEN and self.expires_at >= (at or timezone.now())


class ReservationLog(models.Model):
    """One event of a reservation, as the contract's log shows it; kept when channel and circuit go.

    `logged_at` is the wire's `reservation_date`; circuit and channel UCN are copied as text.
    """

    channel = models.ForeignKey(
        "networkroutes.DarkFibreChannel",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="log",
    )
    circuit_id = models.CharField(max_length=12, db_index=True)
    dwdm_ucn = models.CharField(max_length=50, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    action = models.CharField(max_length=16, choices=ReservationAction)
    reserved_by = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    logged_at = models.DateTimeField(default=timezone.now)
    expiry_date = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire

    class Meta:
        ordering = ["-logged_at", "-pk"]
        verbose_name = "reservation log row"
        indexes = [
            models.Index(fields=["action", "-logged_at"], name="networkroutes_reservlog_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.circuit_id} {self.dwdm_ucn or ''}".strip()
