"""Scans: begin, watch, review."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.safestring import SafeString

from devices import policy
from devices.addresses import BadTargets, expand_lines
from devices.admin import drawings
from devices.admin.runs import ENDED, SHOWN
from devices.admin.words import (
    address_link,
    device_link,
    devices_at,
    short,
    state_badge,
    time_words,
)
from devices.choices import (
    SCAN_OPEN,
    SCAN_STOPPED,
    ReviewState,
    ScanKind,
    ScanStatus,
    TargetState,
)
from devices.errors import Invalid
from devices.models import Device, Scan, ScanResult
from devices.services import discovery_defaults, scans
from devices.simulator import places as simulated
from inventory_site.core.admin import (
    EMPTY,
    Answer,
    ServiceAdmin,
    ShortTable,
    Tab,
    Verb,
    badge,
    column,
    each,
    register,
    when,
)

KINDS = (
    (ScanKind.DISCOVERY, "Devices that answer"),
    (ScanKind.INTERFACES, "Ports, links and neighbours of known devices"),
    (ScanKind.LLDP, "Neighbours of known devices"),
    (ScanKind.OPTICAL, "Light levels of known devices"),
)
ASKED = {kind.value: ["accept", "snmp_port"] * (kind == ScanKind.DISCOVERY) for kind, _ in KINDS}
LEFT = Count("results", filter=Q(results__state__in=[TargetState.WAITING, TargetState.CANCELLED]))
PENDING = Count("results", filter=Q(results__is_online=True, results__review=ReviewState.PENDING))
SIMULATED_HELP = (
    "Filled in for the simulated switches that run beside this site: press Start to find them. For"
    " your own network put addresses, ranges (10.0.0.1-20), networks (10.0.0.0/24), group:3 or"
    " netbox_prefix:7 here by line, and the usual ports 161 and 22 below."
)


class ScanForm(forms.ModelForm):
    """The discovery wizard's first step: where to look, and how."""

    kind = forms.ChoiceField(
        label="Look for",
        choices=KINDS,
        widget=forms.Select(attrs={"data-fields": json.dumps(ASKED)}),
    )
    where = forms.CharField(
        label="Targets",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            "Addresses, ranges (10.0.0.1-20), networks (10.0.0.0/24), group:3 or netbox_prefix:7,"
            " by line."
        ),
    )
    accept = forms.ChoiceField(
        label="Found devices",
        choices=[("review", "Show them to me first"), ("auto", "Take them in at once")],
    )
    snmp_port = forms.IntegerField(
        label="SNMP port", min_value=1, max_value=65535, initial=161, required=False
    )
    ssh_port = forms.IntegerField(
        label="SSH port", min_value=1, max_value=65535, initial=22, required=False
    )

    class Meta:
        model = Scan
        fields = ("kind", "accept")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ssh_port"].initial = discovery_defaults.shown()["ssh_port"]
        if not self.is_bound and simulated.answers():
            self._offer_simulated()

    def clean_where(self) -> str:
        """Name the line that means no address."""
        text = str(self.cleaned_data["where"])
        for line in filter(None, map(str.strip, text.splitlines())):
            if line == "all" or line.startswith(("group:", "netbox_prefix:")):
                continue
            try:
                found = expand_lines([line])
            except BadTargets as err:
                raise ValidationError(str(err)) from err
            if not found:
                raise ValidationError(f"{line} names no address; ranges go up, as 10.0.0.1-20.")
        return text

    def _offer_simulated(self) -> None:
        """Begin with the simulated switches, so that a demo is found by pressing Start."""
        self.fields["where"].initial = simulated.TARGETS
        self.fields["where"].help_text = SIMULATED_HELP
        self.fields["snmp_port"].initial = simulated.SNMP_PORT
        self.fields["ssh_port"].initial = simulated.SSH_PORT


def _results(request: HttpRequest, scan: Scan) -> dict[str, Any]:
    rows = list(scan.results.order_by("-is_online", "position")[:SHOWN])
    known = devices_at(row.target for row in rows)
    if scan.kind == ScanKind.DISCOVERY:
        header = ("Target", "State", "Name", "What it is", "Review", "Error")
        cells = [_found(row, known.get(row.target)) for row in rows]
    else:
        header = ("Target", "State", "Name", "Ports", "Light levels", "Error")
        cells = [_read(row, known.get(row.target)) for row in rows]
    return {"tables": [ShortTable("Targets", header, cells, total=scan.total_targets)]}


def _found(row: ScanResult, device: Device | None) -> tuple[Any, ...]:
    silent = badge("Silent", "idle") if row.state == TargetState.DONE else state_badge(row.state)
    return (
        address_link(row.target, device),
        badge("Answered", "ok") if row.is_online else silent,
        short(row.result.get("hostname")),
        short(row.result.get("description") or row.result.get("ssh_banner"), 80),
        row.get_review_display() if row.is_online else EMPTY,
        row.error or EMPTY,
    )


def _read(row: ScanResult, device: Device | None) -> tuple[Any, ...]:
    return (
        address_link(row.target, device),
        badge("Read", "ok") if row.is_online else state_badge(row.state),
        device_link(device),
        row.result.get("interfaces", EMPTY),
        row.result.get("optical_readings", EMPTY),
        row.error or EMPTY,
    )


def _accept_all(request: HttpRequest, objects: list[Scan], data: dict[str, Any]) -> Answer:
    scan = objects[0]
    waiting = scan.results.filter(is_online=True, review=ReviewState.PENDING)
    chosen = list(waiting.values_list("pk", flat=True))
    done = scans.review(scan.pk, actor=request.user, accept=chosen)
    count = done["accepted"]
    return Answer(f"{count} {'device' if count == 1 else 'devices'} taken in.")


