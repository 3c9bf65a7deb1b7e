"""The kit that every app stands on."""

import sys
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


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


def list_models_when_drawn(site: admin.AdminSite) -> None:
    """Let the site make its list of all models, with their links, only for a page that draws it.

    Ours draw a sidebar of their own, and making the list took a third of a page's time.
    """
    listed = site.get_app_list

    def lazily(request: HttpRequest, app_label: str | None = None) -> Any:
        return SimpleLazyObject(lambda: listed(request, app_label))

    site.get_app_list = lazily  # type: ignore[method-assign]  # whichever theme's site it is


class AdminConfig(SimpleAdminConfig):
    """The admin site; a worker or beat does without its rooms, 40 MB each, until it makes links."""

    default = False

    def ready(self) -> None:
        super().ready()
        list_models_when_drawn(admin.site)
        if "celery" not in Path(sys.argv[0]).parts[-2:]:
            admin.autodiscover()
