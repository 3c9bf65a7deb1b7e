"""The kit that every app stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Technical tables only: queued tasks, idempotency keys, search index."""

    name = "inventory_site.core"
    label = "core"
    verbose_name = "System"

    def ready(self) -> None:
        from inventory_site import celery  # noqa: F401  makes the Celery application current
        from inventory_site.core import checks  # noqa: F401  registers the system checks
        from inventory_site.core.outbox import upkeep

        upkeep.register()
