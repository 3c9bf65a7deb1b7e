"""The lab's cookie slides: every answer of a signed-in call gives it seven more days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Session
from accounts.services.lab_sign_in import WEEK_S

RENEW_EVERY = timedelta(minutes=1)


class LabCookieMiddleware:
    """Sends the cookie of a session that began at the lab again; others end when they end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        row = getattr(request.session, "row", None)
        if row is not None and row.user_id is not None and _slides(request.session):
            _renew(row)
            _send_again(request, response)
        return response


def _slides(session: Any) -> bool:
    is_open = session.session_key is not None and not session.modified
    return is_open and session.get("_session_expiry") == WEEK_S


def _renew(row: Session) -> None:
    """Move the end of the session, at most once a minute."""
    ends = timezone.now() + timedelta(seconds=WEEK_S)
    if ends - row.expires_at >= RENEW_EVERY:
        Session.objects.usable().filter(pk=row.pk).update(expires_at=ends)


def _send_again(request: HttpRequest, response: HttpResponse) -> None:
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        request.session.session_key or "",
        max_age=WEEK_S,
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE or request.is_secure(),
        httponly=True,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
