"""Who holds a role, and names of a directory with their roles."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import A, B, GuardedView, actor_of, texts_of
from accounts.api.views.roles import find_role
from accounts.models import EnterpriseUserRole, Role
from accounts.services import members
from inventory_site.core.errors import InvalidInput

VIEW, CHANGE = "accounts.view_user", "accounts.change_user"
ANY = {200: OpenApiTypes.OBJECT}


def local_members(role: Role) -> list[dict[str, Any]]:
    """Return the accounts that hold a role now."""
    rows = role.assignments.valid_at(timezone.now()).select_related("user")
    return [
        {
            "id": row.user.pk,
            "username": row.user.username,
            "display_name": row.user.shown_name,
            "email": row.user.email,
            "assigned_at": row.assigned_at,
            "valid_until": row.valid_until,
            "type": members.LOCAL,
        }
        for row in rows.order_by("user__username")
    ]


def enterprise_member(row: EnterpriseUserRole) -> dict[str, Any]:
    """Return a name of a directory that holds a role."""
    return {
        "id": row.pk,
        "username": row.username,
        "display_name": row.display_name,
        "email": row.email,
        "assigned_at": row.assigned_at,
        "type": members.ENTERPRISE,
    }


class MembersView(GuardedView):
    """GET who holds a role, POST somebody more."""

    permissions = {"get": VIEW, "post": CHANGE}

    @extend_schema(responses=ANY)
    def get(self, request: Request, role_id: str) -> Response:
        """Answer accounts and names of a directory."""
        role = find_role(role_id)
        here = local_members(role)
        there = [enterprise_member(row) for row in role.enterprise_members.order_by("username")]
        if self.family == B:
            total = len(here) + len(there)
            return Response({"local_users": here, "enterprise_users": there, "total": total})
        data = {
            "members": [*here, *there],
            "local_count": len(here),
            "enterprise_count": len(there),
        }
        return self.answer(data)

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, role_id: str) -> Response:
        """Give the role."""
        role, kind = find_role(role_id), _kind(self.family, request.data) or members.ENTERPRISE
        name, shown, email = texts_of(request.data, ["username", "display_name", "email"])
        if not name.strip():
            text = "username is required"
            raise InvalidInput(text, fields={"username": [text]})
        actor = actor_of(request)
        if kind == members.LOCAL:
            name = members.add_local(actor=actor, role=role, username=name).username
        else:
            row = members.add_enterprise(
                actor=actor, role=role, username=name, display_name=shown, email=email
            )
            name = row.username
        status = 201 if self.family == A else 200
        return self.said(f"Added '{name}' to role '{role.display_name}'", code=status)


class MemberView(GuardedView):
    """DELETE one holder of a role."""

    permissions = {"delete": CHANGE}

    @extend_schema(responses=ANY)
    def delete(self, request: Request, role_id: str, username: str) -> Response:
        """Take the role; without a kind from the account first."""
        kind = _kind(self.family, request.query_params)
        members.remove(
            actor=actor_of(request), role=find_role(role_id), username=username, kind=kind
        )
        return self.said(f"Removed '{username}' from role")


class EnterpriseUsersView(GuardedView):
    """GET the names of directories with their roles, POST a role for one."""

    permissions = {"get": VIEW, "post": CHANGE}

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """Answer one row per name in family A, one per name and role in family B."""
        rows = EnterpriseUserRole.objects.select_related("role__group")
        found = _grouped(rows) if self.family == A else [_row(row) for row in rows]
        body = {"users": found, "total": len(found)}
        return self.answer(body, body)

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Give a role to a name of a directory."""
        name, shown, email = texts_of(request.data, ["username", "display_name", "email"])
        role = _role_of(request.data, name)
        row = members.add_enterprise(
            actor=actor_of(request), role=role, username=name, display_name=shown, email=email
        )
        text = f"Added '{row.username}' to role '{role.display_name}'"
        return self.answer({"user": _row(row), "message": text}, {"message": text}, code=201)


class EnterpriseUserView(GuardedView):
    """DELETE every role of a name of a directory."""

    permissions = {"delete": CHANGE}

    @extend_schema(responses=ANY)
    def delete(self, request: Request, username: str) -> Response:
        """Take them."""
        members.remove_enterprise(actor=actor_of(request), username=username)
        return self.said(f"Removed '{username}'")


class EnterpriseUserRoleView(GuardedView):
    """DELETE one role of a name of a directory."""

    permissions = {"delete": CHANGE}

    @extend_schema(responses=ANY)
    def delete(self, request: Request, username: str, role_id: str) -> Response:
        """Take it."""
        members.remove(
            actor=actor_of(request),
            role=find_role(role_id),
            username=username,
            kind=members.ENTERPRISE,
        )
        return self.said(f"Removed '{username}' from role")


class AssignRoleView(GuardedView):
    """POST makes one role the only one of a name of a directory."""

    permissions = {"post": CHANGE}

    @extend_schema(request=OpenApiTypes.OBJECT, responses=ANY)
    def post(self, request: Request) -> Response:
        """Replace its roles."""
        name, shown, email = texts_of(request.data, ["username", "display_name", "email"])
        role = _role_of(request.data, name)
        action = members.assign_only(
            actor=actor_of(request), role=role, username=name, display_name=shown, email=email
        )
        return self.said(f"Assigned role '{role.display_name}' to '{name}'", action=action)


def _role_of(data: Any, username: str) -> Role:
    for name, value in (("username", username.strip()), ("role_id", data.get("role_id"))):
        if not value:
            text = f"{name} is required"
            raise InvalidInput(text, fields={name: [text]})
    return find_role(str(data["role_id"]))


def _kind(family: str, data: Any) -> str:
    sent = data.get("type" if family == A else "auth_type") or data.get("type") or ""
    if sent not in ("", members.LOCAL, members.ENTERPRISE):
        raise InvalidInput(fields={"type": ["type must be local or enterprise."]})
    return str(sent)


def _row(row: EnterpriseUserRole) -> dict[str, Any]:
    return {
        **enterprise_member(row),
        "role_id": row.role_id,
        "role_name": row.role.name,
        "role_display_name": row.role.display_name,
    }


def _grouped(rows: Any) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows.order_by("username", "-role__priority"):
        mine = found.setdefault(row.username.lower(), {**enterprise_member(row), "roles": []})
        mine["roles"].append(
            {"id": row.role_id, "name": row.role.name, "display_name": row.role.display_name}
        )
    return list(found.values())
