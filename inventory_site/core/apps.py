"""The kit that every app stands on."""

import sys
from pathlib import Path

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig


class CoreConfig(AppConfig):
    """Technical tables only: queued tasks, idempotency keys, search index."""

    default = True
    name = "inventory_site.core"
    label = "core"
    verbose_name = "System"

    def ready(self) -> None:
        from inventory_site import celery  # noqa: F401  makes the Celery application current
        from inventory_site.core import cards, signals
        from inventory_site.core.files import upkeep as files
        from inventory_site.core.outbox import upkeep
        from inventory_site.core.search import folding

        signals.connect(self)
        folding.register()
        files.register()
        upkeep.register()
        cards.register()


class AdminConfig(SimpleAdminConfig):
    """The admin site; a worker or beat does without its rooms, 40 MB each, until it makes links."""

    default = False

    def ready(self) -> None:
        super().ready()
        if "celery" not in Path(sys.argv[0]).parts[-2:]:
            admin.autodiscover()
