"""Identity: users, roles, permissions, sessions, keys, audit."""

from corsheaders.signals import check_request_enabled
from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Every app may import this one."""

    name = "accounts"
    verbose_name = "People and trust"

    def ready(self) -> None:
        from accounts import registrations, signals

        post_migrate.connect(signals.seed_roles_after_migrate, sender=self)
        check_request_enabled.connect(
            signals.lab_front_end_may_call, dispatch_uid="accounts.lab_front_ends"
        )
        registrations.register()
