"""The register in memory, as far as a file's rows touch it: read in batches, changed row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from devices.addresses import chunks, sort_key
from devices.models import Device, DeviceType, ManagementAddress, Manufacturer, Site
from inventory_site.core.locks import lock

BATCH = 500
HELD = ("oi_id", "serial_number")
COLUMNS = [field.attname for field in Device._meta.concrete_fields]
RELATED: dict[str, Any] = {"device_type": DeviceType, "manufacturer": Manufacturer, "site": Site}
Group = tuple[int, str]
Arrival = tuple[int, str, Collection[Group]]
Rows = tuple[dict[str, int], dict[int, tuple[Any, ...]]]


class Picture:
    """Answers what `device_fields.Database` does, with the changes of the rows before."""

    def __init__(self, wanted: dict[str, set[str]], ips: set[str], *, hold: bool = False) -> None:
        """Read the devices of these names, ids, serial numbers and addresses; locked for `hold`."""
        self._wanted, self._ips = wanted, ips
        self._devices: dict[int, Device] = {}
        self._held: dict[tuple[str, str], int] = {}
        self._groups: dict[Group, set[int]] = defaultdict(set)
        self._at: dict[str, set[int]] = defaultdict(set)
        self._addresses: dict[str, ManagementAddress] = {}
        self._read = addresses, rows = _read(wanted, ips, hold)
        for ip, pk in addresses.items():
            self._addresses[ip] = _stored(ManagementAddress, pk, "ip", ip)
        related: dict[tuple[str, int], Any] = {}
        for row in rows.values():
            self.put(self._device(row, related))

    def _device(self, row: tuple[Any, ...], related: dict[tuple[str, int], Any]) -> Device:
        """Return a device as it was read; what it points at is the same for all of them."""
        device = Device.from_db(None, COLUMNS, row[: len(COLUMNS)])
        ip, *names = row[len(COLUMNS) :]
        if ip and ip not in self._addresses:
            self._addresses[ip] = _stored(ManagementAddress, device.address_id, "ip", ip)
        device._state.fields_cache["address"] = self._addresses.get(ip)
        for (column, model), name in zip(RELATED.items(), names, strict=True):
            key = column, getattr(device, f"{column}_id")
            if key not in related:
                related[key] = None if key[1] is None else _stored(model, key[1], "name", name)
            device._state.fields_cache[column] = related[key]
        return device

    def is_current(self) -> bool:
        """Whether all that was read still stands so; locks it, only within a transaction."""
        return _read(self._wanted, self._ips, True) == self._read

    def new_addresses(self) -> list[ManagementAddress]:
        """Return the addresses that devices were given, and that are not stored yet."""
        return [address for address in self._addresses.values() if address.pk is None]

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
        if ip not in self._addresses:
            self._addresses[ip] = ManagementAddress(ip=ip, sort_key=sort_key(ip))
        return self._addresses[ip]

    def is_taken(self, ip: str, pk: int | None, groups: Collection[Group]) -> bool:
        """Say no: a later row may take who is there away, so `clash` is asked after the last."""
        return False

    def others_at(self, device: Device, groups: Collection[Group]) -> bool:
        """Whether another device, of none of these (type, name), is at a device's address."""
        found = (self._devices[pk] for pk in self._at.get(device.ip or "", ()) if pk != device.pk)
        return any(one.archived_at is None and _group(one) not in groups for one in found)

    def clash(self, arrival: Arrival) -> bool:
        """Whether a device that came to an address met others there who have stayed."""
        pk, ip, groups = arrival
        device = self._devices[pk]
        return device.ip == ip and self.others_at(device, {*groups, _group(device)})

    def is_held(self, device: Device, field: str) -> bool:
        """Whether another device has the value of this one's field."""
        found = self.holder(field, getattr(device, field))
        return found is not None and found.pk != device.pk

    def has_twin(self, device: Device) -> bool:
        """Whether another device of the (type, name) has this one's Polatis name."""
        wanted = device.polatis_name or ""
        twins = self.group(_group(device))
        return any(one.pk != device.pk and (one.polatis_name or "") == wanted for one in twins)


def _read(wanted: dict[str, set[str]], ips: set[str], hold: bool) -> Rows:
    """Return the ids of addresses, and the columns and address of devices; addresses come first."""
    addresses: dict[str, int] = {}
    for some in chunks(sorted(ips), BATCH):
        found = ManagementAddress.objects.filter(ip__in=some)
        addresses |= (lock(found) if hold else found).values_list("ip", "pk")
    rows: dict[int, tuple[Any, ...]] = {}
    _read_devices(rows, {**wanted, "address__ip": ips}, hold)
    names = {row[COLUMNS.index("name")] for row in rows.values()} - wanted["name"]
    _read_devices(rows, {"name": names}, hold)  # their groups move with them
    return addresses, rows


def _read_devices(
    rows: dict[int, tuple[Any, ...]], wanted: dict[str, set[str]], hold: bool
) -> None:
    """Add the devices that have one of the values; those that are there already are not read."""
    pks: set[int] = set()
    for path, values in wanted.items():
        for some in chunks(sorted(values), BATCH):
            pks |= set(Device.objects.filter(**{f"{path}__in": some}).values_list("pk", flat=True))
    names = [f"{column}__name" for column in RELATED]
    for numbers in chunks(sorted(pks - rows.keys()), BATCH):
        found = Device.objects.filter(pk__in=numbers)
        for row in (lock(found) if hold else found).values_list(*COLUMNS, "address__ip", *names):
            rows[row[0]] = row


def _stored(model: Any, pk: int | None, field: str, value: str) -> Any:
    """Return a stored row, of which nothing but this field is looked at."""
    return model.from_db(None, ["id", field], [pk, value])


def _group(device: Device) -> Group:
    return device.device_type_id, device.name


def _keys(device: Device) -> list[tuple[str, str]]:
    held = [(field, getattr(device, field)) for field in HELD]
    return [(field, value) for field, value in held if value]
