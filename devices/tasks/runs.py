"""Scans and commands in the background."""

from devices.services import notices, runs, scans, vault_use
from inventory_site.core.choices import QueueName
from inventory_site.core.tasks import task


@task(name="devices.perform_run", queue=QueueName.DEVICES, time_limit_s=3600)
def perform_run(pk: int) -> None:
    """Do a command on its targets."""
    runs.perform_run(pk)


@task(name="devices.perform_scan", queue=QueueName.DEVICES, time_limit_s=3600)
def perform_scan(pk: int) -> None:
    """Do a scan."""
    scans.perform_scan(pk)


@task(name="devices.check_credentials")
def check_credentials() -> None:
    """Mark credentials past their end and warn owners."""
    vault_use.expire_due()


@task(name="devices.notify_credential_owner")
def notify_credential_owner(pk: int, days: int) -> None:
    """Mail an owner that a credential ends soon."""
    notices.credential_ends(pk, days)
