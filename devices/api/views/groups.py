"""Native device groups."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from devices import policy
from devices.api import files
from devices.api.base import DeviceView, listed, query_text, said, truth, wanted_id
from devices.errors import Invalid, Missing
from devices.models import DeviceGroup
from devices.selectors import devices as device_reads
from devices.selectors import groups as selector
from devices.services import groups

READ, WRITE = policy.VIEW, policy.MANAGE_GROUPS


def shown(group: DeviceGroup, known: int | None = None) -> dict[str, Any]:
    """Return a group as the API shows it."""
    if known is None:
        known = selector.known_members(group).count()
    count = getattr(group, "device_count", None)
    return {
        "id": group.pk,
        "group_name": group.group_name,
        "name": group.group_name,
        "description": group.description,
        "color": group.color,
        "rule": group.rule,
        "created_at": group.created_at,
        "updated_at": group.updated_at,
        "device_count": group.members.count() if count is None else count,
        "known_device_count": known,
    }


def find(pk: int) -> DeviceGroup:
    """Return the group with its count, or raise `Missing`."""
    group = selector.counted(DeviceGroup.objects.filter(pk=pk)).first()
    if group is None:
        raise Missing("Device group", pk)
    return group


def members(group: DeviceGroup) -> list[dict[str, Any]]:
    """Return the known devices of a group by address."""
    return list(
        selector.known_members(group)
        .order_by("sort_key")
        .values(
            "ip", "snmp_hostname", "snmp_description", "ping_status", "snmp_status", "ssh_status"
        )
    )


def _member_rows(group: DeviceGroup) -> list[dict[str, Any]]:
    return [{"ip_address": row.pop("ip"), **row} for row in members(group)]


class GroupListView(DeviceView):
    """GET, POST /api/device_groups."""

    permissions = {"get": READ, "post": WRITE}
    file = files.GROUPS

    def get(self, request: Request) -> Any:
        """List groups by name; `type=network` answers network ranges."""
        if query_text(request, "type") == "network":
            found = device_reads.network_summary()
            return self.as_file(found, files.NETWORKS) if self.is_file else listed(found)
        rows = list(selector.counted(DeviceGroup.objects.order_by("group_name")))
        known = selector.known_counts(rows)
        return listed([shown(group, known.get(group.pk, 0)) for group in rows])

    def post(self, request: Request) -> Response:
        """Make a group."""
        group = groups.create_group(actor=request.user, values=_values(self.body))
        return said(shown(group), "Group created", 201)


def _values(body: dict[str, Any]) -> dict[str, Any]:
    values = {name: body[name] for name in groups.WRITABLE if name in body}
    if "group_name" not in values and "name" in body:
        values["group_name"] = body["name"]
    for name in ("group_name", "description", "color"):
        if values.get(name) is not None and not isinstance(values[name], str):
            raise Invalid(name, f"{name} must be a text")
    return values


class GroupView(DeviceView):
    """GET, PUT, DELETE /api/device_groups/{id}."""

    permissions = {"get": READ, "put": WRITE, "patch": WRITE, "delete": WRITE}

    def get(self, request: Request, pk: int) -> Response:
        """Answer a group; `include_devices=true` adds its known devices."""
        group = find(pk)
        data = shown(group)
        if truth(request.query_params.get("include_devices"), "include_devices", False):
            data["devices"] = _member_rows(group)
        return Response(data)

    def put(self, request: Request, pk: int) -> Response:
        """Change a group."""
        group = groups.update_group(pk, actor=request.user, values=_values(self.body))
        return said(shown(group), "Group updated")

    patch = put

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a group."""
        groups.delete_group(pk, actor=request.user)
        return said(None, "Group deleted")


class GroupDevicesView(DeviceView):
    """GET, POST /api/device_groups/{id}/devices."""

    permissions = {"get": READ, "post": WRITE}
    file = files.GROUP_DEVICES

    def get(self, request: Request, pk: int) -> Response:
        """List the known devices of a group."""
        return listed(_member_rows(find(pk)))

    def post(self, request: Request, pk: int) -> Response:
        """Put one address, several, or a device into the group."""
        find(pk)
        body = self.body
        many = body.get("ip_addresses")
        if isinstance(many, list) and many:
            answer = groups.add_members(pk, many, actor=request.user)
            data = {
                "added": answer.added,
                "failed": answer.failed,
                "total_requested": answer.total_requested,
            }
            return said(data, f"Added {answer.added} devices")
        address = body.get("ip_address")
        if not address and body.get("device_id") is not None:
            address = device_reads.find_device(str(wanted_id(body["device_id"], "device_id"))).ip
        if not address:
            raise Invalid("ip_address", "ip_address or ip_addresses is required")
        groups.add_member(pk, address, actor=request.user)
        return said(None, "Device added to group")


class GroupDeviceView(DeviceView):
    """DELETE /api/device_groups/{id}/devices/{ip}."""

    permissions = {"delete": WRITE}

    def delete(self, request: Request, pk: int, ip: str) -> Response:
        """Take an address out; one that was not in it is no error."""
        groups.remove_member(pk, ip, actor=request.user)
        return said(None, "Device removed from group")


class GroupPreviewView(DeviceView):
    """POST /api/device_groups/preview: what a rule would match."""

    permissions = {"post": READ}

    def post(self, request: Request) -> Response:
        """Answer the count and the first devices of a rule."""
        rule = self.body.get("rule")
        groups.check_rule(rule)
        rows = selector.matching(rule or {})
        names = rows.order_by("name").values_list("name", "address__ip")[:20]
        sample = [{"name": name, "ip_address": ip} for name, ip in names]
        return Response({"count": rows.count(), "sample": sample})
