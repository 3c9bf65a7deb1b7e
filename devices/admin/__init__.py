"""Pages of devices, their secrets and their measurements."""

from devices.admin import credentials, devices, groups, polling, registers, scans

__all__ = ["credentials", "devices", "groups", "polling", "registers", "scans"]
