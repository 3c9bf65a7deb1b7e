"""One host that autodiscovery found, told to NetBox: matched, made, filled or left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from devices import netbox_rules as rules
from devices.services import netbox_sync
from devices.services import netbox_upsert as writes
from devices.services.netbox_client import NetBoxClient
from inventory_site.core.locks import in_turn

TYPES, ROLES, MAKERS = (
    "/api/dcim/device-types/",
    "/api/dcim/device-roles/",
    "/api/dcim/manufacturers/",
)
ALONE, LANES, WAIT_S = "devices.netbox.found", 64, 300
TAG, TAG_COLOUR = "autodiscovered", "2196f3"
Row = dict[str, Any]


class NetBoxWriter:
    """Tells one NetBox about hosts, by one configuration; what it lists is asked once."""

    def __init__(self, client: NetBoxClient, config: Mapping[str, Any]) -> None:
        self.client, self.config = client, config
        self._lists: dict[str, list[Row]] = {}

    def take(self, ip: str, found: Mapping[str, Any]) -> Row:
        """Return `{action: created|updated|skipped, …}`; raises `NetBoxFailed`, `DomainError`.

        An address is one's at a time: what another has begun is not taken for broken.
        """
        name = rules.name_of(
            self.config, ip, str(found.get("hostname") or ""), str(found.get("dns_name") or "")
        )
        if not name:
            return _skipped(ip, "", "Could not determine device name")
        with in_turn(f"{ALONE}.{crc32(ip.encode()) % LANES}", wait_s=WAIT_S):
            return self._told(ip, name, found)

    def _told(self, ip: str, name: str, found: Mapping[str, Any]) -> Row:
        known = self._match(ip, name, found)
        mode = self.config["sync_mode"]
        half = self._half_made(ip, known) if mode != "update_only" else None
        if half is not None:
            there = self.client.all(writes.INTERFACES, device_id=half["id"])
            return self._completed(ip, half, found, there)
        if known is not None:
            if mode == "create_only":
                return _skipped(ip, name, "Device exists (create_only mode)", known["id"])
            return self._filled(ip, known, found)
        if mode == "update_only":
            return _skipped(ip, name, "Device not found (update_only mode)")
        return self._created(ip, name, found)

    def _match(self, ip: str, name: str, found: Mapping[str, Any]) -> Row | None:
        by = self.config["match_by"]
        if by in {"ip", "ip_or_name"}:
            known = self._by_address(ip)
            if known is not None or by == "ip":
                return known
        if by == "mac":
            mac = found.get("mac_address")
            port = self.client.first(writes.INTERFACES, mac_address=mac) if mac else None
            return self._device((port or {}).get("device"))
        if by == "serial":
            serial = found.get("serial")
            return self.client.first(writes.DEVICES, serial=serial) if serial else None
        return self.client.first(writes.DEVICES, name__ie=name)

    def _by_address(self, ip: str) -> Row | None:
        address = self.client.first(writes.IPS, address=ip)
        bound = (address or {}).get("assigned_object")
        return self._device(bound.get("device") if isinstance(bound, Mapping) else None)

    def _half_made(self, ip: str, known: Row | None) -> Row | None:
        """Return what an earlier run began to make for an address, unless another has that."""
        pk = netbox_sync.half_made(ip)
        if known is not None:
            return known if known["id"] == pk else None
        return self.client.first(writes.DEVICES, id=pk) if pk is not None else None

    def _device(self, short: Any) -> Row | None:
        pk = short.get("id") if isinstance(short, Mapping) else None
        return self.client.one(writes.DEVICES, pk) if pk else None

    def _filled(self, ip: str, known: Row, found: Mapping[str, Any]) -> Row:
        changes = rules.fills(known, found)
        if not changes:
            return _skipped(ip, str(known.get("name")), "No changes needed", known["id"])
        device = self.client.send("PATCH", f"{writes.DEVICES}{known['id']}/", changes)
        fields = [name for name in ("serial",) if name in changes]
        netbox_sync.note_told(self.client, device, fields, ip=ip)
        return {**_shown("updated", ip, device, found), "updates": sorted(changes)}

    def _created(self, ip: str, name: str, found: Mapping[str, Any]) -> Row:
        body: Row = {
            "name": name[:64],
            "device_type": self._type(found),
            "role": self._role(found),
            "site": int(self.config["default_site"]),
            "status": self.config["default_status"],
            "serial": str(found.get("serial") or "")[:50],
            "description": str(found.get("description") or "")[:200],
        }
        if self.config["add_discovery_tag"]:
            body["tags"] = writes.tag_ids(self.client, [TAG], TAG_COLOUR)
        return self._completed(ip, self.client.send("POST", writes.DEVICES, body), found)

    def _completed(
        self, ip: str, device: Row, found: Mapping[str, Any], there: Sequence[Row] = ()
    ) -> Row:
        """Give a device its ports and its address, but for the ports that are there already."""
        netbox_sync.note_told(self.client, device, ip=ip, is_half_made=True)
        ports = list(there)
        if self.config["create_interfaces"]:
            ports = self._ports(device["id"], found, there) or ports
        if self.config["create_ip_addresses"]:
            device = self._addressed(ip, device, ports)
        netbox_sync.note_told(self.client, device, ip=ip, is_half_made=False)
        return _shown("created", ip, device, found)

    def _type(self, found: Mapping[str, Any]) -> int:
        model, vendor = str(found.get("model") or ""), str(found.get("vendor") or "")
        known = rules.contained(model, self._list(TYPES), "model")
        if known is None and model and vendor and self.config["auto_create_device_types"]:
            maker = rules.contained(vendor, self._list(MAKERS))
            if maker is None and self.config["auto_create_manufacturers"]:
                maker = self._made(MAKERS, {"name": vendor, "slug": _slug(vendor)})
            if maker is not None:
                body = {"manufacturer": maker, "model": model, "slug": _slug(model)}
                known = self._made(TYPES, body)
        return int(known if known is not None else self.config["default_device_type"])

    def _role(self, found: Mapping[str, Any]) -> int:
        known = rules.role_id(str(found.get("role") or ""), self._list(ROLES))
        return int(known if known is not None else self.config["default_role"])

    def _list(self, path: str) -> list[Row]:
        if path not in self._lists:
            self._lists[path] = self.client.all(path)
        return self._lists[path]

    def _made(self, path: str, body: Row) -> int:
        row = self.client.send("POST", path, body)
        self._lists[path].append(row)
        return int(row["id"])

    def _ports(self, device: int, found: Mapping[str, Any], there: Sequence[Row]) -> list[Row]:
        known, made = {row.get("name"): row for row in there}, []
        for port in found.get("interfaces") or []:
            name = str(port["name"])[:64]
            if name in known:
                made.append(known[name])
                continue
            body: Row = {
                "device": device,
                "name": name,
                "type": rules.interface_type(str(port["name"]), port.get("speed_bps")),
                "enabled": port.get("enabled", True),
            }
            if port.get("mac_address"):
                body["mac_address"] = port["mac_address"]
            made.append(self.client.send("POST", writes.INTERFACES, body))
        return made

    def _addressed(self, ip: str, device: Row, ports: list[Row]) -> Row:
        if ports:
            port = ports[0]
        else:
            body = {"device": device["id"], "name": "mgmt0", "type": "virtual"}
            port = self.client.send("POST", writes.INTERFACES, body)
        bound = {"assigned_object_type": "dcim.interface", "assigned_object_id": port["id"]}
        known = self.client.first(writes.IPS, address=ip)
        if known is not None:
            writes.free(self.client, known["id"], writes.primary_of(ip))
            address = self.client.send("PATCH", f"{writes.IPS}{known['id']}/", bound)
        else:
            body = {"address": writes.with_mask(self.client, ip), "status": "active", **bound}
            address = self.client.send("POST", writes.IPS, body)
        primary = {writes.primary_of(ip): address["id"]}
        return self.client.send("PATCH", f"{writes.DEVICES}{device['id']}/", primary)


def _slug(text: str) -> str:
    return rules.slug_of(text) or "unknown"


def _skipped(ip: str, name: str, reason: str, netbox_id: int | None = None) -> Row:
    row: Row = {"action": "skipped", "ip_address": ip, "name": name, "reason": reason}
    return row if netbox_id is None else {**row, "netbox_id": netbox_id}


def _shown(action: str, ip: str, device: Mapping[str, Any], found: Mapping[str, Any]) -> Row:
    def named(key: str, word: str = "name") -> Any:
        value = device.get(key)
        return value.get(word) if isinstance(value, Mapping) else value

    return {
        "action": action,
        "id": device.get("id"),
        "name": device.get("name"),
        "ip_address": ip,
        "vendor": found.get("vendor"),
        "model": found.get("model"),
        "device_type": named("device_type", "model"),
        "device_role": named("role"),
        "site": named("site"),
    }
