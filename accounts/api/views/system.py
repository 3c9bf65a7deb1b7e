"""The platform: its health, its machine, its settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import B, GuardedView, IdentityView, actor_of, number_of
from accounts.selectors import machine, site, usage
from accounts.services import audit, sessions, site_settings
from accounts.services import usage as usage_counts
from inventory_site.core.api.system import database_answers
from inventory_site.core.errors import InvalidInput

ANY = {200: OpenApiTypes.OBJECT}
VIEW, CHANGE = "accounts.view_setting", "accounts.change_setting"
CACHES = ("api", "database", "sessions")
VERSION = "2.0.0"


class _FlatView(IdentityView):
    family = B
    envelope = False
    in_schema = False


class HealthView(_FlatView):
    """GET /system/v1/health: the state for anybody, its details for signed-in people."""

    permission_classes = (AllowAny,)
    throttle_classes = ()

    def get(self, request: Request) -> Response:
        """Answer `unhealthy` only when the database does not answer."""
        is_up, took_ms = database_answers()
        checks: dict[str, dict[str, Any]] = {
            "database": {
                "status": "healthy" if is_up else "unhealthy",
                "response_time_ms": took_ms,
                "message": "answers" if is_up else "does not answer",
            },
            "memory": machine.memory(),
            "disk": machine.disk(),
            "cpu": machine.processor(),
            "services": site.services(is_up),
        }
        is_fine = all(check["status"] == "healthy" for check in checks.values())
        status = "unhealthy" if not is_up else "healthy" if is_fine else "warning"
        if not (request.user and request.user.is_authenticated):
            checks = {name: {"status": check["status"]} for name, check in checks.items()}
        body = {"status": status, "timestamp": timezone.now(), "checks": checks}
        return Response(body, status=200 if is_up else 503)


class InfoView(_FlatView):
    """GET /system/v1/info."""

    def get(self, request: Request) -> Response:
        """Answer what the process is and runs on."""
        return Response(machine.info())


class AboutView(IdentityView):
    """GET /api/info: name, version, where things are."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """Answer the map of families."""
        endpoints = {
            "auth": "/api/auth",
            "devices": "/api/devices",
            "credentials": "/api/credentials",
            "routes": "/api/routes",
            "schema": "/api/schema",
            "health": "/api/health",
        }
        return Response({"name": "Patchbay", "version": VERSION, "endpoints": endpoints})


class SettingsView(GuardedView):
    """GET and PUT /system/v1/settings."""

    family = B
    in_schema = False
    permissions = {"get": VIEW, "put": CHANGE}

    def get(self, request: Request) -> Response:
        """Answer every setting by category."""
        return Response(site_settings.all_settings())

    def put(self, request: Request) -> Response:
        """Change one setting."""
        category, key = (str(request.data.get(name) or "") for name in ("category", "key"))
        row = site_settings.change(
            actor=actor_of(request), category=category, key=key, value=request.data.get("value")
        )
        return self.answer({"category": category, "key": key, **row})


class LoggingView(GuardedView):
    """GET and PUT the settings of logging."""

    permissions = {"get": VIEW, "put": CHANGE}

    def _shown(self) -> Response:
        values = site_settings.values_of(site_settings.LOGGING)
        return self.answer(values, values)

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """Answer the values."""
        return self._shown()

    @extend_schema(request=OpenApiTypes.OBJECT, responses=ANY)
    def put(self, request: Request) -> Response:
        """Change those that are sent; others are passed over."""
        site_settings.change_some(
            actor=actor_of(request), category=site_settings.LOGGING, values=request.data
        )
        return self._shown()


class StatsView(IdentityView):
    """GET /api/system/stats: how much there is, and how much is being done."""

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """Answer the figures of every app."""
        return self.answer(site.stats())


class UsageView(GuardedView):
    """GET /system/v1/usage/stats?days=30: how often the site is called."""

    family = B
    envelope = False
    in_schema = False
    permissions = {"get": VIEW}

    def get(self, request: Request) -> Response:
        """Answer the counts of the last days, those of a moment ago among them."""
        days = number_of(request.query_params.get("days"), "days", default=30, most=400, least=1)
        usage_counts.write()
        return Response(usage.figures(days))


class DatabaseView(GuardedView):
    """GET where the database is; never a password."""

    permissions = {"get": VIEW}

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """Answer host, port and name."""
        found = settings.DATABASES["default"]
        host, port, name = str(found["HOST"]), found["PORT"] or None, str(found["NAME"])
        if self.family == B:
            is_up, _ = database_answers()
            return Response({"host": host, "port": port, "database": name, "connected": is_up})
        mode = found.get("OPTIONS", {}).get("sslmode", "")
        data = {
            "db_host": host,
            "db_port": port,
            "db_name": name,
            "db_username": str(found["USER"]),
            "db_ssl_mode": mode,
        }
        return self.answer(data)


class DatabaseTestView(GuardedView):
    """POST asks whether the database answers."""

    permissions = {"post": VIEW}

    @extend_schema(request=None, responses=ANY)
    def post(self, request: Request) -> Response:
        """Answer whether it answers."""
        is_up, took_ms = database_answers()
        data = {
            "connected": is_up,
            "response_time_ms": took_ms,
            "message": "Connection successful" if is_up else "Connection failed",
        }
        return self.answer(data, data)


class ToolView(_FlatView):
    """GET /check-tool?tool=: whether a program of the list is installed."""

    def get(self, request: Request) -> Response:
        """Answer the program's path."""
        name = request.query_params.get("tool", "")
        if name not in machine.TOOLS:
            raise InvalidInput(fields={"tool": ["This tool is not on the list."]})
        return Response(machine.tool(name))


class NetworkView(_FlatView):
    """GET /check-network: which network programs are installed."""

    def get(self, request: Request) -> Response:
        """Answer each of them."""
        names = ("ping", "traceroute", "ssh", "snmpget")
        tools = {name: machine.tool(name)["available"] for name in names}
        return Response({"available": any(tools.values()), "tools": tools})


class CheckDatabaseView(_FlatView):
    """GET /check-database."""

    def get(self, request: Request) -> Response:
        """Answer whether it answers."""
        is_up, took_ms = database_answers()
        return Response({"available": is_up, "connected": is_up, "response_time_ms": took_ms})


class CacheView(GuardedView):
    """DELETE /system/v1/cache?cache_type=all|api|database|sessions."""

    family = B
    in_schema = False
    permissions = {"delete": CHANGE}

    def delete(self, request: Request) -> Response:
        """Empty it; `sessions` removes sessions that ended long ago."""
        kind = request.query_params.get("cache_type", "all")
        if kind != "all" and kind not in CACHES:
            words = ", ".join(("all", *CACHES))
            raise InvalidInput(fields={"cache_type": [f"cache_type must be one of {words}."]})
        cleared = list(CACHES) if kind == "all" else [kind]
        if set(cleared) & {"api", "database"}:
            cache.clear()
        if "sessions" in cleared:
            sessions.forget_old()
        audit.record(actor_of(request), "cache.cleared", after={"caches": cleared})
        body = {
            "success": True,
            "message": f"Cleared: {', '.join(cleared)}",
            "cleared_caches": cleared,
            "timestamp": timezone.now(),
        }
        return Response(body)
