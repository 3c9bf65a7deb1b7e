"""A rule of devices in a form: rows of field, comparison and value; without script, JSON."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.db.models import Model

from devices.choices import PingStatus
from devices.models import Device, DeviceTag, DeviceType, Manufacturer, Site
from devices.selectors.groups import RULE_FIELDS
from devices.services.device_fields import STATUSES
from inventory_site.core.admin.widgets import JSONField

LABELS = {
    "device_type": "Type",
    "status": "Reached",
    "lab_status": "Status",
    "name_contains": "Name",
    "network_range": "Network",
}
NAMED: dict[str, type[Model]] = {"site": Site, "device_type": DeviceType, "tag": DeviceTag}
CONTAINS = ("manufacturer", "name_contains")


def conditions() -> list[dict[str, Any]]:
    """Return what the rows offer: each field with its label, comparison and values."""
    return [
        {
            "name": name,
            "label": LABELS.get(name, name.capitalize()),
            "word": "contains" if name in CONTAINS else "is",
            "values": (values := _values(name)),
            "is_free": not values,
        }
        for name in RULE_FIELDS
    ]


def _values(name: str) -> list[tuple[str, str]]:
    """Return the values to choose from with their words; none where any text will do."""
    if name == "status":
        return [(str(value), str(label)) for value, label in PingStatus.choices]
    if name == "lab_status":
        return [(one, one.replace("_", " ").capitalize()) for one in STATUSES]
    if name == "manufacturer":
        found = set(Manufacturer.objects.values_list("name", flat=True))
    elif name == "role":
        found = set(Device.objects.current().values_list("role", flat=True))
    elif name in NAMED:
        found = set(NAMED[name]._default_manager.values_list("name", flat=True))
    else:
        return []
    return [(one, one) for one in sorted(filter(None, found), key=str.lower)]


class RuleWidget(forms.Textarea):
    """The JSON, with what a script needs to draw rows instead; `without` tells what no rule is."""

    def __init__(self, without: str) -> None:
        super().__init__({"rows": 3, "data-without": without})

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(
            name, value, {**(attrs or {}), "data-rule": json.dumps(conditions())}
        )


class RuleField(JSONField):
    """A rule as text; none is blank, not `null`."""

    def prepare_value(self, value: Any) -> Any:
        """Return what the field shows."""
        return "" if value is None or value == "null" else super().prepare_value(value)
