"""NetBox as an executor: one action per call (contract 8.6).

The site's own NetBox and token are used; no call brings another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from devices import netbox_rules as rules
from devices.errors import RemoteFailed
from devices.executors import ping
from devices.executors.base import Outcome
from devices.executors.discovery import discover
from devices.services import netbox_settings
from devices.services import netbox_upsert as writes
from devices.services.netbox_client import NetBoxClient, NetBoxFailed, rows_of
from inventory_site.core.errors import DomainError
from inventory_site.core.whole import whole_number

DEVICES, MACHINES = writes.DEVICES, "/api/virtualization/virtual-machines/"
PORTS, IPS, PREFIXES = writes.INTERFACES, writes.IPS, "/api/ipam/prefixes/"
LOOKUPS = {
    "sites": "/api/dcim/sites/",
    "roles": "/api/dcim/device-roles/",
    "platforms": "/api/dcim/platforms/",
    "device_types": "/api/dcim/device-types/",
    "manufacturers": "/api/dcim/manufacturers/",
    "tags": "/api/extras/tags/",
}
AT_ONCE = 50  # pings of one call
DEVICE_NEEDS = ("name", "site_id", "role_id", "device_type_id")
OPTIONAL = ("serial", "asset_tag", "description", "comments", "custom_fields")
CHANGES = (*OPTIONAL, "status", "name", "site_id", "role_id", "device_type_id", "tags")
WIRE = {"site_id": "site", "role_id": "role", "device_type_id": "device_type"}
SERIALS = ("1.3.6.1.2.1.47.1.1.1.1.11.1", "1.3.6.1.4.1.9.3.6.3.0")
PLATFORMS = (
    ("nx-os", "cisco-nxos"),
    ("cisco ios", "cisco-ios"),
    ("arista", "arista-eos"),
    ("junos", "juniper-junos"),
    ("juniper", "juniper-junos"),
    ("saos", "ciena-saos"),
    ("windows", "windows"),
    ("linux", "linux"),
)


class ActionFailed(Exception):
    """An action's rule said no; the text is the outcome's error."""


def _whole(config: Mapping[str, Any], name: str, otherwise: int = 0) -> int:
    value = config.get(name)
    number = whole_number(otherwise if value in (None, "") else value, digits=9)
    if number is None:
        raise ActionFailed(f"{name} must be a whole number")
    return number


class Call:
    """One action on one NetBox."""

    def __init__(self, client: NetBoxClient, target: str, config: Mapping[str, Any]) -> None:
        self.client, self.target, self.config = client, target, config

    def need(self, *names: str) -> None:
        """Raise for parameters that are missing."""
        missing = [name for name in names if self.config.get(name) in (None, "")]
        if missing:
            raise ActionFailed(f"Missing required fields: {', '.join(missing)}")

    def found(self, path: str = DEVICES) -> dict[str, Any]:
        """Return the object by `device_id`, else by name, else by the target."""
        if self.config.get("device_id"):
            return self.client.one(path, _whole(self.config, "device_id"))
        name = str(self.config.get("name") or self.target)
        row = self.client.first(path, name=name)
        if row is None:
            raise ActionFailed(f"Device not found: {name}")
        return row

    def body(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the parameters that are given, as NetBox names them."""
        body = {WIRE.get(name, name): self.config[name] for name in names if name in self.config}
        if isinstance(body.get("tags"), list):
            body["tags"] = writes.tag_ids(self.client, body["tags"])
        return body


def _create(path: str, needs: tuple[str, ...]) -> Callable[[Call], Any]:
    def act(call: Call) -> Any:
        call.need(*needs)
        body = {"status": "active", **call.body(tuple(dict.fromkeys((*needs, *CHANGES))))}
        return call.client.send("POST", path, body)

    return act


def _update(path: str) -> Callable[[Call], Any]:
    def act(call: Call) -> Any:
        body = call.body(tuple(name for name in CHANGES if name != "name"))
        if call.config.get("new_name"):
            body["name"] = call.config["new_name"]
        if not body:
            raise ActionFailed("No fields to update")
        return call.client.send("PATCH", f"{path}{call.found(path)['id']}/", body)

    return act


def _delete(path: str) -> Callable[[Call], Any]:
    def act(call: Call) -> Any:
        row = call.found(path)
        call.client.send("DELETE", f"{path}{row['id']}/")
        return {"deleted": row["id"], "name": row.get("name")}

    return act


