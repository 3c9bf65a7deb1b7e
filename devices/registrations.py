"""What devices give to the whole."""

from __future__ import annotations

from inventory_site.core import registry
from inventory_site.core.registry import DemoLoader, FileOwner, Schedule


def register() -> None:
    """Called once, when the app is ready."""
    from devices.services import attachments

    registry.file_owners.register(
        FileOwner("devices.attachments", attachments.STORAGE, attachments.PREFIX, attachments.known)
    )
    for slug, every_s, tick, text in (
        ("check_credentials", 86_400, "credentials", "Marks expired credentials, warns owners."),
        ("run_due_polls", 30, "polling", "Queues the polls that are due."),
        ("calculate_health", 300, "health", "Scores devices of the last hour."),
        ("remove_old", 86_400, "retention", "Rolls samples up and removes old ones."),
    ):
        registry.schedules.register(
            Schedule(
                slug=f"devices.{slug}",
                task=f"devices.{slug}",
                every_s=every_s,
                tick=tick,
                help=text,
            )
        )
    registry.demos.register(DemoLoader("devices", _load_demo, order=40))


def _load_demo() -> str:
    from devices.demo.load import load

    return load()
