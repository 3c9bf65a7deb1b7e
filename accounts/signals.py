"""Reactions to other people's signals."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions

from accounts.services import password_policy, roles


def seed_roles_after_migrate(sender: Any, **kwargs: Any) -> None:
    """Make the seeded roles and rules once every app's permissions exist."""
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=kwargs.get("using", "default"))
    roles.seed_roles()
    password_policy.seed_policy()
