"""Rows of devices, of what they point at, and of what was asked of them."""

from __future__ import annotations

import factory

from devices import models
from tests.factories.base import RecordFactory, ValidatedFactory


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


class RackFactory(ValidatedFactory[models.Rack]):
    """A rack of 42 units."""

    class Meta:
        model = models.Rack

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda number: f"R{number}")


class DeviceTaggingFactory(ValidatedFactory[models.DeviceTagging]):
    """A tag on a device."""

    class Meta:
        model = models.DeviceTagging

    device = factory.SubFactory(DeviceFactory)
    tag = factory.SubFactory(DeviceTagFactory)


class DeviceHistoryFactory(RecordFactory[models.DeviceHistory]):
    """The row that the making of a device left."""

    class Meta:
        model = models.DeviceHistory

    device = factory.SubFactory(DeviceFactory)
    device_number = factory.SelfAttribute("device.pk")
    device_name = factory.SelfAttribute("device.name")
    action = "created"


class DeviceAttachmentFactory(RecordFactory[models.DeviceAttachment]):
    """A row for a stored file; the blob is not made."""

    class Meta:
        model = models.DeviceAttachment

    device = factory.SubFactory(DeviceFactory)
    file_name = "manual.pdf"
    key = factory.Sequence(lambda number: f"attachments/{number:032x}")
    file_type = "pdf"
    mime_type = "application/pdf"
    size_bytes = 1024


class DeviceGroupMemberFactory(ValidatedFactory[models.DeviceGroupMember]):
    """An address in a group."""

    class Meta:
        model = models.DeviceGroupMember

    group = factory.SubFactory(DeviceGroupFactory)
    ip_address = factory.Sequence(lambda number: f"10.21.{number // 250}.{number % 250 + 1}")


class ScanFactory(RecordFactory[models.Scan]):
    """A discovery of one address that is yet to begin."""

    class Meta:
        model = models.Scan

    targets = factory.LazyFunction(lambda: ["10.20.0.1"])
    options = factory.LazyFunction(lambda: {"snmp_port": 161})
    total_targets = 1


class ScanResultFactory(RecordFactory[models.ScanResult]):
    """A target that answered."""

    class Meta:
        model = models.ScanResult

    scan = factory.SubFactory(ScanFactory)
    target = factory.Sequence(lambda number: f"10.22.{number // 250}.{number % 250 + 1}")
    position = factory.Sequence(int)
    state = "done"
    is_online = True
    result = factory.LazyFunction(lambda: {"hostname": "agg-sw-1"})


class ExecutorRunFactory(RecordFactory[models.ExecutorRun]):
    """A ping of one target that waits for a worker."""

    class Meta:
        model = models.ExecutorRun

    executor = "ping"
    config = factory.LazyFunction(lambda: {"count": 1})
    total_targets = 1


class ExecutorResultFactory(RecordFactory[models.ExecutorResult]):
    """A target that answered."""

    class Meta:
        model = models.ExecutorResult

    run = factory.SubFactory(ExecutorRunFactory)
    position = factory.Sequence(int)
    target = "10.20.0.1"
    state = "done"
    success = True
    extra = factory.LazyFunction(lambda: {"latency_ms": 1.5})


class NetBoxCacheEntryFactory(RecordFactory[models.NetBoxCacheEntry]):
    """A device as NetBox knows it."""

    class Meta:
        model = models.NetBoxCacheEntry

    netbox_id = factory.Sequence(lambda number: number + 1)
    device_name = factory.Sequence(lambda number: f"nb-sw-{number}")
    tags = factory.LazyFunction(lambda: ["core"])
