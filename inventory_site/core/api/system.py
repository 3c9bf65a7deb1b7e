"""Health and global search."""

from __future__ import annotations

import time
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory_site.core import registry
from inventory_site.core.errors import InvalidInput
from inventory_site.core.search import find_everywhere
from inventory_site.core.whole import whole_number

SERVICE = "opsconductor-backend"
MAX_HITS = 50


def database_answers() -> tuple[bool, float]:
    """Return whether the database answers, and how long it took in milliseconds."""
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False, 0.0
    return True, round((time.perf_counter() - began) * 1000, 2)


class _HealthView(APIView):
    """Public; never throttled, so that probes do not lock themselves out."""

    permission_classes = (AllowAny,)
    throttle_classes = ()
    envelope = False
    in_schema = False

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer JSON to a probe that accepts nothing we write, rather than call the site ill."""
        return super().perform_content_negotiation(request, force=True)


class HealthView(_HealthView):
    """GET /health: one object for the probes of every replaced system."""

    authentication_classes = ()

    def get(self, request: Request) -> Response:
        """Answer 200 while the database answers, else 503."""
        healthy, _ = database_answers()
        body = {
            "status": "ok" if healthy else "error",
            "service": "scheduler-backend",
            "success": healthy,
            "data": {"status": "healthy" if healthy else "unhealthy", "service": SERVICE},
        }
        return Response(body, status=200 if healthy else 503)


class SystemHealthView(_HealthView):
    """GET /api/system/health: short for anybody, with the checks for signed-in people."""

    def get(self, request: Request) -> Response:
        """Answer the state, and why."""
        healthy, took_ms = database_answers()
        data: dict[str, Any] = {
            "status": "healthy" if healthy else "unhealthy",
            "service": SERVICE,
        }
        if request.user and request.user.is_authenticated:
            checks: dict[str, dict[str, Any]] = {
                "database": {"healthy": healthy, "response_time_ms": took_ms}
            }
            for check in registry.health:
                good, sentence = check.probe()
                checks[check.slug] = {"healthy": good, "message": sentence}
            data["checks"] = checks
            if healthy and not all(check["healthy"] for check in checks.values()):
                data["status"] = "warning"
        return Response({"success": healthy, "data": data}, status=200 if healthy else 503)


class HealthStatusView(_HealthView):
    """GET /api/health/status: the flat form."""

    authentication_classes = ()

    def get(self, request: Request) -> Response:
        """Answer that the process serves."""
        return Response(
            {"status": "ok", "service": "opsconductor-api", "timestamp": timezone.now()}
        )


class SearchView(APIView):
    """GET /api/search?q=: everything the caller may see, best finds first."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True, description="Text to look for."),
            OpenApiParameter("limit", int, description="Finds per kind, 1 to 50; default 10."),
        ],
        responses=inline_serializer(
            "SearchHit",
            {
                "kind": serializers.CharField(),
                "label": serializers.CharField(),
                "url": serializers.CharField(),
                "note": serializers.CharField(),
                "object_id": serializers.CharField(),
            },
            many=True,
        ),
    )
    def get(self, request: Request) -> Response:
        """Answer the finds of every app."""
        text = request.query_params.get("q", "").strip()
        if not text or len(text) > 200 or "\x00" in text:
            raise InvalidInput(fields={"q": ["q must be a text of 1 to 200 characters."]})
        raw = request.query_params.get("limit", "10")
        limit = whole_number(raw)
        if limit is None or not 1 <= limit <= MAX_HITS:
            raise InvalidInput(fields={"limit": [f"limit must be from 1 to {MAX_HITS}."]})
        hits = find_everywhere(request.user, text, limit)
        response = Response(
            [
                {
                    "kind": hit.kind,
                    "label": hit.label,
                    "url": hit.url,
                    "note": hit.note,
                    "object_id": hit.object_id,
                }
                for hit in hits
            ]
        )
        response.meta = {"count": len(hits)}  # type: ignore[attr-defined]  # for the envelope
        return response
