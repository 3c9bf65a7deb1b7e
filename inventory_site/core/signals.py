"""Reactions to Django's own signals."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from inventory_site.core.search import sqlite


def connect(core: AppConfig) -> None:
    """Called once, when core is ready."""
    post_migrate.connect(repair_search, sender=core, dispatch_uid="core.repair_search")


def repair_search(using: str, **kwargs: Any) -> None:
    """Restore search triggers that a changed table lost; SQLite only."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        sqlite.repair(connection)
