"""Scans, and what they read, over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q
from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api import files
from devices.api.base import DeviceView, listed, readings_listed, said, truth, wanted_id, whole
from devices.choices import ReviewState, ScanStatus, TargetState
from devices.errors import Invalid
from devices.models import Scan, ScanResult
from devices.selectors import metrics
from devices.services import interfaces, scans
from inventory_site.core.api.idempotency import idempotent

ENDED = (TargetState.DONE, TargetState.FAILED)
NONE_YET = {"completed": 0, "online": 0, "to_review": 0}


def scan_shown(scan: Scan) -> dict[str, Any]:
    """Return a scan with its progress."""
    return scans_shown([scan])[0]


def scans_shown(some: list[Scan]) -> list[dict[str, Any]]:
    """Return scans with their progress; one query, however many."""
    counted = (
        ScanResult.objects.filter(scan__in=some)
        .order_by()
        .values("scan")
        .annotate(
            completed=Count("pk", filter=Q(state__in=ENDED)),
            online=Count("pk", filter=Q(is_online=True)),
            to_review=Count("pk", filter=Q(is_online=True, review="pending")),
        )
    )
    found = {row["scan"]: row for row in counted}
    return [_shown(scan, found.get(scan.pk, NONE_YET)) for scan in some]


def status_shown(scan: Scan) -> str:
    """Return a scan's status as clients know it: one that waits for a worker runs already."""
    return ScanStatus.RUNNING.value if scan.status == ScanStatus.QUEUED else scan.status


def _shown(scan: Scan, found: Mapping[str, int]) -> dict[str, Any]:
    total = scan.total_targets
    return {
        "scan_id": scan.pk,
        "type": scan.kind,
        "status": status_shown(scan),
        "progress": int(100 * found["completed"] / total) if total else 100,
        "total_targets": total,
        "completed_targets": found["completed"],
        "discovered_devices": found["online"],
        "to_review": found["to_review"] if scan.accept == "review" else 0,
        "accept": scan.accept,
        "started_at": scan.started_at or scan.created_at,
        "finished_at": scan.finished_at,
        "error": scan.error or None,
    }


def result_shown(row: ScanResult) -> dict[str, Any]:
    """Return one target of a scan."""
    return {
        **row.result,
        "id": row.pk,
        "target": row.target,
        "state": row.state,
        "online": row.is_online,
        "review": row.review,
        "error": row.error or None,
    }


class ScansView(DeviceView):
    """GET, POST /api/scans."""

    permissions = {"get": policy.VIEW, "post": policy.CONNECT}
    file = files.SCANS

    def get(self, request: Request) -> Any:
        """List scans, newest first."""
        rows = Scan.objects.order_by("-pk")
        if self.is_file:
            return self.as_file(files.in_chunks(rows, scans_shown))
        limit = whole(request.query_params.get("limit"), "limit", 50, 1, 500)
        return listed(scans_shown(list(rows[:limit])))

    @idempotent
    def post(self, request: Request) -> Response:
        """Begin a scan."""
        body = self.body
        options = body.get("options")
        if options is not None and not isinstance(options, dict):
            raise Invalid("options", "options must be an object")
        scan = scans.start_scan(
            actor=request.user,
            kind=str(body.get("type") or "discovery"),
            targets=body.get("targets"),
            options=options,
            accept=str(body["accept"]) if body.get("accept") else None,
        )
        scan.refresh_from_db()
        data = {
            "scan_id": scan.pk,
            "status": status_shown(scan),
            "started_at": scan.created_at,
            "total_targets": scan.total_targets,
        }
        return Response(data, status=202)


class ScanView(DeviceView):
    """GET /api/scans/{id} and /progress."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request, pk: int) -> Response:
        """Answer how far a scan came."""
        return Response(scan_shown(scans.find_scan(pk)))


class ScanCancelView(DeviceView):
    """POST /api/scans/{id}/cancel."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request, pk: int) -> Response:
        """Stop a scan."""
        return said(scan_shown(scans.cancel_scan(pk, actor=request.user)), "Scan cancelled")


