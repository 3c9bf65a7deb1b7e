"""The vault's log over REST: what was done with which credential, by whom."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api import files
from devices.api.base import DeviceView, whole
from devices.models import CredentialUse
from devices.selectors import metrics
from devices.selectors import vault as selector
from devices.services import vault


class _LogView(DeviceView):
    """Readers of the audit or of the vault may read its log."""

    permissions = {"get": policy.VIEW_CREDENTIAL}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let holders of the audit right in as well."""
        if request.user.is_authenticated and request.user.has_perm(policy.AUDIT_VIEW):
            self.permissions = {"get": policy.AUDIT_VIEW}
        super().initial(request, *args, **kwargs)


class AuditView(_LogView):
    """GET /api/credentials/audit."""

    file = files.CREDENTIAL_LOG

    def get(self, request: Request) -> Any:
        """Answer a page of the vault's log."""
        query = request.query_params
        limit = whole(query.get("limit"), "limit", 100, 1, 1000)
        offset = whole(query.get("offset"), "offset", 0, 0, 10**9)
        rows = selector.log_rows(query)
        start = metrics.moment(query.get("start_date"), "start_date")
        end = metrics.moment(query.get("end_date"), "end_date")
        rows = rows.filter(performed_at__gte=start) if start else rows
        rows = rows.filter(performed_at__lte=end) if end else rows
        if self.is_file:
            return self.as_file(rows.values(*files.CREDENTIAL_LOG.columns).iterator(files.CHUNK))
        return Response(
            {
                "entries": selector.entries(rows[offset : offset + limit]),
                "total": rows.count(),
                "limit": limit,
                "offset": offset,
            }
        )


class AuditSummaryView(_LogView):
    """GET /api/credentials/audit/summary."""

    def get(self, request: Request) -> Response:
        """Answer who did how much."""
        days = whole(request.query_params.get("days"), "days", 30, 1, 3650)
        pk = request.query_params.get("credential_id", "")
        return Response({"summary": selector.summary(days, pk)})


class HistoryView(_LogView):
    """GET /api/credentials/{id}/history."""

    file = files.CREDENTIAL_LOG

    def get(self, request: Request, pk: int) -> Any:
        """Answer what happened to a credential."""
        limit = whole(request.query_params.get("limit"), "limit", 50, 1, 1000)
        rows = selector.log_rows({"credential_id": str(vault.find(pk).pk)})
        if self.is_file:
            return self.as_file(rows.values(*files.CREDENTIAL_LOG.columns).iterator(files.CHUNK))
        return Response({"history": selector.entries(rows[:limit])})


class UsageView(_LogView):
    """GET /api/credentials/usage."""

    file = files.CREDENTIAL_USES

    def get(self, request: Request) -> Any:
        """Answer the uses."""
        limit = whole(request.query_params.get("limit"), "limit", 100, 1, 1000)
        query = {"credential_id": request.query_params.get("credential_id", ""), "action": "used"}
        rows = selector.log_rows(query)
        if self.is_file:
            return self.as_file(use_shown(row) for row in rows.iterator(files.CHUNK))
        return Response({"usage_log": [use_shown(row) for row in rows[:limit]]})


def use_shown(row: CredentialUse) -> dict[str, Any]:
    """Return one use of a credential."""
    return {
        "id": row.pk,
        "credential_id": row.credential_id,
        "credential_name": row.credential_name,
        "used_by": row.performed_by,
        "used_for": f"{row.target_service} {row.target_device}".strip(),
        "success": row.success,
        "error_message": row.error_message,
        "used_at": row.performed_at,
    }
