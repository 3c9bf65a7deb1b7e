"""Electronics stock and fabrication."""

from corsheaders.signals import check_request_enabled
from django.apps import AppConfig
from django.db.models.signals import pre_migrate


class PartsConfig(AppConfig):
    """Electronics stock and fabrication."""

    name = "parts"
    verbose_name = "Parts"

    def ready(self) -> None:
        from parts import registrations, registrations_fabrication, signals

        registrations.register_stock()
        registrations_fabrication.register_fabrication()
        pre_migrate.connect(signals.keep_parts_before_migration, sender=self)
        check_request_enabled.connect(
            signals.workshop_origin_may_call, dispatch_uid="parts.workshop_origins"
        )
