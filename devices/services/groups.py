"""Device groups: lists of addresses, and rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

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
        if group.rule and group.rule != before["rule"]:
            vault_reach.require_group(group, actor)
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


def follow(moves: Mapping[str, str], *, actor: Any) -> None:
    """Move memberships from addresses to those that their devices answer at by now, all at once.

    An address that another device has kept stays in its groups. Only within `guarded`.
    """
    rows = list(DeviceGroupMember.objects.filter(ip_address__in=moves).select_related("group"))
    if rows:
        kept = kept_of(moves)
        _move([row for row in rows if row.ip_address not in kept], moves, actor)


def leave(left: Mapping[str, int]) -> None:
    """Note whose the memberships of addresses are that their devices, by id, have no more.

    They stay where they are; `rejoin` finds them by that. Only within `guarded`.
    """
    held = held_of(left)
    rows = list(DeviceGroupMember.objects.filter(ip_address__in=set(left) - held))
    for row in rows:
        row.device_id = left[row.ip_address]
    DeviceGroupMember.objects.bulk_update(rows, ["device"], batch_size=500)


def rejoin(ips: Collection[str], *, actor: Any) -> None:
    """Take along what devices without an address left behind, now that they have one of these.

    An address that another device has by now keeps its memberships. Only within `guarded`.
    """
    theirs = DeviceGroupMember.objects.filter(device__address__ip__in=ips)
    rows = list(
        theirs.exclude(ip_address=F("device__address__ip")).select_related(
            "group", "device__address"
        )
    )
    held = held_of({row.ip_address for row in rows}) if rows else set()
    for row in rows:
        if row.ip_address not in held and row.device and row.device.ip:
            _move([row], {row.ip_address: row.device.ip}, actor)


def _move(members: list[DeviceGroupMember], moves: Mapping[str, str], actor: Any) -> None:
    """Move memberships; in groups that are closed to the actor they stay at their address."""
    closed = vault_reach.closed_groups({row.group_id for row in members}, actor)
    rows = [row for row in members if row.group_id not in closed]
    DeviceGroupMember.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        old, new = row.ip_address, moves[row.ip_address]
        row.pk, row.ip_address = None, new
        audit.record(
            actor,
            "device_group.member_moved",
            row.group,
            before={"ip_address": old},
            after={"ip_address": new},
        )
    DeviceGroupMember.objects.bulk_create(rows, ignore_conflicts=True)


def kept_of(moves: Mapping[str, str]) -> set[str]:
    """Return the addresses moved away from that another device has kept."""
    return held_of(set(moves) - set(moves.values()))


def held_of(ips: Collection[str]) -> set[str]:
    """Return the addresses that devices have."""
    at_them = Device.objects.current().filter(address__ip__in=ips)
    return set(at_them.values_list("address__ip", flat=True))


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
