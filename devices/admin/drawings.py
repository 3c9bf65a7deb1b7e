"""Drawn pages: charts of a device, the topology, the review of a scan."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from devices import policy
from devices.admin.words import devices_at, short
from devices.choices import ReviewState, ScanKind
from devices.models import Device, DeviceGroup, Scan, ScanResult, Site
from devices.selectors import charts, topology
from devices.selectors.groups import known_addresses
from devices.selectors.topology_drawing import HEIGHT, WIDTH, places
from devices.services import scans
from inventory_site.core.admin import Tab, badge, toast
from inventory_site.core.errors import DomainError
from inventory_site.core.whole import whole_number

MAX_DEVICES, MAX_NODES = 10_000, 400  # looked at; drawn
STATES = {"up": "ok", "down": "bad"}
NODE_WORDS = (("ok", "Device up"), ("bad", "Device down"), ("idle", "Not known"))


def _chart_tab(request: HttpRequest, device: Device) -> dict[str, Any]:
    ip = device.ip or "-"
    ports = {kind: charts.ports_of(ip, kind) for kind in charts.KINDS}
    kind = request.GET.get("kind", "light")
    kind = kind if ports.get(kind) else next((one for one in charts.KINDS if ports[one]), "light")
    return {
        "ports": {
            key: [
                (name, "" if index is None else str(index), charts.port_word(name, index))
                for name, index in known
            ]
            for key, known in ports.items()
        },
        "kind": kind,
        "port": bool(ports[kind]),
        "spans": list(charts.HOURS),
        "data_url": reverse("admin:devices_device_chart", args=[device.pk]),
    }


CHARTS = Tab("charts", "Charts", template="devices/admin/charts_tab.html", context=_chart_tab)


def chart_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one chart's series as JSON."""
    if not request.user.has_perm(policy.VIEW):
        raise PermissionDenied
    device = Device.objects.current().filter(pk=pk).select_related("address").first()
    if device is None:
        raise Http404
    query = request.GET
    kind = query.get("kind", "light")
    if kind not in charts.KINDS:
        kind = "light"
    port, span = query.get("port", "")[:100], query.get("span", "24h")
    index = whole_number(query.get("index"))
    index = index if index is not None and index < 2**31 else None
    return JsonResponse(charts.chart(device.ip or "-", kind, port, span, index=index))


def topology_view(request: HttpRequest) -> HttpResponse:
    """Draw LLDP neighbours; the list beside the drawing says the same."""
    if not request.user.has_perm(policy.VIEW):
        raise PermissionDenied
    rows = Device.objects.at_addresses().select_related("address", "site")
    site, group = (whole_number(request.GET.get(name)) for name in ("site", "group"))
    if site is not None:
        rows = rows.filter(site_id=site)
    if group is not None:
        found = DeviceGroup.objects.filter(pk=group).first()
        rows = rows.filter(address__in=known_addresses(found)) if found else rows.none()
    devices = {device.ip: device for device in rows[:MAX_DEVICES] if device.ip}
    links = topology.links_between(
        {
            ip: {
                "name": device.name,
                "hostname": device.address.snmp_hostname if device.address else "",
                "snmp_chassis_mac": device.address.snmp_chassis_mac if device.address else "",
            }
            for ip, device in devices.items()
        }
    )
    shown = {**admin.site.each_context(request), **_drawing(devices, links)}
    shown |= {
        "title": "Topology",
        "sites": Site.objects.all(),
        "groups": DeviceGroup.objects.all(),
        "site": site,
        "group": group,
    }
    return render(request, "devices/admin/topology.html", shown)


def _drawing(devices: dict[str, Device], links: list[topology.Link]) -> dict[str, Any]:
    linked = {end for link in links for end in (link.source, link.target)}
    drawn = [ip for ip in devices if ip in linked][:MAX_NODES]
    shown = set(drawn)
    links = [link for link in links if {link.source, link.target} <= shown]
    where = places(drawn, [(link.source, link.target) for link in links])
    nodes = [
        {
            "ip": ip,
            "name": devices[ip].name,
            "place": where[ip],
            "state": STATES.get(devices[ip].ping_status, "idle"),
            "word": devices[ip].ping_status,
            "url": reverse("admin:devices_device_change", args=[devices[ip].pk]),
        }
        for ip in drawn
    ]
    lines = [
        {
            "a": where[link.source],
            "b": where[link.target],
            "link": link,
            "source": devices[link.source],
            "target": devices[link.target],
            "is_up": link.status == "up",
            "state": badge("Up", "ok") if link.status == "up" else badge("Down", "idle"),
            "far_port": f"Port {link.remote_port}"
            if link.remote_port.isdigit()
            else link.remote_port,
        }
        for link in links
    ]
    alone = [devices[ip] for ip in devices if ip not in linked]
    left = len(linked) - len(drawn)
    room = {"width": WIDTH, "height": HEIGHT, "node_words": NODE_WORDS}
    return {"nodes": nodes, "lines": lines, "alone": alone, "left": left, **room}


def review_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide row by row which found devices are taken in."""
    if not request.user.has_perm(policy.ADD):
        raise PermissionDenied
    scan = Scan.objects.filter(pk=pk).first()
    if scan is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            done = scans.review(
                pk,
                actor=request.user,
                accept=_chosen(request, "accept"),
                reject=_chosen(request, "reject"),
            )
        except DomainError as err:
            error = err.message
        else:
            text = f"{done['accepted']} taken in, {done['rejected']} left out."
            toast(request, text)
            return HttpResponseRedirect(reverse("admin:devices_scan_change", args=[pk]))
    rows = scan.results.filter(is_online=True, review=ReviewState.PENDING).order_by("position")
    if scan.kind != ScanKind.DISCOVERY:
        rows = rows.none()
    known = devices_at(row.target for row in rows)
    shown = {
        **admin.site.each_context(request),
        "title": f"Review {scan}",
        "scan": scan,
        "rows": [_found(row, known.get(row.target)) for row in rows],
        "error": error,
    }
    return render(request, "devices/admin/review.html", shown)


def _found(row: ScanResult, device: Device | None) -> dict[str, Any]:
    said = {name: short(row.result.get(name), 40) for name in ("hostname", "vendor", "model")}
    what = row.result.get("description") or row.result.get("ssh_banner") or ""
    return {"pk": row.pk, "target": row.target, "what": short(what, 80), "device": device, **said}


def _chosen(request: HttpRequest, word: str) -> list[int]:
    numbers = [
        whole_number(name.removeprefix("row-"))
        for name, value in request.POST.items()
        if name.startswith("row-") and value == word
    ]
    return [number for number in numbers if number is not None]
