"""A real worker, killed by its process group in the middle of a scan, a poll and a sync."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.devices.conftest import Simulated, simulated
from tests.devices.netbox_stub import TOKEN, NetBox, netbox
from tests.live.kills import WORKER
from tests.live.test_devices_kills import CACHED, COUNTS, DONE, POLLED, RUNNING, SCAN, ask, count
from tests.peers.process import Process, wait_for
from tests.peers.site import Home, home

__all__ = ["simulated"]

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("devices-kills")]
WITHIN_S, DEVICES = 180, 1500
AT = "2026-01-01T00:00:00+00:00"
QUEUE = "from inventory_site.core.tasks import enqueue; print(enqueue({arguments}).pk)"
SWEEP = "from inventory_site.core.tasks import sweep; print(sweep().recovered)"
OPEN = "core_queuedtask WHERE status IN ('ready', 'running')"
LOST = """
import json
from datetime import timedelta
from django.db.models import Count
from django.utils import timezone
from devices.models import InterfaceSample, PollConfig, PollExecution
from devices.services import polling
PollConfig.objects.update(enabled=False)
polling.run_due(timezone.now() + timedelta(hours=1))
rows = PollExecution.objects.order_by("pk").values_list("status", "records_collected")
ports = InterfaceSample.objects.values("device_ip", "interface_name", "recorded_at")
twice = ports.annotate(n=Count("pk")).filter(n__gt=1).count()
print(json.dumps([list(rows), InterfaceSample.objects.count(), twice]))
"""


@pytest.fixture
def box() -> Iterator[NetBox]:
    """A NetBox of many devices."""
    with netbox() as found:
        for number in range(DEVICES):
            found.add("/api/dcim/devices/", name=f"sw-{number}", status="active")
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, box: NetBox) -> Iterator[Home]:
    """A site of its own on either database, beside that NetBox."""
    env = {}
    if request.param == "postgresql":
        env["DATABASE_URL"] = request.getfixturevalue("postgres").create_database("worker_kills")
    with home(env) as place:
        yield replace(place, env={**place.env, "NETBOX_URL": box.url, "NETBOX_TOKEN": TOKEN})


@contextlib.contextmanager
def working(place: Home) -> Iterator[Process]:
    """Keep a worker of this site, as `make run` starts it."""
    worker = place.process(list(WORKER), "worker.log").start()
    try:
        yield worker
    finally:
        worker.stop()


def killed_and_resumed(place: Home, arguments: str, middle: Callable[[], bool]) -> None:
    """Queue a task, kill its worker in the middle, let the next one end what was begun."""
    ask(place, QUEUE.format(arguments=arguments))
    with working(place) as worker:
        wait_for(middle, WITHIN_S)
        worker.kill()
    assert count(place, OPEN) == ask(place, SWEEP) == 1
    with working(place):
        wait_for(lambda: count(place, OPEN) == 0, WITHIN_S)


def test_a_killed_worker_leaves_nothing_half_done(
    site: Home, simulated: Simulated, box: NetBox
) -> None:
    pk = ask(site, SCAN.format(options=simulated.options))
    killed_and_resumed(site, f"'devices.perform_scan', {pk}", lambda: 0 < count(site, DONE) < 150)

    status, left, devices, twice = ask(site, COUNTS)
    assert (status, left, twice) == ("completed", 0, 0)
    assert 10 <= devices <= 12

    pk = ask(site, POLLED.format(port=simulated.snmp_port))
    killed_and_resumed(site, f"'devices.poll', {pk}, '{AT}'", lambda: bool(count(site, RUNNING)))
    assert ask(site, LOST) == [[["failed", 0]], 0, 0]
    with working(site):
        ask(site, QUEUE.format(arguments=f"'devices.poll', {pk}, '{AT.replace(':00:', ':05:')}'"))
        wait_for(lambda: count(site, OPEN) == 0, WITHIN_S)
    (first, second), samples, twice = ask(site, LOST)
    assert (first, second[1], twice) == (["failed", 0], samples, 0)
    assert samples > 0

    killed_and_resumed(site, "'devices.sync_netbox'", lambda: len(box.calls) > 4)
    assert count(site, CACHED) == DEVICES
