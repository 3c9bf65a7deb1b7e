"""Periodic work of the files kit."""

from inventory_site.core import registry
from inventory_site.core.choices import QueueName
from inventory_site.core.errors import BusyError
from inventory_site.core.files.storages import storage_of
from inventory_site.core.files.sweep import STORAGES, sweep
from inventory_site.core.outbox.specs import task
from inventory_site.core.registry import HealthCheck, Schedule

DAY_S = 24 * 3600
PROBE = "health/probe"


@task(name="core.sweep_files", queue=QueueName.FILES, time_limit_s=3600)
def sweep_files() -> None:
    """Remove stored files without a row, once they are old."""
    sweep()


def register() -> None:
    """Called once, when the kit is ready."""
    registry.schedules.register(
        Schedule(
            slug="core.sweep_files",
            task="core.sweep_files",
            every_s=DAY_S,
            queue=QueueName.FILES,
            tick="files",
            help="Removes stored files without a row and what interrupted uploads left behind.",
        )
    )
    registry.health.register(HealthCheck("files", store_answers))


def store_answers() -> tuple[bool, str]:
    """Whether every storage can be asked for a file."""
    try:
        for storage in STORAGES:
            storage_of(storage).stat(PROBE)
    except (BusyError, OSError) as err:
        return False, f"The file store does not answer: {type(err).__name__}."
    return True, "The file store answers."
