"""Measured latency of circuits: probes, samples, outages (contract 10.2)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory_site.core.models.base import TimeStamped
from networkroutes.choices import ProbeKind
from networkroutes.models.routes import NetworkRoute

LARGEST_PORT = 65_535


class LatencyProbe(TimeStamped):
    """How a circuit is measured: ping, TCP connection, SNMP answer, or a JSON value over HTTP.

    `target` is an address, a host name or, for `http`, a URL; `json_path` names the value in the
    answer, e.g. `data.rtt_ms`. `tcp_port` is where `tcp` connects, and where `ping` times a
    connection when no ICMP is allowed. `claimed_until` keeps two runs from probing at once.
    """

    route = models.OneToOneField(NetworkRoute, on_delete=models.CASCADE, related_name="probe")
    kind = models.CharField(max_length=8, choices=ProbeKind, default=ProbeKind.PING)
    target = models.CharField(max_length=500)
    json_path = models.CharField(max_length=200, blank=True)
    tcp_port = models.PositiveIntegerField(
        "TCP port",
        default=443,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_PORT)],
    )
    snmp_port = models.PositiveIntegerField(
        "SNMP port",
        default=161,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_PORT)],
    )
    timeout_ms = models.PositiveIntegerField(
        "time-out, ms", default=2000, validators=[MinValueValidator(50), MaxValueValidator(30_000)]
    )
    losses_to_outage = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    is_enabled = models.BooleanField("enabled", default=True, db_index=True)
    probed_at = models.DateTimeField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


class LatencyState(models.Model):
    """The last word on a circuit's latency; `losses` counts in a row, `latency_ms` 0 is down."""

    route = models.OneToOneField(
        NetworkRoute, on_delete=models.CASCADE, primary_key=True, related_name="latency"
    )
    latency_ms = models.FloatField(null=True, blank=True)
    sampled_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=100, blank=True)
    losses = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "latency state"

    def __str__(self) -> str:
        return f"{self.route_id}: {self.latency_ms}"


class LatencySample(models.Model):
    """One measurement; no latency is a loss, 0 says that the circuit was declared down."""

    route = models.ForeignKey(NetworkRoute, on_delete=models.CASCADE, related_name="samples")
    sampled_at = models.DateTimeField()
    latency_ms = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=100)

    class Meta:
        ordering = ["-sampled_at", "-pk"]
        indexes = [
            models.Index(fields=["route", "-sampled_at"], name="networkroutes_sample_route"),
            models.Index(fields=["sampled_at"], name="networkroutes_sample_time"),
        ]

    def __str__(self) -> str:
        return f"{self.route_id} {self.sampled_at:%Y-%m-%d %H:%M:%S}: {self.latency_ms}"


class Outage(models.Model):
    """A time in which a measured circuit was down; at most one per circuit is open."""

    route = models.ForeignKey(NetworkRoute, on_delete=models.CASCADE, related_name="outages")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["route"],
                condition=Q(ended_at__isnull=True),
                name="networkroutes_outage_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route.circuit_id} since {self.started_at:%Y-%m-%d %H:%M}"
