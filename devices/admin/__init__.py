"""Pages of devices, their secrets and their measurements."""

from devices.admin import (
    credentials,
    devices,
    groups,
    mibs,
    polling,
    readings,
    registers,
    runs,
    scans,
    spans,
    vault_rows,
)

__all__ = [
    "credentials",
    "devices",
    "groups",
    "mibs",
    "polling",
    "readings",
    "registers",
    "runs",
    "scans",
    "spans",
    "vault_rows",
]
