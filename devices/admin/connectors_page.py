"""PRTG and MCP: their settings, whether they answer, and what the last sync did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.models import AuditEntry
from devices import policy
from devices.admin.secret_form import TypedAgain, lost_secrets
from devices.services import mcp, prtg
from inventory_site.core.admin import add_refusal, toast, when
from inventory_site.core.errors import DomainError, NotAllowed


def _secret(label: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=False, widget=widget)


class SettingsForm(TypedAgain, forms.Form):
    """Where the other system is; its secrets are write-only."""

    url = forms.CharField(label="URL", required=False, max_length=500)
    username = forms.CharField(label="User name", required=False, max_length=255)
    verify_ssl = forms.BooleanField(label="Check its certificate", required=False)
    enabled = forms.BooleanField(label="In use", required=False)


class PrtgForm(SettingsForm):
    """PRTG takes a token, or a user name with its passhash."""

    api_token = _secret("API token")
    passhash = _secret("Passhash")
    webhook_secret = _secret("Secret of the webhook")
    field_order = ["url", "api_token", "username", "passhash", "webhook_secret"]


class McpForm(SettingsForm):
    """MCP takes a user name and a password."""

    password = _secret("Password")
    field_order = ["url", "username", "password"]


@dataclass(frozen=True, slots=True)
class Connector:
    """One other system: its form, its services, and what a sync does."""

    title: str
    form: type[SettingsForm]
    shown: Callable[[], dict[str, Any]]
    save: Callable[..., Any]
    test: Callable[..., dict[str, Any]]
    sync: Callable[..., dict[str, Any]]
    synced: str
    does: str
    preview: str = ""


def _test_stored(*, actor: Any, body: Any) -> dict[str, Any]:
    return mcp.test(actor=actor)


PRTG = Connector(
    "PRTG",
    PrtgForm,
    prtg.shown,
    prtg.save,
    prtg.test,
    prtg.sync_netbox,
    "prtg.synced",
    "Tells NetBox about PRTG's devices. PRTG's notices come to /api/prtg/webhook with the secret.",
    preview="admin:devices_device_prtg_import",
)
MCP = Connector(
    "MCP",
    McpForm,
    mcp.shown,
    mcp.save,
    _test_stored,
    mcp.sync_equipment,
    "mcp.synced",
    "Takes MCP's equipment into the register, by address. A test asks with what is saved.",
)


def prtg_view(request: HttpRequest) -> HttpResponse:
    """Show PRTG's page."""
    return connector_view(request, PRTG)


def mcp_view(request: HttpRequest) -> HttpResponse:
    """Show MCP's page."""
    return connector_view(request, MCP)


@never_cache
def connector_view(request: HttpRequest, other: Connector) -> HttpResponse:
    """Show settings and the last sync; a POST saves, tests or syncs."""
    if not request.user.has_perm(policy.VIEW):
        raise PermissionDenied
    stored = other.shown()
    is_new = not stored["url"] or not stored.get("password_configured", True)
    initial = {name: stored.get(name) for name in ("url", "username", "verify_ssl")}
    initial["enabled"] = stored["enabled"] or is_new
    wanted = request.POST.get("do", "")
    is_settings = wanted in {"save", "test"}
    form, error = other.form(request.POST if is_settings else None, initial=initial), ""
    for name in form.fields:
        if stored.get(f"{name}_configured"):
            form.fields[name].help_text = "One is stored. Blank keeps it."
    if request.method == "POST":
        try:
            said = _do(request, other, form, wanted)
        except DomainError as refusal:
            if is_settings and not isinstance(refusal, NotAllowed):
                add_refusal(form, refusal)
            else:
                error = refusal.message
        else:
            if said:
                toast(request, said)
                if wanted != "test":  # what was typed stays
                    return HttpResponseRedirect(request.get_full_path())
    last = AuditEntry.objects.filter(verb=other.synced).first()
    context = {
        **admin.site.each_context(request),
        "title": other.title,
        "does": other.does,
        "form": form,
        "stored": stored,
        "preview": reverse(other.preview) if other.preview else "",
        "error": error,
        "last": counts(last.after or {}) if last else "",
        "last_at": when(last.at) if last else "",
        "may_set": request.user.has_perm(policy.SETTINGS_EDIT),
        "may_sync": request.user.has_perms([policy.ADD, policy.CHANGE]),
    }
    return render(request, "devices/admin/connector.html", context)


def _do(request: HttpRequest, other: Connector, form: SettingsForm, wanted: str) -> str:
    """Do what the pressed button says, and return what to tell; blank when the form is wrong."""
    if wanted in {"save", "test"}:
        policy.require(request.user, policy.SETTINGS_EDIT)
        if not form.is_valid():
            return ""
        if wanted == "test":
            other.test(actor=request.user, body=form.cleaned_data)
            return f"{other.title} answers."
        had = other.shown()
        now = other.save(actor=request.user, body=form.cleaned_data)
        return f"The settings of {other.title} are saved.{lost_secrets(had, now)}"
    return counts(other.sync(actor=request.user)) if wanted == "sync" else ""


def counts(done: dict[str, Any]) -> str:
    """Return what a sync did as words: `2 created, 1 updated.`"""
    sizes = {name: len(one) if isinstance(one, list) else one for name, one in done.items()}
    return ", ".join(f"{size} {name}" for name, size in sizes.items()) + "."
