"""The register in memory, as far as a file's rows touch it: read in batches, changed row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from devices.addresses import chunks, sort_key
from devices.models import Device, ManagementAddress
from inventory_site.core.locks import lock

BATCH = 500
HELD = ("oi_id", "serial_number")
Group = tuple[int, str]


class Picture:
    """Answers what `device_fields.Database` does, with the changes of the rows before."""

    def __init__(self, wanted: dict[str, set[str]], ips: set[str], *, hold: bool = False) -> None:
        """Read the devices of these names, ids, serial numbers and addresses; locked for `hold`."""
        self._devices: dict[int, Device] = {}
        self._held: dict[tuple[str, str], int] = {}
        self._groups: dict[Group, set[int]] = defaultdict(set)
        self._at: dict[str, set[int]] = defaultdict(set)
        self._addresses = _addresses(ips, hold=hold)
        for path, values in (*wanted.items(), ("address__ip", ips)):
            self._read(path, values, hold)
        names = {device.name for device in self._devices.values()} - wanted["name"]
        self._read("name", names, hold)  # their groups move with them

    def _read(self, path: str, values: Iterable[str], hold: bool) -> None:
        for some in chunks(sorted(values), BATCH):
            rows = Device.objects.filter(**{f"{path}__in": some}).select_related(
                "address", "device_type", "manufacturer", "site"
            )
            for device in lock(rows) if hold else rows:
                self.put(device)

    def put(self, device: Device) -> None:
        """Take a device in, in the place of what was known of it."""
        old = self._devices.get(device.pk)
        if old is not None:
            for key in _keys(old):
                self._held.pop(key, None)
            self._groups[_group(old)].discard(old.pk)
            self._at[old.ip or ""].discard(old.pk)
        self._devices[device.pk] = device
        self._held |= dict.fromkeys(_keys(device), device.pk)
        self._groups[_group(device)].add(device.pk)
        self._at[device.ip or ""].add(device.pk)

    def holder(self, field: str, value: str) -> Device | None:
        """Return the device, archived or not, that has this `oi_id` or serial number."""
        return self._devices.get(self._held.get((field, value), 0))

    def group(self, group: Group) -> Iterator[Device]:
        """Yield the devices of a (type, name), archived or not."""
        for pk in sorted(self._groups.get(group, ())):
            yield self._devices[pk]

    def has(self, model: Any, pk: int) -> bool:
        """Say yes: the rows name types, makers and sites, which are made."""
        return True

    def address(self, ip: str) -> ManagementAddress:
        """Return an address, or the one that would be made."""
        return self._addresses.setdefault(ip, _new_address(ip))

    def at(self, ip: str) -> list[tuple[int, Group]]:
        """Return id and (type, name) of the devices at an address."""
        found = [self._devices[pk] for pk in self._at.get(ip, ())]
        return [(one.pk, _group(one)) for one in found if one.archived_at is None]

    def is_held(self, device: Device, field: str) -> bool:
        """Whether another device has the value of this one's field."""
        found = self.holder(field, getattr(device, field))
        return found is not None and found.pk != device.pk

    def has_twin(self, device: Device) -> bool:
        """Whether another device of the (type, name) has this one's Polatis name."""
        wanted = device.polatis_name or ""
        twins = self.group(_group(device))
        return any(one.pk != device.pk and (one.polatis_name or "") == wanted for one in twins)


def _addresses(ips: set[str], *, hold: bool) -> dict[str, ManagementAddress]:
    found: dict[str, ManagementAddress] = {}
    for some in chunks(sorted(ips), BATCH):
        if hold:
            ManagementAddress.objects.bulk_create(map(_new_address, some), ignore_conflicts=True)
        rows = ManagementAddress.objects.filter(ip__in=some)
        found |= {row.ip: row for row in (lock(rows) if hold else rows)}
    return found


def _new_address(ip: str) -> ManagementAddress:
    return ManagementAddress(ip=ip, sort_key=sort_key(ip))


def _group(device: Device) -> Group:
    return device.device_type_id, device.name


def _keys(device: Device) -> list[tuple[str, str]]:
    held = [(field, getattr(device, field)) for field in HELD]
    return [(field, value) for field, value in held if value]
