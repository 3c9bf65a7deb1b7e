"""Devices from a CSV file: what it would change, then the change, all or nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from devices import policy
from devices.services import csv_devices
from inventory_site.core.admin import add_refusal, badge, toast
from inventory_site.core.errors import DomainError

KEPT = 1_000_000  # characters that wait on the page for Import; of a longer file it is asked again
SHOWN = 50
LOOKS = {
    csv_devices.CREATED: badge("Make", "ok", "plus"),
    csv_devices.UPDATED: badge("Change", "wait", "pencil"),
}


class FileForm(forms.Form):
    """A file, or the one that was checked just now."""

    file = forms.FileField(
        label="CSV file",
        required=False,
        help_text=f"Its first line names columns of: {', '.join(csv_devices.HEADER)}.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    checked = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Read the text of whichever came."""
        data: dict[str, Any] = super().clean() or {}
        sent = data.get("file")
        data["text"] = sent.read() if sent else data.get("checked", "")
        if not data["text"] and not self.errors:
            self.add_error("file", "Choose a file.")
        return data


def import_view(request: HttpRequest) -> HttpResponse:
    """Check a file or read it in; a file with an error changes nothing."""
    if not (request.user.has_perm(policy.ADD) and request.user.has_perm(policy.CHANGE)):
        raise PermissionDenied
    form = FileForm(request.POST or None, request.FILES or None)
    answer: dict[str, Any] | None = None
    lines: list[csv_devices.Line] = []
    if request.method == "POST" and form.is_valid():
        text, dry = form.cleaned_data["text"], "import" not in request.POST
        try:
            answer = csv_devices.load(actor=request.user, text=text, dry_run=dry, lines=lines)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            if answer["applied"]:
                toast(request, f"{said(answer)}.")
                return HttpResponseRedirect(reverse("admin:devices_device_changelist"))
            form = FileForm(initial={"checked": _kept(text)})
    shown = {
        **admin.site.each_context(request),
        "title": "Import devices",
        "form": form,
        "answer": answer,
        "said": said(answer) if answer else "",
        "errors": answer["errors"][:SHOWN] if answer else [],
        "left": max(len(answer["errors"]) - SHOWN, 0) if answer else 0,
        "lines": [(LOOKS[line.what], line) for line in lines[:SHOWN]],
        "more_lines": max(len(lines) - SHOWN, 0),
    }
    return render(request, "devices/admin/import.html", shown)


def said(answer: dict[str, Any]) -> str:
    """Say what a file does, or would do."""
    return (
        f"{answer['created']:,} to make, {answer['updated']:,} to change,"
        f" {answer['unchanged']:,} the same"
        if not answer["applied"]
        else f"{answer['created']:,} made, {answer['updated']:,} changed,"
        f" {answer['unchanged']:,} the same"
    )


def _kept(text: str | bytes) -> str:
    plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    return plain if len(plain) <= KEPT else ""
