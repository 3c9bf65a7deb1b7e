"""NetBox: whether it is set and answers, what is known of it, what either side would change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from devices import policy
from devices.admin.secret_form import TypedAgain
from devices.models import NetBoxCacheEntry
from devices.services import netbox_inventory, netbox_settings, netbox_sync
from inventory_site.core.admin import add_refusal, toast, when
from inventory_site.core.errors import DomainError, NotAllowed

SHOWN = 50
PAGE = "admin:devices_device_netbox"
LOST = {
    "token": "the token",
    "default_site_id": "the site of new devices",
    "default_role_id": "the role",
    "default_device_type_id": "the type",
    "cached_devices": "the devices that were read",
}
ASIDE = {
    netbox_inventory.PULL: ("Take in from NetBox", "Take in"),
    netbox_inventory.PUSH: ("Tell NetBox", "Send"),
}


class SettingsForm(TypedAgain, forms.Form):
    """Where NetBox is; the token is write-only."""

    url = forms.CharField(label="URL", required=False, max_length=500)
    token = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    verify_ssl = forms.BooleanField(label="Check its certificate", required=False)
    default_site_id = forms.IntegerField(
        label="Site of new devices",
        required=False,
        min_value=1,
        help_text="Here and below: the number of NetBox's own object.",
    )
    default_role_id = forms.IntegerField(label="Role of new devices", required=False, min_value=1)
    default_device_type_id = forms.IntegerField(
        label="Type of new devices", required=False, min_value=1
    )


@never_cache
def netbox_view(request: HttpRequest) -> HttpResponse:
    """Show the state; a POST saves, tests, refreshes or brings both sides together."""
    if not request.user.has_perm(policy.VIEW):
        raise PermissionDenied
    stored = netbox_settings.shown()
    form = SettingsForm(request.POST if _is_settings(request) else None, initial=stored)
    if stored["token_configured"]:
        form.fields["token"].help_text = f"Stored: {stored['token']}. Blank keeps it."
    direction = request.GET.get("direction", "")
    error, plan = "", None
    if request.method == "POST":
        try:
            said = _do(request, form)
        except DomainError as refusal:
            if _is_settings(request) and not isinstance(refusal, NotAllowed):
                add_refusal(form, refusal)
            else:
                error = refusal.message
        else:
            if said:
                toast(request, said)
                if request.POST["do"] != "test":  # what was typed stays
                    return HttpResponseRedirect(request.get_full_path())
    try:
        plan = _plan(direction) if direction in ASIDE else None
    except DomainError as refusal:
        error = error or refusal.message
    entries = NetBoxCacheEntry.objects.all()
    newest = entries.aggregate(at=Max("cached_at"))["at"]
    context = {
        **admin.site.each_context(request),
        "title": "NetBox",
        "form": form,
        "stored": stored,
        "error": error,
        "known": entries.count(),
        "read_at": when(newest, missing="never"),
        "may_set": request.user.has_perm(policy.SETTINGS_EDIT),
        "may_read": request.user.has_perm(policy.CHANGE),
        "may_sync": request.user.has_perms([policy.ADD, policy.CHANGE]),
        "page": reverse(PAGE),
        "ways": [(word, title) for word, (title, _) in ASIDE.items()],
        "plan": plan,
    }
    return render(request, "devices/admin/netbox.html", context)


def _is_settings(request: HttpRequest) -> bool:
    return request.POST.get("do") in {"save", "test"}


def _do(request: HttpRequest, form: SettingsForm) -> str:
    """Do what the pressed button says, and return what to tell; blank when the form is wrong."""
    wanted = request.POST.get("do", "")
    if _is_settings(request):
        policy.require(request.user, policy.SETTINGS_EDIT)
        if not form.is_valid():
            return ""
        if wanted == "test":
            found = netbox_settings.test(actor=request.user, body=form.cleaned_data)
            return f"NetBox {found['netbox_version'] or ''} answers.".replace("  ", " ")
        untouched = set(netbox_settings.DEFAULTS) - set(form.changed_data)  # another NetBox's ids
        body = {name: one for name, one in form.cleaned_data.items() if name not in untouched}
        now = netbox_settings.save(actor=request.user, body=body)
        return f"The settings of NetBox are saved.{_lost(now)}"
    if wanted == "refresh":
        policy.require(request.user, policy.CHANGE)
        synced = netbox_sync.sync(actor=request.user, is_quick=True)
        rest = "" if synced.is_whole else " NetBox is slow: a task reads the rest."
        total, new = synced.counts["total"], synced.counts["inserted"]
        return f"{total} read from NetBox, {new} of them new.{rest}"
    if wanted in ASIDE:
        done = netbox_inventory.run(wanted, actor=request.user)
        left = f" {done['left']} are left to the next time." if done["left"] else ""
        wrong = (
            f" {len(done['errors'])} failed: {done['errors'][0]['error']}" if done["errors"] else ""
        )
        return f"{done['created']} made, {done['updated']} changed.{left}{wrong}"
    return ""


def _lost(saved: dict[str, Any]) -> str:
    """Say what was left behind with another host's URL; blank where nothing was."""
    words = [word for key, word in LOST.items() if key in saved.get("dropped", ())]
    if not words:
        return ""
    return f" What was stored for the other host is forgotten: {', '.join(words)}."


def _plan(direction: str) -> dict[str, Any]:
    found = netbox_inventory.preview(direction)
    rows = [row for row in found["rows"] if row["action"] != "unchanged"]
    for row in rows[:SHOWN]:
        row["changes"] = {key.replace("_", " "): pair for key, pair in row["changes"].items()}
    title, verb = ASIDE[direction]
    return {
        "direction": direction,
        "title": title,
        "verb": verb,
        "counts": found["counts"],
        "total": len(rows),
        "rows": rows[:SHOWN],
        "left": max(len(rows) - SHOWN, 0),
    }
