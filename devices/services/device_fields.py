"""The fields of a device in the register: their words, their checks, and what must be unique."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from devices.addresses import normal_ip
from devices.errors import AddressTaken, Invalid, InvalidAddress, Missing, Taken
from devices.maintenance import BadWindow, check_window
from devices.models import Device, DeviceType, ManagementAddress, Manufacturer, Site
from inventory_site.core.errors import InvalidInput
from inventory_site.core.locks import lock

SNMP_KEYS = (
    "snmp_description",
    "snmp_hostname",
    "snmp_location",
    "snmp_contact",
    "snmp_uptime",
    "snmp_vendor_oid",
    "snmp_vendor_name",
    "snmp_model",
    "snmp_chassis_mac",
    "snmp_serial",
)
ADDRESS_KEYS = ("network_range", "ping_status", "snmp_status", "ssh_status", "rdp_status")
STATUSES = (
    "active",
    "in_maintenance",
    "retired",
    "spare",
    "planned",
    "Available",
    "Maintenance",
    "Unavailable",
)
# wire name of the register -> attribute
FIELDS: dict[str, str] = {
    "name": "name",
    "oi_id": "oi_id",
    "device_type_id": "device_type_id",
    "manufacturer_id": "manufacturer_id",
    "model": "hardware_model",
    "serial_number": "serial_number",
    "status": "lab_status",
    "site_id": "site_id",
    "rack": "rack",
    "u_position": "u_position",
    "hostname": "hostname",
    "mgmt_ip": "ip",
    "polatis_name": "polatis_name",
    "polatis_port_range": "polatis_port_range",
    "maintenance_start": "maintenance_start",
    "maintenance_end": "maintenance_end",
    "owner_group": "owner_group",
    "notes": "notes",
    "role": "role",
    "software_version": "software_version",
    "mac_address": "mac_address",
    "metadata": "metadata",
}
NULL_IF_BLANK = ("oi_id", "serial_number", "mgmt_ip")
REQUIRED = ("name", "device_type_id", "status")
NEVER_NULL = ("role", "software_version", "mac_address")
RELATED: dict[str, tuple[Any, str]] = {
    "device_type_id": (DeviceType, "Device type"),
    "manufacturer_id": (Manufacturer, "Manufacturer"),
    "site_id": (Site, "Site"),
}
Groups = Collection[tuple[int, str]]


class Known(Protocol):
    """What a change is checked against: the database, or a picture of it."""

    def has(self, model: Any, pk: int) -> bool:
        """Whether there is such a type, manufacturer or site."""

    def address(self, ip: str) -> ManagementAddress:
        """Return the address, made if need be."""

    def is_taken(self, ip: str, pk: int | None, groups: Groups) -> bool:
        """Whether another device, of none of these (type, name), is at an address."""

    def is_held(self, device: Device, field: str) -> bool:
        """Whether another device has the value of this one's field."""

    def has_twin(self, device: Device) -> bool:
        """Whether another device of the (type, name) has this one's Polatis name."""


class Database:
    """Asks the database; an address is locked before its devices are looked at."""

    def has(self, model: Any, pk: int) -> bool:
        """Whether there is such a type, manufacturer or site."""
        return bool(model.objects.filter(pk=pk).exists())

    def address(self, ip: str) -> ManagementAddress:
        """Return the address, made if need be."""
        address, _ = ManagementAddress.objects.get_or_create(ip=ip)
        return lock(ManagementAddress.objects.filter(pk=address.pk)).get()

    def is_taken(self, ip: str, pk: int | None, groups: Groups) -> bool:
        """Whether another device, of none of these (type, name), is at an address."""
        rows = Device.objects.current().filter(address__ip=ip).exclude(pk=pk or 0)
        return any(one not in groups for one in rows.values_list("device_type_id", "name"))

    def is_held(self, device: Device, field: str) -> bool:
        """Whether another device has the value of this one's field."""
        rows = Device.objects.exclude(pk=device.pk)
        return rows.filter(**{field: getattr(device, field)}).exists()

    def has_twin(self, device: Device) -> bool:
        """Whether another device of the (type, name) has this one's Polatis name."""
        group = Device.objects.exclude(pk=device.pk).filter(
            device_type_id=device.device_type_id, name=device.name
        )
        twins = group.filter(polatis_name=device.polatis_name or None) | group.filter(
            polatis_name=device.polatis_name or ""
        )
        return twins.exists()


DATABASE = Database()


