"""The log of sign-ins and of what changed in identity."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import GuardedView, number_of
from accounts.models import AuditEntry
from inventory_site.core.whole import whole_number

EVENTS = {
    "session.opened": "login",
    "session.refused": "login_failed",
    "session.closed": "logout",
    "session.revoked": "session_revoked",
    "session.others_revoked": "sessions_revoked",
    "second_factor.refused": "2fa_failed",
    "second_factor.enabled": "2fa_enabled",
    "second_factor.disabled": "2fa_disabled",
    "second_factor.dropped": "2fa_disabled",
    "second_factor.backup_code_used": "2fa_backup_code_used",
    "second_factor.key_added": "security_key_added",
    "second_factor.key_removed": "security_key_removed",
    "second_factor.key_copied": "security_key_copied",
    "password.changed": "password_changed",
    "password.set": "password_reset",
    "password.reset": "password_reset",
    "password.reset_asked": "password_reset_requested",
    "policy.changed": "policy_changed",
    "user.created": "user_created",
    "user.changed": "user_updated",
    "user.deleted": "user_deleted",
    "user.locked": "account_locked",
    "user.unlocked": "account_unlocked",
    "user.recovered": "account_recovered",
    "user.roles_changed": "roles_changed",
    "role.assigned": "role_assigned",
    "role.taken": "role_removed",
    "role.created": "role_created",
    "role.changed": "role_updated",
    "role.deleted": "role_deleted",
    "apikey.created": "api_key_created",
    "apikey.revoked": "api_key_revoked",
}
STATUSES = {"success": "success", "refused": "failure", "failure": "failure"}


class EventsView(GuardedView):
    """GET the events, newest first."""

    permissions = {"get": "accounts.view_logentry"}  # of system.audit.view alone

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Answer the newest `limit` of a person or kind."""
        query = request.query_params
        limit = number_of(query.get("limit"), "limit", default=100, most=1000)
        rows = AuditEntry.objects.filter(verb__in=_verbs(query.get("event_type", "")))
        if query.get("user_id"):
            user_id = number_of(query.get("user_id"), "user_id", default=0, most=10**9 - 1)
            about = AuditEntry.objects.about("accounts.user", user_id).values("pk")
            rows = rows.filter(actor_id=user_id) | rows.filter(pk__in=about)
        found = [_shown(row) for row in rows.order_by("-at", "-pk")[:limit]]
        return self.answer({"entries": found}, {"entries": found})


def _verbs(event_type: str) -> list[str]:
    return [verb for verb, name in EVENTS.items() if event_type in ("", name)]


def _shown(row: AuditEntry) -> dict[str, Any]:
    about = whole_number(row.object_id) if row.object_type == "accounts.user" else None
    tried = (row.after or {}).get("username")
    return {
        "id": row.pk,
        "user_id": row.actor_id or about,
        "username": row.actor_name if row.actor_id else tried or row.object_label,
        "event_type": EVENTS[row.verb],
        "event_status": STATUSES[row.outcome],
        "ip_address": row.address,
        "user_agent": (row.after or {}).get("user_agent", ""),
        "details": {"before": row.before, "after": row.after},
        "created_at": row.at,
    }
