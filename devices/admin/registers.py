"""Registers: device types, manufacturers, sites, tags."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from devices.models import DeviceTag, DeviceType, Manufacturer, Site
from devices.services import registers
from devices.services.registers import DEVICE_TYPES, MANUFACTURERS, SITES, TAGS, Register
from inventory_site.core.admin import EMPTY, ServiceAdmin, column, register


class _RegisterAdmin(ServiceAdmin):
    register: ClassVar[Register]
    search_fields = ["name"]
    ordering = ["name"]

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        return registers.create(self.register, actor=request.user, values=data)

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> Any:
        return registers.update(self.register, obj.pk, actor=request.user, values=changes)

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        registers.delete(self.register, obj.pk, actor=request.user)


@register(DeviceType)
class DeviceTypeAdmin(_RegisterAdmin):
    """Kinds of devices."""

    register = DEVICE_TYPES
    list_display = ["name", "category", "is_schedulable", "has_ports", "description"]
    list_filter = ["category", "is_schedulable"]
    fields = list(DEVICE_TYPES.fields)


@register(Manufacturer)
class ManufacturerAdmin(_RegisterAdmin):
    """Who made devices."""

    register = MANUFACTURERS
    list_display = ["name", "website"]
    fields = list(MANUFACTURERS.fields)


@register(Site)
class SiteAdmin(_RegisterAdmin):
    """Places."""

    register = SITES
    list_display = ["name", "city", "country", "address"]
    fields = list(SITES.fields)


@register(DeviceTag)
class DeviceTagAdmin(_RegisterAdmin):
    """Words on devices."""

    register = TAGS
    list_display = ["name", "colour", "description"]
    fields = list(TAGS.fields)

    @column("Colour", order="color")
    def colour(self, obj: DeviceTag) -> str:
        """Show the colour as it is stored."""
        return obj.color or EMPTY

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Spell as the house does."""
        if db_field.name == "color":
            kwargs["label"] = "Colour"
        return super().formfield_for_dbfield(db_field, request, **kwargs)
