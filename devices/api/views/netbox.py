"""The NetBox integration over REST."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import BareView, DeviceView, listed, said, whole
from devices.models import NetBoxCacheEntry
from devices.services import netbox_settings, netbox_sync

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
        """Refresh the cache."""
        return Response(netbox_sync.sync(actor=request.user))


def cached(row: NetBoxCacheEntry) -> dict[str, Any]:
    """Return a cached device shaped like NetBox's own."""
    address = {"address": f"{row.device_ip}/32"} if row.device_ip else None
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

    def get(self, request: Request) -> Response:
        """List the cache."""
        return listed([cached(row) for row in NetBoxCacheEntry.objects.all()])


class FlatDevicesView(BareView):
    """GET /integrations/v1/netbox/devices: the cache as the front end reads it."""

    permissions = {"get": policy.VIEW}

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
