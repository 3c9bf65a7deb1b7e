"""Reads of NetBox's devices where they are the inventory that is listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from devices.addresses import order_of
from devices.choices import PingStatus
from devices.errors import Invalid
from devices.models import DeviceGroup, NetBoxCacheEntry
from devices.selectors.devices import group_of, require_order
from devices.selectors.groups import matching

COLUMNS = {
    "ip_address": "device_ip",
    "hostname": "device_name",
    "device_type": "device_type",
    "manufacturer": "manufacturer",
    "site": "site_name",
    "role": "role_name",
    "status": "status",
    "netbox_id": "netbox_id",
}
QUERY = ("search", "filter_type", "filter_id", "group_id", "status", "sort", "order")


def rows(query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what has an address as the operations list shows it; raises `Invalid` and `Missing`.

    `query` has all of `QUERY`, which mean what they mean with the register, but that `status` is
    NetBox's own, and that there is none to filter by but the group.
    """
    found = NetBoxCacheEntry.objects.exclude(device_ip="")
    text, kind, status = query["search"], query["filter_type"], query["status"]
    if text:
        found = found.filter(Q(device_ip__icontains=text) | Q(device_name__icontains=text))
    elif kind:
        if kind != "group":
            raise Invalid("filter_type", "filter_type must be group while NetBox is the source")
        found = _in_group(found, group_of(query["filter_id"]))
    if query["group_id"]:
        found = _in_group(found, group_of(query["group_id"], "group_id"))
    if status in PingStatus.values:
        raise Invalid("status", "status must be one of NetBox's, such as active or offline")
    if status:
        found = found.filter(status=status)
    shown = [
        {**{name: getattr(row, column) for name, column in COLUMNS.items()}, "source": "netbox"}
        for row in found
    ]
    return _sorted(shown, query["sort"] or "ip_address", query["order"])


def _in_group(found: QuerySet[NetBoxCacheEntry], group: DeviceGroup) -> QuerySet[NetBoxCacheEntry]:
    wanted = Q(device_ip__in=group.members.values("ip_address"))
    if group.rule:
        matched = matching(group.rule).filter(address__isnull=False).order_by()
        wanted |= Q(device_ip__in=matched.values("address__ip"))
    return found.filter(wanted)


def _sorted(shown: list[dict[str, Any]], sort: str, order: str) -> list[dict[str, Any]]:
    """Order by a column, blank ones last either way, and equal ones by address."""
    if sort not in COLUMNS:
        raise Invalid("sort", f"sort must be one of {', '.join(COLUMNS)}")
    require_order(order)
    shown.sort(key=lambda row: (order_of(row["ip_address"]), row["netbox_id"]))
    blank = [row for row in shown if row[sort] == ""]
    told = [row for row in shown if row[sort] != ""]
    told.sort(
        key=lambda row: order_of(row[sort]) if sort == "ip_address" else row[sort],
        reverse=order == "desc",
    )
    return told + blank
