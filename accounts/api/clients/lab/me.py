"""`/api/auth/me`: one object for the lab's front ends and the native ones (lab contract 2.4)."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response

from accounts.api.clients.lab.accounts import lab_me
from accounts.api.clients.lab.base import SIGNED_OUT
from accounts.api.serializers import MeSerializer
from accounts.api.views.auth import CurrentUserView

UNAUTHORIZED = {"code": "UNAUTHORIZED", "message": "Authentication required"}


class UnionMeView(CurrentUserView):
    """The native account in `data.user`, the lab's keys beside it."""

    in_schema = False
    envelope = False

    def shown(self, user: Any) -> Response:
        """Answer the account in both shapes."""
        native = {"success": True, "data": {"user": MeSerializer(user).data}}
        return Response({**lab_me(user), **native})

    def handle_exception(self, exc: Exception) -> Response:
        """Say in both shapes that nobody is signed in."""
        response = super().handle_exception(exc)
        if response.status_code == 401:
            said = response.data.get("error", UNAUTHORIZED)
            response.data = {
                "authenticated": False,
                "success": False,
                "detail": SIGNED_OUT,
                "error": said,
            }
        return response
