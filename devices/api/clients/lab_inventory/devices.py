"""The lab's devices: `/api/inventory/devices…` and the scheduler's `/devices`."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.clients.lab_inventory import forms
from devices.api.clients.lab_inventory.base import FileView, LabView
from devices.api.clients.lab_inventory.forms import Unprocessable
from devices.api.clients.lab_inventory.shown import (
    LabWords,
    found,
    rows,
    scheduler_item,
    shown,
    stamp,
    tag_shown,
)
from devices.errors import Missing
from devices.models import Device, DeviceHistory
from devices.selectors.devices import known_ids
from devices.services import csv_devices, inventory
from inventory_site.core.api.exports import csv_chunks, csv_response

CHECKS: dict[str, forms.Check] = {
    "name": forms.text(1, 200),
    "oi_id": forms.text(0, 50),
    "device_type_id": forms.whole(),
    "manufacturer_id": forms.whole(),
    "model": forms.text(0, 100),
    "serial_number": forms.text(0, 100),
    "status": forms.status,
    "site_id": forms.whole(),
    "rack": forms.text(0, 50),
    "u_position": forms.whole(0),
    "hostname": forms.text(0, 100),
    "mgmt_ip": forms.address,
    "polatis_name": forms.text(0, 100),
    "polatis_port_range": forms.text(0, 100),
    "maintenance_start": forms.text(0, 100),
    "maintenance_end": forms.text(0, 100),
    "owner_group": forms.text(0, 100),
    "notes": forms.text(0, 100_000),
}
BULK_FIELDS = tuple(CHECKS)
MOST_AT_ONCE = 5000  # devices of one bulk update
NEVER_NULL = ("name", "device_type_id", "status")


class DevicesView(LabView):
    """GET, POST /api/inventory/devices."""

    def get(self, request: Request) -> Response:
        """Answer a page of devices, newest first."""
        query = request.query_params
        limit = forms.query_whole(query, "limit", 50, 1, 500)
        offset = forms.query_whole(query, "offset", 0, 0, 2**31)
        wanted = _filtered(query, rows())
        total = wanted.count()
        page = wanted.order_by("-created_at", "-pk")[offset : offset + limit]
        return Response(
            {
                "items": [shown(device) for device in page],
                "total": total,
                "limit": limit,
                "offset": offset,
            }
        )

    def post(self, request: Request) -> Response:
        """Make a device."""
        values = forms.read_body(
            request.data,
            CHECKS,
            required=("name", "device_type_id"),
            never_null=("status",),
        )
        with LabWords():
            device = inventory.create_device(actor=request.user, values=values)
        return Response(shown(found(device.pk)), status=201)


def _filtered(query: Any, wanted: QuerySet[Device]) -> QuerySet[Device]:
    for name in ("device_type_id", "manufacturer_id", "site_id"):
        pk = forms.query_id(query, name)
        if pk is not None:
            wanted = wanted.filter(**{name: pk})
    if query.get("status"):
        wanted = wanted.filter(lab_status=_status(query["status"]))
    if query.get("tag_ids"):
        wanted = wanted.filter(pk__in=_tagged(query["tag_ids"]))
    text = query.get("search", "").strip().replace("\x00", "")
    if text:
        wanted = wanted.filter(
            Q(name__icontains=text)
            | Q(hardware_model__icontains=text)
            | Q(serial_number__icontains=text)
            | Q(oi_id__icontains=text)
        )
    return wanted


def _status(sent: str) -> str:
    try:
        return forms.status(sent)
    except ValueError as err:
        raise Unprocessable("status", str(err), "query") from err


def _tagged(sent: str) -> QuerySet[Device, int]:
    try:
        wanted = [forms.whole()(one) for one in sent.split(",") if one.strip()]
    except ValueError as err:
        raise Unprocessable("tag_ids", "tag_ids must be numbers by comma", "query") from err
    return Device.objects.filter(taggings__tag_id__in=wanted).values_list("pk", flat=True)


class DeviceView(LabView):
    """GET, PUT, DELETE /api/inventory/devices/{id}."""

    def get(self, request: Request, pk: int) -> Response:
        """Answer a device."""
        return Response(shown(found(pk)))

    def put(self, request: Request, pk: int) -> Response:
        """Change the fields that were sent; null clears."""
        found(pk)
        values = forms.read_body(request.data, CHECKS, never_null=NEVER_NULL)
        with LabWords():
            inventory.update_device(pk, actor=request.user, values=values)
        return Response(shown(found(pk)))

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a device."""
        with LabWords():
            inventory.delete_device(pk, actor=request.user)
        return Response(status=204)


class DeviceByOiView(LabView):
    """GET /api/inventory/devices/oi/{oi_id}."""

    def get(self, request: Request, oi_id: str) -> Response:
        """Answer the device of an OI id."""
        device = rows().filter(oi_id=oi_id).first()
        if device is None:
            missing = Missing("Device", oi_id)
            missing.message = f"Device with oi_id '{oi_id}' not found"
            raise missing
        return Response(shown(device))


