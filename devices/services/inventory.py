"""Devices: making, changing, removing; and the addresses they answer at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from devices import policy
from devices.addresses import normal_ip, unique
from devices.choices import DeviceCategory, HistoryAction
from devices.errors import AddressTaken, DeviceBooked, Invalid, InvalidAddress, Missing, Taken
from devices.models import (
    Device,
    DeviceHistory,
    DeviceTag,
    DeviceTagging,
    DeviceType,
    ManagementAddress,
)
from devices.selectors.devices import known_ids
from devices.services import registers, renumbering
from devices.services.device_fields import ADDRESS_KEYS, FIELDS, SNMP_KEYS, apply, snapshot, store
from inventory_site.core.errors import InvalidInput, NotAllowed, VersionConflict
from inventory_site.core.locks import guarded, lock


def save_address(
    *,
    actor: Any,
    ip_address: Any,
    facts: Mapping[str, Any],
    register: Mapping[str, Any] | None = None,
) -> Device:
    """Make or refresh the device at an address; absent facts keep their stored value.

    `facts` holds any of `ADDRESS_KEYS` and `SNMP_KEYS`; `register` any of `FIELDS`. A new device
    gets the type `Unknown` and its hostname or address as its name. Who may make devices may
    refresh the facts of known ones too; their register is for those who may change it. Raises
    `Invalid`.
    """
    ip = normal_ip(ip_address)
    if ip is None:
        raise InvalidAddress(ip_address)
    known = Device.objects.current().filter(address__ip=ip).exists()
    if not (known and policy.may(actor, policy.CHANGE)):
        policy.require(actor, policy.ADD)
    with guarded():
        address = _refreshed_address(ip, facts)
        device = representative(address)
        if register and device is not None:
            policy.require(actor, policy.CHANGE)
        if device is None:
            device = _new_device_at(address, actor)
            record_history(device, actor, HistoryAction.CREATED, notes=f"Device created: {device}")
            audit.record(actor, "device.created", device, after={"ip_address": ip, **dict(facts)})
        else:
            Device.objects.filter(pk=device.pk).update(updated_at=timezone.now())
            audit.record(actor, "device.refreshed", device, after={"ip_address": ip, **dict(facts)})
        if register:
            _change(device, register, actor, HistoryAction.UPDATED)
    return Device.objects.select_related("address", "device_type").get(pk=device.pk)


def create_device(*, actor: Any, values: Mapping[str, Any]) -> Device:
    """Make a device of the register; `values` holds any of `FIELDS`.

    Raises `Invalid`, `Missing` for an unknown type, manufacturer or site, and `Taken`.
    """
    require_write(actor, policy.ADD)
    for field in ("name", "device_type_id"):
        if not values.get(field):
            raise Invalid(field, f"{field} is required")
    device = Device(created_by=person(actor), updated_by=person(actor))
    with guarded():
        apply(device, values)
        store(device)
        record_history(device, actor, HistoryAction.CREATED, notes=f"Device created: {device.name}")
        audit.record(actor, "device.created", device, after=snapshot(device))
    return device


def update_device(
    pk: int, *, actor: Any, values: Mapping[str, Any], expected_version: int | None = None
) -> Device:
    """Change the fields given; one history row per field whose value really changed."""
    require_write(actor, policy.CHANGE)
    with guarded():
        device = locked_device(pk)
        if expected_version is not None and expected_version != device.version:
            raise VersionConflict(
                "Somebody else changed this device meanwhile.", version=device.version
            )
        _change(device, values, actor, HistoryAction.UPDATED)
    return device


def change_device(
    pk: int,
    *,
    actor: Any,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    expected_version: int | None = None,
) -> Device:
    """Change fields of the register and what is known of the address, both or nothing.

    Raises what `update_device` and `save_address` do, and `Invalid` for facts without an address.
    """
    with guarded():
        list(lock(ManagementAddress.objects.filter(devices=pk)))  # before the device, as upserts do
        device = locked_device(pk)
        if values or expected_version is not None:
            device = update_device(
                pk, actor=actor, values=values, expected_version=expected_version
            )
        if facts and device.ip is None:
            name = next(iter(facts))
            raise Invalid(name, f"{name} is kept by address, and the device has none")
        if facts:
            save_address(actor=actor, ip_address=device.ip, facts=facts)
    return device


def bulk_update(
    *, actor: Any, device_ids: Iterable[int], values: Mapping[str, Any]
) -> tuple[list[int], list[dict[str, Any]]]:
    """Change many devices, each all or nothing; return those that succeeded and the failures."""
    require_write(actor, policy.CHANGE)
    wanted = unique_ids(device_ids)
    known = known_ids(wanted)
    succeeded: list[int] = []
    failed: list[dict[str, Any]] = []
    forbidden = [name for name in values if name not in FIELDS]
    for pk in wanted:
        try:
            if pk not in known:
                raise Missing("Device", pk)
            with guarded():
                device = locked_device(pk)
                if forbidden:
                    raise Invalid(forbidden[0], f"Field '{forbidden[0]}' is not allowed for update")
                _change(device, values, actor, HistoryAction.BULK_UPDATED)
        except Missing as err:
            named = f"{err.resource} with ID {err.key} not found"
            text = "Device not found" if err.resource == "Device" else named
            failed.append({"device_id": pk, "error": text})
        except (Invalid, InvalidInput, Taken, AddressTaken) as err:
            failed.append({"device_id": pk, "error": err.message})
        else:
            succeeded.append(pk)
    return succeeded, failed


def delete_device(pk: int, *, actor: Any) -> None:
    """Remove a device; its history stays, its group memberships too. Booked ones are refused."""
    require_write(actor, policy.DELETE)
    with guarded():
        _remove(locked_device(pk), actor)


def delete_address(ip_address: str, *, actor: Any) -> str:
    """Remove every device at an address, and the address; return the address."""
    policy.require(actor, policy.DELETE)
    ip = normal_ip(ip_address)
    if ip is None:
        raise InvalidAddress(ip_address)
    with guarded():
        found = list(lock(Device.objects.current().filter(address__ip=ip)))
        if not found:
            raise Missing("Device", ip)
        for device in found:
            _remove(device, actor)
    return ip


def set_tags(pk: int, tag_ids: Iterable[int], *, actor: Any) -> Device:
    """Put tags on a device; those it has already stay. Raises `Missing` for unknown tags."""
    require_write(actor, policy.CHANGE)
    wanted = unique_ids(tag_ids)
    with guarded():
        device = locked_device(pk)
        known = set(DeviceTag.objects.values_list("pk", flat=True))
        unknown = [tag for tag in wanted if tag not in known]
        if unknown:
            missing = Missing("Tag", unknown[0])
            missing.message = f"Tag(s) with ID(s) {{{', '.join(map(str, unknown))}}} not found"
            raise missing
        DeviceTagging.objects.bulk_create(
            [DeviceTagging(device=device, tag_id=tag) for tag in wanted], ignore_conflicts=True
        )
        audit.record(actor, "device.tagged", device, after={"tags": wanted})
    return device


def remove_tag(pk: int, tag_id: int, *, actor: Any) -> None:
    """Take a tag off a device, or raise `Missing`."""
    require_write(actor, policy.CHANGE)
    with guarded():
        device = locked_device(pk)
        if not DeviceTag.objects.filter(pk=tag_id).exists():
            raise Missing("Tag", tag_id)
        gone, _ = DeviceTagging.objects.filter(device=device, tag_id=tag_id).delete()
        if not gone:
            missing = Missing("Tag", tag_id)
            missing.message = f"Tag {tag_id} is not assigned to device {pk}"
            raise missing
        audit.record(actor, "device.untagged", device, after={"tag": tag_id})


def locked_device(pk: int) -> Device:
    """Return a device that is not archived, locked for this transaction, or raise `Missing`."""
    rows = Device.objects.current().filter(pk=pk).select_related("address", "device_type")
    device = lock(rows).first()
    if device is None:
        raise Missing("Device", pk)
    return device


def representative(address: ManagementAddress) -> Device | None:
    """Return the device that stands for an address: the one with the lowest id."""
    return (
        Device.objects.current()
        .filter(address=address)
        .select_related("address", "device_type")
        .order_by("pk")
        .first()
    )


def record_history(device: Device, actor: Any, action: str, **told: Any) -> None:
    """Write one row of a device's history; `told` is what `history_row` takes."""
    history_row(device, actor, action, **told).save()


