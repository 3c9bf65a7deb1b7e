"""The NetBox integration over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api import files
from devices.api.base import DeviceView, FlatView, flat, listed, said, whole
from devices.choices import TargetState
from devices.errors import Missing
from devices.models import ExecutorRun, NetBoxCacheEntry
from devices.services import (
    netbox_autodiscovery,
    netbox_devices,
    netbox_inventory,
    netbox_settings,
    netbox_sync,
    netbox_upsert,
    runs,
)
from inventory_site.core.api.idempotency import idempotent

RIGHTS = {"get": policy.SETTINGS_VIEW, "put": policy.SETTINGS_EDIT, "post": policy.SETTINGS_EDIT}


class SettingsView(DeviceView):
    """GET, PUT /api/netbox/settings."""

    permissions = RIGHTS

    def get(self, request: Request) -> Response:
        """Answer the settings, the token masked."""
        return Response(netbox_settings.shown())

    def put(self, request: Request) -> Response:
        """Store settings."""
        data = netbox_settings.save(actor=request.user, body=self.body)
        return said(data, "NetBox settings saved")


class TestView(DeviceView):
    """POST /api/netbox/test."""

    permissions = RIGHTS

    def post(self, request: Request) -> Response:
        """Ask NetBox for its version."""
        data = netbox_settings.test(actor=request.user, body=self.body)
        return said(data, "Connected to NetBox")


class StatusView(DeviceView):
    """GET /api/netbox/status."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer whether NetBox answers."""
        return Response(netbox_settings.status())


class SyncView(DeviceView):
    """POST /api/netbox/sync."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Refresh the cache; 202 when NetBox was slow, and a task reads the rest."""
        synced = netbox_sync.sync(actor=request.user, is_quick=True)
        if synced.is_whole:
            return Response(synced.counts)
        return said({**synced.counts, "is_partial": True}, "The rest is read by a task", 202)


class SyncOneView(DeviceView):
    """POST /api/netbox/sync/{device_id}."""

    permissions = {"post": policy.CHANGE}

    @extend_schema(operation_id="api_netbox_device_sync")
    def post(self, request: Request, pk: int) -> Response:
        """Refresh one device of the cache."""
        return Response(netbox_sync.sync_one(pk, actor=request.user))


class InventoryPreviewView(DeviceView):
    """GET, POST /api/netbox/inventory/preview: what `pull` or `push` would change."""

    permissions = {"get": policy.VIEW, "post": policy.VIEW}

    def get(self, request: Request) -> Response:
        """Answer a row per device, and the counts."""
        return Response(netbox_inventory.preview(request.query_params.get("direction", "pull")))

    def post(self, request: Request) -> Response:
        """Answer a row per device, and the counts."""
        return Response(netbox_inventory.preview(self.body.get("direction", "pull")))


class InventorySyncView(DeviceView):
    """POST /api/netbox/inventory/sync: take NetBox's devices in (`pull`), or tell it ours."""

    permissions = {"post": policy.CHANGE}

    @idempotent
    def post(self, request: Request) -> Response:
        """Do what the preview says."""
        found = netbox_inventory.run(self.body.get("direction", "pull"), actor=request.user)
        return Response(found)


class DiscoverView(DeviceView):
    """POST /api/netbox/discover."""

    permissions = {"post": policy.CHANGE}

    def post(self, request: Request) -> Response:
        """Tell NetBox about a device that was found."""
        found = netbox_upsert.discover(actor=request.user, body=self.body)
        return said(found, "Device synced to NetBox")


class AutodiscoveryView(DeviceView):
    """POST /api/netbox/autodiscovery."""

    permissions = {"post": policy.CONNECT}

    @idempotent
    def post(self, request: Request) -> Response:
        """Queue an autodiscovery; answers 202 and the job."""
        run = netbox_autodiscovery.start(actor=request.user, body=self.body)
        run.refresh_from_db()
        return said(job_shown(run), "Autodiscovery queued", 202)


