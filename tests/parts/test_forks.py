"""Children that are forked by a clean process: bounded, strangers to us, never mixed up."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parts.conversion import Forks, Limits, Outcome
from parts.conversion.runner import MIB

LIMITS = Limits(cpu_s=5, wall_s=10, memory_bytes=1024 * MIB, output_bytes=MIB)
Look = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.once


@pytest.fixture
def forks() -> Forks:
    return Forks("tests.parts.forked_probe")


@pytest.fixture
def look(forks: Forks, tmp_path: Path) -> Look:
    """Run a child that looks around; returns what it saw."""
    source, seen = tmp_path / "source", tmp_path / "seen.json"
    source.write_text("content")

    def looked() -> dict[str, Any]:
        outcome = forks.run(source, LIMITS, arguments=["look"], moved={"seen.json": seen})
        assert outcome.ok, outcome
        found: dict[str, Any] = json.loads(seen.read_text())
        return found

    return looked


def is_gone(pid: int) -> bool:
    """Whether a process ends within two seconds, reaped or not."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.01)
    return False


def test_a_child_has_its_limits_and_nothing_of_ours(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for children")

    first, second = look(), look()

    assert first["loaded_by"] == second["loaded_by"] not in {os.getpid(), first["pid"]}
    assert first["pid"] != second["pid"] == second["group"]
    assert (second["input"], second["handles"]) == ("content", [0, 1, 2])
    assert second["folder"] == second["environment"]["HOME"] != first["folder"]
    assert "not for children" not in second["environment"].values()
    assert not Path(second["folder"]).exists()
    limits = (second["memory"], second["cpu"], second["output"], second["core"])
    assert limits == (1024 * MIB, 5, MIB, 0)


def test_a_child_ends_at_its_time_with_what_it_started(
    forks: Forks, look: Look, tmp_path: Path
) -> None:
    told = tmp_path / "pid"
    look()
    short = Limits(cpu_s=5, wall_s=1, memory_bytes=1024 * MIB)

    outcome = forks.run(tmp_path / "source", short, arguments=["sleep", str(told)], moved={})

    assert (outcome.ok, outcome.error_code) == (False, "timeout")
    assert is_gone(int(told.read_text()))
    assert look()["input"] == "content"


def test_a_refusal_is_one(forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "source").write_text("")

    outcome = forks.run(tmp_path / "source", LIMITS, arguments=["refuse"], moved={})

    assert (outcome.ok, outcome.error_code) == (False, "failed")


def test_a_forking_process_that_is_lost_is_replaced(look: Look) -> None:
    first = look()
    os.kill(first["loaded_by"], signal.SIGKILL)

    second, third = look(), look()

    assert first["loaded_by"] not in {second["loaded_by"], third["loaded_by"]}
    assert is_gone(first["loaded_by"])


def test_calls_at_once_do_not_wait_for_each_other(forks: Forks, look: Look, tmp_path: Path) -> None:
    slow: list[Outcome] = []
    short = Limits(cpu_s=5, wall_s=2, memory_bytes=1024 * MIB)
    server = look()["loaded_by"]
    sleep = ["sleep", str(tmp_path / "pid")]

    def sleeps() -> None:
        slow.append(forks.run(tmp_path / "source", short, arguments=sleep, moved={}))

    thread = threading.Thread(target=sleeps)
    thread.start()
    while not (tmp_path / "pid").exists():
        time.sleep(0.01)
    meanwhile = look()
    thread.join()

    assert meanwhile["loaded_by"] == meanwhile["pid"] != server
    assert [outcome.error_code for outcome in slow] == ["timeout"]
