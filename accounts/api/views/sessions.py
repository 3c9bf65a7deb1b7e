"""One's own sign-ins."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PersonView, actor_of
from accounts.api.serializers import SaidSerializer
from accounts.models import Session
from accounts.services import sessions
from inventory_site.core.errors import NotFound
from inventory_site.core.whole import whole_number

ROW = inline_serializer(
    "OwnSession",
    {
        "id": serializers.IntegerField(),
        "ip_address": serializers.CharField(allow_null=True),
        "user_agent": serializers.CharField(),
        "created_at": serializers.DateTimeField(),
        "last_activity_at": serializers.DateTimeField(),
        "expires_at": serializers.DateTimeField(),
        "current": serializers.BooleanField(),
    },
    many=True,
)
ALL = inline_serializer("OwnSessions", {"sessions": ROW})
ENDED = inline_serializer(
    "SessionsEnded",
    {"message": serializers.CharField(), "revoked_count": serializers.IntegerField()},
)


def shown(row: Session, current: Session | None) -> dict[str, Any]:
    """Return a sign-in as its owner sees it."""
    return {
        "id": row.pk,
        "ip_address": row.ip_address,
        "user_agent": row.user_agent,
        "created_at": row.created_at,
        "last_activity_at": row.last_activity_at,
        "expires_at": row.expires_at,
        "current": current is not None and row.pk == current.pk,
    }


class SessionsView(PersonView):
    """GET the caller's open sessions, latest activity first."""

    @extend_schema(responses=ALL)
    def get(self, request: Request) -> Response:
        """Answer the sessions."""
        current = self.session
        rows = Session.objects.opening().filter(user=actor_of(request))
        found = [shown(row, current) for row in rows.order_by("-last_activity_at", "-pk")]
        return self.answer({"sessions": found}, {"sessions": found})


class RevokeOthersView(PersonView):
    """POST ends every session of the caller but this one."""

    @extend_schema(request=None, responses=ENDED)
    def post(self, request: Request) -> Response:
        """Sign out everywhere else."""
        count = sessions.end_others(user=actor_of(request), keep=self.session)
        return self.said("All other sessions revoked", revoked_count=count)


class SessionView(PersonView):
    """DELETE ends one session of the caller."""

    @extend_schema(responses=SaidSerializer)
    def delete(self, request: Request, session_id: str) -> Response:
        """Sign out there."""
        number = whole_number(session_id)
        if number is None:
            raise NotFound("Session not found")
        sessions.end_one(actor=actor_of(request), session_id=number)
        return self.said("Session revoked")
