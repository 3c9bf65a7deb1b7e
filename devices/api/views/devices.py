"""Native devices: the operations list, keyed by address or id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services import site_settings
from devices import policy
from devices.addresses import normal_ip
from devices.api import files
from devices.api.base import DeviceView, listed, query_text, readings_listed, said, truth, whole
from devices.errors import Invalid, InvalidAddress
from devices.models import DeviceHistory
from devices.selectors import devices as selector
from devices.selectors import metrics, netbox_devices
from devices.selectors.groups import groups_of
from devices.services import csv_devices, device_fields, inventory
from inventory_site.core.api.views import expected_version

REGISTER_KEYS = tuple(name for name in device_fields.FIELDS if name not in {"mgmt_ip", "status"})
MAX_LIMIT = 1000
DEVICES_FILE = files.ListFile("devices", csv_devices.HEADER)


def facts_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Pick what an upsert stores of a body; unknown keys are ignored, ten of `snmp_data`."""
    facts = {name: body[name] for name in device_fields.ADDRESS_KEYS if name in body}
    data = body.get("snmp_data")
    if data is not None and not isinstance(data, dict):
        raise Invalid("snmp_data", "snmp_data must be an object")
    facts.update({name: data[name] for name in device_fields.SNMP_KEYS if data and name in data})
    for name, value in facts.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
            raise Invalid(name, f"{name} must be a text")
    return facts


def register_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the register's fields of a body; `serial` and the name of a type stand for theirs."""
    found = {name: body[name] for name in REGISTER_KEYS if name in body}
    if "lab_status" in body:
        found["status"] = body["lab_status"]
    if "serial" in body:
        found.setdefault("serial_number", body["serial"])
    if body.get("device_type") and "device_type_id" not in body:
        found["device_type"] = body["device_type"]
    return found


class DeviceListView(DeviceView):
    """GET, POST /api/devices."""

    permissions = {"get": policy.VIEW, "post": policy.ADD}
    file = DEVICES_FILE

    def get(self, request: Request) -> Any:
        """List devices by address; without `limit` all of them."""
        if site_settings.inventory_source() == "netbox":
            known = netbox_devices.rows(
                {name: query_text(request, name) for name in netbox_devices.QUERY}
            )
            if self.is_file:
                return self.as_file(known, files.NETBOX_SOURCE)
            return _page(request, len(known), lambda part: known[part])
        rows = _wanted(request)
        if self.is_file:
            return self.as_cells(DEVICES_FILE, csv_devices.rows_of(rows))
        return _page(request, rows.count(), lambda part: selector.wire_rows(rows[part]))

    def post(self, request: Request) -> Response:
        """Make or refresh the device at an address."""
        body = self.body
        address = body.get("ip_address")
        if address in (None, ""):
            raise Invalid("ip_address", "ip_address is required")
        device = inventory.save_address(
            actor=request.user,
            ip_address=address,
            facts=facts_of(body),
            register=register_of(body),
        )
        return said(selector.wire(device), "Device saved", 201)


def _page(
    request: Request, total: int, rows_of: Callable[[slice], list[dict[str, Any]]]
) -> Response:
    """Answer the part of a list that the query asks for; a search ends after `SEARCH_LIMIT`."""
    offset = whole(request.query_params.get("offset"), "offset", 0, 0, 10**9)
    limit = whole(request.query_params.get("limit"), "limit", 0, 1, MAX_LIMIT)
    if query_text(request, "search"):
        limit = min(limit or selector.SEARCH_LIMIT, selector.SEARCH_LIMIT)
    found = rows_of(slice(offset, offset + limit if limit else None))
    meta = {"total": total}
    if limit or offset:
        meta |= {"limit": limit or total, "offset": offset}
    return listed(_sparse(request, found), **meta)


def _wanted(request: Request) -> Any:
    rows = selector.all_devices()
    text, kind = query_text(request, "search"), query_text(request, "filter_type")
    if text:
        rows = selector.searched(rows, text)
    elif kind:
        rows = selector.filtered(rows, kind, query_text(request, "filter_id"))
    group, state = query_text(request, "group_id"), query_text(request, "status")
    if group:
        rows = selector.filtered(rows, "group", group, field="group_id")
    if state:
        rows = selector.in_state(rows, state)
    sort, order = query_text(request, "sort"), query_text(request, "order")
    return selector.sorted_rows(rows, sort, order) if sort or order else rows


