"""Measurements over REST: bare JSON."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import BareView, wanted_id, whole
from devices.errors import Invalid
from devices.models import AvailabilitySample
from devices.selectors import metrics, monitoring
from devices.services import ingest, optical_limits

MAX_ROWS = 20_000


def _limit(request: Request) -> int:
    return whole(request.query_params.get("limit"), "limit", 100, 1, MAX_ROWS)


def _ip(request: Request) -> str:
    sent = request.query_params.get("device_ip")
    if not sent:
        raise Invalid("device_ip", "device_ip is required")
    return metrics.address_of(sent)


class _MetricView(BareView):
    permissions = {"get": policy.VIEW, "post": policy.CHANGE}


class OpticalView(_MetricView):
    """GET, POST /api/metrics/optical."""

    def get(self, request: Request) -> Response:
        """Answer light levels, newest first."""
        ip, query = _ip(request), request.query_params
        hours = monitoring.hours_of(query)
        rows = monitoring.optical(ip, query.get("interface", ""), hours, _limit(request))
        return Response({"device_ip": ip, "count": len(rows), "metrics": rows, "data": rows})

    def post(self, request: Request) -> Response:
        """Store one light level, or those of `metrics`."""
        return Response(ingest.take("optical", self.body, actor=request.user), status=201)


class InterfaceView(_MetricView):
    """GET, POST /api/metrics/interface."""

    def get(self, request: Request) -> Response:
        """Answer traffic, newest first."""
        ip, query = _ip(request), request.query_params
        name = query.get("interface_name", "")
        hours = monitoring.hours_of(query)
        rows = monitoring.interface(ip, name, hours, _limit(request))
        return Response(
            {
                "device_ip": ip,
                "interface_name": name or None,
                "count": len(rows),
                "metrics": rows,
                "data": rows,
            }
        )

    def post(self, request: Request) -> Response:
        """Store one sample of traffic, or those of `metrics`."""
        return Response(ingest.take("interface", self.body, actor=request.user), status=201)


class AvailabilityView(_MetricView):
    """GET, POST /api/metrics/availability."""

    def get(self, request: Request) -> Response:
        """Answer reachability of a device or a site."""
        query, rows = request.query_params, AvailabilitySample.objects.all()
        ip = None
        if query.get("device_ip"):
            ip = _ip(request)
            rows = rows.filter(device_ip=ip)
        elif query.get("site_id"):
            rows = rows.filter(monitoring.of_site(wanted_id(query["site_id"], "site_id")))
        else:
            raise Invalid("device_ip", "device_ip or site_id is required")
        found = monitoring.availability(rows, monitoring.hours_of(query), _limit(request))
        return Response({"device_ip": ip, "count": len(found), "metrics": found, "data": found})

    def post(self, request: Request) -> Response:
        """Store one sample of reachability, or those of `metrics`."""
        return Response(ingest.take("availability", self.body, actor=request.user), status=201)


class ThresholdsView(_MetricView):
    """GET /api/metrics/optical/thresholds."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer the limits per port."""
        ip, sent = _ip(request), request.query_params.get("interface_index")
        index = whole(sent, "interface_index", 0, 0, 2**31 - 1) if sent else None
        found = optical_limits.limits_of(ip, index)
        return Response(
            {
                "device_ip": ip,
                "interface_index": index,
                "thresholds": found,
                "count": len(found),
            }
        )


class DeviceSummaryView(_MetricView):
    """GET /api/metrics/device/{ip}/summary."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request, ip: str) -> Response:
        """Answer how reachable a device was."""
        hours = monitoring.hours_of(request.query_params)
        return Response(monitoring.device_summary(metrics.address_of(ip), hours))


class SiteSummaryView(_MetricView):
    """GET /api/metrics/site/{name}/summary."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request, name: str) -> Response:
        """Answer how reachable a site was."""
        hours = monitoring.hours_of(request.query_params)
        return Response(monitoring.site_summary(name, hours))


class DeviceMetricsView(_MetricView):
    """GET /monitoring/v1/devices/{id}/metrics/{kind}: bare lists."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request, ip: str, kind: str) -> Response:
        """Answer one kind of measurement."""
        address, query = metrics.address_of_device(ip), request.query_params
        days = whole(query.get("days"), "days", 0, 1, 366) if query.get("days") else 0
        hours = 24 * days or monitoring.hours_of(query)
        found: list[Any]
        if kind == "optical":
            found = monitoring.optical(address, "", hours, MAX_ROWS)
        elif kind == "interfaces":
            found = monitoring.interface(address, "", hours, MAX_ROWS)
        elif kind == "availability":
            found = monitoring.availability_days(address, max(1, round(hours / 24)))
        else:
            raise Invalid("kind", "the metrics are optical, interfaces and availability")
        return Response(found)
