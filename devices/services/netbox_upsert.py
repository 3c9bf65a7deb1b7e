"""A device that was found, told to NetBox (contract 10.4): by name, with address and tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.services import audit
from devices import policy, values
from devices.addresses import ip_of_interface
from devices.errors import Invalid, InvalidAddress, Refused
from devices.services import netbox_settings, netbox_sync
from devices.services.netbox_client import NetBoxClient, NetBoxFailed, is_id
from inventory_site.core.whole import whole_number

DEVICES, INTERFACES, IPS = "/api/dcim/devices/", "/api/dcim/interfaces/", "/api/ipam/ip-addresses/"
TAGS = "/api/extras/tags/"
PORT = {"name": "mgmt0", "type": "virtual"}  # what an address sits on
INCOMPLETE = (
    "site_id, role_id, and device_type_id are required to create new devices. "
    "Configure default values in NetBox settings."
)
TEXTS = ("hostname", "status", "serial", "description")
OWN_FIELDS = ("description", "serial", "custom_fields")


def discover(*, actor: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Upsert one found device; answers `{device, ip_address, created}`."""
    policy.require(actor, policy.ADD)
    policy.require(actor, policy.CHANGE)
    if not body.get("ip_address"):
        raise Invalid("ip_address", "ip_address is required")
    ip = ip_of_interface(body["ip_address"])
    if ip is None:
        raise InvalidAddress(body["ip_address"])
    for name in TEXTS:
        if body.get(name) is not None and not isinstance(body[name], str):
            raise Invalid(name, f"{name} must be a text")
    if not isinstance(body.get("tags") or [], list):
        raise Invalid("tags", "tags must be a list")
    client = netbox_settings.client(is_quick=True)
    try:
        found = upsert(client, ip, body)
    except NetBoxFailed as err:
        raise netbox_settings.refusal(err) from err
    audit.record(
        actor, "netbox.device_synced", after={"ip_address": ip, "created": found["created"]}
    )
    return found