def _list(path: str, key: str) -> Callable[[Call], Any]:
    def act(call: Call) -> Any:
        names = ("site", "role", "manufacturer", "status", "tag", "device_id")
        query = {name: call.config[name] for name in names if call.config.get(name)}
        if call.config.get("search"):
            query["q"] = call.config["search"]
        limit, offset = _whole(call.config, "limit", 100), _whole(call.config, "offset", 0)
        page = call.client.get(path, **query, limit=limit or 100, offset=offset)
        return {
            key: rows_of(page),
            "count": page.get("count"),
            "next": page.get("next"),
            "previous": page.get("previous"),
        }

    return act


def _port_create(call: Call) -> Any:
    body = {
        "device": call.config.get("device_id") or call.found()["id"],
        "name": call.config.get("interface_name") or "eth0",
        "type": call.config.get("interface_type") or "1000base-t",
    }
    return call.client.send("POST", PORTS, body)


def _port_update(call: Call) -> Any:
    call.need("interface_id")
    names = ("type", "enabled", "description", "mtu", "mac_address")
    body = {name: call.config[name] for name in names if name in call.config}
    if not body:
        raise ActionFailed("No fields to update")
    return call.client.send("PATCH", f"{PORTS}{_whole(call.config, 'interface_id')}/", body)


def _assign_ip(call: Call) -> Any:
    call.need("interface_id")
    address = str(call.config.get("ip_address") or call.target)
    body = {
        "address": address if "/" in address else writes.with_mask(call.client, address),
        "status": "active",
        "assigned_object_type": "dcim.interface",
        "assigned_object_id": _whole(call.config, "interface_id"),
    }
    return call.client.send("POST", IPS, body)


def _ip_create(call: Call) -> Any:
    address = str(call.config.get("ip_address") or call.target)
    body = {name: call.config[name] for name in ("dns_name", "description") if name in call.config}
    body["address"] = address if "/" in address else writes.with_mask(call.client, address)
    return call.client.send("POST", IPS, {"status": "active", **body})


def _ip_update(call: Call) -> Any:
    call.need("ip_id")
    names = ("status", "dns_name", "description")
    body = {name: call.config[name] for name in names if name in call.config}
    if not body:
        raise ActionFailed("No fields to update")
    return call.client.send("PATCH", f"{IPS}{_whole(call.config, 'ip_id')}/", body)


def _assign_primary(call: Call) -> Any:
    call.need("ip_id")
    version = 6 if str(call.config.get("ip_version") or 4) == "6" else 4
    body = {f"primary_ip{version}": _whole(call.config, "ip_id")}
    return call.client.send("PATCH", f"{DEVICES}{call.found()['id']}/", body)


def platform_of(description: str) -> str | None:
    """Return NetBox's platform of a sysDescr, or nothing."""
    text = description.lower()
    return next((slug for word, slug in PLATFORMS if word in text), None)


def _look(call: Call) -> dict[str, Any]:
    return asyncio.run(discover(call.target, {**call.config, "ssh": False}))


def _ping(call: Call) -> Any:
    targets = rules.lines_of(call.config.get("targets") or call.target)

    async def all_of() -> list[Any]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(target: str) -> Any:
            async with gate:
                return await ping.ping(target, timeout_s=2)

        return list(await asyncio.gather(*(one(target) for target in targets)))

    found = zip(targets, asyncio.run(all_of()), strict=True)
    alive = [ip for ip, answer in found if answer.is_alive]
    made = []
    if call.config.get("create_devices"):
        made = [writes.upsert(call.client, ip, call.config)["device"] for ip in alive]
    return {"online": alive, "offline": [ip for ip in targets if ip not in alive], "devices": made}


def _snmp(call: Call) -> Any:
    return _look(call)


def _hostname(call: Call) -> Any:
    return {"hostname": _look(call)["hostname"]}


def _platform(call: Call) -> Any:
    return {"platform": platform_of(_look(call)["description"] or "")}


def _serial(call: Call) -> Any:
    from devices.executors.snmp import SnmpExecutor

    for oid in SERIALS:
        config = {**SnmpExecutor.defaults, **call.config, "retries": 0}
        outcome = SnmpExecutor().execute(call.target, oid, config)
        if outcome.success and outcome.output.strip():
            return {"serial": outcome.output.strip()}
    return {"serial": None}


def _interfaces(call: Call) -> Any:
    from devices.services.netbox_autodiscovery import look

    config = {**rules.DEFAULTS, **call.config, "port_scan_enabled": False, "discovery_methods": []}
    found = asyncio.run(look(call.target, config))
    return {"interfaces": found.get("interfaces") or []}


