"""The one authentication backend: passwords, and permissions out of role assignments."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.db.models import BigAutoField, DateTimeField, F, FilteredRelation, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import RoleAssignment, User
from accounts.models.roles import valid_q
from accounts.models.users import SUPER_ADMIN
from inventory_site.core.prepared import Later, Prepared


def _with_roles() -> QuerySet[User]:
    """Ask for one account, a row for each role it holds now."""
    valid = valid_q(Later(1, DateTimeField()), "role_assignments__")
    return (
        User.objects.filter(pk=Later(0, BigAutoField()))
        .annotate(
            held=FilteredRelation("role_assignments", condition=valid),
            role_name=F("held__role__group__name"),
            is_client_role=F("held__role__is_client_only"),
        )
        .order_by("-held__role__priority", "held__role_id")
    )


_WITH_ROLES: Prepared[Any] = Prepared(_with_roles)


class AssignmentBackend(BaseBackend):
    """Checks a user name (or e-mail address) with a password; reads permissions of valid roles."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the active account, or nothing; an unknown name costs as much as a wrong
        password."""
        if not username or password is None:
            return None
        user = find_account(username)
        if user is None:
            make_password(password)
            return None
        may_enter = user.is_active and not user.is_locked
        return user if user.check_password(password) and may_enter else None

    def get_user(self, user_id: int) -> User | None:
        """Return the active account of a session, with its roles; one query."""
        rows = _WITH_ROLES.all(user_id, timezone.now())
        if not rows or not rows[0].is_active:
            return None
        user: User = rows[0]
        user.held_roles = {row.role_name: row.is_client_role for row in rows if row.role_name}
        return user

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Names (`app.codename`) out of all valid roles, within a key's scope; read once per
        user."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if "_held_permissions" not in user_obj.__dict__:
            user_obj.__dict__["_held_permissions"] = permissions_of(user_obj)
        held: set[str] = user_obj.__dict__["_held_permissions"]
        return held if user_obj.narrowed_to is None else held & user_obj.narrowed_to

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether one permission is held."""
        return user_obj.is_active and perm in self.get_all_permissions(user_obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether any permission of an app is held."""
        held = self.get_all_permissions(user_obj)
        return any(perm.startswith(f"{app_label}.") for perm in held)


def permissions_of(user: User) -> set[str]:
    """Return what valid roles give an account, whatever its status and however it is narrowed."""
    if SUPER_ADMIN in user.held_roles:
        rows = Permission.objects.all()
    else:
        valid = RoleAssignment.objects.valid_at(timezone.now()).filter(user=user)
        rows = Permission.objects.filter(group__role__assignments__in=valid)
    pairs = rows.order_by().values_list(F("content_type__app_label"), "codename")
    return {f"{app_label}.{codename}" for app_label, codename in pairs}


def find_account(name: str) -> User | None:
    """Find by user name in any case, else by e-mail address."""
    key = "email__iexact" if "@" in name else "username__iexact"
    return (
        User.objects.filter(**{key: name}).first()
        or User.objects.filter(username__iexact=name).first()
    )
