"""Many targets at once: the dead hold nobody up, and a cancelled run begins no more."""

import threading
import time
import types

import pytest

from devices.executors import base, silence
from devices.executors.base import Cancelled, Outcome, Target, stream_batch

LIVE = [Target(f"10.0.0.{number}") for number in range(1, 9)]
DEAD = [Target(f"10.0.1.{number}") for number in range(1, 5)]


class Stub:
    """Answers at once; those of 10.0.1.0/24 not before they are let go."""

    slug = "stub"
    defaults = types.MappingProxyType({"retries": 0})

    def __init__(self):
        self.asked, self.let_go = [], threading.Event()

    def check(self, config):
        return ""

    def execute(self, target, command, config):
        self.asked.append(target)
        if target.startswith("10.0.1."):
            self.let_go.wait(10)
            return Outcome(False, error="Timed out", error_code="timeout")
        return Outcome(True, target)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(base, "_silent", silence.Silent())
    monkeypatch.setattr(base, "PATIENCE_S", 0.1)


def test_dead_targets_give_their_places_to_the_next_and_are_asked_last_again():
    stub, answered = Stub(), []

    for at, outcome in stream_batch(stub, [*DEAD, *LIVE], "", fan_out=2):
        answered.append((at, outcome.success))
        if len(answered) == len(LIVE):
            stub.let_go.set()

    assert [is_live for _, is_live in answered] == [True] * 8 + [False] * 4
    assert sorted(at for at, _ in answered) == list(range(12))
    stub.asked.clear()
    assert len(list(stream_batch(stub, [*DEAD, *LIVE], "", fan_out=2))) == 12
    assert set(stub.asked[:8]) == {target.address for target in LIVE}


def test_dead_targets_hold_a_bounded_number_of_places():
    stub, most = Stub(), base.HELD_UP * 2
    dead = [Target(f"10.0.1.{number}") for number in range(1, 41)]
    threading.Timer(2, stub.let_go.set).start()
    began = []

    for _ in stream_batch(stub, dead, "", fan_out=2):
        began.append(len(stub.asked))

    assert began[0] <= most + 2
    assert len(began) == 40


def test_a_run_that_is_cancelled_begins_no_more_soon_after():
    stub, is_cancelled = Stub(), threading.Event()
    many = [Target(f"10.0.0.{number}") for number in range(1, 201)]
    done = []

    for _ in stream_batch(stub, many, "", 1, Cancelled(is_cancelled.is_set)):
        done.append(time.monotonic())
        is_cancelled.set()
        time.sleep(0.02)

    assert len(done) < 20


def test_the_first_answers_teach_how_long_a_place_is_kept(monkeypatch):
    monkeypatch.setattr(base, "PATIENCE_S", 60)
    stub, began, answered = Stub(), time.monotonic(), []

    for _, outcome in stream_batch(stub, [LIVE[0], *DEAD, *LIVE[1:]], "", fan_out=2):
        answered.append(outcome.success)
        if len(answered) == len(LIVE):
            took = time.monotonic() - began
            stub.let_go.set()

    assert answered == [True] * 8 + [False] * 4
    assert took < 8
