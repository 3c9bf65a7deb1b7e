"""Inventory, access, monitoring and the lab."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DevicesConfig(AppConfig):
    """Inventory, access, monitoring and the lab."""

    name = "devices"
    verbose_name = "Devices"

    def ready(self) -> None:
        from devices import registrations, signals

        post_migrate.connect(signals.seed_devices_after_migrate, sender=self)
        registrations.register()
