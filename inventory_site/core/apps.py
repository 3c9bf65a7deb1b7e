"""The kit that every app stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Technical tables only: queued tasks, idempotency keys, search index."""

    name = "inventory_site.core"
    label = "core"
    verbose_name = "System"

    def ready(self) -> None:
        from inventory_site import celery  # noqa: F401  makes the Celery application current
        from inventory_site.core import cards, signals
        from inventory_site.core.files import upkeep as files
        from inventory_site.core.outbox import upkeep

        signals.connect(self)
        files.register()
        upkeep.register()
        cards.register()
