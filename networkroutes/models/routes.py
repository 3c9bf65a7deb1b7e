"""Circuits, and the repositories they are kept in."""

from __future__ import annotations

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import Q

from inventory_site.core.models.base import TimeStamped, Versioned
from inventory_site.core.search import search_text_field
from networkroutes.choices import EquipmentType

CIRCUIT_ID = r"\A[A-Z]{6}[0-9]{6}\Z"
DARK_FIBER = "dark fiber"
INDEXED = [MaxLengthValidator(255)]  # an index of PostgreSQL takes no longer texts


class RepositoryType(models.Model):
    """A kind of inventory, e.g. `Network Routes`; row 1 is the default of new circuits."""

    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(null=True, blank=True)  # noqa: DJ001  the wire tells null from blank
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class NetworkRouteQuerySet(models.QuerySet["NetworkRoute"]):
    """Questions about circuits."""

    def in_order(self) -> NetworkRouteQuerySet:
        """The order in which they were made."""
        return self.order_by("pk")

    def out(self) -> NetworkRouteQuerySet:
        """Core outages: live latency is 0; never measured is not an outage."""
        return self.filter(live_latency_ms=0)

    def dark_fibre(self) -> NetworkRouteQuerySet:
        """Circuits that carry DWDM channels."""
        return self.filter(bandwidth__iexact=DARK_FIBER)


class NetworkRoute(TimeStamped, Versioned):
    """One circuit of the register, known to people by its UCN (`circuit_id`).

    The row's id is the creation sequence: lists and the tie rules of path finding follow it. Texts
    may be null or blank, since the wire tells the two apart. `cost` is per month in `currency`.
    """

    circuit_id = models.CharField(
        "UCN",
        max_length=12,
        unique=True,
        validators=[RegexValidator(CIRCUIT_ID, "Six capital letters and six digits.")],
    )
    repository_type = models.ForeignKey(
        RepositoryType, on_delete=models.PROTECT, related_name="routes", default=1
    )
    outage_tickets_last_30d = models.PositiveIntegerField(
        "outage tickets, last 30 days", null=True, blank=True
    )
    maintenance_tickets_last_30d = models.PositiveIntegerField(
        "maintenance tickets, last 30 days", null=True, blank=True
    )
    kmz_file_path = models.CharField(max_length=255, null=True, blank=True, editable=False)  # noqa: DJ001  null and blank differ on the wire
    live_latency_ms = models.FloatField(
        "live latency, ms", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    expected_latency_ms = models.FloatField(
        "expected latency, ms", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    test_results_link = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    cable_system = models.TextField(null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    is_special = models.BooleanField("special / ULL", null=True, blank=True)
    underlying_carrier = models.TextField("carrier", null=True, blank=True, validators=INDEXED)  # noqa: DJ001  null and blank differ on the wire
    cost = models.DecimalField(
        "monthly cost",
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    location_a = models.TextField("location A", null=True, blank=True, validators=INDEXED)  # noqa: DJ001  null and blank differ on the wire
    location_b = models.TextField("location B", null=True, blank=True, validators=INDEXED)  # noqa: DJ001  null and blank differ on the wire
    bandwidth = models.CharField(  # noqa: DJ001  null and blank differ on the wire
        max_length=100,
        null=True,
        blank=True,
        help_text="Dark Fiber, or a number of Mbps.",
    )
    more_details = models.TextField("notes", null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    test_results_file = models.TextField(null=True, blank=True, editable=False)  # noqa: DJ001  null and blank differ on the wire
    mtu = models.PositiveIntegerField("MTU, bytes", null=True, blank=True)
    sla_latency_ms = models.FloatField(
        "SLA latency, ms", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    capacity_usage_percent = models.FloatField(
        "capacity in use, %",
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    local_loop_carriers_a = models.TextField(  # noqa: DJ001  null and blank differ on the wire
        "local-loop carriers at A", null=True, blank=True, help_text="Names, by comma."
    )
    local_loop_carriers_b = models.TextField(  # noqa: DJ001  null and blank differ on the wire
        "local-loop carriers at B", null=True, blank=True, help_text="Names, by comma."
    )
    equipment_type = models.CharField(  # noqa: DJ001  null and blank differ on the wire
        max_length=16, choices=EquipmentType, null=True, blank=True
    )
    created_by = models.CharField(max_length=150, blank=True, editable=False)
    updated_by = models.CharField(max_length=150, blank=True, editable=False)

    search_text = search_text_field(
        "circuit_id",
        "cable_system",
        "underlying_carrier",
        "location_a",
        "location_b",
        "bandwidth",
        "more_details",
        "kmz_file_path",
        "test_results_link",
    )

    objects = NetworkRouteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(live_latency_ms__isnull=True) | Q(live_latency_ms__gte=0),
                name="networkroutes_networkroute_live_latency",
            ),
        ]
        indexes = [
            models.Index(fields=["repository_type", "id"], name="networkroutes_route_type"),
            models.Index(fields=["live_latency_ms"], name="networkroutes_route_live"),
            models.Index(fields=["underlying_carrier"], name="networkroutes_route_carrier"),
            models.Index(fields=["location_a"], name="networkroutes_route_a"),
            models.Index(fields=["location_b"], name="networkroutes_route_b"),
            models.Index(fields=["kmz_file_path"], name="networkroutes_route_kmz"),
        ]

    def __str__(self) -> str:
        return self.circuit_id

    @property
    def is_dark_fibre(self) -> bool:
        """Whether the circuit carries DWDM channels."""
        return (self.bandwidth or "").lower() == DARK_FIBER

    @property
    def is_out(self) -> bool:
        """Whether the circuit is a core outage now."""
        return self.live_latency_ms == 0
