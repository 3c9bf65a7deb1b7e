"""The inventory as the operations front end reads it: flat objects and bare lists."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.addresses import order_of
from devices.api.base import DeviceView as BaseView
from devices.api.base import query_text, whole, with_detail
from devices.errors import Invalid, InvalidAddress, Missing
from devices.models import Device, InterfaceState, Rack, Site
from devices.selectors import devices as selector
from devices.selectors import metrics, topology
from devices.selectors.groups import groups_of
from devices.services import netbox_devices
from inventory_site.core.api.pagination import read_cursor, write_cursor
from inventory_site.core.api.plain import PlainRenderer
from inventory_site.core.whole import whole_number

SHOWN_NAME = Coalesce(
    NullIf(F("address__snmp_hostname"), Value("", output_field=TextField())),
    NullIf(F("hostname"), Value("", output_field=TextField())),
    F("name"),
    output_field=TextField(),
)


class _FlatView(BaseView):
    """Answers bare JSON; errors keep the envelope and carry `detail` for this front end."""

    envelope = False
    renderer_classes = (PlainRenderer,)
    permissions = {"get": policy.VIEW}
    in_schema = False

    def handle_exception(self, exc: Exception) -> Response:
        """Add `detail` with code and message."""
        return with_detail(super().handle_exception(exc))


class DevicesView(_FlatView):
    """GET /inventory/v1/devices."""

    def get(self, request: Request) -> Response:
        """Answer a page of devices by name; `cursor` goes on after the page before."""
        limit = whole(request.query_params.get("limit"), "limit", 50, 1, 100)
        rows = _filtered(request, selector.all_devices()).annotate(shown_name=SHOWN_NAME)
        total = rows.count()
        rows = rows.order_by("shown_name", "pk")
        cursor = query_text(request, "cursor")
        if cursor:
            last, name = _last_of(cursor)
            rows = rows.filter(Q(shown_name__gt=name) | Q(shown_name=name, pk__gt=last))
        found = selector.wire_rows(rows[: limit + 1])
        page = [selector.v1_item(row) for row in found[:limit]]
        more = write_cursor(page[-1]["id"]) if len(found) > limit and page else None
        return Response({"items": page, "total": total, "limit": limit, "cursor": more})


def _last_of(cursor: str) -> tuple[int, str]:
    """Return id and name of the device that a page goes on after, whatever the filter says of it
    by now; raises `Invalid` when it is gone."""
    last = whole_number(read_cursor(cursor))
    known = Device.objects.filter(pk=last).annotate(shown_name=SHOWN_NAME)
    name = known.values_list("shown_name", flat=True).first() if last else None
    if last is None or name is None:
        raise Invalid("cursor", "The device that the cursor goes on after is gone; begin anew")
    return last, name


def _filtered(request: Request, rows: Any) -> Any:
    site, role = query_text(request, "site"), query_text(request, "role")
    status, text = query_text(request, "status"), query_text(request, "search")
    if site:
        rows = rows.filter(site__name__iexact=site)
    if role:
        rows = rows.filter(role__iexact=role)
    if status:
        rows = selector.in_state(rows, {"online": "up", "offline": "down"}.get(status, status))
    return selector.searched(rows, text) if text else rows


class DeviceView(_FlatView):
    """GET /inventory/v1/devices/{id or address}."""

    def get(self, request: Request, key: str) -> Response:
        """Answer one device with serial number and groups."""
        device = _device_of(key)
        row = selector.wire(device)
        groups = [
            {"id": group.pk, "group_name": group.group_name, "description": group.description}
            for group in (groups_of(device.ip) if device.ip else [])
        ]
        return Response({**selector.v1_item(row), "serial": row["serial"] or "", "groups": groups})


class InterfacesView(_FlatView):
    """GET /inventory/v1/devices/{id}/interfaces."""

    def get(self, request: Request, key: str) -> Response:
        """Answer the ports that scans found, with what NetBox has of them and of others."""
        device = _device_of(key)
        rows = InterfaceState.objects.filter(ip_address=device.ip or "-").order_by(
            "interface_index"
        )
        ports = [_port(row) for row in rows]
        by_name = {str(port["name"]).lower(): port for port in ports}
        for known in netbox_devices.interfaces_at(device.ip or ""):
            port = by_name.get(str(known["name"]).lower())
            if port is None:
                port = {**dict.fromkeys(PORT_KEYS), "name": known["name"], "is_optical": False}
                ports.append(port)
            port |= {key: known[key] for key in NETBOX_KEYS if known[key] not in (None, "")}
            port["type"] = port["type"] or known["type"]
        return Response(ports)


NETBOX_KEYS = ("enabled", "mac_address", "mtu", "description")
PORT_KEYS = (
    *("name", "type", "enabled", "mac_address", "mtu", "speed", "description", "oper_status"),
    *("is_optical", "tx_power", "rx_power", "lldp"),
)


def _device_of(key: str) -> Device:
    """Return the device of an id or address; a key that is neither names none."""
    try:
        return selector.find_device(key)
    except InvalidAddress as err:
        raise Missing("Device", key) from err


def _port(row: InterfaceState) -> dict[str, Any]:
    lldp = {
        "remote_port": row.lldp_remote_port,
        "remote_address": row.lldp_remote_mgmt_addr,
        "remote_chassis_id": row.lldp_remote_chassis_id,
        "remote_system_name": row.lldp_remote_system_name,
    }
    return {
        "name": row.interface_name,
        "type": row.medium,
        "enabled": row.admin_state.lower() not in {"dis", "disabled", "down"},
        "mac_address": None,
        "mtu": None,
        "speed": row.speed,
        "description": row.vendor_part,
        "oper_status": row.status,
        "is_optical": row.is_optical,
        "tx_power": metrics.number(row.tx_power),
        "rx_power": metrics.number(row.rx_power),
        "lldp": lldp if any(lldp.values()) else None,
    }


class TopologyView(_FlatView):
    """GET /inventory/v1/topology."""

    def get(self, request: Request) -> Response:
        """Answer devices and the cables between them."""
        rows = selector.all_devices().filter(address__isnull=False)
        site = query_text(request, "site")
        if site:
            rows = rows.filter(site__name__iexact=site)
        found = selector.wire_rows(rows)
        graph = topology.links_between({row["ip_address"]: row for row in found})
        nodes = [
            {
                "id": row["ip_address"],
                "name": row["hostname"] or row["name"],
                "ip": row["ip_address"],
                "type": selector.v1_item(row)["device_type"],
                "vendor": row["vendor"] or "",
                "site": row["site"] or "",
                "status": row["status"],
            }
            for row in found
        ]
        links = [
            {
                "source": link.source,
                "target": link.target,
                "type": "lldp",
                "bandwidth": link.bandwidth,
                "status": link.status,
                "local_port": link.local_port,
                "remote_port": link.remote_port,
            }
            for link in graph
        ]
        metadata = {
            "total_devices": len(nodes),
            "total_links": len(links),
            "last_updated": selector.newest_change(),
        }
        return Response({"nodes": nodes, "links": links, "metadata": metadata})


class SitesView(_FlatView):
    """GET /inventory/v1/sites."""

    def get(self, request: Request) -> Response:
        """Answer the sites with how many devices each holds."""
        counted = Count("devices", filter=Q(devices__archived_at__isnull=True))
        rows = Site.objects.annotate(device_count=counted).order_by("name")
        return Response(
            [
                {
                    "id": site.pk,
                    "name": site.name,
                    "description": site.notes or "",
                    "address": site.address or "",
                    "city": site.city,
                    "state": site.state,
                    "country": site.country,
                    "latitude": site.latitude,
                    "longitude": site.longitude,
                    "device_count": site.device_count,
                }
                for site in rows
            ]
        )


class ModulesView(_FlatView):
    """GET /inventory/v1/modules."""

    def get(self, request: Request) -> Response:
        """Answer the transceivers that scans found."""
        names = {
            row["ip_address"]: row
            for row in selector.wire_rows(selector.all_devices().filter(address__isnull=False))
        }
        ports = InterfaceState.objects.exclude(vendor_part="").order_by("interface_index")
        rows = sorted(ports, key=lambda row: order_of(row.ip_address))
        return Response(
            [
                {
                    "id": row.pk,
                    "device_id": names[row.ip_address]["id"],
                    "device_name": names[row.ip_address]["name"],
                    "name": row.interface_name,
                    "type": row.medium,
                    "part_number": row.vendor_part,
                    "serial_number": row.serial_number,
                    "status": row.status,
                }
                for row in rows
                if row.ip_address in names
            ]
        )


class RacksView(_FlatView):
    """GET /inventory/v1/racks."""

    def get(self, request: Request) -> Response:
        """Answer the racks."""
        return Response(
            [
                {
                    "id": rack.pk,
                    "site_id": rack.site_id,
                    "site_name": rack.site.name,
                    "name": rack.name,
                    "height": rack.height_u,
                    "position": rack.position,
                    "status": rack.status,
                }
                for rack in Rack.objects.select_related("site")
            ]
        )
