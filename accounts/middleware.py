"""What every signed-in browser call leaves behind."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Session

TOUCH_EVERY = timedelta(minutes=1)


def touch(row: Session) -> None:
    """Write the last use of a session, at most once a minute."""
    now = timezone.now()
    if now - row.last_activity_at >= TOUCH_EVERY:
        Session.objects.filter(pk=row.pk).update(last_activity_at=now)


class SessionActivityMiddleware:
    """Notes the last use of cookie sessions that the view really read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        row = getattr(request.session, "row", None)
        if row is not None and row.user_id is not None:
            touch(row)
        return response