def _waits(scan: Scan) -> bool:
    """Whether something found waits for a decision."""
    return scan.accept == "review" and getattr(scan, "pending", 0) > 0


def _state(scan: Scan) -> SafeString:
    """Draw a scan's state; one that read nothing, or not all, is not simply done."""
    word, read = scan.status, getattr(scan, "answered", 0)
    if word == ScanStatus.COMPLETED and scan.kind != ScanKind.DISCOVERY:
        word = "done" if read == scan.total_targets else "partial" if read else "failed"
    return state_badge(word)


def _cancel(request: HttpRequest, scan: Scan, data: dict[str, Any]) -> str:
    scans.cancel_scan(scan.pk, actor=request.user)
    return f"{scan} is cancelled."


def _resume(request: HttpRequest, scan: Scan, data: dict[str, Any]) -> str:
    scans.resume_scan(scan.pk, actor=request.user)
    return f"{scan} goes on."


@register(Scan)
class ScanAdmin(ServiceAdmin):
    """Discovery and reading of devices."""

    form = ScanForm
    change_form_template = "devices/admin/watched.html"
    list_title = "Discovery"
    nouns = "scans"
    add_title, add_label = "Discover devices", "Start"
    list_display = ["name", "kind", "status_badge", "progress", "found", "started"]
    list_filter = ["kind", "status"]
    phone_columns = ["status_badge", "progress"]
    summary = ["kind", "progress", "found", "where", "started", "time"]
    fields = ["kind", "where", "accept", "snmp_port", "ssh_port"]
    details_title = ""
    tabs = [Tab("results", "Targets", context=_results)]
    empty_text = "Nothing was scanned yet; discover devices to begin."
    verbs = [
        Verb(
            slug="review-each",
            label="Review",
            permission=policy.ADD,
            page=lambda scan: reverse("admin:devices_scan_review", args=[scan.pk]),
            icon="check",
            on_list=False,
            fits=_waits,
        ),
        Verb(
            slug="accept",
            label="Take in all found",
            permission=policy.ADD,
            run=_accept_all,
            follows="All that wait become devices, or refresh those at their address.",
            icon="check",
            on_list=False,
            fits=lambda scan: scan.status == ScanStatus.COMPLETED and _waits(scan),
        ),
        Verb(
            slug="cancel",
            label="Stop",
            permission=policy.CONNECT,
            run=each(_cancel, "cancelled"),
            follows="Targets not asked yet are left out; Go on asks them.",
            icon="x",
            fits=lambda scan: scan.status in SCAN_OPEN,
        ),
        Verb(
            slug="resume",
            label="Go on",
            permission=policy.CONNECT,
            run=each(_resume, "going on"),
            follows="The targets that were left out are asked.",
            icon="play",
            fits=lambda scan: scan.status in SCAN_STOPPED and getattr(scan, "left", 0) > 0,
        ),
    ]

    class Media:
        js = ["devices/fields_of_choice.js"]

    def get_summary(self, request: HttpRequest, obj: Scan) -> list[str]:
        return [*self.summary, *(["why"] if obj.error else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scan]:
        rows: QuerySet[Scan] = super().get_queryset(request)
        return rows.annotate(
            ended=ENDED,
            left=LEFT,
            pending=PENDING,
            answered=Count("results", filter=Q(results__is_online=True)),
        )

    def get_urls(self) -> list[Any]:
        """Add the review, row by row."""
        view = self.admin_site.admin_view(drawings.review_view)
        place = path("<int:pk>/review/", view, name="devices_scan_review")
        return [place, *super().get_urls()]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Whoever may not add devices is told that somebody else takes them in."""
        form: type[forms.ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        if not change and not request.user.has_perm(policy.ADD):
            choice = forms.ChoiceField(
                label="Found devices", choices=[("review", "Kept for somebody who may add devices")]
            )
            form = type(form.__name__, (form,), {"accept": choice})
        return form

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(policy.CONNECT))

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Scan:
        options = {name: data[name] for name in ("snmp_port", "ssh_port") if data.get(name)}
        try:
            return scans.start_scan(
                actor=request.user,
                kind=data["kind"],
                targets=[line for line in data["where"].splitlines() if line.strip()],
                options=options,
                accept=data["accept"],
            )
        except Invalid as err:
            field = "where" if err.field == "targets" else err.field
            raise Invalid(field, err.message) from err

    def state(self, obj: Scan) -> SafeString:
        return _state(obj)

    @column("Scan", order="pk", export="pk")
    def name(self, obj: Scan) -> str:
        return str(obj)

    @column("State", order="status", export="status")
    def status_badge(self, obj: Scan) -> SafeString:
        return _state(obj)

    @column("Progress")
    def progress(self, obj: Scan) -> str:
        return f"{getattr(obj, 'ended', 0)} of {obj.total_targets}"

    @column("It ended because")
    def why(self, obj: Scan) -> str:
        return obj.error

    @column("Answered")
    def found(self, obj: Scan) -> int:
        return getattr(obj, "answered", 0)

    @column("Targets")
    def where(self, obj: Scan) -> str:
        return ", ".join(str(one) for one in obj.targets)[:500]

    @column("Started", order="created_at", export="created_at")
    def started(self, obj: Scan) -> SafeString:
        return when(obj.created_at)

    @column("Time")
    def time(self, obj: Scan) -> str:
        return time_words(obj)
