"""`/metrics` for Prometheus: what the database knows of the queue, read when asked."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from inventory_site.core import context, registry
from inventory_site.core.api.system import database_answers
from inventory_site.core.models import QueuedTask


class HouseCollector(Collector):
    """Tasks by queue and state, and every registered health check as 1 or 0."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges."""
        tasks = GaugeMetricFamily(
            "patchbay_tasks", "Queued tasks by queue and state", labels=["queue", "status"]
        )
        rows = QueuedTask.objects.order_by().values_list("queue", "status")
        for queue, status, total in rows.annotate(total=Count("pk")):
            tasks.add_metric([queue, status], total)
        yield tasks
        health = GaugeMetricFamily(
            "patchbay_healthy", "1 while a dependency works", labels=["what"]
        )
        health.add_metric(["database"], int(database_answers()[0]))
        for check in registry.health:
            health.add_metric([check.slug], int(check.probe()[0]))
        yield health


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer addresses of `METRICS_ALLOWED` only; for anybody else there is no such page."""
    if not _allowed(context.current().address):
        raise Http404
    found = CollectorRegistry()
    found.register(HouseCollector())
    return HttpResponse(generate_latest(found), content_type=CONTENT_TYPE_LATEST)


def _allowed(address: str | None) -> bool:
    try:
        caller = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(text) for text in settings.METRICS_ALLOWED)
