"""NetBox's own objects, read and written through: the house keeps no copy of what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from accounts.services import audit
from devices import policy
from devices.errors import Invalid, RemoteFailed
from devices.models import NetBoxCacheEntry
from devices.services import netbox_settings
from devices.services.netbox_client import NetBoxClient, NetBoxFailed, rows_of

DEVICES, MACHINES = "/api/dcim/devices/", "/api/virtualization/virtual-machines/"
LISTS = {
    "sites": "/api/dcim/sites/",
    "device-roles": "/api/dcim/device-roles/",
    "device-types": "/api/dcim/device-types/",
    "manufacturers": "/api/dcim/manufacturers/",
    "tags": "/api/extras/tags/",
    "prefixes": "/api/ipam/prefixes/",
    "ip-ranges": "/api/ipam/ip-ranges/",
    "ip-addresses": "/api/ipam/ip-addresses/",
}
FILTERS = ("site", "role", "manufacturer", "status", "tag", "q")
MACHINE_FILTERS = ("site", "status", "tag", "q")
T = TypeVar("T")
REQUIRED = ("name", "device_type", "role", "site")


def asked(work: Callable[[NetBoxClient], T]) -> T:
    """Do something with the configured NetBox within 6 s; raises `RemoteFailed`."""
    client = netbox_settings.client(is_quick=True)
    try:
        return work(client)
    except NetBoxFailed as err:
        raise netbox_settings.refusal(err) from err


def devices(query: Mapping[str, Any], *, limit: int, offset: int, vms: bool) -> dict[str, Any]:
    """Return a page of devices and virtual machines, each with its `_type`."""

    def work(client: NetBoxClient) -> dict[str, Any]:
        wanted = {name: query[name] for name in FILTERS if query.get(name)}
        page = client.get(DEVICES, **wanted, limit=limit, offset=offset)
        rows = [{**row, "_type": "device"} for row in rows_of(page)]
        count, machines = _count(page, rows), 0
        if vms and not wanted.get("role") and not wanted.get("manufacturer"):
            wanted = {name: query[name] for name in MACHINE_FILTERS if query.get(name)}
            found = client.get(MACHINES, **wanted, limit=limit, offset=offset)
            more = rows_of(found)
            rows += [{**row, "_type": "virtual_machine"} for row in more]
            machines = _count(found, more)
        return {
            "data": rows,
            "count": count + machines,
            "device_count": count,
            "vm_count": machines,
            "next": page.get("next"),
            "previous": page.get("previous"),
        }

    return asked(work)


def _count(page: Mapping[str, Any], rows: list[Any]) -> int:
    count = page.get("count")
    return count if isinstance(count, int) else len(rows)


def device(pk: int) -> dict[str, Any]:
    """Return a device as NetBox has it."""
    return asked(lambda client: client.one(DEVICES, pk))


def create(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make a device in NetBox; raises `Invalid`."""
    policy.require(actor, policy.ADD)
    for name in REQUIRED:
        if body.get(name) in (None, ""):
            raise Invalid(name, f"{name} is required")
    found = asked(lambda client: client.send("POST", DEVICES, dict(body)))
    audit.record(actor, "netbox.device_created", after={"name": body["name"]})
    return found


def update(pk: int, *, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Change fields of a device in NetBox."""
    policy.require(actor, policy.CHANGE)
    if not body:
        raise Invalid("body", "No fields to update")
    found = asked(lambda client: client.send("PATCH", f"{DEVICES}{pk}/", dict(body)))
    audit.record(actor, "netbox.device_updated", after={"id": pk, "fields": sorted(body)})
    return found


def delete(pk: int, *, actor: Any) -> None:
    """Remove a device from NetBox."""
    policy.require(actor, policy.DELETE)
    asked(lambda client: client.send("DELETE", f"{DEVICES}{pk}/"))
    audit.record(actor, "netbox.device_deleted", after={"id": pk})


def interfaces(pk: int, limit: int) -> list[dict[str, Any]]:
    """Return a device's interfaces, their words as plain text."""
    return asked(lambda client: _interfaces(client, pk, limit))


def interfaces_at(ip: str) -> list[dict[str, Any]]:
    """Return what NetBox has of the interfaces at an address; nothing where it does not answer."""
    entry = NetBoxCacheEntry.objects.filter(device_ip=ip, is_virtual_machine=False).first()
    if not ip or entry is None:
        return []
    try:
        return _interfaces(netbox_settings.client(is_quick=True), entry.netbox_id, 1000)
    except (NetBoxFailed, RemoteFailed):
        return []


def _interfaces(client: NetBoxClient, pk: int, limit: int) -> list[dict[str, Any]]:
    found = client.get("/api/dcim/interfaces/", device_id=pk, limit=limit)
    return [
        {
            "id": row.get("id"),
            "name": row.get("name"),
            "type": word_of(row.get("type")),
            "enabled": row.get("enabled"),
            "mac_address": row.get("mac_address"),
            "mtu": row.get("mtu"),
            "description": row.get("description"),
            "speed": row.get("speed"),
            "mode": word_of(row.get("mode")),
        }
        for row in rows_of(found)
    ]


def word_of(value: Any) -> Any:
    """Return the value of NetBox's choice objects."""
    return value.get("value") if isinstance(value, Mapping) else value


def listed(name: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every object of one of `LISTS`."""
    wanted = {key: value for key, value in query.items() if key in {"manufacturer", "site", "q"}}
    return asked(lambda client: client.all(LISTS[name], **wanted))
