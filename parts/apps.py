"""Electronics stock and fabrication."""

from django.apps import AppConfig


class PartsConfig(AppConfig):
    """Electronics stock and fabrication."""

    name = "parts"
    verbose_name = "Parts"

    def ready(self) -> None:
        from parts import registrations, registrations_fabrication

        registrations.register_stock()
        registrations_fabrication.register_fabrication()
