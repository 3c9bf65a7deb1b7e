"""Runs of commands, parsers and targeting over REST."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView, listed, said, wanted_id
from devices.choices import TargetState
from devices.errors import Invalid, Refused
from devices.models import ExecutorResult, ExecutorRun
from devices.parsers.registry import registry
from devices.selectors import targeting
from devices.services import runs
from inventory_site.core.api.idempotency import idempotent


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
        config = dict(config or {})
        credential = body.get("credential_id", config.pop("credential_id", None))
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
    takes_null_characters = True

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
            if found["error"].startswith("Unknown parser"):  # none of the templates' either
                raise Refused("PARSER_NOT_FOUND", found["error"], 404)
            raise Invalid("output", found["error"])
        return Response(
            {
                "records": found["data"],
                "data": found["data"],
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
