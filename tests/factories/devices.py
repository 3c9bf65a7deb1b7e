"""Factories of devices and the vault."""

from __future__ import annotations

import factory

from devices import models
from tests.factories.base import ValidatedFactory


class DeviceTypeFactory(ValidatedFactory[models.DeviceType]):
    """A kind of device that may be booked."""

    class Meta:
        model = models.DeviceType

    name = factory.Sequence(lambda number: f"Type {number}")
    category = "OPTICAL"
    is_schedulable = True


class ManufacturerFactory(ValidatedFactory[models.Manufacturer]):
    """Who made it."""

    class Meta:
        model = models.Manufacturer

    name = factory.Sequence(lambda number: f"Maker {number}")


class SiteFactory(ValidatedFactory[models.Site]):
    """A place."""

    class Meta:
        model = models.Site

    name = factory.Sequence(lambda number: f"Site {number}")


class DeviceTagFactory(ValidatedFactory[models.DeviceTag]):
    """A word on devices."""

    class Meta:
        model = models.DeviceTag

    name = factory.Sequence(lambda number: f"tag-{number}")


class ManagementAddressFactory(ValidatedFactory[models.ManagementAddress]):
    """An address that answers."""

    class Meta:
        model = models.ManagementAddress

    ip = factory.Sequence(lambda number: f"10.20.{number // 250}.{number % 250 + 1}")
    ping_status = "online"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):  # type: ignore[no-untyped-def]
        row = model_class(*args, **kwargs)
        row.save()
        return row


class DeviceFactory(ValidatedFactory[models.Device]):
    """A device at an address of its own."""

    class Meta:
        model = models.Device

    name = factory.Sequence(lambda number: f"agg-sw-{number}")
    device_type = factory.SubFactory(DeviceTypeFactory)
    address = factory.SubFactory(ManagementAddressFactory)


class DeviceGroupFactory(ValidatedFactory[models.DeviceGroup]):
    """An empty group."""

    class Meta:
        model = models.DeviceGroup

    group_name = factory.Sequence(lambda number: f"group {number}")
