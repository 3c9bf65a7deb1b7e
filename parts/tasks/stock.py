"""Queued and periodic work of the stock."""

from inventory_site.core.choices import QueueName
from inventory_site.core.tasks import task
from parts.services import blob_store, fetching, jobs, low_stock, thumbnails


@task(name="parts.make_thumbnail", queue=QueueName.FILES, time_limit_s=60, keep_done=False)
def make_thumbnail(document_id: int) -> None:
    """Make the usual thumbnail of a document."""
    thumbnails.make_usual_thumbnail(document_id)


@task(name="parts.run_stock_job", queue=QueueName.FILES, time_limit_s=300, max_attempts=1)
def run_stock_job(job_id: str) -> None:
    """Do what a person waits for: an AI helper or a reorganisation plan."""
    jobs.run_job(job_id)


@task(name="parts.send_low_stock_notices", time_limit_s=120, keep_done=False)
def send_low_stock_notices() -> None:
    """Note what fell below its minimum."""
    low_stock.send_notices()


@task(name="parts.clean_up_stock", queue=QueueName.FILES, time_limit_s=600)
def clean_up_stock() -> None:
    """Remove unused content, old cached pages, old jobs and plans."""
    blob_store.sweep_unused()
    fetching.forget_old_pages()
    jobs.forget_old()
