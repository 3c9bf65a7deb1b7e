"""What the network said over time: interfaces, light levels, traffic, reachability.

Rows name the address as text, not by key: samples come from addresses that need not be devices, and
outlive them.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

NO_INDEX = -1


def _once_per_port(moment: str, name: str) -> models.UniqueConstraint:
    """Return that a port has one row at a moment; two ports of a device may share a name."""
    index = Coalesce("interface_index", NO_INDEX)
    return models.UniqueConstraint("device_ip", "interface_name", moment, index, name=name)


class Sample(models.Model):
    """What a sample may tell of its device in other systems; numbers as they were sent."""

    netbox_device_id = models.IntegerField(null=True)
    site_id = models.IntegerField(null=True)

    class Meta:
        abstract = True


class PortHour(models.Model):
    """One hour of one port, summed up from `samples` rows."""

    device_ip = models.CharField(max_length=45)
    interface_name = models.CharField(max_length=100)
    interface_index = models.IntegerField(null=True, blank=True)
    hour = models.DateTimeField()
    samples = models.PositiveIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.device_ip} {self.interface_name} {self.hour:%Y-%m-%d %H}h"


class InterfaceState(models.Model):
    """The current row of one port of an address, as the last scan found it."""

    ip_address = models.CharField(max_length=45)
    interface_index = models.IntegerField()
    scan_timestamp = models.DateTimeField(default=timezone.now)
    interface_name = models.CharField(max_length=100, blank=True)
    cli_port = models.IntegerField(null=True, blank=True)
    is_optical = models.BooleanField(null=True)
    medium = models.CharField(max_length=100, blank=True)
    connector = models.CharField(max_length=50, blank=True)
    speed = models.CharField(max_length=100, blank=True)
    tx_power = models.CharField(max_length=20, blank=True)
    rx_power = models.CharField(max_length=20, blank=True)
    temperature = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20, blank=True)
    raw_output = models.TextField(blank=True)
    lldp_remote_port = models.CharField(max_length=50, blank=True)
    lldp_remote_mgmt_addr = models.CharField(max_length=50, blank=True)
    lldp_remote_chassis_id = models.CharField(max_length=64, blank=True)
    lldp_remote_system_name = models.TextField(blank=True)
    lldp_raw_info = models.TextField(blank=True)
    admin_state = models.CharField(max_length=20, blank=True)
    vendor_part = models.CharField(max_length=100, blank=True)
    serial_number = models.CharField(max_length=100, blank=True)
    wavelength_nm = models.PositiveIntegerField(null=True, blank=True)
    speed_mbps = models.PositiveBigIntegerField(null=True, blank=True)
    thresholds = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["ip_address", "interface_index"]
        constraints = [
            models.UniqueConstraint(
                fields=["ip_address", "interface_index"], name="devices_interface_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ip_address} {self.interface_name or self.interface_index}"


class OpticalSample(Sample):
    """Light levels of one port at one moment, dBm and °C; null is "not measured", 0 is a value."""

    device_ip = models.CharField(max_length=45)
    interface_name = models.CharField(max_length=100)
    interface_index = models.IntegerField(null=True, blank=True)
    cli_port = models.IntegerField(null=True, blank=True)
    tx_power = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    rx_power = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    tx_power_high_warn = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    tx_power_low_warn = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    rx_power_high_warn = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    rx_power_low_warn = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    temperature = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    voltage = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    bias_current = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    signal_quality_pct = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    no_light = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["device_ip", "-recorded_at"], name="devices_optical_device"),
            models.Index(fields=["recorded_at"], name="devices_optical_time"),
        ]
        constraints = [_once_per_port("recorded_at", "devices_optical_port_once")]

    def __str__(self) -> str:
        return f"{self.device_ip} {self.interface_name} {self.recorded_at:%Y-%m-%d %H:%M}"


class OpticalHour(PortHour):
    """The hour of one port: least, mean and most light, and from how many samples."""

    rx_min = models.FloatField(null=True)
    rx_avg = models.FloatField(null=True)
    rx_max = models.FloatField(null=True)
    tx_min = models.FloatField(null=True)
    tx_avg = models.FloatField(null=True)
    tx_max = models.FloatField(null=True)
    temperature_avg = models.FloatField(null=True)

    class Meta:
        constraints = [_once_per_port("hour", "devices_opticalhour_port_once")]
        indexes = [models.Index(fields=["hour"], name="devices_opticalhour_time")]


class InterfaceSample(Sample):
    """Counters and rates of one port at one moment; rates are null where they cannot be known."""

    device_ip = models.CharField(max_length=45)
    interface_name = models.CharField(max_length=100)
    interface_index = models.IntegerField(null=True, blank=True)
    rx_bytes = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    tx_bytes = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    rx_packets = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    tx_packets = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    rx_bps = models.BigIntegerField(null=True)
    tx_bps = models.BigIntegerField(null=True)
    rx_pps = models.BigIntegerField(null=True)
    tx_pps = models.BigIntegerField(null=True)
    rx_utilization_pct = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    tx_utilization_pct = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    rx_errors = models.BigIntegerField(null=True)
    tx_errors = models.BigIntegerField(null=True)
    rx_discards = models.BigIntegerField(null=True)
    tx_discards = models.BigIntegerField(null=True)
    rx_crc_errors = models.BigIntegerField(null=True)
    collisions = models.BigIntegerField(null=True)
    error_rate_ppm = models.FloatField(null=True)
    duplex = models.CharField(max_length=20, null=True)  # noqa: DJ001  null = not told
    oper_status = models.IntegerField(null=True)
    admin_status = models.IntegerField(null=True)
    speed_mbps = models.BigIntegerField(null=True)
    sys_uptime_ticks = models.BigIntegerField(null=True)
    counter_bits = models.PositiveSmallIntegerField(default=64)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["device_ip", "-recorded_at"], name="devices_ifsample_device"),
            models.Index(fields=["recorded_at"], name="devices_ifsample_time"),
        ]
        constraints = [_once_per_port("recorded_at", "devices_ifsample_port_once")]

    def __str__(self) -> str:
        return f"{self.device_ip} {self.interface_name} {self.recorded_at:%Y-%m-%d %H:%M}"


class InterfaceHour(PortHour):
    """The hour of one port's traffic: least, mean and most bit/s, and from how many samples."""

    rx_bps_min = models.FloatField(null=True)
    rx_bps_avg = models.FloatField(null=True)
    rx_bps_max = models.FloatField(null=True)
    tx_bps_min = models.FloatField(null=True)
    tx_bps_avg = models.FloatField(null=True)
    tx_bps_max = models.FloatField(null=True)

    class Meta:
        constraints = [_once_per_port("hour", "devices_ifhour_port_once")]
        indexes = [models.Index(fields=["hour"], name="devices_ifhour_time")]


