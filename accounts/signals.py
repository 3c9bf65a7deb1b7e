"""Reactions to other people's signals."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from accounts.services import password_policy, roles


def seed_roles_after_migrate(sender: Any, **kwargs: Any) -> None:
    """Make the seeded roles and rules once every app's permissions exist."""
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=kwargs.get("using", "default"))
    roles.seed_roles()
    password_policy.seed_policy()


def lab_front_end_may_call(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Let pages of the lab's front ends call its surface (lab contract 2.1).

    Those are pages of the same host on the front ends' ports, and of `CORS_ALLOWED_ORIGINS`.
    """
    from accounts.api.clients.lab.base import LabSurface, origin_is_ours

    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return isinstance(kind, type) and issubclass(kind, LabSurface) and origin_is_ours(request)
