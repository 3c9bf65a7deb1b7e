"""The register and NetBox brought together, either way: first what would change, then the change.

Both ways compare with the cache of NetBox; only what devices to be made there will stand under is
asked for. A device is the same by its address, else by its name in any case, else by the address
that NetBox was told of it with. What one side leaves blank never clears the other, and what NetBox
has from here is never taken for news of it. A second run finds nothing to do, nor does a run the
other way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from accounts.services import audit
from devices import policy
from devices.errors import Invalid
from devices.models import Device, Manufacturer, NetBoxCacheEntry, Site
from devices.services import (
    inventory,
    netbox_choices,
    netbox_settings,
    netbox_sync,
    netbox_upsert,
    registers,
)
from devices.services.netbox_client import NetBoxFailed
from inventory_site.core.errors import DomainError
from inventory_site.core.locks import guarded

PULL, PUSH = "pull", "push"
DIRECTIONS = (PULL, PUSH)
MAX_WRITES, WRITING_S = 50, 3.0  # of one call; the rest is left to the next one


@dataclass(slots=True)
class Planned:
    """One device: what would be done, and each field as `[now, then]`."""

    action: str  # create, update, unchanged
    name: str
    ip_address: str | None
    device_id: int | None = None
    netbox_id: int | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    netbox_ids: dict[str, int] = field(default_factory=dict)  # under which it is to be made
    defaults: list[str] = field(default_factory=list)  # fields that get the settings' default


def preview(direction: str) -> dict[str, Any]:
    """Return what a run would do: `{direction, counts, rows}`.

    Raises `Invalid`, and `RemoteFailed` where NetBox must name what new devices would stand under.
    """
    rows = list(_plans(direction))
    return {"direction": direction, "counts": _counted(rows), "rows": [asdict(r) for r in rows]}


def run(direction: str, *, actor: Any) -> dict[str, Any]:
    """Do what the preview says; a device that fails is a row with its reason.

    `left` counts what is left to the next call, so that nobody waits for long. Raises `Invalid` and
    `RemoteFailed`, and `BusyError` while another process talks with NetBox.
    """
    policy.require(actor, policy.ADD)
    policy.require(actor, policy.CHANGE)
    with netbox_sync.one_at_a_time():
        return _run(direction, actor)


def _run(direction: str, actor: Any) -> dict[str, Any]:
    wanted = [row for row in _plans(direction) if row.action != "unchanged"]
    batch = wanted[:MAX_WRITES] if direction == PUSH else wanted
    act = _pulled if direction == PULL else _pusher()
    done: dict[str, Any] = {"created": 0, "updated": 0, "errors": []}
    began, longest_s, tried = time.monotonic(), 0.0, 0
    for row in batch:
        started = time.monotonic()
        if started - began + longest_s > WRITING_S:
            break
        tried += 1
        try:
            act(row, actor)
        except (DomainError, NetBoxFailed) as err:
            text = err.message if isinstance(err, DomainError) else str(err)
            done["errors"].append({"name": row.name, "error": text[:500]})
        else:
            done["created" if row.action == "create" else "updated"] += 1
        longest_s = max(longest_s, time.monotonic() - started)
    done |= {"direction": direction, "left": len(wanted) - tried}
    audit.record(actor, f"netbox.{direction}", after={**done, "errors": len(done["errors"])})
    return done


def _counted(rows: list[Planned]) -> dict[str, int]:
    return {
        word: sum(row.action == word for row in rows) for word in ("create", "update", "unchanged")
    }


def _plans(direction: str) -> Iterator[Planned]:
    if direction not in DIRECTIONS:
        raise Invalid("direction", f"direction must be one of {', '.join(DIRECTIONS)}")
    entries = list(NetBoxCacheEntry.objects.filter(is_virtual_machine=False))
    told = _told(entries)
    if direction == PULL:
        newest_first = Device.objects.current().select_related(*RELATED).order_by("-pk")
        by_ip, by_name = {}, {}
        for device in newest_first:  # so that the oldest stands for an address or a name
            by_name[device.name.lower()] = by_ip[device.ip or "-"] = device
        for entry in entries:
            known = by_ip.get(entry.device_ip) or by_name.get(entry.device_name.lower())
            yield _pull(entry, known or by_ip.get(told.get(entry.pk, "")))
        return
    told_ip = {told[entry.pk]: entry for entry in entries if entry.pk in told}
    known_ip = {entry.device_ip: entry for entry in entries if entry.device_ip}
    known_name = {entry.device_name.lower(): entry for entry in entries}
    choices = None
    for device in Device.objects.at_addresses().select_related(*RELATED):
        ip = device.ip or ""
        same = known_ip.get(ip) or known_name.get(device.name.lower()) or told_ip.get(ip)
        row = _push(device, same)
        if row.action == "create":
            choices = choices or netbox_choices.read()
            row.changes |= _placed(row, choices.of(device))
        yield row


def _told(entries: list[NetBoxCacheEntry]) -> dict[int, str]:
    """Return by entry without an address the one that NetBox was told of it with, if no device's.

    Of several that were told with one, it is the newest one's.
    """
    own = {entry.device_ip for entry in entries}
    told = {
        ip: entry.pk
        for entry in sorted(entries, key=lambda one: one.netbox_id)
        if not entry.device_ip and (ip := entry.told.get(netbox_sync.IP)) and ip not in own
    }
    return {pk: ip for ip, pk in told.items()}


def _placed(row: Planned, chosen: Mapping[str, netbox_choices.Choice]) -> dict[str, list[Any]]:
    """Note under what a device is to be made, and return it as changes."""
    row.netbox_ids = {f"{choice.field}_id": choice.pk for choice in chosen.values()}
    row.defaults = [name for name, choice in chosen.items() if choice.is_default]
    return {name: [None, choice.name] for name, choice in chosen.items()}


RELATED = ("address", "site", "manufacturer", "device_type")


def _here(device: Device) -> dict[str, str]:
    return {
        "site": device.site.name if device.site else "",
        "manufacturer": device.manufacturer.name if device.manufacturer else "",
        "model": device.hardware_model or "",
        "serial_number": device.serial_number or "",
        "role": device.role,
    }


def _there(entry: NetBoxCacheEntry) -> dict[str, str]:
    return {
        "site": entry.site_name[:100],
        "manufacturer": entry.manufacturer,
        "model": entry.device_type[:100],
        "serial_number": entry.serial,
        "role": entry.role_name,
    }


def _changes(now: Mapping[str, str], then: Mapping[str, str]) -> dict[str, list[Any]]:
    return {
        name: [now.get(name) or None, value]
        for name, value in then.items()
        if value and value != now.get(name)
    }


COLUMNS = {
    "site": "site_name",
    "manufacturer": "manufacturer",
    "model": "device_type",
    "serial_number": "serial",
    "role": "role_name",
}


def _news(entry: NetBoxCacheEntry) -> dict[str, str]:
    """Return what NetBox has that it does not have from here."""
    return {
        name: value
        for name, value in _there(entry).items()
        if entry.told.get(COLUMNS[name]) != getattr(entry, COLUMNS[name])
    }


def _pull(entry: NetBoxCacheEntry, device: Device | None) -> Planned:
    changes = _changes(_here(device), _news(entry)) if device else _changes({}, _there(entry))
    action = "create" if device is None else "update" if changes else "unchanged"
    name, ip = entry.device_name, entry.device_ip or None
    return Planned(action, name, ip, device.pk if device else None, entry.netbox_id, changes)


def _push(device: Device, entry: NetBoxCacheEntry | None) -> Planned:
    now = _there(entry) if entry else {}
    serial = device.serial_number or (device.address.snmp_serial if device.address else "") or ""
    bare = entry is not None and not entry.device_ip  # as one whose making was cut short
    then = {"serial_number": serial[:50], IP: device.ip or "" if bare else ""}
    changes = _changes(now, then)
    action = "create" if entry is None else "update" if changes else "unchanged"
    pk = entry.netbox_id if entry else None
    return Planned(action, device.name, device.ip, device.pk, pk, changes)


def _pulled(row: Planned, actor: Any) -> None:
    values: dict[str, Any] = {name: then for name, (_, then) in row.changes.items()}
    with guarded():
        for name, model in (("site", Site), ("manufacturer", Manufacturer)):
            if name in values:
                found = model._default_manager.get_or_create(name=values.pop(name))[0]
                values[f"{name}_id"] = found.pk
        if row.device_id is not None:
            inventory.update_device(row.device_id, actor=actor, values=values)
            return
        said = values.get("model")
        kind = registers.type_named(said) if said else registers.unknown_type()
        values |= {"name": row.name, "device_type_id": kind.pk, "mgmt_ip": row.ip_address}
        inventory.create_device(actor=actor, values=values)


IP = "ip_address"


def _pusher() -> Callable[[Planned, Any], None]:
    client = netbox_settings.client(is_quick=True)

    def push(row: Planned, actor: Any) -> None:
        serial, ip = (row.changes.get(name, [None, ""])[1] for name in ("serial_number", IP))
        if row.netbox_id is None:
            facts = {"hostname": row.name, "serial": serial, **row.netbox_ids}
            ip = row.ip_address or ""
            device = netbox_upsert.upsert(client, ip, facts)["device"]
        else:
            body = {"serial": serial} if serial else {}
            if ip:
                body |= netbox_upsert.addressed(client, row.netbox_id, ip, row.name)
            path = f"{netbox_upsert.DEVICES}{row.netbox_id}/"
            device = client.send("PATCH", path, body)
            if serial:
                netbox_sync.note_told(client, device, ["serial"])
        netbox_sync.keep(client, device, actor=actor)

    return push