def _full(call: Call) -> Any:
    found = {**_look(call), **_serial(call), **_interfaces(call)}
    if call.config.get("update_netbox"):
        facts = {**call.config, **{key: found.get(key) for key in ("hostname", "serial")}}
        facts["description"] = found.get("description")
        found["netbox"] = writes.upsert(call.client, call.target, facts)["device"]
    return found


def _bulk(call: Call, body_of: Callable[[int], Mapping[str, Any]]) -> Any:
    call.need("device_ids")
    if not isinstance(call.config["device_ids"], list):
        raise ActionFailed("device_ids must be a list")
    updated, errors = [], []
    for pk in call.config["device_ids"]:
        try:
            call.client.send("PATCH", f"{DEVICES}{int(pk)}/", body_of(int(pk)))
        except (NetBoxFailed, TypeError, ValueError) as err:
            errors.append({"device_id": pk, "error": str(err)[:300]})
        else:
            updated.append(pk)
    return {"updated": updated, "errors": errors}


def _bulk_field(call: Call) -> Any:
    call.need("device_ids", "field")
    body = {str(call.config["field"]): call.config.get("value")}
    return _bulk(call, lambda pk: body)


def _bulk_tag(call: Call) -> Any:
    call.need("device_ids", "tags")
    tags = writes.tag_ids(call.client, call.config["tags"])

    def body_of(pk: int) -> dict[str, Any]:
        held = writes.held_tags(call.client.one(DEVICES, pk))
        return {"tags": list(dict.fromkeys([*held, *tags]))}

    return _bulk(call, body_of)


ACTIONS: dict[str, Callable[[Call], Any]] = {
    "device.create": _create(DEVICES, DEVICE_NEEDS),
    "device.update": _update(DEVICES),
    "device.delete": _delete(DEVICES),
    "device.get": lambda call: call.found(),
    "device.list": _list(DEVICES, "devices"),
    "vm.create": _create(MACHINES, ("name",)),
    "vm.update": _update(MACHINES),
    "vm.delete": _delete(MACHINES),
    "vm.get": lambda call: call.found(MACHINES),
    "vm.list": _list(MACHINES, "vms"),
    "interface.create": _port_create,
    "interface.update": _port_update,
    "interface.list": _list(PORTS, "interfaces"),
    "interface.assign_ip": _assign_ip,
    "ip.create": _ip_create,
    "ip.update": _ip_update,
    "ip.list": _list(IPS, "ips"),
    "ip.assign_primary": _assign_primary,
    "discover.ping": _ping,
    "discover.snmp": _snmp,
    "discover.hostname": _hostname,
    "discover.platform": _platform,
    "discover.serial": _serial,
    "discover.interfaces": _interfaces,
    "discover.full": _full,
    "bulk.update_field": _bulk_field,
    "bulk.tag": _bulk_tag,
}


def _lookup(path: str) -> Callable[[Call], Any]:
    return lambda call: call.client.all(path)


ACTIONS |= {f"lookup.{word}": _lookup(path) for word, path in LOOKUPS.items()}


class NetBoxExecutor:
    """`command` is an action such as `device.get`, in any case."""

    slug: ClassVar[str] = "netbox"
    defaults: ClassVar[Mapping[str, Any]] = {"retries": 0}

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration; each action says it itself."""
        return ""

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Do an action; the answer is in `data`."""
        word = command.strip().lower()
        action = ACTIONS.get(word)
        if action is None:
            known = ", ".join(sorted(ACTIONS))
            return _failed(f"Unknown NetBox action: {command}. Available: {known}", "invalid")
        try:
            data = action(Call(netbox_settings.client(), target, config))
        except (ActionFailed, ValueError) as err:
            return _failed(str(err), "invalid")
        except RemoteFailed as err:
            return _failed(err.message, "protocol")
        except NetBoxFailed as err:
            return _failed(str(err), "unreachable" if not err.status else "protocol")
        except DomainError as err:
            return _failed(err.message, "invalid")
        wrong = bool(isinstance(data, dict) and word.startswith("bulk.") and data["errors"])
        text = f"{command}: done" if not wrong else f"{command}: some devices failed"
        error, code = (text, "protocol") if wrong else (None, "")
        return Outcome(not wrong, text, error, code, extra={"data": data})


def _failed(text: str, code: str) -> Outcome:
    return Outcome(False, error=text, error_code=code, extra={"data": None})
