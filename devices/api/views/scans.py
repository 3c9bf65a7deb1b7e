"""Scans, runs of commands, parsers and targeting over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView, listed, said, truth, wanted_id, whole
from devices.choices import TargetState
from devices.errors import Invalid, Refused
from devices.models import ExecutorResult, ExecutorRun, Scan, ScanResult
from devices.parsers.registry import registry
from devices.selectors import metrics, targeting
from devices.services import interfaces, runs, scans
from inventory_site.core.api.idempotency import idempotent

ENDED = (TargetState.DONE, TargetState.FAILED, TargetState.CANCELLED)


def scan_shown(scan: Scan) -> dict[str, Any]:
    """Return a scan with its progress."""
    found = scan.results.aggregate(
        completed=Count("pk", filter=Q(state__in=ENDED)),
        online=Count("pk", filter=Q(is_online=True)),
        to_review=Count("pk", filter=Q(is_online=True, review="pending")),
    )
    total = scan.total_targets
    return {
        "scan_id": scan.pk,
        "type": scan.kind,
        "status": scan.status,
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

    def get(self, request: Request) -> Response:
        """List scans, newest first."""
        limit = whole(request.query_params.get("limit"), "limit", 50, 1, 500)
        return listed([scan_shown(scan) for scan in Scan.objects.order_by("-pk")[:limit]])

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
            accept=str(body.get("accept") or "auto"),
        )
        scan.refresh_from_db()
        data = {
            "scan_id": scan.pk,
            "status": "running" if scan.status == "queued" else scan.status,
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

    def get(self, request: Request, pk: int) -> Response:
        """List the targets; `online=true` only those that answered."""
        scan = scans.find_scan(pk)
        rows = scan.results.order_by("position")
        if truth(request.query_params.get("online"), "online", False):
            rows = rows.filter(is_online=True)
        offset = whole(request.query_params.get("offset"), "offset", 0, 0, 10**9)
        limit = whole(request.query_params.get("limit"), "limit", 1000, 1, 5000)
        return listed(
            [result_shown(row) for row in rows[offset : offset + limit]], total=rows.count()
        )


class ScanReviewView(DeviceView):
    """POST /api/scans/{id}/review."""

    permissions = {"post": policy.ADD}

    def post(self, request: Request, pk: int) -> Response:
        """Make devices of the results named in `accept` (or `"all"`), leave out `reject`."""
        scan, body = scans.find_scan(pk), self.body
        chosen = body.get("accept") or []
        if chosen == "all":
            chosen = list(scan.results.filter(is_online=True).values_list("pk", flat=True))
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

    def get(self, request: Request) -> Response:
        """List optical ports."""
        sent = request.query_params.get("ip_address")
        return listed(metrics.optical_interfaces(metrics.address_of(sent) if sent else None))


class PowerHistoryView(DeviceView):
    """GET, POST /api/scans/optical/power-history."""

    permissions = {"get": policy.VIEW, "post": policy.VIEW}

    def get(self, request: Request) -> Response:
        """List the readings of one address."""
        query = request.query_params
        if not query.get("ip_address"):
            raise Invalid("ip_address", "ip_address is required")
        return listed(
            metrics.readings(
                [metrics.address_of(query["ip_address"])],
                interface=query.get("interface_index"),
                hours=whole(query.get("hours"), "hours", 24, 1, 24 * 366),
            )
        )

    def post(self, request: Request) -> Response:
        """Answer the readings of several addresses; an invalid one has none."""
        body = self.body
        sent = body.get("ip_addresses")
        if not isinstance(sent, list) or not sent:
            raise Invalid("ip_addresses", "ip_addresses is required")
        hours = whole(body.get("hours"), "hours", 24, 1, 24 * 366)
        return Response(
            {
                str(one): metrics.readings([ip], interface=body.get("interface_index"), hours=hours)
                if (ip := metrics.normal_ip(one))
                else []
                for one in sent
            }
        )


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


def run_shown(run: ExecutorRun, *, results: bool = False) -> dict[str, Any]:
    """Return a run; with `results` what each target answered."""
    ended = run.results.exclude(state=TargetState.WAITING).count()
    data: dict[str, Any] = {
        "run_id": run.pk,
        "executor": run.executor,
        "command": run.command,
        "status": run.status,
        "total_targets": run.total_targets,
        "completed_targets": ended,
        "progress": int(100 * ended / run.total_targets) if run.total_targets else 100,
        "credential_id": run.credential_id,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "created_at": run.created_at,
        "error": run.error or None,
    }
    if results:
        data["results"] = [run_result(row) for row in run.results.order_by("position")]
    return data


def run_result(row: ExecutorResult) -> dict[str, Any]:
    """Return what one target answered."""
    return {
        "target": row.target,
        "state": row.state,
        "success": row.success,
        "output": row.output,
        "error": row.error or None,
        "error_code": row.error_code or None,
        "duration": row.duration_s,
        **row.extra,
    }


class ExecutorsView(DeviceView):
    """GET /api/executors."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """List the kinds."""
        return listed(runs.executors().list_executors())


class ExecuteView(DeviceView):
    """POST /api/executors/{type}/execute."""

    permissions = {"post": policy.CONNECT}

    @idempotent
    def post(self, request: Request, kind: str) -> Response:
        """Queue a command on targets; answers 202 and the run's id."""
        body = self.body
        config = body.get("config")
        if config is not None and not isinstance(config, dict):
            raise Invalid("config", "config must be an object")
        targets = body.get("targets") if "targets" in body else body.get("target")
        credential = body.get("credential_id")
        run = runs.start_run(
            actor=request.user,
            executor=kind,
            targets=targets,
            command=body.get("command") or "",
            config=config,
            credential_id=None if credential is None else wanted_id(credential, "credential_id"),
        )
        run.refresh_from_db()
        return Response(run_shown(run), status=202)


class RunView(DeviceView):
    """GET /api/executors/runs/{id}."""

    permissions = {"get": policy.CONNECT}

    def get(self, request: Request, pk: int) -> Response:
        """Answer a run with what each target said."""
        return Response(run_shown(runs.find_run(pk), results=True))


class RunCancelView(DeviceView):
    """POST /api/executors/runs/{id}/cancel."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request, pk: int) -> Response:
        """Stop a run."""
        return said(run_shown(runs.cancel_run(pk, actor=request.user)), "Run cancelled")


class ParsersView(DeviceView):
    """GET /api/parsers."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """List the parsers with their schemas."""
        return listed(registry.list_parsers())


class ParseView(DeviceView):
    """POST /api/parsers/{id}/parse."""

    permissions = {"post": policy.VIEW}

    def post(self, request: Request, name: str) -> Response:
        """Parse an output."""
        if registry.get(name) is None:
            raise Refused("PARSER_NOT_FOUND", f"Unknown parser: {name}", 404)
        context = self.body.get("context") or {}
        if not isinstance(context, dict):
            raise Invalid("context", "context must be an object")
        output = self.body.get("output")
        if output is not None and not isinstance(output, str):
            raise Invalid("output", "output must be a text")
        found = registry.safe_parse(name, output, context)
        if not found["success"]:
            raise Invalid("output", found["error"])
        return Response(
            {
                "records": found["data"],
                "count": found["count"],
                "unknown_lines": found["unknown_lines"],
            }
        )


class TargetingView(DeviceView):
    """POST /api/targeting/resolve."""

    permissions = {"post": policy.VIEW}

    def post(self, request: Request) -> Response:
        """Answer the targets, and why others were left out."""
        body = self.body
        return Response(targeting.safe_resolve(body.get("type"), body.get("config")))
