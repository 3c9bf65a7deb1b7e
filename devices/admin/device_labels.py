"""Tags of devices, and the groups that people put devices and addresses into by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices import policy
from devices.addresses import normal_ip
from devices.admin.device_verbs import address_of, has_address
from devices.admin.words import CHOOSE
from devices.errors import Invalid
from devices.models import Device, DeviceGroup, DeviceTag
from devices.services import groups, inventory, runs
from inventory_site.core.admin import Answer, Verb, each


def several(rows: QuerySet[Any], label: str, empty: str) -> forms.ModelMultipleChoiceField:
    """Return a field with a box to tick for each row; `empty` is said when there is none."""
    return forms.ModelMultipleChoiceField(
        rows,
        label=label,
        help_text="" if rows.exists() else empty,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "pb-radios"}),
    )


def form_of(name: str, field: forms.Field) -> type[forms.Form]:
    """Return a form of one field."""
    return type("OneField", (forms.Form,), {name: field})


def names_of(rows: Any) -> str:
    """Return the rows as people say them: `core, lab`."""
    return ", ".join(map(str, rows))


def _no_tag() -> SafeString:
    address = reverse("admin:devices_devicetag_add")
    return format_html('There is no tag yet. <a href="{}">Add a tag</a>', address)


def _tags(objects: list[Device]) -> QuerySet[DeviceTag]:
    return DeviceTag.objects.filter(devices__in=objects).distinct().order_by("name")


def _add_tags(request: HttpRequest, device: Device, data: dict[str, Any]) -> str:
    inventory.set_tags(device.pk, [tag.pk for tag in data["tags"]], actor=request.user)
    return f"{device} has the tags {names_of(_tags([device]))}."


def _remove_tags(request: HttpRequest, device: Device, data: dict[str, Any]) -> str:
    held = [tag for tag in data["tags"] if tag in set(_tags([device]))]
    for tag in held:
        inventory.remove_tag(device.pk, tag.pk, actor=request.user)
    return f"{names_of(held) or 'Nothing'} was taken off {device}."


def _listing(objects: list[Device]) -> QuerySet[DeviceGroup]:
    """Return the groups that list an address of these devices."""
    ips = [device.ip for device in objects if device.ip]
    rows = DeviceGroup.objects.filter(members__ip_address__in=ips)
    return rows.distinct().order_by("group_name")


def _join(request: HttpRequest, device: Device, data: dict[str, Any]) -> str:
    group = data["group"]
    groups.add_member(group.pk, address_of(device), actor=request.user)
    return f"{device} is in {group}."


def _leave(request: HttpRequest, device: Device, data: dict[str, Any]) -> str:
    group = data["group"]
    groups.remove_member(group.pk, address_of(device), actor=request.user)
    return f"{device} is not listed in {group} any more."


class AddressesForm(forms.Form):
    """Addresses for a group."""

    addresses = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Addresses, ranges (10.0.0.1-20) or networks (10.0.0.0/28), by line.",
    )

    def clean_addresses(self) -> list[str]:
        """Expand ranges and networks; names are none."""
        try:
            found = runs.read_targets(self.cleaned_data["addresses"].splitlines())
        except Invalid as err:
            raise forms.ValidationError(err.message) from err
        wrong = next((one for one in found if normal_ip(one) is None), None)
        if wrong is not None:
            raise forms.ValidationError(f"{wrong} is no IP address.")
        return found


def _members(group: DeviceGroup) -> list[str]:
    return list(group.members.order_by("ip_address").values_list("ip_address", flat=True))


def _take_out_form(request: HttpRequest, objects: list[DeviceGroup]) -> type[forms.Form]:
    held = [(ip, ip) for ip in _members(objects[0])]
    boxes = forms.CheckboxSelectMultiple(attrs={"class": "pb-radios"})
    return form_of("addresses", forms.MultipleChoiceField(choices=held, widget=boxes))


def _put_in(request: HttpRequest, objects: list[DeviceGroup], data: dict[str, Any]) -> Answer:
    added = groups.add_members(objects[0].pk, data["addresses"], actor=request.user)
    return Answer(f"{added.added} put into {objects[0]}.")


def _take_out(request: HttpRequest, objects: list[DeviceGroup], data: dict[str, Any]) -> Answer:
    for ip in data["addresses"]:
        groups.remove_member(objects[0].pk, ip, actor=request.user)
    return Answer(f"{len(data['addresses'])} taken out of {objects[0]}.")


def _verb(slug: str, label: str, permission: str, run: Any, form: Any, **more: Any) -> Verb:
    return Verb(slug=slug, label=label, permission=permission, run=run, form=form, **more)


def _choice(rows: QuerySet[Any]) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(rows, empty_label=CHOOSE)


LABEL_VERBS = [
    _verb(
        "add-tags",
        "Add tags",
        policy.CHANGE,
        each(_add_tags, "tagged"),
        lambda request, objects: form_of(
            "tags", several(DeviceTag.objects.order_by("name"), "Tags", _no_tag())
        ),
        follows="Tags that a device has already stay.",
        icon="tag",
    ),
    _verb(
        "remove-tags",
        "Remove tags",
        policy.CHANGE,
        each(_remove_tags, "changed"),
        lambda request, objects: form_of(
            "tags", several(_tags(objects), "Tags", "There is none to remove.")
        ),
        icon="x",
        on_list=False,
        fits=lambda device: _tags([device]).exists(),
    ),
    _verb(
        "join-group",
        "Add to a group",
        policy.MANAGE_GROUPS,
        each(_join, "added"),
        lambda request, objects: form_of(
            "group", _choice(DeviceGroup.objects.order_by("group_name"))
        ),
        follows="The group lists the address from now on, whatever its rule says.",
        icon="boxes",
        fits=has_address,
    ),
    _verb(
        "leave-group",
        "Take out of a group",
        policy.MANAGE_GROUPS,
        each(_leave, "taken out"),
        lambda request, objects: form_of("group", _choice(_listing(objects))),
        follows="A group whose rule matches the device still means it.",
        icon="x",
        on_list=False,
        fits=lambda device: _listing([device]).exists(),
    ),
]
MEMBER_VERBS = [
    _verb(
        "put-in",
        "Put addresses in",
        policy.MANAGE_GROUPS,
        _put_in,
        AddressesForm,
        follows="The group lists them from now on, whatever its rule says.",
        icon="plus",
        on_list=False,
    ),
    _verb(
        "take-out",
        "Take addresses out",
        policy.MANAGE_GROUPS,
        _take_out,
        _take_out_form,
        follows="Those that the rule matches are still meant.",
        icon="x",
        on_list=False,
        fits=lambda group: group.members.exists(),
    ),
]
