"""Queued and periodic work of the workshop."""

from inventory_site.core.choices import QueueName
from inventory_site.core.errors import BusyError
from inventory_site.core.tasks import task
from parts.services import fabrication_models


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
