"""Which devices a group or a rule means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from devices.addresses import sort_key
from devices.models import Device, DeviceGroup, DeviceGroupMember, ManagementAddress
from devices.models.devices import in_state

RULE_FIELDS = (
    "site",
    "manufacturer",
    "device_type",
    "role",
    "tag",
    "status",
    "lab_status",
    "name_contains",
    "network_range",
)
AT_ONCE = 200  # rules of one query
LOOKUPS = {
    "site": "site__name__iexact",
    "role": "role__iexact",
    "tag": "tags__name__iexact",
    "device_type": "device_type__name__iexact",
    "lab_status": "lab_status",
    "name_contains": "name__icontains",
    "network_range": "address__network_range",
}


def matching(rule: Mapping[str, Any]) -> QuerySet[Device]:
    """Return the devices that a rule matches; all of its fields must hold, lists are "any of"."""
    rows: QuerySet[Device] = Device.objects.current().filter(address__isnull=False)
    for name, wanted in rule.items():
        options = wanted if isinstance(wanted, list) else [wanted]
        choice = Q()
        for one in options:
            choice |= _term(name, str(one))
        rows = rows.filter(choice)
    return rows.distinct()


def _term(name: str, wanted: str) -> Q:
    if name == "status":
        return in_state(wanted)
    if name == "manufacturer":
        return Q(manufacturer__name__icontains=wanted) | Q(
            address__snmp_vendor_name__icontains=wanted
        )
    return Q(**{LOOKUPS[name]: wanted})


def addresses_of(group: DeviceGroup) -> list[str]:
    """Return a group's addresses in the order of addresses: those listed and those of its rule."""
    found = set(group.members.values_list("ip_address", flat=True))
    if group.rule:
        found |= set(matching(group.rule).values_list("address__ip", flat=True))
    return sorted(found, key=sort_key)


def listed_among(group: DeviceGroup, ips: Collection[str]) -> set[str]:
    """Return which of these addresses a group lists."""
    return set(group.members.filter(ip_address__in=ips).values_list("ip_address", flat=True))


def addresses_among(group: DeviceGroup, ips: Collection[str]) -> set[str]:
    """Return which of these addresses are a group's: listed, or matched by its rule."""
    found = listed_among(group, ips)
    if group.rule:
        matched = matching(group.rule).filter(address__ip__in=ips)
        found |= set(matched.values_list("address__ip", flat=True))
    return found


def sizes_of(groups: Collection[DeviceGroup]) -> dict[int, int]:
    """Return how many addresses each group means, by id; one query, and those of the rules."""
    found = dict(
        DeviceGroupMember.objects.filter(group__in=groups)
        .values("group")
        .annotate(total=Count("pk"))
        .values_list("group", "total")
    )
    added = _counts_by_rule(groups, lambda matched, listed: matched & ~listed)
    return {group.pk: found.get(group.pk, 0) + added.get(group.pk, 0) for group in groups}


def _counts_by_rule(groups: Iterable[DeviceGroup], wanted: Callable[[Q, Q], Q]) -> dict[int, int]:
    """Return by id how many known addresses each group of a rule has; a query per `AT_ONCE`.

    `wanted` joins what the rule matches and what is listed.
    """
    ruled = [group for group in groups if group.rule]
    found: dict[int, int] = {}
    for start in range(0, len(ruled), AT_ONCE):
        some = {f"g{group.pk}": group for group in ruled[start : start + AT_ONCE]}
        counts = {name: _count(group, wanted) for name, group in some.items()}
        added = Device.objects.current().aggregate(**counts)
        found |= {group.pk: added[name] for name, group in some.items()}
    return found


def _count(group: DeviceGroup, wanted: Callable[[Q, Q], Q]) -> Count:
    listed = DeviceGroupMember.objects.filter(group=group).values("ip_address")
    matched = matching(group.rule or {}).order_by().values("pk")
    chosen = wanted(Q(pk__in=matched), Q(address__ip__in=listed))
    return Count("address", filter=chosen, distinct=True)


def counted(rows: QuerySet[DeviceGroup]) -> QuerySet[DeviceGroup]:
    """Return groups with `device_count`, their memberships."""
    return rows.annotate(device_count=Count("members", distinct=True))


def known_members(group: DeviceGroup) -> QuerySet[ManagementAddress]:
    """Return the group's addresses that are known devices."""
    return (
        known_addresses(group)
        .filter(devices__archived_at__isnull=True, devices__isnull=False)
        .distinct()
    )


def known_addresses(group: DeviceGroup) -> QuerySet[ManagementAddress]:
    """Return the addresses that a group lists or its rule matches, as far as we know them."""
    wanted = Q(ip__in=group.members.values("ip_address"))
    if group.rule:
        wanted |= Q(pk__in=matching(group.rule).order_by().values("address"))
    return ManagementAddress.objects.filter(wanted)


def known_counts(groups: list[DeviceGroup]) -> dict[int, int]:
    """Return how many addresses of each group are known devices, by id, as `sizes_of` does."""
    rows = (
        DeviceGroupMember.objects.filter(
            group__in=groups,
            ip_address__in=Device.objects.current()
            .filter(address__isnull=False)
            .values("address__ip"),
        )
        .values("group")
        .annotate(total=Count("pk"))
        .values_list("group", "total")
    )
    return dict(rows) | _counts_by_rule(groups, lambda matched, listed: matched | listed)


def groups_of(ip: str) -> list[DeviceGroup]:
    """Return the groups that an address is in, by name: those that list it, or match by rule."""
    ruled = DeviceGroup.objects.filter(rule__isnull=False)
    found = _counts_by_rule(ruled, lambda matched, listed: matched & Q(address__ip=ip))
    matched = [pk for pk, count in found.items() if count]
    listed = DeviceGroupMember.objects.filter(ip_address=ip).values("group")
    rows = DeviceGroup.objects.filter(Q(pk__in=listed) | Q(pk__in=matched))
    return list(rows.order_by("group_name"))