def history_row(
    device: Device,
    actor: Any,
    action: str,
    *,
    field: str | None = None,
    old: Any = None,
    new: Any = None,
    notes: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> DeviceHistory:
    """Return one row of a device's history, not stored yet."""
    return DeviceHistory(
        device=device,
        device_number=device.pk,
        device_name=device.name,
        action=action,
        field_name=field,
        old_value=_text(old),
        new_value=_text(new),
        changed_by=person(actor),
        notes=notes,
        extra=dict(extra) if extra else None,
    )


def unique_ids(ids: Iterable[int]) -> list[int]:
    """Return ids once each, in order."""
    return [int(one) for one in unique(str(one) for one in ids)]


def _change(device: Device, values: Mapping[str, Any], actor: Any, action: str) -> None:
    before = snapshot(device)
    apply(device, _with_type(values, actor))
    after = snapshot(device)
    ends = {device.pk: (before["mgmt_ip"], device.ip)}
    if before["mgmt_ip"] != after["mgmt_ip"]:
        ends |= _move_group(device, before, actor)
    changed = [name for name in FIELDS if before[name] != after[name]]
    if not changed:
        return
    device.version += 1
    device.updated_by = person(actor)
    store(device)
    renumbering.take_along(ends, actor=actor)
    if action == HistoryAction.BULK_UPDATED:
        names = ", ".join(values)
        record_history(
            device, actor, action, notes=f"Bulk update: {names}", extra={"updates": dict(values)}
        )
    else:
        for name in changed:
            record_history(device, actor, action, field=name, old=before[name], new=after[name])
    audit.record(actor, "device.updated", device, before=before, after=after)


def _with_type(values: Mapping[str, Any], actor: Any) -> Mapping[str, Any]:
    """Put the id of a type in place of its name; a missing one is made, by whom it may."""
    if "device_type" not in values:
        return values
    name = values["device_type"]
    if not isinstance(name, str) or not name.strip():
        raise Invalid("device_type", "device_type must be a text")
    kind = DeviceType.objects.filter(name=name.strip()).first()
    if kind is None:
        new = {"name": name, "category": DeviceCategory.INFRA}
        kind = registers.create(registers.DEVICE_TYPES, actor=actor, values=new)
    rest = {wire: value for wire, value in values.items() if wire != "device_type"}
    return {**rest, "device_type_id": kind.pk}


def _move_group(device: Device, before: Mapping[str, Any], actor: Any) -> renumbering.Ends:
    """Point the other rows of the (type, name) a device had where it is now; return their ends."""
    ends: dict[int, tuple[str | None, str | None]] = {}
    group = Device.objects.current().filter(
        device_type_id=before["device_type_id"], name=before["name"]
    )
    for row in lock(group.exclude(pk=device.pk).select_related("address")):
        old = row.ip
        if old == device.ip:
            continue
        row.address, row.updated_by, row.version = device.address, person(actor), row.version + 1
        row.save(update_fields=["address", "updated_by", "updated_at", "version"])
        record_history(row, actor, HistoryAction.UPDATED, field="mgmt_ip", old=old, new=device.ip)
        ends[row.pk] = old, device.ip
    return ends


def _refreshed_address(ip: str, facts: Mapping[str, Any]) -> ManagementAddress:
    ManagementAddress.objects.get_or_create(ip=ip)
    address = lock(ManagementAddress.objects.filter(ip=ip)).get()
    for name in (*ADDRESS_KEYS, *SNMP_KEYS, "snmp_port", "ssh_port"):
        if name in facts:
            value = facts[name]
            setattr(
                address, name, str(value) if value is not None and "port" not in name else value
            )
    now = timezone.now()
    address.scan_timestamp = now
    if address.state == "up":
        address.first_seen_at = address.first_seen_at or now
        address.last_seen_at = now
    address.full_clean()
    address.save()
    return address


def _new_device_at(address: ManagementAddress, actor: Any) -> Device:
    unknown = registers.unknown_type()
    wanted = (address.snmp_hostname or address.ip)[:200]
    taken = Device.objects.filter(device_type=unknown, name=wanted).exists()
    device = Device(
        name=f"{wanted[:150]} ({address.ip})" if taken else wanted,
        device_type=unknown,
        address=address,
        hostname=(address.snmp_hostname or "")[:100] or None,
        created_by=person(actor),
        updated_by=person(actor),
    )
    store(device)
    return device


def _remove(device: Device, actor: Any) -> None:
    record_history(device, actor, HistoryAction.DELETED, notes=f"Device deleted: {device.name}")
    audit.record(actor, "device.deleted", device, before=snapshot(device))
    for attachment in device.attachments.all():
        attachment_removed(attachment)
    address = device.address
    try:
        device.delete()
    except ProtectedError as err:
        raise DeviceBooked from err
    if address is not None and not address.devices.exists():
        address.delete()


def attachment_removed(attachment: Any) -> None:
    """Take the stored file of an attachment away once the transaction commits."""
    from devices.services import attachments

    attachments.forget(attachment)


def require_write(actor: Any, permission: str) -> None:
    """Raise `NotAllowed` unless the permission is held, or the lab lets everybody write."""
    if actor is None or policy.may(actor, permission):
        return
    if not policy.may_write_inventory(actor):
        raise NotAllowed(required=permission)


def person(actor: Any) -> User | None:
    """Return the actor where it is a user, for columns that point at one."""
    return actor if isinstance(actor, User) else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