class BulkUpdateView(LabView):
    """POST /api/inventory/devices/bulk-update."""

    def post(self, request: Request) -> Response:
        """Change many devices, each all or nothing."""
        body = forms.read_body(
            request.data,
            {"device_ids": forms.ids(MOST_AT_ONCE), "updates": forms.mapping},
            required=("device_ids", "updates"),
        )
        inventory.require_write(request.user, policy.CHANGE)
        updates = body["updates"]
        wanted = inventory.unique_ids(body["device_ids"])
        for name in updates:
            if name not in BULK_FIELDS:
                text = f"Field '{name}' is not allowed for update"
                return Response({"succeeded": [], "failed": _refused(wanted, text)})
        try:
            checked = forms.read_body(updates, CHECKS, never_null=NEVER_NULL)
            updates = {name: checked[name] for name in updates}  # the notes keep its order
        except Unprocessable as err:
            text = f"{err.entries[0]['loc'][-1]}: {err.entries[0]['msg']}"
            return Response({"succeeded": [], "failed": _refused(wanted, text)})
        done, failed = inventory.bulk_update(actor=request.user, device_ids=wanted, values=updates)
        return Response({"succeeded": done, "failed": failed})


def _refused(wanted: list[int], text: str) -> list[dict[str, Any]]:
    known = known_ids(wanted)
    return [
        {"device_id": pk, "error": text if pk in known else "Device not found"} for pk in wanted
    ]


class HistoryView(LabView):
    """GET /api/inventory/devices/{id}/history."""

    def get(self, request: Request, pk: int) -> Response:
        """Answer what happened, newest first; the history of a removed device too."""
        query = request.query_params
        limit = forms.query_whole(query, "limit", 100, 1, 500)
        offset = forms.query_whole(query, "offset", 0, 0, 2**31)
        wanted = DeviceHistory.objects.filter(device_number=pk).select_related("changed_by")
        if not wanted.exists():
            found(pk)
        return Response([_event(row) for row in wanted[offset : offset + limit]])


def _event(row: DeviceHistory) -> dict[str, Any]:
    return {
        "id": row.pk,
        "device_id": row.device_number,
        "action": row.action,
        "field_name": row.field_name,
        "old_value": row.old_value,
        "new_value": row.new_value,
        "changed_by_id": row.changed_by_id,
        "changed_by_username": row.changed_by.username if row.changed_by else None,
        "notes": row.notes,
        "extra": row.extra,
        "created_at": stamp(row.created_at),
    }


class DeviceTagsView(LabView):
    """GET, POST /api/inventory/devices/{id}/tags."""

    def get(self, request: Request, pk: int) -> Response:
        """Answer the device's tags."""
        return Response([tag_shown(tag) for tag in found(pk).tags.all()])

    def post(self, request: Request, pk: int) -> Response:
        """Put tags on the device; answer all of its tags."""
        found(pk)
        body = forms.read_body(request.data, {"tag_ids": forms.ids()}, required=("tag_ids",))
        with LabWords():
            inventory.set_tags(pk, body["tag_ids"], actor=request.user)
        return Response([tag_shown(tag) for tag in found(pk).tags.all()])


class DeviceTagView(LabView):
    """DELETE /api/inventory/devices/{id}/tags/{tag_id}."""

    def delete(self, request: Request, pk: int, tag_id: int) -> Response:
        """Take a tag off."""
        with LabWords():
            inventory.remove_tag(pk, tag_id, actor=request.user)
        return Response(status=204)


class StatsView(LabView):
    """GET /api/inventory/stats/summary."""

    def get(self, request: Request) -> Response:
        """Answer the counts; only names with devices."""
        current = Device.objects.current().order_by()
        return Response(
            {
                "total_devices": current.count(),
                "by_status": _counts(current, "lab_status"),
                "by_device_type": _counts(current, "device_type__name"),
                "by_site": _counts(current.filter(site__isnull=False), "site__name"),
            }
        )


def _counts(wanted: QuerySet[Device], path: str) -> dict[str, int]:
    counted = wanted.values(path).annotate(total=Count("pk")).order_by(path)
    return dict(counted.values_list(path, "total"))


class ExportView(LabView):
    """GET /api/inventory/devices/export."""

    def get(self, request: Request) -> Any:
        """Send every device as CSV."""
        wanted = _filtered(request.query_params, Device.objects.current()).order_by("pk")
        return csv_response(csv_chunks(csv_devices.HEADER, csv_devices.rows_of(wanted)), "devices")


class ImportView(FileView):
    """POST /api/inventory/devices/import."""

    def post(self, request: Request) -> Response:
        """Read a CSV file; `dry_run=true` (the default) only says what would change."""
        upload = request.FILES.get("file")
        if upload is None:
            raise Unprocessable("file", "field required", kind="value_error.missing")
        dry = str(request.data.get("dry_run", "true")).lower() not in {"false", "0", "no"}
        answer = csv_devices.load(actor=request.user, text=upload.read(), dry_run=dry)
        return Response(answer)


class SchedulerDevicesView(LabView):
    """GET /devices, /lab/api/devices: what may be booked, as the scheduler reads it."""

    def get(self, request: Request) -> Response:
        """Answer the schedulable devices by id."""
        wanted = Device.objects.current().filter(device_type__is_schedulable=True)
        return Response(
            [
                scheduler_item(device)
                for device in wanted.select_related("device_type", "address").order_by("pk")
            ]
        )
