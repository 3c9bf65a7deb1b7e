"""Accounts, as administrators see them."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import A, GuardedView, actor_of, number_of
from accounts.api.serializers import MeSerializer, UserRowSerializer
from accounts.api.views.auth import clean_profile
from accounts.choices import AuthMethod, UserStatus
from accounts.models import Role, RoleAssignment, User
from accounts.services import users
from inventory_site.core.errors import InvalidInput, NotFound
from inventory_site.core.whole import whole_number

VIEW, ADD, CHANGE, DELETE = (
    f"accounts.{verb}_user" for verb in ("view", "add", "change", "delete")
)
EDITABLE = (
    "email",
    "first_name",
    "last_name",
    "display_name",
    "avatar_url",
    "status",
    "timezone",
    "preferences",
)
MOST_ROWS = 1000


def find_user(user_id: str) -> User:
    """Return an account by its number, or raise `NotFound`."""
    user = User.objects.filter(pk=whole_number(user_id)).first()
    if user is None:
        raise NotFound("User not found")
    return user


def role_shown(assignment: RoleAssignment) -> dict[str, Any]:
    """Return a role that an account holds."""
    role = assignment.role
    return {
        "id": role.pk,
        "name": role.name,
        "display_name": role.display_name,
        "description": role.description,
        "priority": role.priority,
        "valid_until": assignment.valid_until,
    }


def roles_shown(user: User) -> list[dict[str, Any]]:
    """Return the roles that an account holds, the highest first."""
    rows = user.role_assignments.valid_at(timezone.now()).select_related("role__group")
    return [role_shown(row) for row in rows.order_by("-role__priority", "role_id")]


def user_shown(user: User) -> dict[str, Any]:
    """Return an account with its roles as objects."""
    fresh = User.objects.get(pk=user.pk)
    return {**MeSerializer(fresh).data, "roles": roles_shown(fresh)}


class UsersView(GuardedView):
    """GET accounts, POST a new one."""

    permissions = {"get": VIEW, "post": ADD}

    @extend_schema(responses=UserRowSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Answer a page: newest first in family A, by id after a cursor in family B."""
        rows = _filtered(request)
        limit = number_of(request.query_params.get("limit"), "limit", default=100, most=MOST_ROWS)
        return self._by_offset(rows, limit) if self.family == A else self._by_cursor(rows, limit)

    @extend_schema(request=MeSerializer, responses={201: MeSerializer})
    def post(self, request: Request) -> Response:
        """Make an account."""
        made = _create(actor_of(request), request.data)
        shown = user_shown(made)
        return self.answer({"user": shown}, {"user": {**shown, "id": str(made.pk)}}, code=201)

    def _by_offset(self, rows: QuerySet[User], limit: int) -> Response:
        query = self.request.query_params
        offset = number_of(query.get("offset"), "offset", default=0, most=10**9 - 1)
        page = rows.order_by("-created_at", "-pk")[offset : offset + limit]
        data = {
            "users": UserRowSerializer(page, many=True).data,
            "total": rows.count(),
            "limit": limit,
            "offset": offset,
        }
        return self.answer(data)

    def _by_cursor(self, rows: QuerySet[User], limit: int) -> Response:
        last = _cursor_id(self.request.query_params.get("cursor", ""))
        page = list(rows.filter(pk__gt=last).order_by("pk")[: limit + 1])
        more, page = len(page) > limit, page[:limit]
        items = [
            {**row, "id": str(row["id"]), "auth_type": row["auth_method"]}
            for row in UserRowSerializer(page, many=True, context={"by_name": True}).data
        ]
        cursor = None
        if more and page:
            cursor = base64.b64encode(json.dumps({"last_id": str(page[-1].pk)}).encode()).decode()
        body = {"items": items, "total": rows.count(), "limit": limit, "cursor": cursor}
        return Response(body)


class UserView(GuardedView):
    """GET, PUT, DELETE one account."""

    permissions = {"get": VIEW, "put": CHANGE, "delete": DELETE}

    def _shown(self, user: User) -> Response:
        shown = user_shown(user)
        return self.answer({"user": shown}, {**shown, "id": str(user.pk), "user": shown})

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request, user_id: str) -> Response:
        """Answer the account with its roles."""
        return self._shown(find_user(user_id))

    @extend_schema(request=MeSerializer, responses=MeSerializer)
    def put(self, request: Request, user_id: str) -> Response:
        """Change the fields that are sent; what cannot change is passed over."""
        user = find_user(user_id)
        changes = {name: request.data[name] for name in EDITABLE if name in request.data}
        _require_status(changes)
        users.update_user(actor=actor_of(request), user=user, changes=clean_profile(changes))
        return self._shown(user)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def delete(self, request: Request, user_id: str) -> Response:
        """Delete the account."""
        users.delete_user(actor=actor_of(request), user=find_user(user_id))
        return self.said("User deleted")


def _filtered(request: Request) -> QuerySet[User]:
    valid = RoleAssignment.objects.valid_at(timezone.now()).select_related("role__group")
    rows = User.objects.prefetch_related(
        Prefetch("role_assignments", valid.order_by("-role__priority"), to_attr="valid_roles")
    )
    query = request.query_params
    if status := query.get("status", ""):
        rows = rows.filter(status=status)
    if text := query.get("search", "").replace("\x00", "").strip()[:255]:
        names = ("username", "email", "display_name")
        rows = rows.filter(Q(*((f"{name}__icontains", text) for name in names), _connector=Q.OR))
    return rows


def _create(actor: User, data: dict[str, Any]) -> User:
    for name in ("username", "email"):
        if not str(data.get(name) or "").strip():
            raise InvalidInput(f"{name} is required", fields={name: [f"{name} is required"]})
    method = data.get("auth_method") or AuthMethod.LOCAL
    if method not in AuthMethod.values:
        raise InvalidInput(fields={"auth_method": ["auth_method is not known."]})
    if method == AuthMethod.LOCAL and not data.get("password"):
        text = "Password required for local authentication"
        raise InvalidInput(text, fields={"password": [text]})
    names = ("username", "email", "first_name", "last_name", "display_name", "status", "password")
    fields = clean_profile({name: data[name] for name in names if name in data})
    _require_status(fields)
    password = fields.pop("password", "") if method == AuthMethod.LOCAL else None
    fields.pop("password", None)
    _require_free(fields["username"].strip(), fields["email"].strip())
    return users.create_user(
        actor=actor,
        password=password,
        roles=_roles_by_name(data.get("roles")),
        auth_method=method,
        **fields,
    )


def _require_free(username: str, email: str) -> None:
    if User.objects.filter(Q(username__iexact=username) | Q(email__iexact=email)).exists():
        raise InvalidInput(users.TAKEN, fields={"username": [users.TAKEN]})


def _require_status(fields: dict[str, Any]) -> None:
    status = fields.get("status")
    if "status" in fields and status not in UserStatus.values:
        words = ", ".join(UserStatus.values)
        raise InvalidInput(fields={"status": [f"status must be one of {words}"]})


def _roles_by_name(names: Any) -> list[Role]:
    if names in (None, ""):
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInput(fields={"roles": ["roles must be a list of names."]})
    found = {role.name: role for role in Role.objects.select_related("group")}
    unknown = [f"Unknown role: {name}" for name in names if name not in found]
    if unknown:
        raise InvalidInput(fields={"roles": unknown})
    return [found[name] for name in names]


def _cursor_id(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(json.loads(base64.b64decode(cursor, validate=True))["last_id"])
    except (ValueError, KeyError, TypeError, binascii.Error) as err:
        raise InvalidInput(fields={"cursor": ["cursor is not valid."]}) from err
