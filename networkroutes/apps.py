"""Circuits, dark fibre, wavelengths, design and pricing."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NetworkRoutesConfig(AppConfig):
    """The route register and what is planned on it."""

    name = "networkroutes"
    verbose_name = "Routes"

    def ready(self) -> None:
        from networkroutes import registrations, signals

        post_migrate.connect(signals.seed_register_after_migrate, sender=self)
        registrations.register()
