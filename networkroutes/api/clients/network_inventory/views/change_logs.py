"""The change log (contract 12.5)."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import AuditEntry, User
from inventory_site.core.errors import NotAllowed
from networkroutes.api.clients.network_inventory.base import ClientView, whole_id
from networkroutes.api.clients.network_inventory.wire import t1
from networkroutes.selectors import change_logs as selector
from networkroutes.selectors.change_logs import Wanted

VIEW = "accounts.view_auditentry"
DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000


class ChangeLogsView(ClientView):
    """GET every write to the register, newest first."""

    def get(self, request: Request) -> Response:
        """Answer the rows as the query narrows them; never without an account."""
        if not (isinstance(request.user, User) and request.user.has_perm(VIEW)):
            raise NotAllowed(required=VIEW)
        sent = request.query_params
        offset = min(whole_id(sent.get("offset", "").strip()), 10**9)
        limit = min(whole_id(sent.get("limit", "").strip()) or DEFAULT_LIMIT, LARGEST_LIMIT)
        rows = selector.change_rows(_wanted(sent))[offset : offset + limit]
        return Response([change_words(row) for row in rows])


def change_words(row: AuditEntry) -> dict[str, Any]:
    """Return one write."""
    return {
        "id": row.pk,
        "timestamp": t1(row.at),
        "user_id": row.actor_id,
        "user_name": row.actor_name,
        "table_name": selector.TABLES[row.object_type],
        "record_id": row.object_label or row.object_id,
        "action": selector.action_of(row.verb),
        "old_values": row.before,
        "new_values": row.after,
        "changes_summary": selector.summary_of(row),
        "ip_address": row.address,
        "user_agent": row.user_agent,
    }


def _wanted(sent: QueryDict) -> Wanted:
    names = [*sent.getlist("table_names[]"), *sent.getlist("table_names"), sent.get("table_name")]
    tables = [
        selector.table_of(part.strip())
        for name in names
        for part in (name or "").split(",")
        if part.strip()
    ]
    user = sent.get("user_id", "").strip()
    search = sent.get("search", "").strip().replace("\x00", "")
    return Wanted(tables, whole_id(user) if user else None, search)
