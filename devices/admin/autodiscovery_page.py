"""Autodiscovery: what answers in a network, told to NetBox or only looked at; and past runs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from devices import policy
from devices.admin.autodiscovery_form import RulesForm, WhereForm, body_of
from devices.admin.words import address_link, devices_at, short, state_badge
from devices.choices import TargetState
from devices.models import ExecutorResult, ExecutorRun, NetBoxCacheEntry
from devices.services import netbox_autodiscovery, netbox_settings
from inventory_site.core.admin import (
    EMPTY,
    ShortTable,
    Tab,
    add_refusal,
    badge,
    identifier,
    toast,
    when,
)
from inventory_site.core.errors import DomainError, NotAllowed

RECENT, SHOWN = 5, 300
DONE = {
    "created": badge("Made", "ok", "plus"),
    "updated": badge("Filled", "wait", "pencil"),
    "skipped": badge("Left as it is", "idle"),
    "failed": badge("Failed", "bad"),
    "offline": badge("Silent", "idle"),
}
FOUND = badge("Found", "ok")


@never_cache
def autodiscovery_view(request: HttpRequest) -> HttpResponse:
    """Show the last runs and the form; a POST begins a run and goes to its page."""
    if not request.user.has_perm(policy.VIEW):
        raise PermissionDenied
    where, wanted = WhereForm(request.POST or None), RulesForm(request.POST or None)
    error = ""
    if request.method == "POST" and where.is_valid() and wanted.is_valid():
        body = body_of(where, wanted, tells=request.POST.get("do") == "tell")
        try:
            run = netbox_autodiscovery.start(actor=request.user, body=body)
        except NotAllowed as refusal:
            error = refusal.message
        except DomainError as refusal:
            form = wanted if refusal.details.get("field") in wanted.fields else where
            add_refusal(form, refusal)
        else:
            toast(request, f"{run.total_targets} addresses are looked at.")
            return HttpResponseRedirect(reverse("admin:devices_executorrun_change", args=[run.pk]))
    may_look = request.user.has_perms([policy.CONNECT, policy.CHANGE])
    context = {
        **admin.site.each_context(request),
        "title": "Autodiscovery",
        "where": where,
        "wanted": wanted,
        "error": error,
        "tab": {"tables": [_recent()]},
        "has_netbox": netbox_settings.shown()["enabled"],
        "may_look": may_look,
        "may_tell": may_look and request.user.has_perm(policy.ADD),
    }
    return render(request, "devices/admin/autodiscovery.html", context)


def _did_count(word: str) -> Count:
    return Count("results", filter=Q(results__extra__action=word))


def _recent() -> ShortTable:
    """Return the newest runs, each with what it did."""
    rows = ExecutorRun.objects.filter(executor=netbox_autodiscovery.SLUG)
    counted = rows.annotate(
        ended=Count("results", filter=~Q(results__state=TargetState.WAITING)),
        created=_did_count("created"),
        updated=_did_count("updated"),
        online=Count("results", filter=Q(results__extra__online=True)),
        failed=_did_count("failed"),
    )
    return ShortTable(
        "Runs",
        ("Run", "State", "Looked at", "Answered", "Made", "Filled", "Failed", "Started"),
        [
            (
                identifier(
                    f"Run {run.pk}", reverse("admin:devices_executorrun_change", args=[run.pk])
                ),
                state_badge(run.status),
                f"{run.ended} of {run.total_targets}",
                run.online,
                run.created,
                run.updated,
                run.failed,
                when(run.created_at),
            )
            for run in counted.order_by("-pk")[:RECENT]
        ],
        total=rows.count(),
        url=f"{reverse('admin:devices_executorrun_changelist')}"
        f"?executor={netbox_autodiscovery.SLUG}",
        empty="Nothing was looked for yet; begin below.",
    )


def _found(request: HttpRequest, run: ExecutorRun) -> dict[str, Any]:
    rows = list(run.results.order_by("position")[:SHOWN])
    rows.sort(key=lambda row: row.extra.get("action") in {"offline", None})
    here = devices_at(row.target for row in rows)
    ips = NetBoxCacheEntry.objects.filter(device_ip__in=[row.target for row in rows])
    there = dict(ips.values_list("device_ip", "device_name"))
    header = ("Address", "Did", "Name", "What it is", "NetBox knows", "Why")
    cells = [
        (
            address_link(row.target, here.get(row.target)),
            FOUND if _is_look(row) else _did(row),
            short(row.extra.get("name")),
            short(" ".join(str(row.extra.get(key) or "") for key in ("vendor", "model")).strip()),
            there.get(row.target) or EMPTY,
            EMPTY if _is_look(row) else _why(row),
        )
        for row in rows
    ]
    empty = run.error or "Nothing to look at."
    return {
        "tables": [ShortTable("Addresses", header, cells, total=run.total_targets, empty=empty)]
    }


def _is_look(row: ExecutorResult) -> bool:
    """Whether nobody was to be told of a host."""
    return row.extra.get("reason") == netbox_autodiscovery.NOT_SENT


def _did(row: ExecutorResult) -> SafeString:
    return DONE.get(str(row.extra.get("action"))) or state_badge(row.state)


def _why(row: ExecutorResult) -> str:
    filled = ", ".join(map(str, row.extra.get("updates") or []))
    return row.error or str(row.extra.get("reason") or filled) or EMPTY


FOUND_TABS = [Tab("found", "Addresses", context=_found)]
