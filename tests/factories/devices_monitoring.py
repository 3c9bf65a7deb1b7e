"""Rows of polls, and of what the network said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import factory
from django.utils import timezone

from devices import models
from tests.factories.base import RecordFactory, ValidatedFactory

ADDRESS = "10.20.0.1"
FIRST_HOUR = datetime(2026, 1, 1, tzinfo=UTC)


class MibProfileFactory(ValidatedFactory[models.MibProfile]):
    """A profile without groups."""

    class Meta:
        model = models.MibProfile

    name = factory.Sequence(lambda number: f"profile_{number}")
    vendor = "Ciena"


class OidGroupFactory(ValidatedFactory[models.OidGroup]):
    """A table of ports."""

    class Meta:
        model = models.OidGroup

    profile = factory.SubFactory(MibProfileFactory)
    name = factory.Sequence(lambda number: f"ports_{number}")
    base_oid = "1.3.6.1.2.1.2.2.1"
    is_table = True


class OidMappingFactory(ValidatedFactory[models.OidMapping]):
    """The column of the ports' states (IF-MIB, ifOperStatus)."""

    class Meta:
        model = models.OidMapping

    group = factory.SubFactory(OidGroupFactory)
    name = factory.Sequence(lambda number: f"state_{number}")
    oid = "1.3.6.1.2.1.2.2.1.8"
    data_type = "integer"


class EnumMappingFactory(ValidatedFactory[models.EnumMapping]):
    """The word for a state."""

    class Meta:
        model = models.EnumMapping

    mapping = factory.SubFactory(OidMappingFactory)
    int_value = 1
    string_value = "up"


class PollTypeFactory(ValidatedFactory[models.PollType]):
    """A way of polling without groups."""

    class Meta:
        model = models.PollType

    name = factory.Sequence(lambda number: f"poll_{number}")
    profile = factory.SubFactory(MibProfileFactory)


class PollTypeGroupFactory(ValidatedFactory[models.PollTypeGroup]):
    """A group in a poll type of the same profile."""

    class Meta:
        model = models.PollTypeGroup

    poll_type = factory.SubFactory(PollTypeFactory)
    group = factory.SubFactory(
        OidGroupFactory, profile=factory.SelfAttribute("..poll_type.profile")
    )


class PollConfigFactory(ValidatedFactory[models.PollConfig]):
    """A poll of all devices every five minutes."""

    class Meta:
        model = models.PollConfig

    name = factory.Sequence(lambda number: f"poll {number}")
    poll_type = "availability"


class PollExecutionFactory(RecordFactory[models.PollExecution]):
    """A poll that runs."""

    class Meta:
        model = models.PollExecution

    config = factory.SubFactory(PollConfigFactory)
    config_name = factory.SelfAttribute("config.name")


class PollDeviceResultFactory(RecordFactory[models.PollDeviceResult]):
    """A device that answered a poll."""

    class Meta:
        model = models.PollDeviceResult

    execution = factory.SubFactory(PollExecutionFactory)
    device_ip = ADDRESS
    success = True
    records = 1


class PollDataFactory(RecordFactory[models.PollData]):
    """A row of a poll type that has no table of its own."""

    class Meta:
        model = models.PollData

    poll_type = "cpu"
    device_ip = ADDRESS
    data = factory.LazyFunction(lambda: {"load": 12})


class InterfaceStateFactory(RecordFactory[models.InterfaceState]):
    """A port of the address."""

    class Meta:
        model = models.InterfaceState

    ip_address = ADDRESS
    interface_index = factory.Sequence(lambda number: number + 1)
    interface_name = factory.LazyAttribute(lambda made: str(made.interface_index))


class OpticalSampleFactory(RecordFactory[models.OpticalSample]):
    """Light on a port, one sample a minute."""

    class Meta:
        model = models.OpticalSample

    device_ip = ADDRESS
    interface_name = "1"
    rx_power = "-7.250"
    tx_power = "-2.000"
    recorded_at = factory.Sequence(lambda number: FIRST_HOUR + timedelta(minutes=number))


class OpticalHourFactory(RecordFactory[models.OpticalHour]):
    """An hour of a port, one after the other."""

    class Meta:
        model = models.OpticalHour

    device_ip = ADDRESS
    interface_name = "1"
    hour = factory.Sequence(lambda number: FIRST_HOUR + timedelta(hours=number))
    rx_min, rx_avg, rx_max = -7.5, -7.25, -7.0
    samples = 60


class InterfaceHourFactory(RecordFactory[models.InterfaceHour]):
    """An hour of a port's traffic, one after the other."""

    class Meta:
        model = models.InterfaceHour

    device_ip = ADDRESS
    interface_name = "1"
    hour = factory.Sequence(lambda number: FIRST_HOUR + timedelta(hours=number))
    rx_bps_min, rx_bps_avg, rx_bps_max = 1_000, 2_000, 4_000
    samples = 60


class InterfaceSampleFactory(RecordFactory[models.InterfaceSample]):
    """Counters of a port, one sample a minute."""

    class Meta:
        model = models.InterfaceSample

    device_ip = ADDRESS
    interface_name = "1"
    rx_bytes = 1_000
    tx_bytes = 2_000
    recorded_at = factory.Sequence(lambda number: FIRST_HOUR + timedelta(minutes=number))


class AvailabilitySampleFactory(RecordFactory[models.AvailabilitySample]):
    """An address that answered in 1.5 ms."""

    class Meta:
        model = models.AvailabilitySample

    device_ip = ADDRESS
    ping_status = "up"
    ping_latency_ms = 1.5


class HealthScoreFactory(ValidatedFactory[models.HealthScore]):
    """An address in full health."""

    class Meta:
        model = models.HealthScore

    device_ip = ADDRESS
    overall_score = availability_score = performance_score = "100.00"
    error_score = capacity_score = "100.00"
    calculated_at = factory.LazyFunction(timezone.now)


class SpanBaselineFactory(ValidatedFactory[models.SpanBaseline]):
    """The usual loss from one port to another."""

    class Meta:
        model = models.SpanBaseline

    a_ip = ADDRESS
    a_port = factory.Sequence(lambda number: f"{number + 1}")
    b_ip = "10.20.0.2"
    b_port = "1"
    loss_db = 5.25


class PrtgAlertFactory(RecordFactory[models.PrtgAlert]):
    """A sensor that PRTG calls down."""

    class Meta:
        model = models.PrtgAlert

    sensor_id = factory.Sequence(lambda number: str(2000 + number))
    device_name = "agg-sw-7"
    sensor_name = "Ping"
    severity = "down"
    message = "No reply"
