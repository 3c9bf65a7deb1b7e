"""Unprefixed paths of the replaced tool: bare JSON, errors as `{"error": text}`."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.addresses import normal_ip
from devices.api.base import BareView, wanted_id, whole
from devices.api.views.scans import status_shown
from devices.errors import Invalid
from devices.models import DeviceGroup, Scan
from devices.selectors import devices as device_reads
from devices.selectors import metrics, topology
from devices.selectors.groups import counted
from devices.services import scans

NO_IP, GROUP_TYPES = "No IP provided", ("network", "group")


class TopologyDataView(BareView):
    """POST /topology_data."""

    permissions = {"post": policy.VIEW}

    def post(self, request: Request) -> Response:
        """Answer devices and cables, of a network, a group, or all."""
        rows = device_reads.all_devices().filter(address__isnull=False)
        kind, key = self.body.get("group_type"), self.body.get("group_id")
        if kind and kind not in GROUP_TYPES:
            raise Invalid("group_type", "group_type must be network or group")
        if kind == "network" and key:
            rows = rows.filter(address__network_range=str(key))
        elif kind == "group" and key:
            rows = device_reads.filtered(rows, "group", key, field="group_id")
        found = device_reads.wire_rows(rows)
        nodes = [
            {
                "id": row["ip_address"],
                "label": row["hostname"] or row["ip_address"],
                "ip": row["ip_address"],
                "status": row["ping_status"] or "unknown",
            }
            for row in found
        ]
        graph = topology.links_between({row["ip_address"]: row for row in found})
        return Response({"nodes": nodes, "links": [_link(link) for link in graph]})


def _link(link: topology.Link) -> dict[str, Any]:
    data: dict[str, Any] = {
        "source": link.source,
        "target": link.target,
        "local_port": link.local_port,
        "remote_port": link.remote_port,
    }
    if link.bidirectional:
        data["bidirectional"] = True
    return data


class PowerHistoryView(BareView):
    """POST /power_history."""

    permissions = {"post": policy.VIEW}

    def post(self, request: Request) -> Response:
        """Answer the readings of one or several addresses."""
        body = self.body
        sent = body.get("ip_list") or body.get("ip_addresses") or body.get("ip")
        wanted = sent if isinstance(sent, list) else [sent] if sent else []
        ips = [ip for one in wanted if (ip := normal_ip(one))]
        if not ips:
            raise Invalid("ip", NO_IP)
        hours = whole(body.get("hours"), "hours", 24, 1, 24 * 366)
        found = metrics.readings(ips, interface=body.get("interface_index"), hours=hours)
        cut = {"message": metrics.CUT} if found.is_cut else {}
        return Response({"history": found.rows, **cut})


class InterfacesView(BareView):
    """POST /get_ssh_cli_interfaces, /get_combined_interfaces."""

    permissions = {"post": policy.VIEW}

    def post(self, request: Request) -> Response:
        """Answer the ports of an address."""
        if not self.body.get("ip"):
            raise Invalid("ip", NO_IP)
        return Response(metrics.interfaces(metrics.address_of(self.body["ip"])))


class DataView(BareView):
    """GET /data."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer every device."""
        return Response(device_reads.wire_rows(device_reads.all_devices()))


class NetworkRangesView(BareView):
    """GET /network_groups, /api/network-ranges."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer the network ranges."""
        return Response(device_reads.network_summary())


class CustomGroupsView(BareView):
    """GET /api/custom-groups."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer the groups."""
        names = ("id", "group_name", "description", "created_at", "device_count")
        return Response(list(counted(DeviceGroup.objects.order_by("group_name")).values(*names)))


class ProgressView(BareView):
    """GET /progress: the newest scan."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer how far it came."""
        scan = Scan.objects.order_by("-pk").first()
        if scan is None or scan.status not in {"queued", "running"}:
            empty = {"status": "idle", "scanned": 0, "total": 0, "online": 0}
            return Response({**empty, "cancel_requested": False})
        return Response(
            {
                "status": status_shown(scan),
                "scanned": scan.results.exclude(state="waiting").count(),
                "total": scan.total_targets,
                "online": scan.results.filter(is_online=True).count(),
                "cancel_requested": False,
            }
        )


class StartScanView(BareView):
    """POST /scan, /scan_selected, /snmp_scan, /ssh_scan."""

    permissions = {"post": policy.CONNECT}
    kind, is_of_all = "discovery", True

    def post(self, request: Request) -> Response:
        """Begin a scan of the addresses named; `/scan` and `/snmp_scan` mean all without any."""
        sent = self.body.get("ips", self.body.get("targets"))
        if sent is None and self.is_of_all:
            sent = ["all"]
        if not sent:
            raise Invalid("ips", NO_IP)
        scan = scans.start_scan(actor=request.user, kind=self.kind, targets=sent)
        return Response({"status": "started", "scan_id": scan.pk}, status=202)


class CancelScanView(BareView):
    """POST /cancel_scan."""

    permissions = {"post": policy.CONNECT}

    def post(self, request: Request) -> Response:
        """Stop the named scan, or the newest open one."""
        key = self.body.get("scan_id")
        rows = Scan.objects.filter(status__in=["queued", "running"]).order_by("-pk")
        pk = (
            wanted_id(key, "scan_id")
            if key is not None
            else rows.values_list("pk", flat=True).first()
        )
        if pk is None:
            return Response({"status": "idle"})
        return Response({"status": scans.cancel_scan(pk, actor=request.user).status})
