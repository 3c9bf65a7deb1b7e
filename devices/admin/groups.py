"""Device groups."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from devices.models import DeviceGroup
from devices.selectors.groups import addresses_of
from devices.services import groups
from inventory_site.core.admin import ServiceAdmin, ShortTable, Tab, column, identifier, register

SHOWN = 100


def _members(request: HttpRequest, group: DeviceGroup) -> dict[str, Any]:
    found = addresses_of(group)
    table = ShortTable(
        "Addresses",
        ("Address",),
        [(identifier(ip),) for ip in found[:SHOWN]],
        total=len(found),
        empty="Nothing is in this group, and its rule matches nothing.",
    )
    return {"tables": [table]}


@register(DeviceGroup)
class DeviceGroupAdmin(ServiceAdmin):
    """A list of addresses, or a rule such as {"site": "Lab"}."""

    list_display = ["group_name", "description", "size", "rule"]
    search_fields = ["group_name", "description"]
    fields = ["group_name", "description", "color", "rule"]
    summary = ["description", "size"]
    phone_columns = ["size"]
    tabs = [Tab("members", "Members", context=_members)]

    @column("Devices now")
    def size(self, obj: DeviceGroup) -> int:
        return len(addresses_of(obj))

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> DeviceGroup:
        return groups.create_group(actor=request.user, values=data)

    def service_update(
        self,
        request: HttpRequest,
        obj: DeviceGroup,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> DeviceGroup:
        return groups.update_group(obj.pk, actor=request.user, values=changes)

    def service_delete(self, request: HttpRequest, obj: DeviceGroup) -> None:
        groups.delete_group(obj.pk, actor=request.user)
