"""A worker killed in the middle of a scan, a poll, a sync and a key rotation."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.devices.conftest import Simulated, simulated
from tests.devices.netbox_stub import TOKEN, netbox
from tests.peers.site import ROOT, Home, home

__all__ = ["simulated"]

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("devices-kills")]
KEYS = {
    name: base64.b64encode(bytes([number]) * 32).decode()
    for name, number in (("old", 1), ("new", 2))
}
SMALL, WITHIN_S = 1_200, 120


@pytest.fixture(scope="module")
def site() -> Iterator[Home]:
    """A site of its own, migrated."""
    with home() as place:
        own = replace(place, env={**place.env, "VAULT_KEYS": f"old:{KEYS['old']}"})
        yield own


def ask(place: Home, code: str) -> Any:
    """Run code in the site's shell; it says what it found as JSON on its last line."""
    done = place.manage("shell", "-v0", "-c", code)
    return json.loads(done.stdout.strip().splitlines()[-1])


def count(place: Home, query: str) -> int:
    """Ask the site's database directly."""
    return int(place.rows(f"SELECT count(*) FROM {query}")[0][0])  # noqa: S608  texts of this file


def killed_when(place: Home, code: str, until: str, within_s: float = WITHIN_S) -> int:
    """Start code, count `until` again and again, kill the process once there is one."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", code],
        env=place.environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ends = time.monotonic() + within_s
        while time.monotonic() < ends and process.poll() is None:
            found = count(place, until)
            if found:
                break
            time.sleep(0.02)
        else:
            pytest.fail(f"nothing to kill: ended with {process.poll()}")
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    return found


SCAN = """
from devices.models import Scan, ScanResult
ips = [f"127.0.10.{{n}}" for n in range(1, 13)] + [f"127.0.11.{{n}}" for n in range(1, 139)]
scan = Scan.objects.create(total_targets=len(ips), options={options}, targets=["x"])
rows = [ScanResult(scan=scan, target=ip, position=n) for n, ip in enumerate(ips)]
ScanResult.objects.bulk_create(rows)
print(scan.pk)
"""
DONE = "devices_scanresult WHERE state = 'done'"
COUNTS = """
import json
from django.db.models import Count
from devices.models import Device, Scan, ScanResult
twice = Device.objects.values("address__ip").annotate(n=Count("pk")).filter(n__gt=1).count()
left = ScanResult.objects.exclude(state="done").count()
print(json.dumps([Scan.objects.get().status, left, Device.objects.count(), twice]))
"""


@pytest.mark.soak
def test_a_scan_goes_on_and_makes_no_device_twice(site: Home, simulated: Simulated) -> None:
    pk = ask(site, SCAN.format(options={**simulated.options, "by_system": True}))
    perform = f"from devices.services import scans; scans.perform_scan({pk}); print(0)"

    before = killed_when(site, perform, DONE)
    ask(site, perform)

    status, left, devices, twice = ask(site, COUNTS)
    assert 0 < before < 150
    assert (status, left, twice) == ("completed", 0, 0)
    assert 10 <= devices <= 12


POLLED = """
from devices.models import PollConfig
from devices.services import inventory
PollConfig.objects.update(enabled=False)
ips = [f"127.0.10.{{n}}" for n in range(1, 13)] + [f"127.0.11.{{n}}" for n in range(1, 60)]
for ip in ips:
    inventory.save_address(actor=None, ip_address=ip, facts={{"ping_status": "online"}})
row = PollConfig.objects.create(name="p", poll_type="snmp_interfaces", snmp_port={port},
    snmp_timeout=1, snmp_retries=1, max_concurrent=20)
print(row.pk)
"""
RUNNING = "devices_pollexecution WHERE status = 'running'"
SAMPLES = """
import json
from datetime import timedelta
from django.utils import timezone
from devices.models import InterfaceSample, PollExecution
from devices.services import polling
polling.run_due(timezone.now() + timedelta(hours=1))
rows = PollExecution.objects.order_by("pk").values_list("status", "error_message")
print(json.dumps([list(rows), InterfaceSample.objects.count()]))
"""


@pytest.mark.soak
def test_a_poll_is_marked_lost_and_counts_no_sample_twice(site: Home, simulated: Simulated) -> None:
    pk = ask(site, POLLED.format(port=simulated.snmp_port))
    at = "2026-01-01T00:00:00+00:00"
    poll = f"""
