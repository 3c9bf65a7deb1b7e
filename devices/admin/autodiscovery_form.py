"""The form of an autodiscovery: where to look, and what NetBox gets."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from devices import netbox_rules as rules
from devices.admin.secret_form import TypedAgain
from devices.simulator import places as simulated

NEEDED = {
    "network_range": ["network_range"],
    "ip_range": ["ip_range_start", "ip_range_end"],
    "ip_list": ["ip_list"],
    "netbox_prefix": ["netbox_prefix_id"],
    "netbox_ip_range": ["netbox_ip_range_id"],
}
KINDS = (
    ("network_range", "A network"),
    ("ip_range", "From an address to another"),
    ("ip_list", "Addresses, ranges and networks by line"),
    ("netbox_prefix", "A prefix of NetBox"),
    ("netbox_ip_range", "A range of NetBox"),
)
MODES = (
    ("create_update", "Makes new devices, fills known ones"),
    ("create_only", "Makes new devices only"),
    ("update_only", "Fills known devices only"),
)
MATCHES = (
    ("ip_or_name", "Address, else name"),
    ("ip", "Address"),
    ("name", "Name"),
    ("mac", "MAC address"),
    ("serial", "Serial number"),
)
NAMES = (
    ("hostname_or_ip", "Host name, else address"),
    ("hostname_only", "Host name only"),
    ("ip_only", "Address"),
    ("prefix_ip", "Prefix and address"),
    ("dns_reverse", "Name in DNS"),
)
NETBOX_NUMBER = "The number of NetBox's own object; blank takes the default of its settings."


def _lines(label: str, help_text: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


def _number(label: str, help_text: str = "", **limits: int) -> forms.IntegerField:
    limits = {"min_value": 1, **limits}
    return forms.IntegerField(label=label, required=False, help_text=help_text, **limits)


def _switch(name: str, label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, initial=rules.DEFAULTS[name])


class WhereForm(TypedAgain, forms.Form):
    """Which addresses are looked at, and how they are asked."""

    target_type = forms.ChoiceField(
        label="Look at",
        choices=KINDS,
        widget=forms.Select(attrs={"data-fields": json.dumps(NEEDED)}),
    )
    network_range = forms.CharField(
        label="Network", required=False, max_length=50, help_text="Such as 10.0.0.0/24."
    )
    ip_range_start = forms.CharField(label="First address", required=False, max_length=50)
    ip_range_end = forms.CharField(label="Last address", required=False, max_length=50)
    ip_list = _lines("Addresses", "Addresses, ranges (10.0.0.1-20), networks, by line.")
    netbox_prefix_id = _number("Number of the prefix")
    netbox_ip_range_id = _number("Number of the range")
    exclude_ips = _lines("Leave out", "Addresses, ranges, networks, by line.")
    snmp_communities = forms.CharField(
        label="SNMP community",
        required=False,
        strip=False,
        help_text="Blank asks with public.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    snmp_port = _number("SNMP port", "Blank takes 161.", max_value=65535)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and simulated.answers():
            self.fields["target_type"].initial = "ip_list"
            self.fields["ip_list"].initial = simulated.TARGETS
            self.fields["snmp_port"].initial = simulated.SNMP_PORT
            self.fields[
                "ip_list"
            ].help_text = "Filled in for the simulated switches that run beside this site."

    def clean(self) -> dict[str, Any]:
        """Ask for the addresses that the kind of target needs."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in NEEDED.get(data.get("target_type", ""), ()):
            if name not in self.errors and not data.get(name):
                self.add_error(name, "Say which, or choose another kind above.")
        return data


class RulesForm(forms.Form):
    """What NetBox gets of a device that was found."""

    sync_mode = forms.ChoiceField(label="Does", choices=MODES)
    match_by = forms.ChoiceField(label="A device is known by", choices=MATCHES)
    device_naming = forms.ChoiceField(label="New devices are named by", choices=NAMES)
    name_prefix = forms.CharField(label="Begin names with", required=False, max_length=32)
    default_site = _number("Site", NETBOX_NUMBER)
    default_role = _number("Role", "Of what no role is found for; as above.")
    default_device_type = _number("Type", "Of what no type is found for; as above.")
    port_scan_enabled = _switch("port_scan_enabled", "Scan ports")
    snmp_enabled = _switch("snmp_enabled", "Ask by SNMP")
    create_interfaces = _switch("create_interfaces", "Make its interfaces")
    create_ip_addresses = _switch("create_ip_addresses", "Make its address")
    auto_create_device_types = _switch("auto_create_device_types", "Make types that are missing")
    auto_create_manufacturers = _switch("auto_create_manufacturers", "Make missing manufacturers")
    add_discovery_tag = _switch("add_discovery_tag", "Tag what is made as autodiscovered")


def body_of(where: WhereForm, wanted: RulesForm, *, tells: bool) -> dict[str, Any]:
    """Return what the service reads of both forms; blank fields take its defaults."""
    given = {**where.cleaned_data, **wanted.cleaned_data}
    body = {name: value for name, value in given.items() if value not in (None, "")}
    return {**body, "create_in_netbox": tells}
