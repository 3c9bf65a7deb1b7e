"""People of the lab's admin v2: roles, invitations (lab contract 12.1 and 12.5)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.clients.lab.accounts import entered
from accounts.api.clients.lab.base import LabAdminView, LabSurface
from accounts.api.clients.lab.forms import Body, page
from accounts.api.clients.lab.times import stamp
from accounts.choices import LabRole, LabStatus
from accounts.selectors import lab_people as people
from accounts.services import lab_people

LIMIT, MOST = 25, 200


class AdminV2SessionView(LabAdminView):
    """GET /admin/v2/session."""

    def get(self, request: Request) -> Response:
        """Say who is signed in and what they may do."""
        user = request.user
        return Response(
            {
                "user": {"id": user.pk, "username": user.username, "email": user.email},
                "role": self.standing.role,
                "status": self.standing.status,
                "permissions": self.standing.permissions,
            }
        )


class PeopleView(LabAdminView):
    """GET /admin/v2/users."""

    needs = "users:read"

    def get(self, request: Request) -> Response:
        """List people by name."""
        query = request.query_params
        limit, offset = page(query, default=LIMIT, most=MOST)
        found = people.find_people(
            role=query.get("role", ""),
            status=query.get("status", ""),
            search=query.get("search", "").strip(),
        )
        rows = list(found[offset : offset + limit])
        figures = people.figures(row.pk for row in rows)
        items = [people.person_item(row, figures[row.pk]) for row in rows]
        for item in items:
            item["last_active"] = stamp(item["last_active"])
        meta = {"total": found.count(), "limit": limit, "offset": offset}
        return Response({"items": items, "meta": meta})


class InviteView(LabAdminView):
    """POST /admin/v2/users/invite."""

    needs = "users:write"

    def post(self, request: Request) -> Response:
        """Invite by mail."""
        body = Body(request.data)
        email = body.email(longest=200, required=True)
        role = body.word("role", LabRole)
        handle = body.text("handle", longest=100, required=False)
        body.done()
        sent = lab_people.invite(actor=request.user, email=email, role=role, handle=handle)
        return Response(
            {
                "invitation_id": sent.invitation.pk,
                "token": sent.token,
                "expires_at": stamp(sent.invitation.expires_at),
            },
            status=201,
        )


class AcceptView(LabSurface):
    """POST /admin/v2/invitations/accept: for the reader of a letter, who has no account yet."""

    def post(self, request: Request) -> Response:
        """Make the account and sign it in."""
        body = Body(request.data)
        token = body.text("token", longest=200, blank=True)
        username = body.text("username", longest=50)
        password = body.new_password()
        body.done()
        user = lab_people.accept(token=token, username=username, password=password)
        return entered(request, user)


class PersonRoleView(LabAdminView):
    """POST /admin/v2/users/{id}/role."""

    needs = "users:write"

    def post(self, request: Request, pk: int) -> Response:
        """Give another role."""
        body = Body(request.data)
        role, limits = body.word("role", LabRole), body.any_json("approval_limits")
        body.done()
        lab_people.set_role(actor=request.user, user_id=pk, role=role, approval_limits=limits)
        return Response({"success": True})


class PersonStatusView(LabAdminView):
    """POST /admin/v2/users/{id}/status."""

    needs = "users:write"

    def post(self, request: Request, pk: int) -> Response:
        """Disable a role, or let it count again."""
        body = Body(request.data)
        status = body.word("status", LabStatus)
        body.done()
        lab_people.set_status(actor=request.user, user_id=pk, status=status)
        return Response({"success": True})
