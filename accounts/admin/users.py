"""People and service accounts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.admin.user_tabs import TABS
from accounts.admin.user_verbs import VERBS
from accounts.admin.words import user_badge
from accounts.models import Role, RoleAssignment, User
from accounts.services import users
from inventory_site.core.admin import ServiceAdmin, column, register, when
from inventory_site.core.zones import city_zones

ZONES = [(name, name) for name in city_zones()]


class UserForm(forms.ModelForm):
    """An account as people edit it; the password only when it is made."""

    timezone = forms.ChoiceField(choices=[("UTC", "UTC"), *ZONES], initial="UTC", label="Time zone")
    roles = forms.ModelMultipleChoiceField(
        Role.objects.select_related("group"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What the account may do follows from its roles.",
    )
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Follows the password policy. Blank makes an account that cannot sign in yet.",
    )

    class Meta:
        model = User
        fields = ["username", "email", "first_name", "last_name", "display_name", "status"]

    class Media:
        css = {"all": ["accounts/identity.css"]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "roles" in self.fields:
            held = self.instance.role_assignments.unended_at(timezone.now())
            self.initial["roles"] = held.values_list("role_id", flat=True)
            self.initial["timezone"] = self.instance.timezone


class RoleFilter(admin.SimpleListFilter):
    """Accounts that hold a role now."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Role.objects.values_list("group__name", "display_name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if not self.value():
            return queryset
        held = RoleAssignment.objects.valid_at(timezone.now()).filter(
            role__group__name=self.value()
        )
        return queryset.filter(pk__in=held.values("user"))


@register(User)
class UserAdmin(ServiceAdmin):
    """Accounts; what they may do follows from their roles."""

    form = UserForm
    list_display = [
        "username",
        "shown",
        "account_state",
        "role_names",
        "email",
        "last_seen",
        "made",
    ]
    list_hidden = ["made"]
    list_filter = ["status", RoleFilter]
    search_fields = ["username", "email", "display_name", "first_name", "last_name"]
    phone_columns = ["account_state", "role_names"]
    summary = ["username", "email", "role_names", "second_factor", "zone", "last_seen", "made"]
    tabs = TABS
    verbs = VERBS
    details_title = "Account"
    fields = [
        "username",
        "email",
        ("first_name", "last_name"),
        "display_name",
        "status",
        "timezone",
        "roles",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Bring the roles along, so that a list asks once."""
        valid = RoleAssignment.objects.valid_at(timezone.now()).select_related("role")
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("role_assignments", valid, to_attr="valid_roles"))

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Ask for a password only when the account is made."""
        return self.fields if obj else [*self.fields, "password"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show roles as words where they cannot be changed."""
        return () if self.has_change_permission(request, obj) or obj is None else ("role_names",)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Leave out what only the form knows when the account is only looked at."""
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": self.fields[:-1]})]
        return super().get_fieldsets(request, obj)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> User:
        """Make the account with its roles."""
        roles: Collection[Role] = data.pop("roles")
        password = data.pop("password", "") or None
        return users.create_user(actor=request.user, roles=roles, password=password, **data)

    def service_delete(self, request: HttpRequest, obj: User) -> None:
        """Delete the account."""
        users.delete_user(actor=request.user, user=obj)

    def service_update(
        self, request: HttpRequest, obj: User, changes: dict[str, Any], expected_version: int | None
    ) -> User:
        """Change the account; roles are a change of their own in the audit."""
        roles = changes.pop("roles", None)
        saved = users.update_user(actor=request.user, user=obj, changes=changes)
        if roles is not None:
            users.set_roles(actor=request.user, user=saved, roles=roles)
        return saved

    def opens_on(self, obj: User) -> str:
        return "may"

    def state(self, obj: User) -> SafeString:
        return user_badge(obj)

    def subtitle(self, obj: User) -> str:
        return obj.username if obj.shown_name != obj.username else ""

    @column("Name", order="display_name", export="display_name")
    def shown(self, obj: User) -> str:
        return obj.shown_name

    @column("State", order="status", export="status")
    def account_state(self, obj: User) -> SafeString:
        return user_badge(obj)

    @column("Roles")
    def role_names(self, obj: User) -> str:
        rows = getattr(obj, "valid_roles", None)
        if rows is None:
            rows = obj.role_assignments.valid_at(timezone.now()).select_related("role")
        return ", ".join(sorted(row.role.display_name for row in rows)) or "none"

    @column("Last sign-in", order="last_login", export="last_login")
    def last_seen(self, obj: User) -> SafeString:
        return when(obj.last_login, missing="never")

    @column("Second factor", order="two_factor_enabled", export="two_factor_enabled")
    def second_factor(self, obj: User) -> str:
        return obj.get_two_factor_method_display() if obj.two_factor_enabled else "off"

    @column("Time zone", export="timezone")
    def zone(self, obj: User) -> str:
        return obj.timezone

    @column("Made", order="created_at", export="created_at")
    def made(self, obj: User) -> SafeString:
        return when(obj.created_at)
