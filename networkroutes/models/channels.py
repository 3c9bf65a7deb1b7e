"""DWDM channels of a dark-fibre circuit."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Prefetch

from inventory_site.core.models.base import TimeStamped, Versioned
from networkroutes.choices import ChannelBandwidth, ReservationStatus
from networkroutes.models.routes import NetworkRoute


class DarkFibreChannelQuerySet(models.QuerySet["DarkFibreChannel"]):
    """Questions about channels."""

    def with_open_reservation(self) -> DarkFibreChannelQuerySet:
        """Read the open reservation of each along, in one more query."""
        from networkroutes.models.reservations import Reservation

        held = Reservation.objects.filter(status=ReservationStatus.OPEN).select_related("holder")
        return self.prefetch_related(Prefetch("reservations", held, to_attr="open_reservations"))

    def reserved_at(self, moment: datetime) -> DarkFibreChannelQuerySet:
        """Channels with a reservation that has not run out at that moment."""
        return self.filter(
            reservations__status=ReservationStatus.OPEN, reservations__expires_at__gte=moment
        )


class DarkFibreChannel(TimeStamped, Versioned):
    """One wavelength of a dark fibre; who holds it is told by its open `Reservation`."""

    route = models.ForeignKey(NetworkRoute, on_delete=models.CASCADE, related_name="channels")
    dwdm_wavelength = models.CharField("wavelength", max_length=50, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    dwdm_ucn = models.CharField("channel UCN", max_length=50, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    equipment = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    in_use = models.BooleanField("lit", default=False)
    bandwidth = models.CharField(  # noqa: DJ001  null and blank differ on the wire
        max_length=8, choices=ChannelBandwidth, null=True, blank=True
    )
    capex_cost_to_light = models.DecimalField(
        "capex to light",
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    objects = DarkFibreChannelQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["dwdm_ucn"], name="networkroutes_channel_ucn")]
        verbose_name = "dark-fibre channel"

    def __str__(self) -> str:
        return self.dwdm_ucn or self.dwdm_wavelength or f"Channel {self.pk}"
