"""Paths of identity: family A below `/api/auth`, family B below `/auth` and `/identity/v1`."""

from __future__ import annotations

from django.urls import URLPattern, path
from rest_framework.views import APIView

from accounts.api.base import B
from accounts.api.views import (
    auth,
    enterprise,
    events,
    members,
    passwords,
    roles,
    second_factor,
    security_keys,
    sessions,
    system,
    user_parts,
    users,
)

USER, ROLE = "<str:user_id>", "<str:role_id>"

IN_BOTH: tuple[tuple[str, str, type[APIView]], ...] = (
    ("api/auth/me", "identity/v1/auth/me", auth.CurrentUserView),
    ("api/auth/me/password", "identity/v1/auth/me/password", passwords.ChangePasswordView),
    ("api/auth/sessions", "identity/v1/auth/sessions", sessions.SessionsView),
    (
        "api/auth/sessions/revoke-all",
        "identity/v1/auth/sessions/revoke-all",
        sessions.RevokeOthersView,
    ),
    (
        "api/auth/sessions/<str:session_id>",
        "identity/v1/auth/sessions/<str:session_id>",
        sessions.SessionView,
    ),
    ("api/auth/2fa/setup", "identity/v1/auth/2fa/setup", second_factor.SetUpView),
    ("api/auth/2fa/verify", "identity/v1/auth/2fa/verify", second_factor.VerifyView),
    ("api/auth/2fa/disable", "identity/v1/auth/2fa/disable", second_factor.DisableView),
    ("api/auth/2fa/keys", "identity/v1/auth/2fa/keys", security_keys.KeysView),
    ("api/auth/2fa/keys/begin", "identity/v1/auth/2fa/keys/begin", security_keys.BeginKeyView),
    (
        "api/auth/2fa/keys/<str:key_id>",
        "identity/v1/auth/2fa/keys/<str:key_id>",
        security_keys.KeyView,
    ),
    ("api/auth/password-policy", "identity/v1/password-policy", passwords.PolicyView),
    ("api/auth/validate-password", "identity/v1/validate-password", passwords.ValidateView),
    ("api/auth/password-reset", "auth/password-reset", passwords.AskResetView),
    ("api/auth/password-reset/confirm", "auth/password-reset/confirm", passwords.ResetView),
    ("api/auth/users", "identity/v1/users", users.UsersView),
    (f"api/auth/users/{USER}", f"identity/v1/users/{USER}", users.UserView),
    (f"api/auth/users/{USER}/roles", f"identity/v1/users/{USER}/roles", user_parts.UserRolesView),
    (
        f"api/auth/users/{USER}/roles/{ROLE}",
        f"identity/v1/users/{USER}/roles/{ROLE}",
        user_parts.UserRoleView,
    ),
    (
        f"api/auth/users/{USER}/permissions",
        f"identity/v1/users/{USER}/permissions",
        user_parts.UserRightsView,
    ),
    (
        f"api/auth/users/{USER}/modules",
        f"identity/v1/users/{USER}/modules",
        user_parts.UserModulesView,
    ),
    (
        f"api/auth/users/{USER}/reset-password",
        f"identity/v1/users/{USER}/reset-password",
        user_parts.OneTimePasswordView,
    ),
    ("api/auth/roles", "identity/v1/roles", roles.RolesView),
    (f"api/auth/roles/{ROLE}", f"identity/v1/roles/{ROLE}", roles.RoleView),
    (
        f"api/auth/roles/{ROLE}/permissions",
        f"identity/v1/roles/{ROLE}/permissions",
        roles.RolePermissionsView,
    ),
    (f"api/auth/roles/{ROLE}/members", f"identity/v1/roles/{ROLE}/members", members.MembersView),
    (
        f"api/auth/roles/{ROLE}/members/<str:username>",
        f"identity/v1/roles/{ROLE}/members/<str:username>",
        members.MemberView,
    ),
    ("api/auth/permissions", "identity/v1/permissions", roles.PermissionsView),
    ("api/auth/enterprise-users", "identity/v1/enterprise-users", members.EnterpriseUsersView),
    (
        "api/auth/enterprise-users/<str:username>",
        "identity/v1/enterprise-users/<str:username>",
        members.EnterpriseUserView,
    ),
    (
        "api/auth/enterprise-users/<str:username>/roles/<str:role_id>",
        "identity/v1/enterprise-users/<str:username>/roles/<str:role_id>",
        members.EnterpriseUserRoleView,
    ),
    ("api/auth/audit", "identity/v1/audit", events.EventsView),
    ("api/logging/settings", "system/v1/logging/settings", system.LoggingView),
    ("api/settings/database", "system/v1/settings/database", system.DatabaseView),
    ("api/settings/database/test", "system/v1/settings/database/test", system.DatabaseTestView),
    ("api/auth/login", "auth/login", auth.SignInView),
    ("api/auth/login/2fa", "auth/login/2fa", auth.SecondStepView),
    ("api/auth/login/2fa/key", "auth/login/2fa/key", auth.KeyStepView),
    ("api/auth/login/2fa/resend", "auth/login/2fa/resend", auth.ResendView),
    ("api/auth/refresh", "auth/refresh", auth.RefreshView),
    (
        "api/auth/login/enterprise",
        "auth/login/enterprise",
        enterprise.EnterpriseSignInView,
    ),
    ("api/auth/enterprise-configs", "identity/v1/enterprise-configs", enterprise.DirectoriesView),
)


def _both(first: str, second: str, view: type[APIView]) -> list[URLPattern]:
    name = f"auth-{view.__name__.removesuffix('View').lower()}"
    other = view.as_view(family=B, in_schema=False)
    return [path(first, view.as_view(), name=name), path(second, other, name=f"{name}-b")]


urlpatterns = [
    path("api/info", system.AboutView.as_view(), name="about"),
    path("system/v1/health", system.HealthView.as_view(), name="system-v1-health"),
    path("system/v1/info", system.InfoView.as_view(), name="system-v1-info"),
    path("system/v1/settings", system.SettingsView.as_view(), name="system-v1-settings"),
    path("system/v1/cache", system.CacheView.as_view(), name="system-v1-cache"),
    path("system/v1/usage/stats", system.UsageView.as_view(), name="system-v1-usage"),
    path("api/system/stats", system.StatsView.as_view(), name="system-stats"),
    *(
        path(f"{prefix}{name}", view.as_view())
        for prefix in ("", "system/v1/")
        for name, view in (
            ("check-tool", system.ToolView),
            ("check-network", system.NetworkView),
            ("check-database", system.CheckDatabaseView),
        )
    ),
    path("auth/login", enterprise.EitherSignInView.as_view(family=B, in_schema=False)),
    path(
        "identity/v1/enterprise-users/assign-role",
        members.AssignRoleView.as_view(family=B, in_schema=False),
    ),
    path(
        "identity/v1/enterprise-users/<str:username>/role",
        members.EnterpriseUserView.as_view(family=B, in_schema=False),
    ),
    path("api/auth/verify-2fa", auth.SecondStepView.as_view(in_schema=False)),
    path("api/auth/change-password", passwords.ChangePasswordView.as_view(in_schema=False)),
    path("api/auth/logout", auth.SignOutView.as_view(), name="auth-logout"),
    path("auth/logout", auth.SignOutAnywayView.as_view(family=B, in_schema=False)),
    path("identity/v1/auth/logout", auth.SignOutAnywayView.as_view(family=B, in_schema=False)),
    *(entry for row in IN_BOTH for entry in _both(*row)),
]