def snapshot(device: Device) -> dict[str, Any]:
    """Return the register's fields by their wire names."""
    return {wire: getattr(device, attribute) for wire, attribute in FIELDS.items()}


def apply(device: Device, values: Mapping[str, Any], known: Known = DATABASE) -> None:
    """Set the fields given; raises `Invalid`, `InvalidInput`, `Missing` and `AddressTaken`."""
    group = (device.device_type_id, device.name)
    for wire, attribute in FIELDS.items():
        if wire not in values:
            continue
        value = _clean(wire, values[wire], known)
        if wire == "mgmt_ip":
            continue
        setattr(device, attribute, value)
        if wire in RELATED:
            device._state.fields_cache.pop(attribute.removesuffix("_id"), None)
    if "mgmt_ip" in values:
        _place(device, _clean("mgmt_ip", values["mgmt_ip"], known), group, known)
    try:
        check_window(device.maintenance_start, device.maintenance_end)
    except BadWindow as err:
        if {"maintenance_start", "maintenance_end"} & set(values):
            raise Invalid(err.field, str(err)) from err
    try:
        device.full_clean(
            exclude=["device_type", "manufacturer", "site", "address", "created_by", "updated_by"],
            validate_unique=False,
            validate_constraints=False,
        )
    except ValidationError as err:
        wires = {attribute: wire for wire, attribute in FIELDS.items()}
        fields = {wires.get(name, name): texts for name, texts in err.message_dict.items()}
        raise InvalidInput(fields=fields) from err


def _clean(wire: str, value: Any, known: Known) -> Any:
    _check_kind(wire, value)
    if isinstance(value, str) and wire != "notes":
        value = value.strip()
    if value == "" and wire in NULL_IF_BLANK:
        value = None
    if value is None and wire in NEVER_NULL:
        value = ""
    if value in (None, "") and wire in REQUIRED:
        raise Invalid(wire, f"{wire} may not be null")
    if wire == "metadata" and value is None:
        value = {}
    if wire == "status" and value not in STATUSES:
        raise Invalid("status", f"status must be one of: {', '.join(STATUSES)}")
    if wire in RELATED and value is not None:
        model, resource = RELATED[wire]
        if not known.has(model, value):
            raise Missing(resource, value)
    if wire == "mgmt_ip" and value is not None:
        ip = normal_ip(value)
        if ip is None:
            raise InvalidAddress(value, "mgmt_ip")
        return ip
    return value


def _check_kind(wire: str, value: Any) -> None:
    """Raise `Invalid` unless a value is of the kind its field holds; null is checked later."""
    if value is None or (wire == "mgmt_ip" and not isinstance(value, str)):
        return  # what is no address says so itself
    if wire in RELATED or wire == "u_position":
        good = isinstance(value, int) and not isinstance(value, bool)
        if not good or not 0 <= value < 2**31:
            raise Invalid(wire, f"{wire} must be a whole number")
    elif wire == "metadata":
        if not isinstance(value, dict):
            raise Invalid(wire, "metadata must be an object")
    elif not isinstance(value, str):
        raise Invalid(wire, f"{wire} must be a text")


def _place(device: Device, ip: str | None, group: tuple[int, str], known: Known) -> None:
    """Point a device at an address; another (type, name) there refuses.

    `group` is the (type, name) it had before: those rows go where it goes.
    """
    if ip is None:
        device.address = None
        return
    if device.ip == ip:
        return
    address, ours = known.address(ip), (group, (device.device_type_id, device.name))
    if known.is_taken(ip, device.pk, ours):
        raise AddressTaken(ip)
    device.address = address


def check_unique(device: Device, known: Known = DATABASE) -> None:
    """Raise `Taken` with the field that another device holds."""
    for field, said in (("serial_number", "serial number"), ("oi_id", "oi_id")):
        value = getattr(device, field)
        if value and known.is_held(device, field):
            text = f"Device with {said} '{value}' already exists"
            raise Taken("Device", text, field=field)
    if known.has_twin(device):
        raise _twin_taken()


def store(device: Device) -> None:
    """Save a device, or raise `Taken` with the field that another one holds."""
    check_unique(device)
    try:
        with transaction.atomic():
            device.save()
    except IntegrityError as err:
        check_unique(device)  # one that came meanwhile
        raise _twin_taken() from err


def _twin_taken() -> Taken:
    text = "Polatis name already exists in this device group"
    return Taken("Device", text, field="polatis_name")
