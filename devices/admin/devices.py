"""Devices: list, page, and the verbs that talk to them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from devices.addresses import normal_ip
from devices.admin import drawings
from devices.admin.assignments import DEVICE_VERBS
from devices.admin.autodiscovery_page import autodiscovery_view
from devices.admin.connectors_page import mcp_view, prtg_view
from devices.admin.csv_page import import_view
from devices.admin.device_files import FILE_VERBS
from devices.admin.device_labels import LABEL_VERBS
from devices.admin.device_tabs import TABS
from devices.admin.device_verbs import TALKING_VERBS
from devices.admin.netbox_page import netbox_view
from devices.admin.prtg_import_page import prtg_import_view
from devices.admin.words import ping_badge
from devices.choices import LEGACY_SSH
from devices.errors import AddressTaken
from devices.maintenance import SEGMENTS
from devices.models import Device, InterfaceState
from devices.selectors import monitoring
from devices.services import csv_devices, device_fields, inventory
from inventory_site.core.admin import (
    EMPTY,
    ServiceAdmin,
    badge,
    column,
    identifier,
    register,
    when,
)

FIELDSETS: dict[str | None, tuple[Any, ...]] = {
    None: ("name", "mgmt_ip", ("device_type", "role"), "lab_status"),
    "Hardware": (("manufacturer", "hardware_model"), ("serial_number", "oi_id")),
    "Place": ("site", ("rack", "u_position")),
    "Access": ("ssh_legacy",),
    "Lab": (
        ("hostname", "owner_group"),
        ("polatis_name", "polatis_port_range"),
        ("maintenance_start", "maintenance_end"),
    ),
    "Notes": ("notes",),
}
FORM_FIELDS = tuple(
    name
    for rows in FIELDSETS.values()
    for row in rows
    for name in ((row,) if isinstance(row, str) else row)
    if name not in {"mgmt_ip", "ssh_legacy"}
)
WINDOW_HELP = f"Such as All Day/2031-05-11; instead of All Day also {', '.join([*SEGMENTS][:-1])}."
MOST_U = 2**31 - 1
MOST_SAID = 200  # characters of a description on the page; REST has all
OLD_SSH = "Old algorithms are for switches that know only SHA-1 and CBC; no other is offered them."
SELDOM = {"Access", "Lab", "Notes"}  # folded away while a device is added
WIRE = {
    "hardware_model": "model",
    "lab_status": "status",
    "device_type": "device_type_id",
    "manufacturer": "manufacturer_id",
    "site": "site_id",
}


def status_word(status: str) -> str:
    """Return a status of the register as people read it."""
    return status.replace("_", " ").capitalize()


class DeviceForm(forms.ModelForm):
    """The register's fields; the address as text."""

    mgmt_ip = forms.CharField(label="Management address", required=False)
    lab_status = forms.ChoiceField(
        label="Status", choices=[(one, status_word(one)) for one in device_fields.STATUSES]
    )

    u_position = forms.IntegerField(label="U", min_value=0, max_value=MOST_U, required=False)
    ssh_legacy = forms.BooleanField(
        label="Old SSH algorithms",
        required=False,
    )

    class Meta:
        model = Device
        fields = FORM_FIELDS
        help_texts = dict.fromkeys(("maintenance_start", "maintenance_end"), WINDOW_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["mgmt_ip"] = self.instance.ip or ""
            self.initial["ssh_legacy"] = bool(self.instance.metadata.get(LEGACY_SSH))

    def clean_mgmt_ip(self) -> str:
        """Refuse what is no address."""
        text = str(self.cleaned_data["mgmt_ip"])
        if text and normal_ip(text) is None:
            raise ValidationError(f"{text} is no IP address.")
        return text


@contextlib.contextmanager
def at_the_address() -> Iterator[None]:
    """Say at the field who is managed at an address already."""
    try:
        yield
    except AddressTaken as err:
        ip = err.details["ip_address"]
        holder = Device.objects.current().filter(address__ip=ip).first()
        text = f"{holder or 'Another device'} is managed at {ip} already."
        raise ValidationError({"mgmt_ip": text}) from err


@register(Device)
class DeviceAdmin(ServiceAdmin):
    """One device; several port pairs of a lab device share an address."""

    form = DeviceForm
    change_list_template = "devices/admin/device_list.html"
    list_display = ["name", "address_text", "reached", "kind", "site", "status", "seen"]
    list_filter = ["device_type", "site", "manufacturer", "lab_status", "role", "tags"]
    list_select_related = ["address", "device_type", "site"]
    search_fields = ["name", "address__ip", "serial_number", "oi_id", "address__snmp_hostname"]
    autocomplete_fields = ["device_type", "manufacturer", "site"]
    ordering = ["name"]
    phone_columns = ["reached", "address_text"]
    export_fields = [(name, csv_devices.PATHS.get(name, name)) for name in csv_devices.HEADER]
    row_verb = "run"
    summary = [
        "address_text",
        "kind",
        "health",
        "up_time",
        "described",
        "located",
        "tagged",
        "seen",
    ]
    tabs = TABS
    empty_text = "No devices yet; discover some, or add one."
    verbs = [*TALKING_VERBS, *DEVICE_VERBS, *LABEL_VERBS, *FILE_VERBS]

    class Media:
        css = {"all": ["devices/devices.css"]}

    def opens_on(self, obj: Device) -> str:
        """Open on the ports where any are known: that is what people come for."""
        known = obj.ip and InterfaceState.objects.filter(ip_address=obj.ip).exists()
        return "ports" if known else ""

    def get_urls(self) -> list[Any]:
        """Add the topology, the import, other systems and the charts' data."""
        guard = self.admin_site.admin_view
        return [
            path(
                "topology/",
                guard(drawings.topology_view),
                name="devices_device_topology",
            ),
            path("import/", guard(import_view), name="devices_device_import"),
            path("netbox/", guard(netbox_view), name="devices_device_netbox"),
            path("prtg/", guard(prtg_view), name="devices_device_prtg"),
            path("prtg/import/", guard(prtg_import_view), name="devices_device_prtg_import"),
            path("autodiscovery/", guard(autodiscovery_view), name="devices_device_autodiscovery"),
            path("mcp/", guard(mcp_view), name="devices_device_mcp"),
            path(
                "<int:pk>/chart/",
                guard(drawings.chart_view),
                name="devices_device_chart",
            ),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Group the form; what a new device seldom has is folded."""
        return [
            (
                title,
                {
                    "fields": rows,
                    "classes": ["collapse"] if not obj and title in SELDOM else [],
                    "description": OLD_SSH if title == "Access" else None,
                },
            )
            for title, rows in FIELDSETS.items()
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        rows: QuerySet[Device] = super().get_queryset(request)
        return rows.filter(archived_at__isnull=True)

    def state(self, obj: Device) -> SafeString:
        return ping_badge(obj)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Device:
        with at_the_address():
            return inventory.create_device(actor=request.user, values=_values(data, {}))

    def service_update(
        self,
        request: HttpRequest,
        obj: Device,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> Device:
        with at_the_address():
            return inventory.update_device(
                obj.pk,
                actor=request.user,
                values=_values(changes, obj.metadata),
                expected_version=expected_version,
            )

    def service_delete(self, request: HttpRequest, obj: Device) -> None:
        inventory.delete_device(obj.pk, actor=request.user)

    @column("Address", order="address__sort_key", export="address__ip")
    def address_text(self, obj: Device) -> Any:
        return identifier(obj.ip) if obj.ip else EMPTY

    @column("Reached", order="address__ping_status", export="address__ping_status")
    def reached(self, obj: Device) -> SafeString:
        return ping_badge(obj)

    @column("Type", order="device_type__name", export="device_type__name")
    def kind(self, obj: Device) -> str:
        return obj.device_type.name

    @column("Status", order="lab_status", export="lab_status")
    def status(self, obj: Device) -> SafeString:
        good = obj.lab_status in {"active", "Available"}
        return badge(status_word(obj.lab_status), "ok" if good else "idle")

    @column("Last seen", order="address__last_seen_at", export="address__last_seen_at")
    def seen(self, obj: Device) -> SafeString:
        return when(obj.address.last_seen_at if obj.address else None, missing="never")

    @column("Health")
    def health(self, obj: Device) -> str:
        newest = monitoring.newest_score(obj.ip) if obj.ip else None
        return EMPTY if newest is None else f"{newest.overall_score:.0f} of 100"

    @column("Up, last 24 h")
    def up_time(self, obj: Device) -> str:
        share = monitoring.availability_pct(obj.ip, 24) if obj.ip else None
        return EMPTY if share is None else f"{share:.2f} %"

    @column("Says of itself")
    def described(self, obj: Device) -> str:
        text = obj.address.snmp_description if obj.address else ""
        return Truncator(text or "").chars(MOST_SAID) or EMPTY

    @column("Tags")
    def tagged(self, obj: Device) -> str:
        return ", ".join(obj.tags.order_by("name").values_list("name", flat=True)) or EMPTY

    @column("Stands")
    def located(self, obj: Device) -> str:
        unit = f"U{obj.u_position}" if obj.u_position is not None else ""
        parts = (obj.site.name if obj.site else "", obj.rack or "", unit)
        return " / ".join(part for part in parts if part) or EMPTY


def _values(data: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "ssh_legacy" in data and data["ssh_legacy"] != bool(metadata.get(LEGACY_SSH)):
        values["metadata"] = {**metadata, LEGACY_SSH: data["ssh_legacy"]}
    for name, value in data.items():
        if name == "ssh_legacy":
            continue
        wire = WIRE.get(name, name)
        values[wire] = value.pk if hasattr(value, "pk") else value
    return values