from datetime import datetime
from devices.services import polling
done = polling.poll({pk}, datetime.fromisoformat("{at}"))
print(0 if done is None else done.records_collected)
"""

    killed_when(site, poll, RUNNING)
    rows, samples = ask(site, SAMPLES)
    again = ask(site, poll)
    fresh = ask(site, poll.replace("00:00:00", "00:05:00"))
    _, after = ask(site, SAMPLES)

    assert rows == [["failed", "The worker was lost"]]
    assert (samples, again) == (0, 0)
    assert fresh > 0
    assert after == fresh


SYNC = """
import json
from devices.services import netbox_sync
print(json.dumps(netbox_sync.sync().counts))
"""
CACHED = "devices_netboxcacheentry"


def test_a_sync_is_whole_or_nothing(site: Home) -> None:
    with netbox() as box:
        for number in range(1500):
            box.add("/api/dcim/devices/", name=f"sw-{number}", status="active")
        own = replace(site, env={**site.env, "NETBOX_URL": box.url, "NETBOX_TOKEN": TOKEN})
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", SYNC],
            env=own.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        ends = time.monotonic() + WITHIN_S
        while len(box.calls) < 5 and time.monotonic() < ends:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

        half = count(own, CACHED)
        first, second = ask(own, SYNC), ask(own, SYNC)

    assert half in {0, 1500}
    assert first["total"] == second["total"] == second["updated"] == 1500
    assert count(own, CACHED) == 1500


MAKE = """
from devices.models import Credential
from devices.services import vault
for n in range({count}):
    row = Credential(name=f"c{{n}}", credential_type="ssh")
    row.save()
    vault.seal_document(row, {{"username": "op", "password": f"planted-{{n}}"}})
    row.save(update_fields=["encrypted_data", "key_id"])
print({count})
"""
ROTATED = "devices_credential WHERE key_id = 'new'"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
OPEN = """
import json
from devices.models import Credential
from devices.services import vault_use
rows = Credential.objects.all()
good = sum(vault_use.opened(row)["password"] == f"planted-{row.name[1:]}" for row in rows)
print(json.dumps([good, Credential.objects.exclude(key_id="new").count()]))
"""


def stored(place: Home) -> bytes:
    """All that the site's database holds: SQLite's files, or every table of PostgreSQL."""
    if not (url := place.env.get("DATABASE_URL")):
        files = (place.folder / "var").rglob("*.sqlite3*")
        return b"".join(path.read_bytes() for path in files)
    found = bytearray()
    with psycopg.connect(url) as database, database.cursor() as cursor:
        tables = database.execute(TABLES).fetchall()
        for (table,) in tables:
            copy = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
            with cursor.copy(copy) as rows:
                for row in rows:
                    found += row
    return bytes(found)


def rotate_killed(place: Home, many: int) -> None:
    """Rotate the keys of so many credentials, kill halfway, go on, open every secret."""
    ask(place, MAKE.format(count=many))
    both = replace(place, env={**place.env, "VAULT_KEYS": f"new:{KEYS['new']},old:{KEYS['old']}"})
    rotate = "from devices.services import vault_keys; vault_keys.rotate_keys(); print(0)"

    half = killed_when(both, rotate, ROTATED)
    said = both.manage("rotate_vault_keys").stdout

    only = replace(place, env={**place.env, "VAULT_KEYS": f"new:{KEYS['new']}"})
    assert 0 < half <= many
    assert "0 left" in said
    assert ask(only, OPEN) == [many, 0]
    kept = stored(place)
    assert b"c0" in kept
    assert b"planted-" not in kept


def test_a_rotation_goes_on_where_it_was_killed(site: Home) -> None:
    rotate_killed(site, SMALL)
