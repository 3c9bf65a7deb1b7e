"""Bulk import: a file, what it would change line by line, then Apply."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from inventory_site.core.admin import toast
from networkroutes.admin.import_words import (
    SHOWN_ROWS,
    changed_row,
    every_line_csv,
    kept_file,
    table_words,
)
from networkroutes.admin.pages import framed
from networkroutes.bulk_files import template_csv
from networkroutes.errors import BulkRefused
from networkroutes.models import BulkUpload
from networkroutes.services import bulk, bulk_jobs, bulk_uploads
from networkroutes.services.bulk_rows import KEEP

TEMPLATE = "networkroutes/admin/import.html"
KEPT_FOR_S = 24 * 3600
SALT = "networkroutes.import"


def modules() -> list[tuple[str, str]]:
    """Return the tables by the words of people."""
    return [(slug, table_words(slug)) for slug in bulk.MODULES]


class ImportForm(forms.Form):
    """A table and its file."""

    module = forms.ChoiceField(label="Table", choices=modules)
    csv_file = forms.FileField(
        label="CSV file",
        help_text="The first line names the columns; a template has them all.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    upsert = forms.BooleanField(
        label="Change rows that exist already",
        required=False,
        help_text="Without this a row that exists is an error.",
    )

    def clean_csv_file(self) -> Any:
        """Hold the size against the limit."""
        sent = self.cleaned_data["csv_file"]
        if sent.size > settings.NETWORKROUTES_BULK_MAX_BYTES:
            limit = settings.NETWORKROUTES_BULK_MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(f"The file is larger than {limit} MiB.")
        return sent


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Show the form; a posted file is kept and checked, a large one by a worker; a kept one is
    applied."""
    if request.method == "POST" and "token" in request.POST:
        return _apply(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    shown: dict[str, Any] = {"form": form, "modules": modules()}
    if request.method == "POST" and form.is_valid():
        if bulk_jobs.is_large(form.cleaned_data["csv_file"].size):
            return redirect("networkroutes-import-job", _started(request, form).pk)
        shown |= _checked(request, form)
    return render(request, TEMPLATE, framed(request, "Import", **shown))


@require_safe
def every_line(request: HttpRequest) -> HttpResponseBase:
    """Send the preview of all lines as CSV."""
    kept = _kept(request.GET.get("token", ""))
    return every_line_csv(
        request.user, key=kept["key"], module=kept["module"], upsert=kept["upsert"]
    )


@require_safe
def job_lines(request: HttpRequest, upload_id: int) -> HttpResponseBase:
    """Send the preview of all lines of a dry run in the background."""
    job = get_object_or_404(BulkUpload, pk=upload_id)
    if not job.file_key or job.is_open:
        raise Http404
    return every_line_csv(request.user, key=job.file_key, module=job.module, upsert=job.is_upsert)


@require_safe
def template(request: HttpRequest, module: str) -> HttpResponseBase:
    """Send a CSV with the columns of a table and one sample line."""
    try:
        return template_csv(bulk.module_of(request.user, module))
    except BulkRefused as err:
        raise Http404 from err


def _started(request: HttpRequest, form: ImportForm) -> BulkUpload:
    """Queue the dry run of a file that is too large to wait for."""
    data = form.cleaned_data
    return bulk_jobs.start(
        actor=request.user,
        slug=data["module"],
        filename=data["csv_file"].name or "",
        source=data["csv_file"].file,
        upsert=data["upsert"],
        dry_run=True,
    )


def _checked(request: HttpRequest, form: ImportForm) -> dict[str, Any]:
    data = form.cleaned_data
    sent = data["csv_file"]
    try:
        outcome = bulk.upload(
            actor=request.user,
            slug=data["module"],
            filename=sent.name or "",
            source=sent.file,
            upsert=data["upsert"],
            dry_run=True,
        )
    except BulkRefused as refusal:
        has_lines = bool(refusal.details.get("invalid_rows"))
        return _refused(refusal, _token(data) if has_lines else "")
    token = _token(data)
    unchanged = sum(row["action"] == KEEP for row in outcome.rows)
    return {
        "outcome": outcome,
        "rows": [changed_row(row) for row in outcome.rows[:SHOWN_ROWS]],
        "unchanged": unchanged,
        "more": outcome.total - min(SHOWN_ROWS, len(outcome.rows)),
        "token": token,
        "lines_url": _lines_url(token),
    }


def _token(data: dict[str, Any]) -> str:
    """Keep the file for a day and return what opens it again."""
    sent = data["csv_file"]
    sent.seek(0)
    kept = {"key": bulk_uploads.keep(sent.file), "name": sent.name or ""}
    kept |= {"module": data["module"], "upsert": data["upsert"]}
    return signing.dumps(kept, salt=SALT, compress=True)


def _lines_url(token: str) -> str:
    return f"{reverse('networkroutes-import-lines')}?token={token}"


def _refused(refusal: BulkRefused, token: str) -> dict[str, Any]:
    """Return the first faults, and where every line is told."""
    errors = refusal.details.get("errors", [])
    return {
        "refused": refusal.details,
        "errors": errors[:SHOWN_ROWS],
        "has_more_errors": len(errors) > SHOWN_ROWS,
        "lines_url": _lines_url(token) if token else "",
    }


def _apply(request: HttpRequest) -> HttpResponse:
    kept = _kept(request.POST["token"])
    try:
        with kept_file(kept["key"]) as source:
            outcome = bulk.upload(
                actor=request.user,
                slug=kept["module"],
                filename=kept["name"],
                source=source,
                upsert=kept["upsert"],
            )
    except BulkRefused as refusal:
        shown = {
            "form": ImportForm(),
            "modules": modules(),
            "rolled_back": bulk.ROLLED_BACK,
            **_refused(refusal, request.POST["token"]),
        }
        return render(request, TEMPLATE, framed(request, "Import", **shown))
    bulk_uploads.forget(kept["key"])
    text = f"{outcome.inserted:,} created, {outcome.updated:,} updated."
    toast(request, text, url=reverse("admin:networkroutes_bulkupload_changelist"), link="History")
    return redirect("networkroutes-import")


def _kept(token: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(token, salt=SALT, max_age=KEPT_FOR_S)
    except signing.BadSignature as err:
        raise Http404 from err
    return found
