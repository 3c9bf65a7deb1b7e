"""Registration on the one admin site."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.db.models import Model

AdminClass = TypeVar("AdminClass", bound=type[Any])


def register(*models: type[Model]) -> Callable[[AdminClass], AdminClass]:
    """Register a model admin for these models."""
    return cast("Callable[[AdminClass], AdminClass]", admin.register(*models))


def register_instead(*models: type[Model]) -> Callable[[AdminClass], AdminClass]:
    """Register a model admin in place of the one that a third-party app brings.

    That app's own registration is made to run first, so that it cannot come after ours.
    """

    def place(admin_class: AdminClass) -> AdminClass:
        for model in models:
            import_module(f"{model._meta.app_config.name}.admin")
            with contextlib.suppress(NotRegistered):
                admin.site.unregister(model)
            admin.site.register(model, admin_class)
        return admin_class

    return place
