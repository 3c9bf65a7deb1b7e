"""Bulk import: a file, what it would change line by line, then Apply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from django import forms
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from inventory_site.core.admin import badge, toast
from inventory_site.core.api.exports import csv_chunks, csv_response
from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from networkroutes.admin.pages import framed
from networkroutes.bulk_files import template_csv
from networkroutes.errors import BulkRefused
from networkroutes.services import bulk, bulk_uploads

TEMPLATE = "networkroutes/admin/import.html"
LOOKS = {
    bulk.INSERT: ("Create", "ok", "plus"),
    bulk.UPDATE: ("Update", "wait", "pencil"),
    bulk.KEEP: ("Unchanged", "idle", ""),
}
SHOWN_ROWS = 300
KEPT_FOR_S = 24 * 3600
SALT = "networkroutes.import"
PREVIEW_COLUMNS = ("line", "action", "key", "changes", "errors")


def modules() -> list[tuple[str, str]]:
    """Return the tables by the words of people."""
    return [(slug, slug.replace("_", " ").capitalize()) for slug in bulk.MODULES]


class ImportForm(forms.Form):
    """A table and its file."""

    module = forms.ChoiceField(label="Table", choices=modules)
    csv_file = forms.FileField(
        label="CSV file",
        help_text="The first line names the columns; Template has them all.",
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
    """Show the form; a posted file is kept and checked, a kept one applied."""
    if request.method == "POST" and "token" in request.POST:
        return _apply(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    shown: dict[str, Any] = {"form": form, "modules": modules()}
    if request.method == "POST" and form.is_valid():
        shown |= _checked(request, form)
    return render(request, TEMPLATE, framed(request, "Import", **shown))


@require_safe
def every_line(request: HttpRequest) -> HttpResponseBase:
    """Send the preview of all lines as CSV."""
    kept = _kept(request.GET.get("token", ""))
    with _open(kept) as source:
        lines = bulk.preview(
            actor=request.user, slug=kept["module"], source=source, upsert=kept["upsert"]
        )
        first = next(lines, None)  # refusals come before the first byte
    if first is None:
        raise Http404
    return csv_response(csv_chunks(PREVIEW_COLUMNS, _preview(request, kept)), "import-preview")


@require_safe
def template(request: HttpRequest, module: str) -> HttpResponseBase:
    """Send a CSV with the columns of a table and one sample line."""
    try:
        return template_csv(bulk.module_of(request.user, module))
    except BulkRefused as err:
        raise Http404 from err


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
        details = refusal.details
        return {"refused": details, "errors": details.get("errors", [])[:SHOWN_ROWS]}
    sent.seek(0)
    key = bulk_uploads.keep(sent.file)
    token = signing.dumps(
        {"key": key, "module": data["module"], "upsert": data["upsert"], "name": sent.name or ""},
        salt=SALT,
        compress=True,
    )
    unchanged = sum(row["action"] == bulk.KEEP for row in outcome.rows)
    return {
        "outcome": outcome,
        "rows": [_row(row) for row in outcome.rows[:SHOWN_ROWS]],
        "unchanged": unchanged,
        "more": outcome.total - min(SHOWN_ROWS, len(outcome.rows)),
        "token": token,
        "lines_url": f"{reverse('networkroutes-import-lines')}?token={token}",
    }


def _apply(request: HttpRequest) -> HttpResponse:
    kept = _kept(request.POST["token"])
    try:
        with _open(kept) as source:
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
            "refused": refusal.details,
            "errors": refusal.details.get("errors", [])[:SHOWN_ROWS],
            "rolled_back": bulk.ROLLED_BACK,
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


def _open(kept: dict[str, Any]) -> IO[bytes]:
    try:
        return blobs.open_seekable(bulk_uploads.STORAGE, kept["key"])
    except NotFound as err:
        raise Http404 from err


def _preview(request: HttpRequest, kept: dict[str, Any]) -> Iterator[list[Any]]:
    with _open(kept) as source:
        lines = bulk.preview(
            actor=request.user, slug=kept["module"], source=source, upsert=kept["upsert"]
        )
        for row, shown in lines:
            yield [
                row.number,
                shown.get("action", "error"),
                shown.get("key", ""),
                "; ".join(_changes(shown)),
                "; ".join(row.errors),
            ]


def _changes(shown: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {_said(change['old'])} → {_said(change['new'])}"
        for name, change in shown.get("changes", {}).items()
    ]


def _row(shown: dict[str, Any]) -> dict[str, Any]:
    word, look, symbol = LOOKS[shown["action"]]
    return {
        "number": shown["row"],
        "badge": badge(word, look, symbol),
        "key": shown["key"],
        "changes": [
            (name, _said(change["old"]), _said(change["new"]))
            for name, change in shown.get("changes", {}).items()
        ],
    }


def _said(value: Any) -> str:
    return "(empty)" if value in (None, "") else str(value)
