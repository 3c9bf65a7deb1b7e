"""Scans and commands in the background."""

from devices.services import (
    netbox_autodiscovery,
    netbox_sync,
    notices,
    runs,
    scans,
    vault_requests,
    vault_use,
)
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
    """Mark credentials past their end and warn owners; close requests nobody reviewed."""
    vault_use.expire_due()
    vault_requests.close_stale()


@task(name="devices.notify_credential_owner")
def notify_credential_owner(pk: int, days: int) -> None:
    """Mail an owner that a credential ends soon."""
    notices.credential_ends(pk, days)


@task(name="devices.netbox_autodiscovery", queue=QueueName.DEVICES, time_limit_s=3600)
def find_for_netbox(pk: int) -> None:
    """Do an autodiscovery."""
    netbox_autodiscovery.perform(pk)


@task(name="devices.sync_netbox", queue=QueueName.DEVICES, time_limit_s=600, keep_done=False)
def sync_netbox() -> None:
    """Refresh the cache of NetBox, if one is configured."""
    netbox_sync.sync_if_configured()
