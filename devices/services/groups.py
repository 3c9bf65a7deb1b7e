"""Device groups: lists of addresses, and rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.services import audit
from devices import policy
from devices.addresses import chunks, normal_ip
from devices.choices import PingStatus
from devices.errors import Invalid, InvalidAddress, Missing, Taken
from devices.models import Device, DeviceGroup, DeviceGroupMember
from devices.selectors.groups import RULE_FIELDS, matching
from devices.services import vault_reach
from inventory_site.core.locks import guarded, lock

AT_ONCE = 500  # addresses of one question
WAITING = Q(  # for a device that has no address for now
    device__isnull=False, device__archived_at__isnull=True, device__address__isnull=True
)
WRITABLE = ("group_name", "description", "color", "rule")


@dataclass(slots=True)
class Added:
    """What became of a list of addresses."""

    added: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    total_requested: int = 0


def create_group(*, actor: Any, values: Mapping[str, Any]) -> DeviceGroup:
    """Make a group; raises `Invalid`, and `Taken` for a name in use."""
    policy.require(actor, "devices.add_devicegroup")
    if "group_name" not in values:
        raise Invalid("group_name", "group_name is required")
    group = DeviceGroup()
    _apply(group, values)
    _save(group, actor, "created")
    return group


def update_group(pk: int, *, actor: Any, values: Mapping[str, Any]) -> DeviceGroup:
    """Change name, description, colour or rule."""
    policy.require(actor, policy.MANAGE_GROUPS)
    with guarded():
        group = _locked(pk)
        before = audit.snapshot(group, WRITABLE)
        _apply(group, values)
        if audit.snapshot(group, WRITABLE) != before:
            _save(group, actor, "updated")
    return group


def delete_group(pk: int, *, actor: Any) -> None:
    """Remove a group with its memberships."""
    policy.require(actor, "devices.delete_devicegroup")
    with guarded():
        group = _locked(pk)
        audit.record(actor, "device_group.deleted", group, before={"group_name": group.group_name})
        group.delete()


def add_members(pk: int, addresses: Iterable[Any], *, actor: Any) -> Added:
    """Put addresses into a group; one that is in it already counts as added.

    Raises `NotAllowed` where they would get a restricted credential that the actor may not keep.
    """
    policy.require(actor, policy.MANAGE_GROUPS)
    answer = Added()
    with guarded():
        group = _locked(pk)
        vault_reach.require_group(group, actor)
        wanted: list[str] = []
        for sent in addresses:
            answer.total_requested += 1
            ip = normal_ip(sent)
            if ip is None:
                answer.failed.append({"ip": str(sent), "error": f"Invalid IP address: {sent}"})
                continue
            answer.added += 1
            wanted.append(ip)
        _insert(group, wanted)
        audit.record(actor, "device_group.members_added", group, after={"ip_addresses": wanted})
    return answer


def add_member(pk: int, ip_address: Any, *, actor: Any) -> None:
    """Put one address into a group, or raise `InvalidAddress`."""
    if normal_ip(ip_address) is None:
        raise InvalidAddress(ip_address)
    add_members(pk, [ip_address], actor=actor)


def remove_member(pk: int, ip_address: str, *, actor: Any) -> None:
    """Take an address out of a group; one that was not in it is no error."""
    policy.require(actor, policy.MANAGE_GROUPS)
    with guarded():
        group = _locked(pk)
        ip = normal_ip(ip_address) or ip_address
        gone, _ = group.members.filter(ip_address=ip).delete()
        if gone:
            audit.record(actor, "device_group.member_removed", group, after={"ip_address": ip})


def rows_of(ips: Collection[str], devices: Collection[int]) -> list[DeviceGroupMember]:
    """Return the memberships at some addresses, and those of some devices wherever they are."""
    rows = DeviceGroupMember.objects.filter(Q(ip_address__in=ips) | Q(device__in=devices))
    return list(rows.select_related("group", "device"))


def settle(
    staying: list[DeviceGroupMember],
    waiting: list[tuple[DeviceGroupMember, int]],
    moving: list[tuple[DeviceGroupMember, str]],
    *,
    actor: Any,
) -> None:
    """Keep memberships for who stays at their address, or for a device by id; move others."""
    _stay(staying)
    for row, pk in waiting:
        row.device_id = pk
    DeviceGroupMember.objects.bulk_update([row for row, _ in waiting], ["device"], batch_size=500)
    _move(moving, actor)


def _move(members: list[tuple[DeviceGroupMember, str]], actor: Any) -> None:
    """Move memberships; in groups that are closed to the actor they stay at their address."""
    closed = vault_reach.closed_groups({row.group_id for row, _ in members}, actor)
    _stay([row for row, _ in members if row.group_id in closed])
    moving = [(row, new) for row, new in members if row.group_id not in closed]
    DeviceGroupMember.objects.filter(pk__in=[row.pk for row, _ in moving]).delete()
    freed = {(row.group_id, new): row.ip_address for row, new in moving}
    there = DeviceGroupMember.objects.filter(WAITING, ip_address__in={new for _, new in moving})
    waiting = [row for row in there if (row.group_id, row.ip_address) in freed]
    for row in waiting:
        row.ip_address = place_left(freed, row.ip_address, row.group_id)
    DeviceGroupMember.objects.bulk_update(waiting, ["ip_address"], batch_size=500)
    for row, new in moving:
        old, row.pk, row.ip_address = row.ip_address, None, new
        audit.record(
            actor,
            "device_group.member_moved",
            row.group,
            before={"ip_address": old},
            after={"ip_address": new},
        )
    DeviceGroupMember.objects.bulk_create([row for row, _ in moving], ignore_conflicts=True)


def place_left(freed: Mapping[Any, str], ip: str, *which: Any) -> str:
    """Return where what waits at an address waits on when the same comes there for another device.

    That is where the other came from, or who came there in turn: `freed` maps each place that is
    come to, as `(*which, address)`, to the address that was left for it.
    """
    while (*which, ip) in freed:
        ip = freed[*which, ip]
    return ip


def _stay(rows: list[DeviceGroupMember]) -> None:
    """Give memberships to the devices that have their addresses by now."""
    holders = holders_of({row.ip_address for row in rows}) if rows else {}
    for row in rows:
        row.device_id = holders.get(row.ip_address)
    DeviceGroupMember.objects.bulk_update(rows, ["device"], batch_size=500)


def holders_of(ips: Collection[str], *, but: Collection[int] = ()) -> dict[str, int]:
    """Return by address the first device, by id, that has it; others than some."""
    at_them = Device.objects.current().filter(address__ip__in=ips).order_by("-pk")
    return {ip: pk for ip, pk in at_them.values_list("address__ip", "pk") if pk not in but}


def _insert(group: DeviceGroup, addresses: list[str]) -> None:
    devices: dict[str, int] = {}
    for some in chunks(addresses, AT_ONCE):
        rows = Device.objects.at_addresses().filter(address__ip__in=some)
        devices |= rows.values_list("address__ip", "pk")
    DeviceGroupMember.objects.bulk_create(
        [
            DeviceGroupMember(group=group, ip_address=ip, device_id=devices.get(ip))
            for ip in dict.fromkeys(addresses)
        ],
        ignore_conflicts=True,
    )
    _stay([row for row in group.members.filter(WAITING) if row.ip_address in devices])


def _locked(pk: int) -> DeviceGroup:
    group = lock(DeviceGroup.objects.filter(pk=pk)).first()
    if group is None:
        raise Missing("Device group", pk)
    return group


def _apply(group: DeviceGroup, values: Mapping[str, Any]) -> None:
    before = group.rule
    for name in WRITABLE:
        if name in values:
            value = values[name]
            if name == "description":
                value = value or ""
            setattr(group, name, value.strip() if isinstance(value, str) else value)
    if not isinstance(group.group_name, str) or not group.group_name:
        raise Invalid("group_name", "group_name cannot be empty")
    if group.rule is not None and group.rule != before:
        check_rule(group.rule)
    group.full_clean(validate_unique=False)


def check_rule(rule: Any, name: str = "rule") -> None:
    """Raise `Invalid` unless a rule is an object of known fields with texts; it is tried once."""
    if not isinstance(rule, dict):
        raise Invalid(name, f'{name} must be an object such as {{"site": "Lab"}}')
    unknown = [word for word in rule if word not in RULE_FIELDS]
    if unknown:
        raise Invalid(name, f"{name} knows {', '.join(RULE_FIELDS)}; not {unknown[0]}")
    for word, wanted in rule.items():
        options = wanted if isinstance(wanted, list) else [wanted]
        if not options or not all(isinstance(one, str) and "\x00" not in one for one in options):
            raise Invalid(name, f"{name}: {word} must be a text, or a list of texts")
        if word == "status" and not set(options) <= set(PingStatus.values):
            raise Invalid(name, f"{name}: status must be up, down or unknown")
    matching(rule).exists()


def _save(group: DeviceGroup, actor: Any, word: str) -> None:
    taken = Taken("Device group", f"Device group '{group.group_name}' already exists")
    if DeviceGroup.objects.filter(group_name=group.group_name).exclude(pk=group.pk).exists():
        raise taken
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as err:
        raise taken from err
    after = audit.snapshot(group, WRITABLE)
    audit.record(actor, f"device_group.{word}", group, after=after)
