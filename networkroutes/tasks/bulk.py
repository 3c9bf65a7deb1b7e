"""Bulk uploads that are too large to wait for."""

from inventory_site.core.errors import BusyError
from inventory_site.core.tasks import task
from networkroutes.services import bulk_jobs


@task(
    name=bulk_jobs.TASK,
    queue="files",
    time_limit_s=1800,
    max_attempts=6,
    retry_on=(BusyError,),
    retry_delay_s=10,
)
def import_rows(upload_id: int) -> None:
    """Check and write the file of an upload."""
    bulk_jobs.run(upload_id)


@task(name="networkroutes.end_given_up_imports", time_limit_s=60, keep_done=False)
def end_given_up_imports() -> None:
    """End the imports whose task was given up."""
    bulk_jobs.end_given_up()
