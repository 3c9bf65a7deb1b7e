"""What PRTG knows, taken into NetBox: first what would come of each device, then the import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from devices import policy
from devices.admin.connectors_page import counts
from devices.services import netbox_devices, netbox_settings, prtg
from inventory_site.core.admin import badge, toast
from inventory_site.core.errors import DomainError

SHOWN = 200  # rows that can be ticked; all of PRTG's go with the other button
LOOKS = {
    "create": badge("Make", "ok", "plus"),
    "update": badge("Change", "wait", "pencil"),
    "skip": badge("Left out", "idle"),
}
LISTS = {"site_id": "sites", "role_id": "device-roles", "device_type_id": "device-types"}
NONE_CHOSEN = "Tick the devices to import, or import all."


class PlaceForm(forms.Form):
    """Where new devices belong; NetBox's own objects."""

    site_id = forms.IntegerField(label="Site", required=False, widget=forms.Select)
    role_id = forms.IntegerField(label="Role", required=False, widget=forms.Select)
    device_type_id = forms.IntegerField(label="Type", required=False, widget=forms.Select)

    def offer(self) -> None:
        """Fill the choices from NetBox; the defaults of its settings come first."""
        stored = netbox_settings.shown()
        for name, listed in LISTS.items():
            rows = netbox_devices.listed(listed, {})
            named = [(row.get("id"), row.get("name") or row.get("model")) for row in rows]
            usual = dict(named).get(stored[f"default_{name}"])
            blank = ("", f"As set for NetBox: {usual}" if usual else "Choose one")
            self.fields[name].widget.choices = [blank, *named]  # type: ignore[attr-defined]  # a select


@never_cache
def prtg_import_view(request: HttpRequest) -> HttpResponse:
    """Show what an import would do with each of PRTG's devices; a POST imports them."""
    if not request.user.has_perm(policy.VIEW):
        raise PermissionDenied
    form, done, error = PlaceForm(request.POST or None), None, ""
    plan: list[dict[str, Any]] = []
    try:
        if request.method == "POST" and form.is_valid():
            done = _imported(request, form)
            if not done:
                error = NONE_CHOSEN
            elif not done["errors"]:
                toast(request, counts(done))
                return HttpResponseRedirect(request.path)
        plan = prtg.preview()
        form.offer()
    except DomainError as refusal:
        error = refusal.message
    goes = [row for row in plan if row["action"] != "skip"]
    rows = sorted(plan, key=lambda row: row["action"] == "skip")
    context = {
        **admin.site.each_context(request),
        "title": "Import from PRTG",
        "form": form,
        "error": error,
        "said": counts(done) if done else "",
        "failed": done["errors"][:SHOWN] if done else [],
        "rows": [(LOOKS[row["action"]], row) for row in rows[:SHOWN]],
        "left": max(len(rows) - SHOWN, 0),
        "makes": sum(row["action"] == "create" for row in goes),
        "changes": sum(row["action"] == "update" for row in goes),
        "skips": len(plan) - len(goes),
        "may_import": goes and request.user.has_perms([policy.ADD, policy.CHANGE]),
    }
    return render(request, "devices/admin/prtg_import.html", context)


def _imported(request: HttpRequest, form: PlaceForm) -> dict[str, Any] | None:
    """Import what was ticked, or all; nothing where nothing was ticked."""
    only = None if request.POST.get("do") == "all" else set(request.POST.getlist("ids"))
    if only is not None and not only:
        return None
    defaults = {name: value for name, value in form.cleaned_data.items() if value}
    return prtg.sync_netbox(actor=request.user, only=only, defaults=defaults)
