"""Polls, health and retention in the background."""

from datetime import datetime

from devices.services import health, polling, retention
from inventory_site.core.choices import QueueName
from inventory_site.core.tasks import task


@task(name="devices.run_due_polls", keep_done=False)
def run_due_polls() -> None:
    """Queue the polls that are due."""
    polling.run_due()


@task(name="devices.poll", queue=QueueName.DEVICES, time_limit_s=360, keep_done=False)
def poll(pk: int, scheduled_for: str, triggered_by: str = "schedule") -> None:
    """Do one poll."""
    polling.poll(pk, datetime.fromisoformat(scheduled_for), triggered_by)


@task(name="devices.calculate_health", keep_done=False)
def calculate_health() -> None:
    """Score devices, and take baselines of new spans."""
    health.calculate_all()
    health.set_baselines()


@task(name="devices.remove_old", time_limit_s=1800, keep_done=False)
def remove_old() -> None:
    """Roll up hours, and remove what is past its time."""
    retention.remove_old()
