"""Bring the periodic work that apps declare into the scheduler."""

from typing import Any

from django.core.management.base import BaseCommand

from inventory_site.core.outbox.scheduling import sync_schedules


class Command(BaseCommand):
    """Run after an upgrade; `manage.py up` does it by itself."""

    help = "Makes missing periodic tasks and switches off those that no app declares any more."

    def handle(self, *args: Any, **options: Any) -> None:
        synced = sync_schedules()
        self.stdout.write(f"{synced.made} periodic tasks made, {synced.withdrawn} switched off")
