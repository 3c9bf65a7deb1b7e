"""Tabs of a person's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.admin.words import (
    agent_words,
    key_badge,
    outcome_badge,
    sentence,
    session_badge,
)
from accounts.models import AuditEntry, User
from accounts.selectors import names
from accounts.selectors.rights import rights_of
from inventory_site.core.admin import EMPTY, ShortTable, Tab, identifier, when

SHOWN = 10
WORDS = {row.code: row.display_name for row in names.ALL}


def _rights(request: HttpRequest, user: User) -> dict[str, Any]:
    rights = rights_of(user) if user.is_active else []
    table = ShortTable(
        "What this account may do",
        ("May", "Name in the API", "Because of"),
        [(WORDS[right.name], identifier(right.name), ", ".join(right.roles)) for right in rights],
        empty="Nothing: no valid role, or the account is not active.",
    )
    return {"tables": [table]}


def _sessions(request: HttpRequest, user: User) -> dict[str, Any]:
    rows = user.sessions.all()[:SHOWN]
    table = ShortTable(
        "Sessions",
        ("Device", "State", "Address", "Last use"),
        [
            (
                agent_words(row.user_agent),
                session_badge(row),
                row.ip_address or EMPTY,
                when(row.last_activity_at),
            )
            for row in rows
        ],
        url=f"{reverse('admin:accounts_session_changelist')}?user__id__exact={user.pk}",
        empty="Never signed in.",
    )
    return {"tables": [table]}


def _keys(request: HttpRequest, user: User) -> dict[str, Any]:
    table = ShortTable(
        "API keys",
        ("Name", "State", "Begins with", "Last use", "Ends"),
        [
            (
                row.name,
                key_badge(row),
                identifier(row.prefix),
                when(row.last_used_at, missing="never"),
                when(row.expires_at, missing="never"),
            )
            for row in user.api_keys.all()[:SHOWN]
        ],
        url=f"{reverse('admin:accounts_apikey_changelist')}?user__id__exact={user.pk}",
        empty="No API keys.",
    )
    return {"tables": [table]}


def _actions(request: HttpRequest, user: User) -> dict[str, Any]:
    rows = AuditEntry.objects.filter(actor=user)[:SHOWN]
    table = ShortTable(
        "What this account did last",
        ("What", "When", "Outcome"),
        [(sentence(row), when(row.at), outcome_badge(row)) for row in rows],
        url=f"{reverse('admin:accounts_auditentry_changelist')}?actor={user.pk}",
        empty="Nothing yet.",
    )
    return {"tables": [table]}


TABS = [
    Tab("may", "May", context=_rights),
    Tab(
        "sessions",
        "Sessions",
        context=_sessions,
        count=lambda request, user: user.sessions.usable().count(),
        permission="accounts.view_session",
    ),
    Tab(
        "keys",
        "API keys",
        context=_keys,
        count=lambda request, user: user.api_keys.usable().count(),
        permission="accounts.view_apikey",
    ),
    Tab("actions", "Recent actions", context=_actions, permission="accounts.view_auditentry"),
]