class AvailabilitySample(Sample):
    """Whether an address answered at one moment, and how fast (ms)."""

    device_ip = models.CharField(max_length=45)
    site_name = models.CharField(max_length=100, blank=True)
    device_role = models.CharField(max_length=100, blank=True)
    ping_status = models.CharField(max_length=4, null=True)  # noqa: DJ001  null = not asked
    snmp_status = models.CharField(max_length=4, null=True)  # noqa: DJ001  null = not asked
    ssh_status = models.CharField(max_length=4, null=True)  # noqa: DJ001  null = not asked
    https_status = models.CharField(max_length=4, null=True)  # noqa: DJ001  null = not asked
    ping_latency_ms = models.FloatField(null=True)
    snmp_response_ms = models.FloatField(null=True)
    ssh_response_ms = models.FloatField(null=True)
    cpu_utilization_pct = models.FloatField(null=True)
    memory_utilization_pct = models.FloatField(null=True)
    uptime_seconds = models.BigIntegerField(null=True)
    temperature_celsius = models.FloatField(null=True)
    poe_power_watts = models.FloatField(null=True)
    poe_power_available_watts = models.FloatField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["device_ip", "-recorded_at"], name="devices_avail_device"),
            models.Index(fields=["recorded_at"], name="devices_avail_time"),
        ]

    def __str__(self) -> str:
        return f"{self.device_ip} {self.recorded_at:%Y-%m-%d %H:%M}"


class HealthScore(models.Model):
    """How well an address did in the last hour, 0 to 100."""

    device_ip = models.CharField(max_length=45)
    site_name = models.CharField(max_length=100, blank=True)
    overall_score = models.DecimalField(max_digits=5, decimal_places=2)
    availability_score = models.DecimalField(max_digits=5, decimal_places=2)
    performance_score = models.DecimalField(max_digits=5, decimal_places=2)
    error_score = models.DecimalField(max_digits=5, decimal_places=2)
    capacity_score = models.DecimalField(max_digits=5, decimal_places=2)
    calculated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["device_ip", "-calculated_at"], name="devices_health_device"),
        ]

    def __str__(self) -> str:
        return f"{self.device_ip} {self.overall_score}"


class SpanBaseline(models.Model):
    """The usual loss of one fibre span in dB, from port A (sends) to port B (receives)."""

    a_ip = models.CharField(max_length=45)
    a_port = models.CharField(max_length=100)
    b_ip = models.CharField(max_length=45)
    b_port = models.CharField(max_length=100)
    loss_db = models.FloatField()
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["a_ip", "a_port", "b_ip", "b_port"], name="devices_span_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.a_ip} {self.a_port} to {self.b_ip} {self.b_port}"