class AutodiscoveryJobView(DeviceView):
    """GET /api/netbox/autodiscovery/{id}."""

    permissions = {"get": policy.CONNECT}

    def get(self, request: Request, pk: int) -> Response:
        """Answer how far an autodiscovery is, and what it did."""
        run = runs.find_run(pk)
        if run.executor != netbox_autodiscovery.SLUG:
            raise Missing("Run", pk)
        return Response({**job_shown(run), "result": netbox_autodiscovery.result_of(run)})


def job_shown(run: ExecutorRun) -> dict[str, Any]:
    """Return a job's state."""
    ended = run.results.exclude(state=TargetState.WAITING).count()
    return {
        "job_id": run.pk,
        "run_id": run.pk,
        "status": run.status,
        "total_targets": run.total_targets,
        "completed_targets": ended,
        "progress": int(100 * ended / run.total_targets) if run.total_targets else 100,
        "error": run.error or None,
    }


def cache_rows() -> list[dict[str, Any]]:
    """Return the cache a row per device, without what is inside of what."""
    return [
        {
            "netbox_id": row.netbox_id,
            "hostname": row.device_name,
            "ip_address": row.device_ip,
            "device_type": row.device_type,
            "manufacturer": row.manufacturer,
            "site": row.site_name,
            "role": row.role_name,
            "status": row.status,
            "serial": row.serial,
            "tags": row.tags,
            "cached_at": row.cached_at,
        }
        for row in NetBoxCacheEntry.objects.all()
    ]


def cached(row: NetBoxCacheEntry) -> dict[str, Any]:
    """Return a cached device shaped like NetBox's own."""
    size = 128 if ":" in row.device_ip else 32
    address = {"address": f"{row.device_ip}/{size}"} if row.device_ip else None
    return {
        "id": row.netbox_id,
        "name": row.device_name,
        "_type": "virtual_machine" if row.is_virtual_machine else "device",
        "primary_ip4": address,
        "device_type": {"model": row.device_type, "manufacturer": {"name": row.manufacturer}},
        "site": {"id": row.site_id_number, "name": row.site_name},
        "role": {"name": row.role_name},
        "status": {"value": row.status},
        "serial": row.serial,
        "tags": [{"name": tag} for tag in row.tags],
        "cached": True,
        "cached_at": row.cached_at,
    }


class CachedDevicesView(DeviceView):
    """GET /api/netbox/devices/cached."""

    permissions = {"get": policy.VIEW}
    file = files.NETBOX_DEVICES

    def get(self, request: Request) -> Any:
        """List the cache."""
        if self.is_file:
            return self.as_file(cache_rows())
        return listed([cached(row) for row in NetBoxCacheEntry.objects.all()])


class CachedDeviceView(DeviceView):
    """GET /api/netbox/devices/{id}/cached."""

    permissions = {"get": policy.VIEW}

    @extend_schema(operation_id="api_netbox_device_cached")
    def get(self, request: Request, pk: int) -> Response:
        """Answer one device of the cache."""
        rows = NetBoxCacheEntry.objects.filter(netbox_id=pk).order_by("is_virtual_machine")
        row = rows.first()
        if row is None:
            raise Missing("Device", pk)
        return Response(cached(row))


class FlatDevicesView(FlatView):
    """GET /integrations/v1/netbox/devices: the cache as the front end reads it; POST makes one."""

    permissions = {"get": policy.VIEW, "post": policy.ADD}

    def post(self, request: Request) -> Response:
        """Make a device in NetBox."""
        found = netbox_devices.create(actor=request.user, body=self.body)
        return flat({"data": found, "message": "Device created"}, 201)

    def get(self, request: Request) -> Response:
        """List the cache, addresses as plain text."""
        limit = whole(request.query_params.get("limit"), "limit", 100, 1, 10_000)
        rows = [
            {
                "id": row.netbox_id,
                "name": row.device_name,
                "primary_ip4": row.device_ip,
                "device_type": row.device_type,
                "vendor": row.manufacturer,
                "site": row.site_name,
                "role": row.role_name,
                "status": row.status,
                "cached_at": row.cached_at,
            }
            for row in NetBoxCacheEntry.objects.all()[:limit]
        ]
        return Response({"data": rows, "count": len(rows)})
