"""Requests to use a restricted credential over REST."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView, said, whole
from devices.models import CredentialAccessRequest
from devices.services import vault_requests

REVIEW = policy.CHANGE_CREDENTIAL


def shown(row: CredentialAccessRequest) -> dict[str, Any]:
    """Return a request."""
    names = (
        *("requested_by", "reason", "status", "reviewed_by", "reviewed_at", "review_notes"),
        *("expires_at", "access_granted_until", "created_at"),
    )
    data = {name: getattr(row, name) or None for name in names}
    return {
        "id": row.pk,
        "credential_id": row.credential_id,
        "credential_name": row.credential.name,
        **data,
    }


class RequestsView(DeviceView):
    """GET /api/credentials/access-requests."""

    permissions = {"get": policy.USE_CREDENTIAL}

    def get(self, request: Request) -> Response:
        """List requests, newest first: all to those who review, else one's own."""
        rows = CredentialAccessRequest.objects.select_related("credential")
        if not policy.may(request.user, REVIEW):
            rows = rows.filter(requester_id=request.user.pk)
        if request.query_params.get("status"):
            rows = rows.filter(status=request.query_params["status"])
        limit = whole(request.query_params.get("limit"), "limit", 100, 1, 1000)
        return Response({"access_requests": [shown(row) for row in rows[:limit]]})


class AskView(DeviceView):
    """POST /api/credentials/{id}/access-requests."""

    permissions = {"post": policy.USE_CREDENTIAL}

    def post(self, request: Request, pk: int) -> Response:
        """Ask for a credential."""
        row = vault_requests.ask(pk, actor=request.user, reason=self.body.get("reason"))
        return said({"access_request": shown(row)}, "Access requested", 201)


class _ReviewView(DeviceView):
    permissions = {"post": REVIEW}
    approve = True

    def post(self, request: Request, pk: int) -> Response:
        """Close a request."""
        body = self.body
        row = vault_requests.review(
            pk,
            actor=request.user,
            approve=self.approve,
            notes=str(body.get("notes") or ""),
            hours=whole(body.get("hours"), "hours", vault_requests.USUAL_HOURS, 1, 744),
        )
        return said({"access_request": shown(row)}, f"Access {row.status}")


class ApproveView(_ReviewView):
    """POST /api/credentials/access-requests/{id}/approve."""


class DenyView(_ReviewView):
    """POST /api/credentials/access-requests/{id}/deny."""

    approve = False