class ScanResumeView(DeviceView):
    """POST /api/scans/{id}/resume."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request, pk: int) -> Response:
        """Go on with what was left."""
        return Response(scan_shown(scans.resume_scan(pk, actor=request.user)), status=202)


class ScanResultsView(DeviceView):
    """GET /api/scans/{id}/results."""

    permissions = {"get": policy.VIEW}
    file = files.SCAN_RESULTS

    def get(self, request: Request, pk: int) -> Any:
        """List the targets; `online=true` only those that answered."""
        scan = scans.find_scan(pk)
        rows = scan.results.order_by("position")
        if truth(request.query_params.get("online"), "online", False):
            rows = rows.filter(is_online=True)
        if self.is_file:
            return self.as_file(result_shown(row) for row in rows.iterator(files.CHUNK))
        offset = whole(request.query_params.get("offset"), "offset", 0, 0, 10**9)
        limit = whole(request.query_params.get("limit"), "limit", 1000, 1, 5000)
        return listed(
            [result_shown(row) for row in rows[offset : offset + limit]], total=rows.count()
        )


class ScanReviewView(DeviceView):
    """POST /api/scans/{id}/review."""

    permissions = {"post": policy.ADD}

    def post(self, request: Request, pk: int) -> Response:
        """Make devices of the results named in `accept`, leave out `reject`; `"all"` accepts
        those not left out before."""
        scan, body = scans.find_scan(pk), self.body
        chosen = body.get("accept") or []
        if chosen == "all":
            found = scan.results.filter(is_online=True).exclude(review=ReviewState.REJECTED)
            chosen = list(found.values_list("pk", flat=True))
        if not isinstance(chosen, list) or not isinstance(body.get("reject") or [], list):
            raise Invalid("accept", "accept must be a list of result ids, or all")
        done = scans.review(
            pk,
            actor=request.user,
            accept=[wanted_id(one, "accept") for one in chosen],
            reject=[wanted_id(one, "reject") for one in body.get("reject") or []],
        )
        return Response(done)


class ScanInterfacesView(DeviceView):
    """GET /api/scans/interfaces/{ip}."""

    permissions = {"get": policy.VIEW}
    file = files.INTERFACES

    def get(self, request: Request, ip: str) -> Response:
        """List the ports of an address."""
        return listed(metrics.interfaces(metrics.address_of(ip)))


class InterfacesIngestView(DeviceView):
    """POST /api/scans/interfaces."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Store ports that another system read."""
        count = interfaces.ingest_interfaces(self.body.get("interfaces"), actor=request.user)
        return Response({"saved": count}, status=201)


class ReadingsIngestView(DeviceView):
    """POST /api/scans/optical/readings."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Store light levels that another system read."""
        count = interfaces.ingest_readings(self.body.get("readings"), actor=request.user)
        return Response({"saved": count}, status=201)


class OpticalView(DeviceView):
    """GET /api/scans/optical."""

    permissions = {"get": policy.VIEW}
    file = files.INTERFACES

    def get(self, request: Request) -> Response:
        """List optical ports."""
        sent = request.query_params.get("ip_address")
        return listed(metrics.optical_interfaces(metrics.address_of(sent) if sent else None))


class PowerHistoryView(DeviceView):
    """GET, POST /api/scans/optical/power-history."""

    permissions = {"get": policy.VIEW, "post": policy.VIEW}
    file = files.READINGS

    def get(self, request: Request) -> Any:
        """List the readings of one address."""
        query = request.query_params
        if not query.get("ip_address"):
            raise Invalid("ip_address", "ip_address is required")
        ips = [metrics.address_of(query["ip_address"])]
        span = {
            "interface": query.get("interface_index"),
            "hours": whole(query.get("hours"), "hours", 24, 1, 24 * 366),
        }
        if self.is_file:
            return self.as_file(metrics.all_readings(ips, **span))
        return readings_listed(metrics.readings(ips, **span))

    def post(self, request: Request) -> Response:
        """Answer the readings of several addresses; an invalid one has none."""
        body = self.body
        sent = body.get("ip_addresses")
        if not isinstance(sent, list) or not sent:
            raise Invalid("ip_addresses", "ip_addresses is required")
        hours = whole(body.get("hours"), "hours", 24, 1, 24 * 366)
        port = body.get("interface_index")
        found = {
            str(one): metrics.readings([ip], interface=port, hours=hours)
            if (ip := metrics.normal_ip(one))
            else metrics.Readings([], False)
            for one in sent
        }
        response = Response({ip: levels.rows for ip, levels in found.items()})
        if any(levels.is_cut for levels in found.values()):
            response.message = metrics.CUT  # type: ignore[attr-defined]  # for the envelope
        return response


class TrendsView(DeviceView):
    """GET /api/scans/optical/trends."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer least, most and mean of a port's levels."""
        query = request.query_params
        for name in ("ip_address", "interface_index"):
            if not query.get(name):
                raise Invalid(name, f"{name} is required")
        index = whole(query["interface_index"], "interface_index", 0, -(2**31), 2**31 - 1)
        days = whole(query.get("days"), "days", 7, 1, 366)
        return Response(metrics.trends(metrics.address_of(query["ip_address"]), index, days))


class CleanupView(DeviceView):
    """POST /api/scans/cleanup."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Remove old light levels."""
        from devices.services.retention import remove_optical

        days = whole(self.body.get("optical_days"), "optical_days", 90, 1, 3650)
        return said({"optical_readings_deleted": remove_optical(days)}, "Cleanup completed")
