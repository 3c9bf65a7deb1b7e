"""Registers that devices point at: types, manufacturers, sites, tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction

from accounts.services import audit
from devices import policy
from devices.choices import DeviceCategory
from devices.errors import InUse, Invalid, Missing, Taken
from devices.models import DeviceTag, DeviceType, Manufacturer, Rack, Site
from devices.models.types import UNKNOWN_TYPE
from inventory_site.core.locks import guarded, lock


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its words on the wire, and what may be written."""

    model: type[models.Model]
    resource: str
    fields: tuple[str, ...]
    holds_devices: bool = True

    @property
    def codename(self) -> str:
        """The model's part of a permission."""
        return str(self.model._meta.model_name)


DEVICE_TYPES = Register(
    DeviceType,
    "Device type",
    ("name", "category", "description", "is_schedulable", "has_ports"),
)
MANUFACTURERS = Register(Manufacturer, "Manufacturer", ("name", "website", "notes"))
SITES = Register(
    Site,
    "Site",
    (
        "name",
        "address",
        "notes",
        "city",
        "state",
        "country",
        "latitude",
        "longitude",
    ),
)
TAGS = Register(DeviceTag, "Tag", ("name", "description", "color"), holds_devices=False)
RACKS = Register(
    Rack, "Rack", ("site_id", "name", "height_u", "position", "status"), holds_devices=False
)


def create(register: Register, *, actor: Any, values: Mapping[str, Any]) -> Any:
    """Make a row; raises `Invalid`, and `Taken` when the name belongs to another."""
    policy.require_register(actor, f"devices.add_{register.codename}")
    row = register.model()
    _apply(register, row, values)
    _save(register, row, actor, "created")
    return row


def update(register: Register, pk: int, *, actor: Any, values: Mapping[str, Any]) -> Any:
    """Change the fields given; raises as `create`, and `Missing`."""
    policy.require_register(actor, f"devices.change_{register.codename}")
    with guarded():
        row = locked(register, pk)
        before = audit.snapshot(row, _names(register))
        _apply(register, row, values)
        _save(register, row, actor, "updated", before)
    return row


def delete(register: Register, pk: int, *, actor: Any) -> None:
    """Remove a row nobody points at; a tag is taken off its devices."""
    policy.require_register(actor, f"devices.delete_{register.codename}")
    with guarded():
        row = locked(register, pk)
        count = row.devices.count() if register.holds_devices else 0
        if count:
            word = register.resource.lower()
            raise InUse(f"Cannot delete {word}: {count} device(s) are using it", count=count)
        before = audit.snapshot(row, _names(register))
        audit.record(actor, f"{register.codename}.deleted", row, before=before)
        row.delete()


def locked(register: Register, pk: int) -> Any:
    """Return the row, locked for this transaction, or raise `Missing`."""
    row = lock(register.model._default_manager.filter(pk=pk)).first()
    if row is None:
        raise Missing(register.resource, pk)
    return row


def type_named(name: str, *, category: str = DeviceCategory.INFRA, **values: Any) -> DeviceType:
    """Return the device type of that name; it is made when it is missing."""
    return DeviceType.objects.get_or_create(name=name, defaults={"category": category, **values})[0]


def unknown_type() -> DeviceType:
    """Return the type of devices that nobody has sorted yet; it is made when it is missing."""
    return type_named(UNKNOWN_TYPE, description="Made from an address; not sorted yet.")


def _names(register: Register) -> list[str]:
    return [name.removesuffix("_id") if name == "site_id" else name for name in register.fields]


def _apply(register: Register, row: Any, values: Mapping[str, Any]) -> None:
    for name in register.fields:
        if name in values:
            value = values[name]
            if name == "category" and isinstance(value, str):
                value = value.upper()
            setattr(row, name, value.strip() if isinstance(value, str) else value)
    if not getattr(row, "name", ""):
        raise Invalid("name", "name is required")
    category = getattr(row, "category", None)
    if register is DEVICE_TYPES and category not in DeviceCategory.values:
        known = ", ".join(DeviceCategory.values)
        raise Invalid("category", f"Category must be one of: {known}")
    website = getattr(row, "website", None)
    if website and not website.startswith(("http://", "https://")):
        raise Invalid("website", "Website must be a valid URL starting with http:// or https://")
    row.full_clean(validate_unique=False, validate_constraints=False)


def _save(
    register: Register,
    row: Any,
    actor: Any,
    word: str,
    before: Mapping[str, Any] | None = None,
) -> None:
    taken = Taken(
        register.resource,
        f"{register.resource} with name '{row.name}' already exists",
        name=row.name,
    )
    same = register.model._default_manager.filter(name=row.name).exclude(pk=row.pk)
    if register is not RACKS and same.exists():
        raise taken
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as err:
        raise taken from err
    audit.record(
        actor,
        f"{register.codename}.{word}",
        row,
        before=before,
        after=audit.snapshot(row, _names(register)),
    )
