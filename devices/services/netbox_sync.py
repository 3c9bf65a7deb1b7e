"""The cache of NetBox's devices and virtual machines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.services import audit
from devices.addresses import ip_of_interface
from devices.errors import RemoteFailed
from devices.models import NetBoxCacheEntry
from devices.services import netbox_settings
from devices.services.netbox_client import NetBoxClient, NetBoxFailed, OutOfTime, is_id
from inventory_site.core.errors import BusyError
from inventory_site.core.locks import alone
from inventory_site.core.tasks import enqueue

PATHS = ((False, "/api/dcim/devices/"), (True, "/api/virtualization/virtual-machines/"))

KEY = ("netbox_id", "is_virtual_machine")

TOLD = ("site_name", "role_name", "device_type", "manufacturer", "serial")

ALONE = "devices.netbox.sync"


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep every other process out of NetBox for the block; raises `BusyError`."""
    with alone(ALONE) as is_ours:
        if not is_ours:
            raise BusyError("NetBox is being synchronised already; try again in a moment.")
        yield


@dataclass(frozen=True, slots=True)
class Synced:
    """What a refresh did; where it is not whole, a task reads the rest."""

    counts: dict[str, int]
    is_whole: bool = True


def sync(*, actor: Any = None, is_quick: bool = False) -> Synced:
    """Refresh the cache: upsert by NetBox id, remove what has vanished; one transaction.

    Talks first and writes afterwards; removes nothing when NetBox changed meanwhile. A quick one
    keeps what came within 6 s, removes nothing then, and leaves the whole to a task. Raises
    `RemoteFailed`, and `BusyError` while another does.
    """
    with one_at_a_time():
        client = netbox_settings.client(is_quick=is_quick)
        found, is_whole = _read(client)
        synced = Synced(_write(found, actor, is_all=is_whole and not client.has_moved), is_whole)
    if not is_whole:
        enqueue("devices.sync_netbox", dedupe_key="netbox:rest")
    return synced


def _read(client: NetBoxClient) -> tuple[list[tuple[bool, Any]], bool]:
    """Return what NetBox has, and whether that is all."""
    found: list[tuple[bool, Any]] = []
    try:
        for is_vm, path in PATHS:
            found.extend((is_vm, row) for row in client.each(path))
    except OutOfTime as err:
        if not found:
            raise RemoteFailed("NETBOX_ERROR", str(err)) from err
        return found, False
    except NetBoxFailed as err:
        raise RemoteFailed("NETBOX_ERROR", str(err)) from err
    return found, True


def _write(found: list[tuple[bool, Any]], actor: Any, *, is_all: bool) -> dict[str, int]:
    now, counts = timezone.now(), {"inserted": 0, "updated": 0, "errors": 0, "total": len(found)}
    good = {(row["id"], is_vm): entry_of(row) for is_vm, row in found if is_id(row.get("id"))}
    counts["errors"] = sum(not is_id(row.get("id")) for _, row in found)
    entries = [
        NetBoxCacheEntry(netbox_id=pk, is_virtual_machine=is_vm, cached_at=now, **values)
        for (pk, is_vm), values in good.items()
    ]
    with transaction.atomic():
        known = set(NetBoxCacheEntry.objects.values_list(*KEY))
        counts["updated"] = sum(key in known for key in good)
        counts["inserted"] = len(good) - counts["updated"]
        NetBoxCacheEntry.objects.bulk_create(
            entries,
            batch_size=500,
            update_conflicts=True,
            unique_fields=KEY,
            update_fields=[*entry_of({}), "cached_at"],
        )
        if is_all:
            NetBoxCacheEntry.objects.filter(cached_at__lt=now).delete()
        audit.record(actor, "netbox.synced", after=counts)
    return counts


def sync_one(device_id: int, *, actor: Any = None) -> dict[str, int]:
    """Refresh one device of the cache; raises `RemoteFailed`, 404 when NetBox has none."""
    client = netbox_settings.client(is_quick=True)
    try:
        row = client.one(PATHS[0][1], device_id)
    except NetBoxFailed as err:
        raise netbox_settings.refusal(err) from err
    return keep(row, actor=actor)


def keep(row: Mapping[str, Any], *, actor: Any) -> dict[str, int]:
    """Take one device into the cache, as NetBox has just shown it."""
    device_id = row["id"]
    with transaction.atomic():
        _, made = NetBoxCacheEntry.objects.update_or_create(
            netbox_id=device_id,
            is_virtual_machine=False,
            defaults={**entry_of(row), "cached_at": timezone.now()},
        )
        counts = {"inserted": int(made), "updated": int(not made), "errors": 0, "total": 1}
        audit.record(actor, "netbox.synced", after={**counts, "device_id": device_id})
    return counts


def note_told(row: Mapping[str, Any], fields: Sequence[str] = TOLD) -> None:
    """Remember what NetBox has from here, so that a pull never takes the echo for news."""
    values = entry_of(row)
    with transaction.atomic():
        entry, _ = NetBoxCacheEntry.objects.get_or_create(
            netbox_id=row["id"], is_virtual_machine=False, defaults=values
        )
        entry.told = {**entry.told, **{name: values[name] for name in fields}}
        entry.save(update_fields=["told"])


def sync_if_configured() -> bool:
    """Refresh the cache when a NetBox is configured and nobody does it now. For the schedule."""
    if not netbox_settings.shown()["enabled"]:
        return False
    with contextlib.suppress(BusyError):
        sync()
        return True
    return False


def entry_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the cache keeps of a NetBox object."""
    kind = _part(row, "device_type")
    address = (_part(row, "primary_ip4") or _part(row, "primary_ip")).get("address")
    site, role = _part(row, "site"), _part(row, "role") or _part(row, "device_role")
    tags = row.get("tags") if isinstance(row.get("tags"), list) else []
    return {
        "device_ip": ip_of_interface(address) or "",
        "device_name": _text(row, "name", 255),
        "device_type": _text(kind, "model", 255),
        "manufacturer": _text(_part(kind, "manufacturer"), "name", 100),
        "site_id_number": site["id"] if is_id(site.get("id")) else None,
        "site_name": _text(site, "name", 255),
        "cluster_name": _text(_part(row, "cluster"), "name", 100),
        "role_name": _text(role, "name", 100),
        "tags": [_text(tag, "name", 100) for tag in tags or [] if isinstance(tag, Mapping)],
        "status": _text(_part(row, "status"), "value", 50),
        "serial": _text(row, "serial", 100),
        "platform": _text(_part(row, "platform"), "name", 100),
    }


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object inside an object; an empty one for anything else."""
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(row: Mapping[str, Any], name: str, size: int) -> str:
    return str(row.get(name) or "").replace("\x00", "")[:size]
