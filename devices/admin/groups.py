"""Device groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest

from devices.admin.assignments import GROUP_TAB, GROUP_VERBS
from devices.admin.device_labels import MEMBER_VERBS
from devices.admin.rule_field import RuleField, RuleWidget
from devices.models import DeviceGroup
from devices.selectors.groups import addresses_of, sizes_of
from devices.services import groups
from inventory_site.core.admin import (
    EMPTY,
    ServiceAdmin,
    ShortTable,
    Tab,
    column,
    identifier,
    register,
)
from inventory_site.core.admin.lists import OpenList

SHOWN = 100
WITHOUT = "Without a rule the group holds the addresses put into it."


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


def rule_words(rule: Mapping[str, Any] | None) -> str:
    """Return a rule as words: `name contains -agg-, site Lab or Hub`."""
    return ", ".join(
        f"{word.replace('_', ' ')} {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
        for word, wanted in (rule or {}).items()
    )


class SizedList(OpenList):
    """A list whose groups know how many addresses they mean."""

    def get_results(self, request: HttpRequest) -> None:
        """Count the addresses of the groups on this page."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        sizes = sizes_of(self.result_list)
        for group in self.result_list:
            group.size = sizes[group.pk]


@register(DeviceGroup)
class DeviceGroupAdmin(ServiceAdmin):
    """A list of addresses, or a rule such as {"site": "Lab"}."""

    list_display = ["group_name", "description", "size", "means"]
    search_fields = ["group_name", "description"]
    fields = ["group_name", "description", "color", "rule"]
    summary = ["description", "size"]
    phone_columns = ["size"]
    tabs = [Tab("members", "Members", context=_members), GROUP_TAB]
    verbs = [*MEMBER_VERBS, *GROUP_VERBS]

    class Media:
        css = {"all": ["devices/devices.css"]}
        js = ["devices/rule.js"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Spell as the house does."""
        if db_field.name == "color":
            kwargs |= {"label": "Colour", "widget": forms.TextInput(attrs={"type": "color"})}
        if db_field.name == "rule":
            kwargs |= {"form_class": RuleField, "widget": RuleWidget(WITHOUT)}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenList]:
        return SizedList

    @column("Devices now")
    def size(self, obj: DeviceGroup) -> int:
        counted: int | None = getattr(obj, "size", None)
        return len(addresses_of(obj)) if counted is None else counted

    @column("Rule", export="rule")
    def means(self, obj: DeviceGroup) -> str:
        return rule_words(obj.rule) or EMPTY

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
