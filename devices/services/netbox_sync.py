"""The cache of NetBox's devices and virtual machines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Setting
from accounts.services import audit
from devices.addresses import ip_of_interface
from devices.errors import RemoteFailed
from devices.models import NetBoxCacheEntry
from devices.services import netbox_settings
from devices.services.netbox_client import NetBoxClient, NetBoxFailed, OutOfTime, is_id
from inventory_site.core.errors import BusyError
from inventory_site.core.locks import alone, guarded, lock
from inventory_site.core.tasks import enqueue

PATHS = ((False, "/api/dcim/devices/"), (True, "/api/virtualization/virtual-machines/"))

KEY = ("netbox_id", "is_virtual_machine")

IP, HALF = "device_ip", "is_half_made"

TOLD = ("site_name", "role_name", "device_type", "manufacturer", "serial")

ALONE = "devices.netbox.sync"

MOVED = "The address of NetBox was changed meanwhile; nothing was taken in. Synchronise again."


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
    `RemoteFailed`, and `BusyError` while another does, or when the URL led elsewhere meanwhile.
    """
    with one_at_a_time():
        began, client = timezone.now(), netbox_settings.client(is_quick=is_quick)
        found, is_whole = _read(client)
        older_than = began if is_whole and not client.has_moved else None
        synced = Synced(_write(client, found, actor, older_than=older_than), is_whole)
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


def _write(
    client: NetBoxClient,
    found: list[tuple[bool, Any]],
    actor: Any,
    *,
    older_than: datetime | None,
) -> dict[str, int]:
    """Store what was found, and remove what nobody has seen since a time."""
    now, counts = timezone.now(), {"inserted": 0, "updated": 0, "errors": 0, "total": len(found)}
    good = {(row["id"], is_vm): entry_of(row) for is_vm, row in found if is_id(row.get("id"))}
    counts["errors"] = sum(not is_id(row.get("id")) for _, row in found)
    entries = [
        NetBoxCacheEntry(netbox_id=pk, is_virtual_machine=is_vm, cached_at=now, **values)
        for (pk, is_vm), values in good.items()
    ]
    with guarded():
        _require_current(client)
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
        if older_than is not None:
            NetBoxCacheEntry.objects.filter(cached_at__lt=older_than).delete()
        audit.record(actor, "netbox.synced", after=counts)
    return counts


def _require_current(client: NetBoxClient) -> None:
    """Raise `BusyError` unless a client asks the configured NetBox; it stays that one then."""
    list(lock(Setting.objects.filter(key="netbox_url")))
    if not netbox_settings.is_current(client):
        raise BusyError(MOVED)


def sync_one(device_id: int, *, actor: Any = None) -> dict[str, int]:
    """Refresh one device of the cache; raises `RemoteFailed`, 404 when NetBox has none."""
    client = netbox_settings.client(is_quick=True)
    try:
        row = client.one(PATHS[0][1], device_id)
    except NetBoxFailed as err:
        raise netbox_settings.refusal(err) from err
    return keep(client, row, actor=actor)


def keep(client: NetBoxClient, row: Mapping[str, Any], *, actor: Any) -> dict[str, int]:
    """Take one device into the cache, as NetBox has just shown it.

    Raises `BusyError` when the URL leads to another NetBox by now.
    """
    with guarded():
        _require_current(client)
        _, made = _stored(row)
        counts = {"inserted": int(made), "updated": int(not made), "errors": 0, "total": 1}
        audit.record(actor, "netbox.synced", after={**counts, "device_id": row["id"]})
    return counts


def note_told(
    client: NetBoxClient,
    row: Mapping[str, Any],
    fields: Sequence[str] = TOLD,
    *,
    ip: str = "",
    is_half_made: bool | None = None,
) -> None:
    """Remember what NetBox has from here, so that a pull never takes the echo for news.

    The device is cached as NetBox answers it. `ip` is the address it was told of with: by that it
    is known here, also while NetBox gives it none. `half_made` finds what was said to be so, until
    it is said to be whole. Nothing of a NetBox that is no longer ours.
    """
    with transaction.atomic():
        if netbox_settings.is_current(client):
            entry, _ = _stored(row)
            told = {name: getattr(entry, name) for name in fields}
            told |= {IP: ip} if ip else {}
            told |= {HALF: is_half_made} if is_half_made is not None else {}
            entry.told = {**entry.told, **told}
            entry.save(update_fields=["told"])


def half_made(ip: str) -> int | None:
    """Return the id of the device whose making for an address ended before it was whole."""
    rows = NetBoxCacheEntry.objects.filter(device_ip="", is_virtual_machine=False)
    found = rows.filter(**{f"told__{IP}": ip, f"told__{HALF}": True}).order_by("netbox_id")
    return found.values_list("netbox_id", flat=True).first()


def _stored(row: Mapping[str, Any]) -> tuple[NetBoxCacheEntry, bool]:
    return NetBoxCacheEntry.objects.update_or_create(
        netbox_id=row["id"],
        is_virtual_machine=False,
        defaults={**entry_of(row), "cached_at": timezone.now()},
    )


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
