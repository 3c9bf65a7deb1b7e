"""Probes, samples and outages; read only."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import badge, column, number, register, when
from networkroutes.admin.design import ReadOnlyPage
from networkroutes.admin.words import CIRCUITS
from networkroutes.models import LatencyProbe, LatencySample, LatencyState, Outage

LONGEST_KEY = 18


@register(Outage)
class OutageAdmin(ReadOnlyPage):
    """When circuits were down."""

    list_display = ["route", "state", "started", "ended", "source"]
    list_select_related = ["route"]
    list_filter = ["source"]
    search_fields = ["route__circuit_id"]
    ordering = ["-started_at", "-pk"]
    summary = ["route", "state", "started", "ended", "source"]
    empty_text = "No outages."

    @column("State")
    def state(self, obj: Outage) -> SafeString:
        return badge("Lasts", "bad") if obj.ended_at is None else badge("Over", "idle")

    @column("Started", order="started_at")
    def started(self, obj: Outage) -> SafeString:
        return when(obj.started_at)

    @column("Ended", order="ended_at")
    def ended(self, obj: Outage) -> SafeString:
        return when(obj.ended_at)


@register(LatencyProbe)
class LatencyProbeAdmin(ReadOnlyPage):
    """How circuits are measured."""

    list_display = ["route", "kind", "target", "is_enabled", "probed"]
    list_select_related = ["route"]
    list_filter = ["kind", "is_enabled"]
    search_fields = ["route__circuit_id", "target"]
    ordering = ["pk"]
    summary = ["route", "kind", "target", "tcp_port", "is_enabled", "probed"]
    empty_text = "No circuit is measured: open one and set its probe."
    filled_by = CIRCUITS

    @column("Last probed", order="probed_at")
    def probed(self, obj: LatencyProbe) -> SafeString:
        return when(obj.probed_at)


@register(LatencyState)
class LatencyStateAdmin(ReadOnlyPage):
    """The last word on each measured circuit."""

    list_display = ["route", "latency_ms", "source", "losses", "sampled"]
    list_select_related = ["route"]
    list_filter = ["source"]
    search_fields = ["route__circuit_id"]
    ordering = ["route"]
    summary = ["route", "latency_ms", "source", "losses", "sampled"]
    empty_text = "No circuit is measured: open one and set its probe."
    filled_by = CIRCUITS

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> LatencyState | None:
        """Return the row; the key is a circuit's, which no database takes in any size."""
        if len(object_id) > LONGEST_KEY:
            return None
        return super().get_object(request, object_id, from_field)

    @column("Sampled", order="sampled_at")
    def sampled(self, obj: LatencyState) -> SafeString:
        return when(obj.sampled_at)


@register(LatencySample)
class LatencySampleAdmin(ReadOnlyPage):
    """Measurements, newest first."""

    list_display = ["route", "latency", "source", "sampled"]
    list_select_related = ["route"]
    search_fields = ["route__circuit_id"]
    ordering = ["-pk"]
    summary = ["route", "latency", "source", "sampled"]
    empty_text = "No measurements: a circuit with a probe has some."
    filled_by = CIRCUITS

    @column("Latency, ms", numeric=True, order="latency_ms")
    def latency(self, obj: LatencySample) -> SafeString:
        return badge("Lost", "warn") if obj.latency_ms is None else number(obj.latency_ms, 2)

    @column("Sampled", order="sampled_at")
    def sampled(self, obj: LatencySample) -> SafeString:
        return when(obj.sampled_at)
