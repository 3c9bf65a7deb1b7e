"""An import in the background: how far it is, what it would change, what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from inventory_site.core.admin import toast
from inventory_site.core.errors import NotFound
from networkroutes.admin.import_words import SHOWN_ROWS, changed_row, is_kept, table_words
from networkroutes.admin.pages import framed
from networkroutes.choices import BulkOutcome
from networkroutes.errors import BulkRefused
from networkroutes.models import BulkUpload
from networkroutes.services import bulk, bulk_jobs
from networkroutes.services.bulk_rows import KEEP, Outcome

TEMPLATE = "networkroutes/admin/import_job.html"


@require_http_methods(["GET", "HEAD", "POST"])
def import_job(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Show an import; a posted form applies its dry run."""
    if request.method == "POST":
        return _apply(request, upload_id)
    job = get_object_or_404(BulkUpload, pk=upload_id)
    shown: dict[str, Any] = {"job": job, "module_word": table_words(job.module)}
    if job.outcome == BulkOutcome.DRY_RUN and job.file_key:
        shown |= _preview(job)
    elif job.outcome in (BulkOutcome.REFUSED, BulkOutcome.FAILED):
        counts = {"invalid_rows": job.invalid_rows, "total_rows": job.total_rows}
        shown |= {"refused": counts, "errors": job.errors[:SHOWN_ROWS]}
        shown["has_more_errors"] = len(job.errors) > SHOWN_ROWS
        if job.invalid_rows and is_kept(job.file_key):
            shown["lines_url"] = _lines_url(job)
        shown["rolled_back"] = "" if job.invalid_rows else bulk.ROLLED_BACK
    return render(request, TEMPLATE, framed(request, "Import", **shown))


@require_safe
def import_progress(request: HttpRequest, upload_id: int) -> JsonResponse:
    """Answer how far an import is; its page asks every second."""
    job = get_object_or_404(BulkUpload, pk=upload_id)
    answer = JsonResponse(
        {
            "is_open": job.is_open,
            "word": job.get_outcome_display(),
            "checked": job.checked_rows,
            "total": job.total_rows,
        }
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _apply(request: HttpRequest, upload_id: int) -> HttpResponse:
    try:
        job = bulk_jobs.apply(actor=request.user, upload_id=upload_id)
    except NotFound as err:
        raise Http404 from err
    except BulkRefused as err:
        toast(request, err.message, level=messages.ERROR)
        return redirect("networkroutes-import-job", upload_id)
    return redirect("networkroutes-import-job", job.pk)


def _preview(job: BulkUpload) -> dict[str, Any]:
    found = job.preview
    outcome = Outcome(
        job.module,
        total=job.total_rows,
        inserted=found.get("inserted", 0),
        updated=found.get("updated", 0),
        ignored_columns=found.get("ignored_columns", []),
    )
    rows = found.get("rows", [])
    return {
        "outcome": outcome,
        "rows": [changed_row(row) for row in rows],
        "unchanged": sum(row["action"] == KEEP for row in rows),
        "more": job.total_rows - len(rows),
        "lines_url": _lines_url(job),
    }


def _lines_url(job: BulkUpload) -> str:
    return reverse("networkroutes-import-job-lines", args=[job.pk])
