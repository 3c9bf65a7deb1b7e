"""What every signed-in browser call is checked for, and what it leaves behind."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.errors import PasswordExpired
from accounts.models import Session
from accounts.services import usage
from inventory_site.core.locks import only_if_free
from inventory_site.error_shapes import HTML, error_response, shape_of

TOUCH_EVERY = timedelta(minutes=1)
CHANGE_PAGE = "/admin/password_change/"
FOR_EXPIRED_PASSWORDS = frozenset(
    {
        "/api/auth/me/password",
        "/api/auth/change-password",
        "/identity/v1/auth/me/password",
        "/api/auth/logout",
        "/auth/logout",
        "/identity/v1/auth/logout",
        "/api/auth/password-policy",
        "/identity/v1/password-policy",
        "/api/auth/validate-password",
        CHANGE_PAGE,
        "/admin/password_change/done/",
        "/admin/logout/",
        "/admin/login/",
        "/admin/jsi18n/",
    }
)


def may_use_limited(path: str) -> bool:
    """Whether a session with an expired password may call this path."""
    return path in FOR_EXPIRED_PASSWORDS


def touch(row: Session) -> None:
    """Write the last use of a session, at most once a minute, and not while others write long."""
    now = timezone.now()
    if now - row.last_activity_at >= TOUCH_EVERY:
        with only_if_free():
            Session.objects.filter(pk=row.pk).update(last_activity_at=now)


class UsageMiddleware:
    """Counts each call by the pattern of its address, its status, and how long it took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        found = request.resolver_match
        usage.note(
            endpoint=f"/{found.route}" if found is not None else "",
            status=response.status_code,
            took_ms=(time.perf_counter() - began) * 1000,
        )
        return response


class SessionActivityMiddleware:
    """Stops cookie sessions whose password has expired; notes the last use of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._stopped(request) or self.get_response(request)
        row = getattr(request.session, "row", None)
        if row is not None and row.user_id is not None:
            touch(row)
        return response

    def _stopped(self, request: HttpRequest) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or may_use_limited(request.path):
            return None
        is_known = request.session.get(SESSION_KEY) is not None
        row = getattr(request.session, "row", None)
        if not is_known or row is None or not row.is_limited:
            return None
        if shape_of(request.path) == HTML:
            return redirect(CHANGE_PAGE)
        refusal = PasswordExpired()
        return error_response(
            request, status=refusal.status_code, code=refusal.code, message=refusal.message
        )
