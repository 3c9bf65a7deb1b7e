"""Opens the call's context: request id, address, surface."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from inventory_site.core import context

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestContextMiddleware:
    """Echoes a well-formed `X-Request-ID`, else makes one; every answer carries it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if REQUEST_ID.fullmatch(sent) else str(uuid.uuid4())
        session = request.headers.get("X-Session-ID", "")
        call = context.CallContext(
            request_id=request_id,
            channel="admin" if request.path.startswith("/admin/") else "api",
            address=client_address(request),
            agent=request.headers.get("User-Agent", ""),
            session_id=session if REQUEST_ID.fullmatch(session) else "",
        )
        with context.opened(call), structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


def client_address(request: HttpRequest) -> str | None:
    """The caller's address; `X-Forwarded-For` counts only as far as proxies are declared."""
    proxies = int(str(settings.REST_FRAMEWORK["NUM_PROXIES"]))
    forwarded = request.headers.get("X-Forwarded-For", "")
    if proxies and forwarded:
        hops = [hop.strip() for hop in forwarded.split(",")]
        return hops[-min(proxies, len(hops))]
    return request.META.get("REMOTE_ADDR") or None