def _sparse(request: Request, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [name for name in query_text(request, "fields").split(",") if name]
    if not names:
        return rows
    unknown = [name for name in names if rows and name not in rows[0]]
    if unknown:
        raise Invalid("fields", f"Unknown field: {unknown[0]}")
    return [{name: row[name] for name in names} for row in rows]


class DeviceDetailView(DeviceView):
    """GET, PUT, PATCH, DELETE /api/devices/{address or id}."""

    permissions = {
        "get": policy.VIEW,
        "put": policy.CHANGE,
        "patch": policy.CHANGE,
        "delete": policy.DELETE,
    }

    def get(self, request: Request, key: str) -> Response:
        """Answer one device."""
        device = selector.find_device(key)
        data = selector.wire(device)
        if truth(request.query_params.get("include_groups"), "include_groups", False):
            data["groups"] = _groups(device.ip)
        data["tags"] = [{"id": tag.pk, "name": tag.name} for tag in device.tags.all()]
        return Response(data)

    def put(self, request: Request, key: str) -> Response:
        """Change a device; absent keys keep their stored value."""
        device = selector.find_device(key)
        body = self.body
        values, facts = register_of(body), facts_of(body)
        if "ip_address" in body and body["ip_address"] != device.ip:
            if body["ip_address"] not in (None, "") and normal_ip(body["ip_address"]) is None:
                raise InvalidAddress(body["ip_address"])
            values["mgmt_ip"] = body["ip_address"]
        inventory.change_device(
            device.pk,
            actor=request.user,
            values=values,
            facts=facts,
            expected_version=expected_version(request),
        )
        device = selector.find_device(str(device.pk))
        return said(selector.wire(device), "Device saved")

    patch = put

    def delete(self, request: Request, key: str) -> Response:
        """Remove a device, or every device at an address."""
        if key.isascii() and key.isdigit():
            device = selector.find_device(key)
            shown = device.ip or device.name
            inventory.delete_device(device.pk, actor=request.user)
        else:
            shown = inventory.delete_address(key, actor=request.user)
        return said(None, f"Device {shown} deleted")


def _groups(ip: str | None) -> list[dict[str, Any]]:
    if ip is None:
        return []
    return [
        {"id": group.pk, "group_name": group.group_name, "description": group.description}
        for group in groups_of(ip)
    ]


class DeviceGroupsOfView(DeviceView):
    """GET /api/devices/{key}/groups."""

    permissions = {"get": policy.VIEW}
    file = files.DEVICE_GROUPS_OF

    def get(self, request: Request, key: str) -> Response:
        """Answer the groups that list the device's address."""
        return listed(_groups(selector.find_device(key).ip))


class NetworkSummaryView(DeviceView):
    """GET /api/devices/summary/networks."""

    permissions = {"get": policy.VIEW}
    file = files.NETWORKS

    def get(self, request: Request) -> Response:
        """Answer the counts of each network range."""
        return listed(selector.network_summary())


class StatsView(DeviceView):
    """GET /api/devices/summary/stats."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer the counts of the inventory."""
        return Response(selector.stats())


class DeviceInterfacesView(DeviceView):
    """GET /api/devices/{address}/interfaces."""

    permissions = {"get": policy.VIEW}
    file = files.INTERFACES

    def get(self, request: Request, key: str) -> Response:
        """Answer the newest row of each port."""
        return listed(metrics.interfaces(metrics.address_of_device(key)))


class PowerHistoryView(DeviceView):
    """GET /api/devices/{address}/power-history."""

    permissions = {"get": policy.VIEW}
    file = files.READINGS

    def get(self, request: Request, key: str) -> Any:
        """Answer readings, newest first."""
        ip = metrics.address_of_device(key)
        query = request.query_params
        span = {
            "interface": query.get("interface"),
            "start": metrics.moment(query.get("start"), "start"),
            "end": metrics.moment(query.get("end"), "end"),
        }
        if self.is_file:
            return self.as_file(metrics.all_readings([ip], **span))
        return readings_listed(metrics.readings([ip], **span))


class DeviceHistoryView(DeviceView):
    """GET /api/devices/{key}/history."""

    permissions = {"get": policy.VIEW}
    file = files.DEVICE_HISTORY

    def get(self, request: Request, key: str) -> Any:
        """Answer what happened to a device, newest first."""
        device = selector.find_device(key)
        limit = whole(request.query_params.get("limit"), "limit", 50, 1, 500)
        rows = device.history.select_related("changed_by")
        if self.is_file:
            return self.as_file(files.in_chunks(rows, _history))
        return listed(_history(rows[:limit]))


def _history(rows: Iterable[DeviceHistory]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "action": row.action,
            "field_name": row.field_name,
            "old_value": row.old_value,
            "new_value": row.new_value,
            "changed_by": row.changed_by.username if row.changed_by else None,
            "notes": row.notes,
            "created_at": row.created_at,
        }
        for row in rows
    ]


class ImportDevicesView(DeviceView):
    """POST /api/devices/import."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Read a CSV file (`file`, or `csv` as text); `dry_run` only says what would change."""
        upload = request.FILES.get("file")
        text = upload.read() if upload else self.body.get("csv")
        if not isinstance(text, (str, bytes)):
            raise Invalid("file", "file is required")
        dry = truth(self.body.get("dry_run"), "dry_run", False)
        return Response(csv_devices.load(actor=request.user, text=text, dry_run=dry))
