"""NetBox's own objects over REST, read and written through."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api.base import DeviceView, FlatView, flat, listed, said, truth, whole
from devices.services import netbox_devices

MAX_LIMIT = 1000


class DevicesView(DeviceView):
    """GET, POST /api/netbox/devices."""

    permissions = {"get": policy.VIEW, "post": policy.ADD}

    def get(self, request: Request) -> Response:
        """List NetBox's devices and virtual machines."""
        query = request.query_params
        found = netbox_devices.devices(
            query.dict(),
            limit=whole(query.get("limit"), "limit", 100, 1, MAX_LIMIT),
            offset=whole(query.get("offset"), "offset", 0, 0, 10**9),
            vms=truth(query.get("include_vms"), "include_vms", True),
        )
        return flat(found)

    def post(self, request: Request) -> Response:
        """Make a device in NetBox."""
        return said(
            netbox_devices.create(actor=request.user, body=self.body), "Device created", 201
        )


class OneDeviceView(DeviceView):
    """GET, PATCH, DELETE /api/netbox/devices/{id}."""

    permissions = {"get": policy.VIEW, "patch": policy.CHANGE, "delete": policy.DELETE}

    def get(self, request: Request, pk: int) -> Response:
        """Answer a device as NetBox has it."""
        return Response(netbox_devices.device(pk))

    def patch(self, request: Request, pk: int) -> Response:
        """Change a device in NetBox."""
        found = netbox_devices.update(pk, actor=request.user, body=self.body)
        return said(found, "Device updated")

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a device from NetBox."""
        netbox_devices.delete(pk, actor=request.user)
        return said(None, "Device deleted")


class InterfacesView(DeviceView):
    """GET /api/netbox/devices/{id}/interfaces."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request, pk: int) -> Response:
        """List a device's interfaces."""
        limit = whole(request.query_params.get("limit"), "limit", 500, 1, MAX_LIMIT)
        found = netbox_devices.interfaces(pk, limit)
        return flat({"data": found, "count": len(found)})


class ListView(DeviceView):
    """GET /api/netbox/{sites,device-roles,device-types,manufacturers,tags}."""

    permissions = {"get": policy.VIEW}
    what = ""

    def get(self, request: Request) -> Response:
        """List NetBox's objects."""
        return listed(netbox_devices.listed(self.what, request.query_params.dict()))


class CountedView(ListView):
    """GET /api/netbox/{prefixes,ip-ranges,ip-addresses}."""

    def get(self, request: Request) -> Response:
        """List NetBox's objects with their count beside them."""
        found = netbox_devices.listed(self.what, request.query_params.dict())
        return flat({"data": found, "count": len(found)})


def _named(row: dict[str, Any], key: str) -> Any:
    value = row.get(key)
    return value.get("name") if isinstance(value, dict) else value


class FlatPrefixesView(FlatView):
    """GET /integrations/v1/netbox/prefixes: a bare list."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """List prefixes."""
        return Response(
            [
                {
                    "id": row.get("id"),
                    "prefix": row.get("prefix"),
                    "description": row.get("description") or "",
                    "site": _named(row, "site") or _named(row, "scope"),
                }
                for row in netbox_devices.listed("prefixes", request.query_params.dict())
            ]
        )


class FlatRangesView(FlatView):
    """GET /integrations/v1/netbox/ip-ranges: a bare list, addresses without masks."""

    permissions = {"get": policy.VIEW}

    def get(self, request: Request) -> Response:
        """List ranges."""
        return Response(
            [
                {
                    "id": row.get("id"),
                    "start_address": str(row.get("start_address") or "").partition("/")[0],
                    "end_address": str(row.get("end_address") or "").partition("/")[0],
                    "description": row.get("description") or "",
                    "size": row.get("size"),
                }
                for row in netbox_devices.listed("ip-ranges", request.query_params.dict())
            ]
        )


def list_view(what: str, base: type[ListView] = ListView) -> type[ListView]:
    """Return the view of one list."""
    name = "".join(part.capitalize() for part in what.split("-"))
    doc = f"GET /api/netbox/{what}."
    return type(f"NetBox{name}View", (base,), {"what": what, "__doc__": doc})
