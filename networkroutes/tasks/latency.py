"""Periodic work on latency and on generated maps."""

from inventory_site.core.tasks import task
from networkroutes.services import design, latency, latency_probes


@task(name="networkroutes.probe_latency", time_limit_s=240, keep_done=False)
def probe_latency() -> None:
    """Measure the circuits whose turn it is."""
    latency_probes.probe_all(only_due=True)


@task(name="networkroutes.remove_old_latency", time_limit_s=900)
def remove_old_latency() -> None:
    """Remove samples and outages past their retention."""
    latency.remove_old()


@task(name="networkroutes.remove_old_maps", queue="files", time_limit_s=600)
def remove_old_maps() -> None:
    """Remove generated maps past their retention."""
    design.remove_old_maps()
