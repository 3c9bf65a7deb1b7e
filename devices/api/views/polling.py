"""Polls, MIB profiles and health over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api import files
from devices.api.base import BareView, DeviceView, query_text, said, truth, wanted_id, whole
from devices.choices import PollTarget
from devices.errors import Refused
from devices.models import HealthScore, PollConfig, PollExecution, PollType
from devices.selectors import metrics, monitoring
from devices.services import health, poll_configs, poll_secrets
from devices.services.polling import BUILT_IN


def configs_shown(rows: list[PollConfig], with_community: bool = False) -> list[dict[str, Any]]:
    """Return polls; a community of their own shows only to those who may change settings.

    The passwords of an SNMPv3 account of their own show to nobody.
    """
    sites = poll_configs.site_ids(rows)
    return [_config_shown(row, sites, with_community) for row in rows]


def _config_shown(
    row: PollConfig, sites: Mapping[str, int], with_community: bool
) -> dict[str, Any]:
    data = {name: getattr(row, name) for name in poll_configs.PLAIN}
    return {
        "id": row.pk,
        **data,
        "target_device_ip": row.target_device_ip or None,
        "target_group_id": row.target_group_id,
        "target_site_id": sites.get(row.target_site_name.lower()),
        "credential_id": row.credential_id,
        "snmp_community": poll_secrets.community_of(row, with_community),
        **poll_secrets.account_shown(row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "created_by": row.created_by,
        "last_run_at": row.last_run_at,
        "last_run_status": row.last_run_status or None,
        "last_run_duration_ms": row.last_run_duration_ms,
        "last_run_devices_polled": row.last_run_devices_polled,
        "last_run_devices_success": row.last_run_devices_success,
        "last_run_error": row.last_run_error or None,
    }


def execution_shown(row: PollExecution) -> dict[str, Any]:
    """Return one run of a poll."""
    names = (
        "config_name",
        "started_at",
        "completed_at",
        "duration_ms",
        "status",
        "devices_targeted",
        "devices_polled",
        "devices_success",
        "devices_failed",
        "records_collected",
        "triggered_by",
        "celery_task_id",
    )
    data = {name: getattr(row, name) for name in names}
    error = row.error_message or None
    return {"id": row.pk, "config_id": row.config_id, **data, "error_message": error}


class ConfigsView(DeviceView):
    """GET, POST /api/polling/configs."""

    permissions = {"get": policy.VIEW, "post": policy.SETTINGS_EDIT}
    file = files.POLLS

    def get(self, request: Request) -> Response:
        """List polls."""
        query, rows = request.query_params, PollConfig.objects.all()
        if query.get("enabled"):
            rows = rows.filter(enabled=truth(query["enabled"], "enabled", True))
        if query.get("poll_type"):
            rows = rows.filter(poll_type=query["poll_type"])
        tag, open_ = query.get("tag"), policy.may(request.user, policy.SETTINGS_EDIT)
        shown = configs_shown([row for row in rows if not tag or tag in row.tags], open_)
        return Response({"configs": shown, "count": len(shown), "total": len(shown)})

    def post(self, request: Request) -> Response:
        """Make a poll."""
        row = poll_configs.create(actor=request.user, body=self.body)
        return said({"id": row.pk}, "Config created", 201)


class ConfigView(DeviceView):
    """GET, PUT, DELETE /api/polling/configs/{id}."""

    permissions = {
        "get": policy.VIEW,
        "put": policy.SETTINGS_EDIT,
        "delete": policy.SETTINGS_EDIT,
    }

    def get(self, request: Request, pk: int) -> Response:
        """Answer a poll."""
        may_read = policy.may(request.user, policy.SETTINGS_EDIT)
        return Response(configs_shown([poll_configs.find(pk)], may_read)[0])

    def put(self, request: Request, pk: int) -> Response:
        """Change a poll."""
        row = poll_configs.update(pk, actor=request.user, body=self.body)
        return said(configs_shown([row], True)[0], "Config updated")

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a poll."""
        poll_configs.delete(pk, actor=request.user)
        return said(None, "Config deleted")


class ToggleView(DeviceView):
    """POST /api/polling/configs/{id}/toggle."""

    permissions = {"post": policy.SETTINGS_EDIT}

    def post(self, request: Request, pk: int) -> Response:
        """Switch a poll on or off."""
        sent = self.body.get("enabled")
        wanted = None if sent is None else truth(sent, "enabled", True)
        row = poll_configs.toggle(pk, actor=request.user, enabled=wanted)
        word = "enabled" if row.enabled else "disabled"
        return said({"enabled": row.enabled}, f"Config {word}")


