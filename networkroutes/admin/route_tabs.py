"""Tabs of a circuit's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from inventory_site.core.admin import Tab, when
from networkroutes.admin.channel_verbs import RELEASE, RENEW, RESERVE, is_offered
from networkroutes.admin.history import history_tables, log_table
from networkroutes.admin.plan import Drawn, Plan, frequency_thz, plan_of, wavelength_nm
from networkroutes.admin.words import (
    channel_badge,
    day,
    page_of,
    person,
    plain,
    size_words,
    verb_of,
)
from networkroutes.choices import ChannelState
from networkroutes.models import (
    DarkFibreChannel,
    KmzFile,
    NetworkRoute,
    Reservation,
    ReservationLog,
    TestResultsFile,
)
from networkroutes.selectors.register import channel_state, reservation_of
from networkroutes.services import expiry

MAX_CHANNELS = 500
MAX_FILES = 500


@dataclass(frozen=True, slots=True)
class VerbLink:
    """A button of a row."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as its circuit's page lists it."""

    channel: DarkFibreChannel
    url: str
    thz: float | None
    nm: float | None
    badge: SafeString
    held: Reservation | None
    holder: str
    ends_in: SafeString
    verbs: list[VerbLink]


def _channels(request: HttpRequest, route: NetworkRoute) -> dict[str, Any]:
    expiry.expire_of_route(route.circuit_id)
    found = route.channels.with_open_reservation().select_related("route")[: MAX_CHANNELS + 1]
    back = f"{page_of(route)}?tab=channels"
    rows = [_row(request, channel, back) for channel in found[:MAX_CHANNELS]]
    may_add = request.user.has_perm("networkroutes.add_darkfibrechannel")
    every = reverse("admin:networkroutes_darkfibrechannel_changelist")
    add = reverse("admin:networkroutes_darkfibrechannel_add")
    circuit = urlencode({"circuit": route.circuit_id})
    return {
        "rows": rows,
        "plan": _plan(rows),
        "has_more": len(found) > MAX_CHANNELS,
        "all_url": f"{every}?{circuit}",
        "add_url": f"{add}?{circuit}" if may_add else "",
        "has_verbs": any(row.verbs for row in rows),
    }


def _row(request: HttpRequest, channel: DarkFibreChannel, back: str) -> ChannelRow:
    held = reservation_of(channel)
    allowed = [verb for verb in (RESERVE, RENEW, RELEASE) if verb.may(request)]
    fitting = [verb for verb in allowed if verb.fits is None or verb.fits(channel)]
    return ChannelRow(
        channel,
        page_of(channel),
        frequency_thz(channel.dwdm_wavelength),
        wavelength_nm(channel.dwdm_wavelength),
        channel_badge(channel),
        held,
        person(held, request.user),
        when(held.expires_at if held else None, acts=True),
        [
            VerbLink(verb.label, verb_of(channel, verb.slug, back))
            for verb in fitting
            if is_offered(verb, held, request.user)
        ],
    )


def _plan(rows: list[ChannelRow]) -> Plan:
    return plan_of([_drawn(row) for row in rows])


def _drawn(row: ChannelRow) -> Drawn:
    state = channel_state(row.channel)
    where = f"{row.thz:.2f} THz" if row.thz else plain(row.channel.dwdm_wavelength)
    words = f"{row.channel}, {where}, {state.label}"
    if row.held:
        words = f"{words} by {row.held.reserved_by} until {day(row.held.expires_at)}"
    acts = bool(row.verbs) and state != ChannelState.LIT
    return Drawn(
        str(row.channel),
        row.channel.dwdm_wavelength,
        state,
        words,
        row.verbs[0].url if acts else row.url,
        acts,
    )


def _files(request: HttpRequest, route: NetworkRoute) -> dict[str, Any]:
    results: QuerySet[TestResultsFile] = route.test_results.all()
    kmz = KmzFile.objects.filter(filename=route.kmz_file_path or "").first()
    back = f"{page_of(route)}?tab=files"
    may_change = request.user.has_perm("networkroutes.change_networkroute")
    may_delete = request.user.has_perm("networkroutes.delete_testresultsfile")
    results_url = "admin:networkroutes_testresultsfile_download"
    return {
        "kmz": kmz,
        "kmz_size": size_words(kmz.file_size) if kmz else "",
        "kmz_when": when(kmz.uploaded_at if kmz else None),
        "kmz_url": reverse("admin:networkroutes_networkroute_map", args=[route.pk]),
        "results": [
            {
                "row": row,
                "size": size_words(row.file_size),
                "when": when(row.uploaded_at),
                "url": reverse(results_url, args=[row.pk]),
                "delete_url": verb_of(row, "delete", back) if may_delete else "",
            }
            for row in results[:MAX_FILES]
        ],
        "zip_url": reverse("admin:networkroutes_networkroute_results_zip", args=[route.pk]),
        "upload_map_url": verb_of(route, "upload-map", back) if may_change else "",
        "remove_map_url": verb_of(route, "remove-map", back) if may_change and kmz else "",
        "upload_results_url": verb_of(route, "upload-results", back) if may_change else "",
    }


def _history(request: HttpRequest, route: NetworkRoute) -> dict[str, Any]:
    channels = list(route.channels.values_list("pk", flat=True)[:MAX_CHANNELS])
    objects = {"networkroute": [route.pk], "darkfibrechannel": channels}
    every = reverse("admin:networkroutes_reservationlog_changelist")
    log = log_table(
        request,
        ReservationLog.objects.filter(circuit_id=route.circuit_id),
        f"{every}?{urlencode({'q': route.circuit_id})}",
    )
    return {"tables": [*history_tables(request, objects), *log]}


CHANNELS = Tab(
    "channels",
    "Channels",
    "networkroutes/admin/channels_tab.html",
    _channels,
    count=lambda request, route: route.channels.count(),
    permission="networkroutes.view_darkfibrechannel",
)
FILES = Tab(
    "files",
    "Files",
    "networkroutes/admin/files_tab.html",
    _files,
    count=lambda request, route: route.test_results.count() + bool(route.kmz_file_path),
    permission="networkroutes.view_testresultsfile",
)
HISTORY = Tab("history", "History", context=_history)
