"""Roles: what each may do, who holds it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.admin.role_form import RoleForm
from accounts.admin.words import user_badge, user_link
from accounts.choices import RoleType
from accounts.models import Role
from accounts.models.users import SUPER_ADMIN
from accounts.selectors.rights import VERBS, grid_of
from accounts.services import roles
from inventory_site.core.admin import (
    EMPTY,
    ReadOnlyAdmin,
    ServiceAdmin,
    ShortTable,
    Tab,
    badge,
    column,
    identifier,
    number,
    register,
    register_instead,
    when,
)

SHOWN = 25


def _grid(request: HttpRequest, role: Role) -> dict[str, Any]:
    return {"areas": grid_of(role), "verbs": list(VERBS.values()), "role": role}


def _people(request: HttpRequest, role: Role) -> dict[str, Any]:
    rows = role.assignments.valid_at(timezone.now()).select_related("user", "assigned_by")
    table = ShortTable(
        "People with this role",
        ("Person", "State", "Until", "Given", "By"),
        [
            (
                user_link(row.user),
                user_badge(row.user),
                when(row.valid_until, acts=True, missing="no end"),
                when(row.assigned_at),
                row.assigned_by.shown_name if row.assigned_by else "the system",
            )
            for row in rows[:SHOWN]
        ],
        url=f"{reverse('admin:accounts_user_changelist')}?role={role.name}",
        empty="Nobody holds this role.",
    )
    return {"tables": [table]}


@register(Role)
class RoleAdmin(ServiceAdmin):
    """A role's grid by area and verb; of a seeded role only the permissions change."""

    form = RoleForm

    list_display = ["display_name", "code", "kind", "people", "description"]
    list_select_related = ["group"]
    search_fields = ["display_name", "group__name", "description"]
    phone_columns = ["kind", "people"]
    summary = ["code", "description", "opens_admin"]
    details_title = "Edit"
    fields = ["display_name", "description", "permissions"]
    tabs = [
        Tab("grid", "Permissions", "accounts/admin/role_grid.html", context=_grid),
        Tab(
            "people",
            "People",
            context=_people,
            count=lambda request, role: role.assignments.valid_at(timezone.now()).count(),
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        now = timezone.now()
        valid = (Q(assignments__valid_from__isnull=True) | Q(assignments__valid_from__lte=now)) & (
            Q(assignments__valid_until__isnull=True) | Q(assignments__valid_until__gt=now)
        )
        rows: QuerySet[Role] = super().get_queryset(request)
        return rows.annotate(holders=Count("assignments", filter=valid)).select_related("group")

    def get_fields(self, request: HttpRequest, obj: Role | None = None) -> Any:
        """Ask for the API name only when the role is made; of a seeded role show what changes."""
        if obj is None:
            return ["name", *self.fields]
        if obj.role_type == RoleType.SYSTEM:
            return ["permissions"]
        return self.fields

    def get_fieldsets(self, request: HttpRequest, obj: Role | None = None) -> Any:
        """Leave out what only the form knows when the role is only looked at."""
        if obj is not None and not self.has_change_permission(request, obj):
            return []
        return super().get_fieldsets(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        is_fixed = obj is not None and obj.name == SUPER_ADMIN
        return not is_fixed and super().has_change_permission(request, obj)

    def opens_on(self, obj: Role) -> str:
        return "grid"

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Role:
        """Make the role."""
        codes = data.pop("permissions", ())
        return roles.create_role(actor=request.user, codes=codes, **data)

    def service_update(
        self, request: HttpRequest, obj: Role, changes: dict[str, Any], expected_version: int | None
    ) -> Role:
        """Change what was edited."""
        return roles.update_role(
            actor=request.user,
            role=obj,
            display_name=changes.get("display_name"),
            description=changes.get("description"),
            codes=changes.get("permissions"),
        )

    def service_delete(self, request: HttpRequest, obj: Role) -> None:
        """Delete a role that nobody holds."""
        roles.delete_role(actor=request.user, role=obj)

    def deletable(self, obj: Role) -> bool:
        """Seeded roles stay."""
        return obj.role_type != RoleType.SYSTEM

    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        return (obj is None or self.deletable(obj)) and super().has_delete_permission(request, obj)

    def state(self, obj: Role) -> SafeString:
        return self.kind(obj)

    @column("Name in the API", order="group__name", export="group__name")
    def code(self, obj: Role) -> SafeString:
        return identifier(obj.name)

    @column("Kind", order="role_type", export="role_type")
    def kind(self, obj: Role) -> SafeString:
        is_system = obj.role_type == RoleType.SYSTEM
        return badge(obj.get_role_type_display(), "taken" if is_system else "idle", "shield")

    @column("People", order="holders", numeric=True, export="holders")
    def people(self, obj: Any) -> SafeString:
        return number(obj.holders)

    @column("Opens the admin")
    def opens_admin(self, obj: Role) -> bool:
        return not obj.is_client_only


@register_instead(Group)
class GroupAdmin(ReadOnlyAdmin):
    """Django's groups: the permissions behind the roles; people work with roles."""

    list_display = ["name", "role_name"]
    list_select_related = ["role"]
    search_fields = ["name"]
    summary = ["role_name"]
    details_title = ""
    fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).select_related("role")

    @column("Role", export="role__display_name")
    def role_name(self, obj: Group) -> str:
        role = getattr(obj, "role", None)
        return role.display_name if role else EMPTY
