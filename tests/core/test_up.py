"""`manage.py up`: one command to a working site, and nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inventory_site.core.management.commands import up
from inventory_site.core.supervisor import Plan
from tests.peers.process import LOOPBACK, Process, free_port
from tests.peers.site import ROOT, Home, answers, home

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("up")]

MANAGE = (sys.executable, str(ROOT / "manage.py"))


ELSEWHERE = ("0.0.0.0", "192.0.2.7", "::", "inventory.example.net")  # noqa: S104  only compared


@pytest.fixture(scope="module")
def place() -> Iterator[Home]:
    with home(migrate=False) as it:
        yield it


@pytest.fixture
def start(place: Home) -> Iterator[Callable[..., tuple[Process, int]]]:
    """Start the site on a free port and wait until it answers."""
    started: list[Process] = []

    def run(*arguments: str) -> tuple[Process, int]:
        port = free_port()
        command = [*MANAGE, "up", "--no-demo", "--port", str(port), *arguments]
        process = place.process(command, f"up-{port}.log").start()
        started.append(process)
        process.wait_until(lambda: answers(f"http://{LOOPBACK}:{port}/admin/login/"), 90)
        return process, port

    yield run
    for process in started:
        process.stop(timeout_s=25)


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child, *_descendants(child)}
    return found


def _all_of(process: Process) -> set[int]:
    """The supervisor's whole family: granian with its worker, worker with two children, beat."""
    until = time.monotonic() + 30
    while len(family := _descendants(process.pid)) < 6 and time.monotonic() < until:
        time.sleep(0.1)
    return family


def _gone(pids: set[int], within_s: float = 10) -> bool:
    until = time.monotonic() + within_s
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_site_starts_prints_a_sign_in_and_ends_with_all_children(
    place: Home, start: Callable[..., tuple[Process, int]]
) -> None:
    process, port = start()
    family = _all_of(process)
    assert len(family) == 6

    os.kill(process.pid, signal.SIGTERM)
    assert process.popen is not None
    assert process.popen.wait(25) == 0

    assert _gone(family)
    password_file = place.folder / "var" / "first-password.txt"
    log = process.log.read_text()
    assert f"Patchbay is ready: http://127.0.0.1:{port}\n" in log
    assert f"User:     admin\nPassword: {password_file.read_text()}" in log
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600


def test_second_start_prints_the_same_sign_in_until_it_is_changed(
    place: Home, start: Callable[..., tuple[Process, int]]
) -> None:
    first, _ = start()
    first.stop(timeout_s=25)
    password_file = place.folder / "var" / "first-password.txt"
    assert password_file.read_text() in first.log.read_text()

    place.manage("shell", "-c", CHANGE_PASSWORD)
    second, _ = start()
    second.stop(timeout_s=25)

    assert "Password:" not in second.log.read_text()
    assert not password_file.exists()


def test_death_of_one_child_ends_the_others(start: Callable[..., tuple[Process, int]]) -> None:
    process, _ = start()
    family = _all_of(process)
    beat = next(pid for pid in family if b"\0beat\0" in _command(pid))

    os.kill(beat, signal.SIGKILL)
    assert process.popen is not None
    assert process.popen.wait(30) == 1

    assert _gone(family)
    assert "The beat process ended with -9; stopping the others." in process.log.read_text()


def test_children_end_when_the_supervisor_is_killed(
    start: Callable[..., tuple[Process, int]],
) -> None:
    process, _ = start()
    family = _all_of(process)

    os.kill(process.pid, signal.SIGKILL)

    assert _gone(family, within_s=20)


def test_taken_port_is_said_before_anything_is_made() -> None:
    with home(migrate=False) as empty, socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = empty.manage("up", "--port", str(port), check=False)

        assert refused.returncode == 1
        assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use" in refused.stderr
        assert not (empty.folder / "var" / "patchbay.sqlite3").exists()


def test_database_that_cannot_be_opened_is_said_and_nothing_goes_on() -> None:
    port = free_port()
    with home({"DATABASE_URL": "sqlite:////proc/no/such.sqlite3"}, migrate=False) as place:
        refused = place.manage("up", "--port", str(port), check=False)

    assert refused.returncode == 1
    assert "The site could not be prepared: unable to open database file" in refused.stderr
    assert "Patchbay is ready" not in refused.stdout
    assert not answers(f"http://{LOOPBACK}:{port}/health")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_client_surface_is_open_on_loopback(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETWORKROUTES_OPEN_ACCESS", raising=False)

    assert up._environment(host) == {"NETWORKROUTES_OPEN_ACCESS": "full"}


@pytest.mark.parametrize("host", ELSEWHERE)
def test_client_surface_stays_closed_elsewhere(host: str) -> None:
    assert up._environment(host) == {}


def test_chosen_access_is_kept_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORKROUTES_OPEN_ACCESS", "off")

    assert up._environment("127.0.0.1") == {}


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


CHANGE_PASSWORD = """
from django.contrib.auth import get_user_model
user = get_user_model().objects.get(username="admin")
user.set_password("another long password")
user.save()
"""


@pytest.mark.once
def test_a_part_that_is_optional_may_end_without_the_rest() -> None:
    port = free_port()
    commands = {
        "web": [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
        "devices": [sys.executable, "-c", "raise SystemExit(3)"],
    }
    plan = Plan(commands, "127.0.0.1", port, "Ready", optional=["devices"])
    command = [sys.executable, "-m", "inventory_site.core.supervisor", plan.dumps()]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        said = [supervisor.stdout.readline().strip() for _ in range(3)]
        goes_on = supervisor.poll() is None
        supervisor.terminate()

    assert said[2] == "The devices process ended with 3; the site runs without it."
    assert (goes_on, supervisor.returncode) == (True, 0)
