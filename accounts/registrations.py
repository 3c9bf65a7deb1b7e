"""What identity gives to the whole."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse

from inventory_site.core import registry
from inventory_site.core.registry import (
    HealthCheck,
    PaletteVerb,
    Schedule,
    SearchHit,
    SearchProvider,
    SidebarEntry,
)

SETTINGS = "Settings"
VIEW_USER = "accounts.view_user"
VIEW_KEY, VIEW_SESSION = "accounts.view_apikey", "accounts.view_session"
MODULE_OF = {"users": "user_management", "audit": "change_logs"}
ENTRIES = (
    ("users", "Users", "users", "accounts_user", VIEW_USER, SETTINGS, 10),
    ("roles", "Roles", "shield-check", "accounts_role", "accounts.view_role", SETTINGS, 20),
    (
        "sessions",
        "Sessions",
        "monitor-smartphone",
        "accounts_session",
        "accounts.view_session",
        SETTINGS,
        30,
    ),
    ("keys", "API keys", "key-round", "accounts_apikey", VIEW_KEY, SETTINGS, 40),
    (
        "settings",
        "Settings",
        "sliders-horizontal",
        "accounts_setting",
        "accounts.view_setting",
        SETTINGS,
        50,
    ),
    ("audit", "Audit", "history", "accounts_auditentry", "accounts.view_auditentry", SETTINGS, 60),
    (
        "seals",
        "Audit seals",
        "badge-check",
        "accounts_auditseal",
        "accounts.view_auditseal",
        SETTINGS,
        65,
    ),
    (
        "lab_people",
        "Lab people",
        "flask-conical",
        "accounts_labprofile",
        "accounts.view_labprofile",
        SETTINGS,
        25,
    ),
    (
        "lab_invitations",
        "Lab invitations",
        "mail",
        "accounts_labinvitation",
        "accounts.view_labinvitation",
        SETTINGS,
        26,
    ),
    (
        "log",
        "System log",
        "scroll-text",
        "accounts_logentry",
        "accounts.view_logentry",
        SETTINGS,
        70,
    ),
    (
        "schedules",
        "Schedules",
        "calendar-clock",
        "django_celery_beat_periodictask",
        "django_celery_beat.view_periodictask",
        "Automation",
        70,
    ),
)


def register() -> None:
    """Called once, when the app is ready."""
    for slug, title, icon, model, permission, section, order in ENTRIES:
        registry.sidebar.register(
            SidebarEntry(
                slug=f"accounts.{slug}",
                title=title,
                section=section,
                icon=icon,
                url_name=f"admin:{model}_changelist",
                permission=permission,
                order=order,
                module=MODULE_OF.get(slug, ""),
            )
        )
    registry.sidebar.register(
        SidebarEntry(
            slug="accounts.policy",
            title="Password policy",
            section=SETTINGS,
            icon="lock",
            url_name="admin-policy",
            permission="accounts.view_setting",
            order=45,
        )
    )
    for slug, every_s, text in (
        ("accounts.seal_audit", 300, "Seals the audit entries written since the last run."),
        ("accounts.remove_old_audit", 86_400, "Removes audit entries past their retention."),
    ):
        registry.schedules.register(Schedule(slug, slug, every_s, tick="retention", help=text))
    registry.health.register(HealthCheck("audit", audit_is_sealed))
    registry.searches.register(SearchProvider("accounts.users", "Users", VIEW_USER, find_users, 90))
    for slug, title, url_name, permission in (
        ("add_user", "Add user", "admin:accounts_user_add", "accounts.add_user"),
        ("add_key", "Add API key", "admin:accounts_apikey_add", "accounts.add_apikey"),
    ):
        registry.verbs.register(PaletteVerb(f"accounts.{slug}", title, url_name, permission))


def audit_is_sealed() -> tuple[bool, str]:
    """Whether no audit entry has waited for its seal for an hour."""
    from accounts.selectors.audit import seal_state

    return seal_state()


def find_users(user: Any, text: str, limit: int) -> list[SearchHit]:
    """Find accounts by user name, shown name or e-mail address."""
    from accounts.models import User

    if not user.has_perm(VIEW_USER):
        return []
    fields = ("username", "display_name", "email")
    exact, prefix, inside = (
        Q(*((f"{name}__{kind}", text) for name in fields), _connector=Q.OR)
        for kind in ("iexact", "istartswith", "icontains")
    )
    rank = Case(
        When(exact, Value(0)), When(prefix, Value(1)), default=2, output_field=IntegerField()
    )
    rows = User.objects.filter(inside).annotate(rank=rank).order_by("rank", "username")[:limit]
    return [
        SearchHit(
            kind="User",
            label=row.shown_name,
            url=reverse("admin:accounts_user_change", args=[row.pk]),
            rank=row.rank,
            note=row.email or row.username,
            object_id=str(row.pk),
        )
        for row in rows
    ]