def upsert(client: NetBoxClient, ip: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Make or refresh a device by its name; raises `Refused` and `NetBoxFailed`.

    It is remembered what NetBox was told, and kept what it has then.
    """
    name = str(facts.get("hostname") or "").strip() or f"device-{ip.replace('.', '-')}"
    known = client.first(DEVICES, name=name)
    if known is not None:
        return _refreshed(client, ip, known, facts)
    body: dict[str, Any] = {
        "name": name,
        "device_type": wanted_id(facts, "device_type_id"),
        "role": wanted_id(facts, "role_id"),
        "site": wanted_id(facts, "site_id"),
        "status": facts.get("status") or "active",
        "serial": str(facts.get("serial") or ""),
        "description": str(facts.get("description") or "")[:200],
    }
    missing = next((f"{one}_id" for one in ("site", "role", "device_type") if not body[one]), "")
    if missing:
        raise Refused("VALIDATION_ERROR", INCOMPLETE, field=missing)
    if facts.get("custom_fields"):
        body["custom_fields"] = facts["custom_fields"]
    if facts.get("tags"):
        body["tags"] = tag_ids(client, facts["tags"])
    device = client.send("POST", DEVICES, body)
    netbox_sync.note_told(client, device, ip=ip)
    port = client.send("POST", INTERFACES, {"device": device["id"], **PORT})
    address = place_address(client, ip, port["id"], name)
    device = client.send("PATCH", f"{DEVICES}{device['id']}/", {primary_of(ip): address["id"]})
    netbox_sync.note_told(client, device, ip=ip)
    return {"device": device, "ip_address": address, "created": True}


def _refreshed(
    client: NetBoxClient, ip: str, known: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Change only what is given; an address that NetBox lacks is made without a port."""
    changes = {name: facts[name] for name in OWN_FIELDS if facts.get(name)}
    if facts.get("tags"):
        ids = tag_ids(client, facts["tags"])
        changes["tags"] = list(dict.fromkeys([*held_tags(known), *ids]))
    device: Any = known
    if changes:
        device = client.send("PATCH", f"{DEVICES}{known['id']}/", changes)
    netbox_sync.note_told(client, device, [name for name in ("serial",) if name in changes], ip=ip)
    address = client.first(IPS, address=ip)
    if address is None:
        body = {"address": with_mask(client, ip), "status": "active"}
        body["dns_name"] = dns_name(str(known.get("name") or ""))
        address = client.send("POST", IPS, body)
    return {"device": device, "ip_address": address, "created": False}


def addressed(client: NetBoxClient, pk: int, ip: str, name: str) -> dict[str, Any]:
    """Put an address on a device that has none, and return what makes it the device's own."""
    port = client.first(INTERFACES, device_id=pk, name=PORT["name"])
    if port is None:
        port = client.send("POST", INTERFACES, {"device": pk, **PORT})
    return {primary_of(ip): place_address(client, ip, port["id"], name)["id"]}


def place_address(client: NetBoxClient, ip: str, port: int, name: str) -> dict[str, Any]:
    """Put an address on an interface: the one that NetBox has, or a new one."""
    bound = {"assigned_object_type": "dcim.interface", "assigned_object_id": port}
    known = client.first(IPS, address=ip)
    if known is not None:
        free(client, known["id"], primary_of(ip))
        return client.send("PATCH", f"{IPS}{known['id']}/", bound)
    size = 128 if ":" in ip else 32
    body = {"address": f"{ip}/{size}", "status": "active", "dns_name": dns_name(name), **bound}
    return client.send("POST", IPS, body)


def free(client: NetBoxClient, pk: int, field: str) -> None:
    """Take an address from the device that has it as its own, since NetBox moves no such one."""
    holder = client.first(DEVICES, **{f"{field}_id": pk})
    own = holder.get(field) if holder else None
    if holder and isinstance(own, Mapping) and own.get("id") == pk:
        client.send("PATCH", f"{DEVICES}{holder['id']}/", {field: None})


def dns_name(name: str) -> str:
    """Return a name as NetBox takes it for an address: letters, digits, dots, dashes."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)[:255]


def with_mask(client: NetBoxClient, ip: str) -> str:
    """Return an address with the mask of the smallest prefix that holds it, else as a host.

    So it is too where the token may not read prefixes.
    """
    try:
        rows = client.all("/api/ipam/prefixes/", contains=ip)
    except NetBoxFailed as err:
        if err.status not in {403, 404}:
            raise
        rows = []
    masks = [whole_number(str(row.get("prefix")).rpartition("/")[2]) for row in rows]
    sizes = [mask for mask in masks if mask is not None]
    return f"{ip}/{max(sizes, default=128 if ':' in ip else 32)}"


def primary_of(ip: str) -> str:
    """Return the field of a device that takes an address as its own."""
    return "primary_ip6" if ":" in ip else "primary_ip4"


def wanted_id(facts: Mapping[str, Any], name: str) -> int | None:
    """Return an id of the request, else the configured default."""
    value = facts.get(name) or netbox_settings.integration.read(f"netbox_default_{name}")
    return None if value in (None, "") else values.wanted_id(value, name)


def held_tags(device: Mapping[str, Any]) -> list[int]:
    """Return the ids of the tags that a device of NetBox's has."""
    tags = [tag for tag in device.get("tags") or [] if isinstance(tag, Mapping)]
    return [tag["id"] for tag in tags if is_id(tag.get("id"))]


def tag_ids(client: NetBoxClient, names: Sequence[Any], colour: str = "9e9e9e") -> list[int]:
    """Return NetBox's tags of these names; missing ones are made. Raises `Invalid`."""
    if not isinstance(names, (list, tuple)):
        raise Invalid("tags", "tags must be a list")
    found = []
    for name in names:
        text = str(name.get("name") if isinstance(name, Mapping) else name).strip()[:100]
        if not text:
            continue
        tag = client.first(TAGS, name=text)
        if tag is None:
            slug = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-") or "tag"
            tag = client.send("POST", TAGS, {"name": text, "slug": slug, "color": colour})
        found.append(int(tag["id"]))
    return found
