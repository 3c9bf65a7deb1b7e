"""Fibre spans: what is lost on them now, what usually is, and how far the two are apart."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices.admin.words import address_link, device_link, devices_at
from devices.models import Device, SpanBaseline
from devices.selectors.charts import port_word
from devices.services import health
from inventory_site.core.admin import EMPTY, ReadOnlyAdmin, column, register, when
from inventory_site.core.admin.lists import OpenList

Ways = tuple[dict[str, Any], dict[str, Any]]


class MeasuredList(OpenList):
    """A list whose spans know their ends and what is lost on them now."""

    def get_results(self, request: HttpRequest) -> None:
        """Measure the spans of this page."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        measure(self.result_list)


def measure(rows: list[Any]) -> None:
    """Note the devices and the losses of these spans on them."""
    devices = devices_at(ip for row in rows for ip in (row.a_ip, row.b_ip))
    for row, ways in zip(rows, health.spans_of(rows), strict=True):
        row.ways = ways
        row.ends = (devices.get(row.a_ip), devices.get(row.b_ip))


def decibels(value: float | None, *, is_drift: bool = False) -> str:
    """Write a loss, or how far it moved with its sign; the true minus sign."""
    if value is None:
        return EMPTY
    text = f"{value:+.2f}" if is_drift else f"{value:.2f}"
    return text.replace("-", "−")  # noqa: RUF001  the true minus sign


def _both(ways: Ways, name: str) -> str:
    there, back = (decibels(way[name], is_drift=name == "drift_db") for way in ways)
    return f"{there} / {back}"


@register(SpanBaseline)
class SpanBaselineAdmin(ReadOnlyAdmin):
    """A fibre span: both of its ends and both of its directions in one row."""

    list_title = "Spans"
    list_display = ["end_a", "end_b", "loss", "baseline", "drift", "taken"]
    search_fields = ["a_ip", "b_ip"]
    phone_columns = ["end_b", "loss", "drift"]
    summary = ["start", "end_b", "loss", "baseline", "drift", "taken"]
    fields = ["a_ip", "a_port", "b_ip", "b_port"]
    empty_text = "No span was measured yet; neighbours and light levels make one."

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpanBaseline]:
        """Leave out the way back: it stands in the row of the way there."""
        rows: QuerySet[SpanBaseline] = super().get_queryset(request)
        there = SpanBaseline.objects.filter(
            a_ip=OuterRef("b_ip"),
            a_port=OuterRef("b_port"),
            b_ip=OuterRef("a_ip"),
            b_port=OuterRef("a_port"),
            pk__lt=OuterRef("pk"),
        )
        return rows.exclude(Exists(there))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenList]:
        return MeasuredList

    @column("From", order="a_ip")
    def end_a(self, obj: SpanBaseline) -> SafeString:
        device = _measured(obj).ends[0]  # the row's own link is around it
        return format_html("{} {}", device or obj.a_ip, _port(obj.a_port))

    @column("From")
    def start(self, obj: SpanBaseline) -> SafeString:
        return _end(obj.a_ip, obj.a_port, _measured(obj).ends[0])

    @column("To", order="b_ip")
    def end_b(self, obj: SpanBaseline) -> SafeString:
        return _end(obj.b_ip, obj.b_port, _measured(obj).ends[1])

    @column("Loss now there / back, dB", numeric=True)
    def loss(self, obj: SpanBaseline) -> str:
        return _both(_measured(obj).ways, "loss_db")

    @column("Baseline there / back, dB", numeric=True)
    def baseline(self, obj: SpanBaseline) -> str:
        return _both(_measured(obj).ways, "baseline_db")

    @column("Drift there / back, dB", numeric=True)
    def drift(self, obj: SpanBaseline) -> str:
        return _both(_measured(obj).ways, "drift_db")

    @column("Baseline taken", order="set_at", export="set_at")
    def taken(self, obj: SpanBaseline) -> SafeString:
        return when(obj.set_at)


def _measured(row: SpanBaseline) -> Any:
    if not hasattr(row, "ways"):
        measure([row])
    return row


def _end(ip: str, port: str, device: Device | None) -> SafeString:
    name = device_link(device) if device else address_link(ip, None)
    return format_html("{} {}", name, _port(port))


def _port(port: str) -> str:
    return f"port {port}" if port.isdigit() else port_word(port)
