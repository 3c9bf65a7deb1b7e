"""Queued and periodic work of the workshop."""

from inventory_site.core.choices import QueueName
from inventory_site.core.errors import BusyError
from inventory_site.core.tasks import task
from parts.services import fabrication_backup, fabrication_drawings, fabrication_models


@task(
    name="parts.convert_model",
    queue=QueueName.FILES,
    time_limit_s=300,
    max_attempts=8,
    retry_on=(BusyError,),
    retry_delay_s=5,
)
def convert_model(model_id: int) -> None:
    """Convert a STEP file and draw its picture."""
    fabrication_models.convert(model_id)


@task(name="parts.fetch_drawing", queue=QueueName.FILES, time_limit_s=240, max_attempts=1)
def fetch_drawing(part_id: int) -> None:
    """Fetch a drawing from Onshape."""
    fabrication_drawings.fetch_drawing(part_id)


@task(name="parts.backup_fabrication", queue=QueueName.FILES, time_limit_s=3600, max_attempts=1)
def backup_fabrication() -> None:
    """Write a backup of parts to make, and remove old ones."""
    fabrication_backup.write_backup()
