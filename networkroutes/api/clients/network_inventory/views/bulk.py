"""Bulk upload (contract 12.9)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from networkroutes.api.clients.network_inventory import forms
from networkroutes.api.clients.network_inventory.base import ClientView
from networkroutes.api.clients.network_inventory.wire import t1
from networkroutes.bulk_files import database_csv, limit_of, template_csv
from networkroutes.errors import BulkRefused, FileTooLarge
from networkroutes.selectors.bulk import history
from networkroutes.services import bulk

MOST_BYTES = 10 * 1024 * 1024
SHOWN_HISTORY = 100


class BulkView(ClientView):
    """A view of the bulk upload, for administrators."""

    reads = "view_bulkupload"


class BulkTemplateView(BulkView):
    """GET a CSV with the columns and one sample line."""

    def get(self, request: Request, module: str) -> HttpResponseBase:
        """Stream it."""
        return template_csv(bulk.module_of(request.user, module))


class BulkDatabaseView(BulkView):
    """GET the present rows as CSV."""

    def get(self, request: Request, module: str) -> HttpResponseBase:
        """Stream the first `limit` rows."""
        limit = limit_of(request.query_params.get("limit", "").strip())
        return database_csv(bulk.module_of(request.user, module), limit)


class BulkHistoryView(BulkView):
    """GET what was uploaded, newest first."""

    def get(self, request: Request) -> Response:
        """Answer at most 100 rows."""
        return Response(
            [
                {
                    "id": row.pk,
                    "module": row.module,
                    "filename": row.filename,
                    "uploaded_at": t1(row.uploaded_at),
                    "user_name": row.user_name,
                    "outcome": row.outcome,
                    "total_rows": row.total_rows,
                    "rows_imported": row.rows_imported,
                    "rows_updated": row.rows_updated,
                    "invalid_rows": row.invalid_rows,
                    "errors": row.errors,
                }
                for row in history()[:SHOWN_HISTORY]
            ]
        )


class BulkUploadView(BulkView):
    """POST a CSV in `csv_file`; `dry_run` and `upsert` as fields or in the query."""

    writes = {"POST": "add_bulkupload"}

    def post(self, request: Request, module: str) -> Response:
        """Check every row, then import all or none."""
        try:
            sent = request.FILES.get("csv_file")
        except (RequestDataTooBig, TooManyFilesSent) as err:
            raise FileTooLarge("File too large", limit=MOST_BYTES) from err
        if sent is None:
            raise BulkRefused("No file uploaded")
        if (sent.size or 0) > MOST_BYTES:
            raise FileTooLarge("File too large", limit=MOST_BYTES)
        dry_run = _switch(request, "dry_run")
        try:
            outcome = bulk.upload(
                actor=request.user,
                slug=module,
                filename=sent.name or "",
                source=sent.file,
                upsert=_switch(request, "upsert"),
                dry_run=dry_run,
            )
        except BulkRefused as refusal:
            body: dict[str, Any] = {"error": refusal.message, **refusal.details}
            if refusal.message == "Bulk upload failed":
                body["message"] = bulk.ROLLED_BACK
            return Response(body, status=400)
        if dry_run:
            return Response(dry_run_words(outcome))
        done: dict[str, Any] = {
            "message": "Bulk upload successful",
            "module": module,
            "rows_imported": outcome.inserted + outcome.updated,
            "rows_updated": outcome.updated,
            "total_rows": outcome.total,
        }
        if outcome.ignored_columns:
            done["ignored_columns"] = outcome.ignored_columns
        return Response(done)


def dry_run_words(outcome: bulk.Outcome) -> dict[str, Any]:
    """Return what an upload would do, line by line."""
    return {
        "message": "Dry run successful. No data was imported.",
        "dry_run": True,
        "module": outcome.module,
        "total_rows": outcome.total,
        "valid_rows": outcome.valid,
        "invalid_rows": outcome.invalid,
        "rows_to_insert": outcome.inserted,
        "rows_to_update": outcome.updated,
        "ignored_columns": outcome.ignored_columns,
        "rows": outcome.rows,
    }


def _switch(request: Request, name: str) -> bool:
    return forms.truthy(request.data.get(name, request.query_params.get(name, "")))