class RunNowView(DeviceView):
    """POST /api/polling/configs/{id}/run."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request, pk: int) -> Response:
        """Queue a poll now."""
        row, task = poll_configs.run_now(pk, actor=request.user)
        data = {"task_id": task, "config_id": row.pk, "poll_type": row.poll_type}
        return said(data, "Polling task dispatched", 202)


class ExecutionsView(DeviceView):
    """GET /api/polling/executions."""

    permissions = {"get": policy.VIEW}
    file = files.POLL_RUNS

    def get(self, request: Request) -> Any:
        """List runs, newest first."""
        query, rows = request.query_params, PollExecution.objects.order_by("-pk")
        if query.get("config_id"):
            rows = rows.filter(config_id=wanted_id(query["config_id"], "config_id"))
        if query.get("status"):
            rows = rows.filter(status=query["status"])
        if self.is_file:
            return self.as_file(execution_shown(row) for row in rows.iterator(files.CHUNK))
        found = rows[: whole(query.get("limit"), "limit", 50, 1, 500)]
        shown = [execution_shown(row) for row in found]
        return Response({"executions": shown, "count": len(shown)})


class ExecutionView(DeviceView):
    """GET /api/polling/executions/{id}."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request, pk: int) -> Response:
        """Answer a run with its devices."""
        row = PollExecution.objects.filter(pk=pk).first()
        if row is None:
            raise Refused("EXECUTION_NOT_FOUND", f'Execution with ID "{pk}" not found', 404)
        names = ("device_ip", "success", "records", "error_message", "duration_ms")
        results = list(row.device_results.values(*names))
        shown = execution_shown(row)
        return Response({**shown, "execution": shown, "device_results": results})


class StatusView(DeviceView):
    """GET /api/polling/status."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer how polling does."""
        return Response(monitoring.polling_status())


class PollTypesView(DeviceView):
    """GET /api/polling/poll-types."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """List what can be polled."""
        found: list[dict[str, Any]] = [
            {
                "id": name,
                "name": name,
                "description": text,
                "default_interval": seconds,
                "source": "builtin",
            }
            for name, (text, seconds) in BUILT_IN.items()
        ]
        for row in PollType.objects.filter(enabled=True).select_related("profile"):
            found.append(
                {
                    "id": row.name,
                    "name": row.name,
                    "description": row.display_name,
                    "default_interval": 300,
                    "source": "custom",
                    "vendor": row.profile.vendor,
                    "profile": row.profile.name,
                    "target_table": row.target_table,
                }
            )
        return Response({"poll_types": found})


class TargetTypesView(DeviceView):
    """GET /api/polling/target-types."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """List which devices a poll can mean."""
        found = [{"id": value, "name": label} for value, label in PollTarget.choices]
        return Response({"target_types": found})


def score_shown(row: HealthScore | None) -> dict[str, Any] | None:
    """Return a score as numbers."""
    if row is None:
        return None
    names = (
        "overall_score",
        "availability_score",
        "performance_score",
        "error_score",
        "capacity_score",
    )
    data: dict[str, Any] = {name: float(getattr(row, name)) for name in names}
    return {**data, "calculated_at": row.calculated_at}


class DeviceHealthView(BareView):
    """GET /api/health/device/{ip}, POST …/calculate."""

    permissions = {"get": policy.VIEW, "post": policy.CONNECT}

    def get(self, request: Request, ip: str) -> Response:
        """Answer the newest score; `recalculate=1` works one out."""
        ip = metrics.address_of(ip)
        again = truth(request.query_params.get("recalculate"), "recalculate", False)
        with_history = query_text(request, "history").lower() not in {"", "0", "false", "no"}
        rows = HealthScore.objects.filter(device_ip=ip).order_by("-calculated_at", "-pk")
        known = None if again else rows.first()
        newest = known or health.calculate(ip)
        history = [score_shown(row) for row in rows[:288]] if with_history else []
        return Response(
            {
                "device_ip": ip,
                "calculated": known is None,
                "health": score_shown(newest),
                "count": len(history),
                "history": history,
            }
        )

    def post(self, request: Request, ip: str) -> Response:
        """Work a score out now."""
        ip = metrics.address_of(ip)
        hours = whole(self.body.get("hours"), "hours", 1, 1, 24 * 31)
        row = health.calculate(ip, hours=hours)
        return Response({"device_ip": ip, "calculated": True, "health": score_shown(row)})


class SiteHealthView(BareView):
    """GET /api/health/site/{id or name}."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request, site: str) -> Response:
        """Answer the mean of a site's devices."""
        return Response(monitoring.site_health(site))


class NetworkHealthView(BareView):
    """GET /api/health/network."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer the whole network's score."""
        return Response({"timestamp": timezone.now(), "summary": monitoring.network_health()})


class CalculateAllView(BareView):
    """POST /api/health/calculate-all."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request) -> Response:
        """Score every device."""
        count = health.calculate_all()
        return Response({"status": "ok", "devices_processed": count, "timestamp": timezone.now()})


class SpansView(DeviceView):
    """GET /api/spans."""

    permissions = {"get": policy.VIEW}
    file = files.SPANS

    def get(self, request: Request) -> Response:
        """Answer the loss of each known cable."""
        return Response(health.span_losses())
