"""Roles and permission names."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import A, B, GuardedView, IdentityView, actor_of, texts_of
from accounts.errors import CannotDeleteSystem
from accounts.models import Role
from accounts.selectors import names
from accounts.services import roles
from inventory_site.core.errors import InvalidInput, NotAllowed, NotFound
from inventory_site.core.whole import whole_number

MANAGE = "accounts.change_role"
ANY = {200: OpenApiTypes.OBJECT}


def find_role(role_id: str) -> Role:
    """Return a role by its number, or raise `NotFound`."""
    for role in Role.objects.select_related("group").filter(pk=whole_number(role_id)):
        return role
    raise NotFound("Role not found")


class _RolesView(GuardedView):
    permissions = {"post": MANAGE, "put": MANAGE, "delete": MANAGE}

    def get_permissions(self) -> list[Any]:
        """Let every signed-in person read."""
        return [IsAuthenticated()] if self.request.method == "GET" else [*super().get_permissions()]

    def detail(self, role: Role) -> dict[str, Any]:
        """Return a role with its permissions as objects."""
        (shown,) = names.roles_with_names(pk=role.pk)
        held = set(shown["permissions"])
        return {**shown, "permissions": [row.shown() for row in names.ALL if row.code in held]}


class RolesView(_RolesView):
    """GET roles, POST a new one."""

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """Answer all roles: the highest first in family A, by name in family B."""
        rows = names.roles_with_names()
        if self.family == A:
            return self.answer({"roles": rows})
        found = [
            {
                **row,
                "id": str(row["id"]),
                "user_count": row["user_count"] + row["enterprise_count"],
            }
            for row in sorted(rows, key=lambda row: row["name"])
        ]
        return self.answer(found)

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Make a role."""
        name, shown, about = texts_of(request.data, ["name", "display_name", "description"])
        if not name.strip() or not shown.strip():
            missing = "name" if not name.strip() else "display_name"
            text = "name and display_name are required"
            raise InvalidInput(text, fields={missing: [text]})
        made = roles.create_role(
            actor=actor_of(request),
            name=name,
            display_name=shown,
            description=about,
            codes=_codes(request.data) or (),
        )
        flat = {"id": str(made.pk), "message": "Role created"}
        return self.answer({"role": self.detail(made)}, flat, code=201)


class RoleView(_RolesView):
    """GET, PUT, DELETE one role."""

    @extend_schema(responses=ANY)
    def get(self, request: Request, role_id: str) -> Response:
        """Answer the role with its permissions."""
        role = self.detail(find_role(role_id))
        return self.answer({"role": role}, {"role": role})

    @extend_schema(request=OpenApiTypes.OBJECT, responses=ANY)
    def put(self, request: Request, role_id: str) -> Response:
        """Change the role; of a seeded one only the permissions."""
        sent = request.data
        texts_of(sent, ["display_name", "description"])
        saved = roles.update_role(
            actor=actor_of(request),
            role=find_role(role_id),
            display_name=sent.get("display_name"),
            description=sent.get("description"),
            codes=_codes(sent),
        )
        role = self.detail(saved)
        return self.answer({"role": role}, {"role": role, "message": "Role updated"})

    @extend_schema(responses=ANY)
    def delete(self, request: Request, role_id: str) -> Response:
        """Delete a role that nobody holds."""
        try:
            roles.delete_role(actor=actor_of(request), role=find_role(role_id))
        except CannotDeleteSystem as err:
            if self.family == B:
                raise
            raise NotAllowed(err.message) from err
        return self.said("Role deleted")


class RolePermissionsView(_RolesView):
    """GET the permissions of one role."""

    @extend_schema(responses=ANY)
    def get(self, request: Request, role_id: str) -> Response:
        """Answer them as objects."""
        held = self.detail(find_role(role_id))["permissions"]
        return Response(held) if self.family == B else self.answer(_with_modules(held))


class PermissionsView(IdentityView):
    """GET the table of permission names."""

    @extend_schema(responses=ANY)
    def get(self, request: Request) -> Response:
        """Answer the names of `module`, or all, by module, resource and action."""
        rows = [row.shown() for row in names.of_modules(request.query_params.get("module", ""))]
        return Response(rows) if self.family == B else self.answer(_with_modules(rows))


def _with_modules(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"permissions": rows, "modules": sorted({row["module"] for row in rows})}


def _codes(data: Any) -> list[str] | None:
    """Return the sent codes; objects with a `code` are taken as the code."""
    sent = data.get("permissions")
    if sent is None:
        return None
    if not isinstance(sent, list):
        raise InvalidInput(fields={"permissions": ["permissions must be a list of codes."]})
    codes = [item.get("code") if isinstance(item, dict) else item for item in sent]
    texts = [code for code in codes if isinstance(code, str)]
    if len(texts) < len(codes):
        raise InvalidInput(fields={"permissions": ["permissions must be a list of codes."]})
    return texts
