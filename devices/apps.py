"""Inventory, access, monitoring and the lab."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Inventory, access, monitoring and the lab."""

    name = "devices"
    verbose_name = "Devices"
