"""What belongs to one account: its roles, its rights, its menu, a way back in."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import GuardedView, actor_of
from accounts.api.views.users import CHANGE, VIEW, find_user, roles_shown
from accounts.models import Role
from accounts.selectors.rights import rights_of
from accounts.services import passwords, roles, users
from inventory_site.core.errors import InvalidInput
from inventory_site.core.whole import whole_number


class UserRolesView(GuardedView):
    """PUT the whole set of roles that an account holds."""

    permissions = {"get": VIEW, "put": CHANGE}

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, user_id: str) -> Response:
        """Answer the roles held now, the highest first."""
        found = roles_shown(find_user(user_id))
        return self.answer({"roles": found}, {"roles": found})

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT})
    def put(self, request: Request, user_id: str) -> Response:
        """Replace them by those of `role_ids`."""
        user = find_user(user_id)
        wanted = _roles_by_id(request.data.get("role_ids"))
        users.set_roles(actor=actor_of(request), user=user, roles=wanted)
        found = roles_shown(user)
        return self.answer({"roles": found}, {"roles": found})


class UserRoleView(GuardedView):
    """PUT one role of an account, with the date on which it ends."""

    permissions = {"put": CHANGE}

    @extend_schema(
        operation_id="api_auth_users_role_update",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
    )
    def put(self, request: Request, user_id: str, role_id: str) -> Response:
        """Give the role, or change its end; `valid_until` null is no end."""
        user, until = find_user(user_id), _moment(request.data.get("valid_until"))
        (role,) = _roles_by_id([role_id])
        roles.assign_role(
            actor=actor_of(request), user=user, role_name=role.name, valid_until=until
        )
        found = roles_shown(user)
        return self.answer({"roles": found}, {"roles": found})


class OneTimePasswordView(GuardedView):
    """POST gives an account a random password, shown once, to be changed at the next sign-in."""

    permissions = {"post": CHANGE}

    @extend_schema(request=None, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request, user_id: str) -> Response:
        """Answer the password; every session of the account has ended."""
        secret = passwords.give_one_time_password(actor=actor_of(request), user=find_user(user_id))
        response = self.said("Password reset", temporary_password=secret, must_change_password=True)
        response["Cache-Control"] = "no-store"
        return response


class UserModulesView(GuardedView):
    """GET and PUT which modules of the network inventory an account's menu shows."""

    permissions = {"get": VIEW, "put": CHANGE}

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, user_id: str) -> Response:
        """Answer `{module: shown}`."""
        found = find_user(user_id).visible_modules
        return self.answer({"modules": found}, {"modules": found})

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT})
    def put(self, request: Request, user_id: str) -> Response:
        """Change those that are sent in `modules`; it grants nothing."""
        sent = request.data.get("modules")
        if not isinstance(sent, dict):
            raise InvalidInput(fields={"modules": ["modules must be an object."]})
        found = users.show_modules(actor=actor_of(request), user=find_user(user_id), shown=sent)
        return self.answer({"modules": found}, {"modules": found})


class UserRightsView(GuardedView):
    """GET what an account may do, and because of which roles."""

    permissions = {"get": VIEW}

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, user_id: str) -> Response:
        """Answer `{permission, roles}` rows."""
        user = find_user(user_id)
        rows = rights_of(user) if user.is_active else []
        found = [{"permission": row.name, "roles": row.roles} for row in rows]
        return self.answer({"permissions": found}, {"permissions": found})


def _roles_by_id(ids: Any) -> list[Role]:
    wanted = [whole_number(pk) for pk in ids] if isinstance(ids, list) else [None]
    if None in wanted:
        raise InvalidInput(fields={"role_ids": ["role_ids must be a list of numbers."]})
    found = {role.pk: role for role in Role.objects.select_related("group")}
    unknown = [f"Unknown role: {pk}" for pk in wanted if pk not in found]
    if unknown:
        raise InvalidInput(fields={"role_ids": unknown})
    return [found[pk] for pk in wanted if pk is not None]


def _moment(value: Any) -> Any:
    if value in (None, ""):
        return None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidInput(fields={"valid_until": ["valid_until must be a date and time."]})
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
