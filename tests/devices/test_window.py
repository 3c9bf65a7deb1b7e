"""The sliding window of discovery and scans: a slow target holds nobody up, cancel comes soon."""

import asyncio
import time

import pytest

from devices.executors import window
from devices.models import Device, Scan
from devices.services import scans


def ask_all(count, ask, *, at_once, goes_on=lambda batches: True):
    batches = []

    async def take(batch):
        batches.append(list(batch))
        return goes_on(batches)

    targets = [str(number) for number in range(count)]
    return asyncio.run(window.ask_all(targets, ask, take, at_once=at_once)), batches


def test_a_slow_target_holds_nobody_up_and_answers_come_in_batches():
    busy, most = 0, 0
    let_go = asyncio.Event()

    async def ask(target):
        nonlocal busy, most
        busy, most = busy + 1, max(most, busy + 1)
        if target == "0":
            await let_go.wait()
        if target == "159":
            let_go.set()
        await asyncio.sleep(0)
        busy -= 1
        return f"<{target}>"

    is_done, batches = ask_all(160, ask, at_once=4)

    assert (is_done, most) == (True, 4)
    assert max(map(len, batches)) <= window.BATCH
    answers = [one for batch in batches for one in batch]
    assert sorted(answers) == [(number, f"<{number}>") for number in range(160)]
    assert [number for number, _ in answers].index(0) >= 157


def test_answers_are_told_before_the_slowest_has_come():
    told = []

    async def ask(target):
        await asyncio.sleep(3 * window.WITHIN_S if target == "1" else 0)

    began = time.monotonic()
    ask_all(
        2, ask, at_once=2, goes_on=lambda batches: told.append(time.monotonic() - began) or True
    )

    assert told[0] < 2 * window.WITHIN_S < told[1]


def test_a_window_that_is_ended_begins_no_more_and_drops_what_is_under_way():
    asked, ended = [], []

    async def ask(target):
        asked.append(target)
        try:
            await asyncio.sleep(0 if target == "0" else 60)
        finally:
            ended.append(target)

    is_done, batches = ask_all(10, ask, at_once=3, goes_on=lambda batches: False)

    assert (is_done, batches) == (False, [[(0, None)]])
    assert (asked, sorted(ended)) == (["0", "1", "2", "3"], ["0", "1", "2", "3"])


def test_what_an_ask_raises_is_the_answer_of_its_target():
    async def ask(target):
        if target == "1":
            raise ValueError("odd")
        return target

    _, [answers] = ask_all(3, ask, at_once=1)

    assert [repr(found) for _, found in answers] == ["'0'", "ValueError('odd')", "'2'"]
    assert ask_all(0, ask, at_once=1) == (True, [])


def found(target):
    return {"target": target, "ping_status": "online", "snmp_status": "no_response"}


@pytest.mark.django_db
def test_a_scan_keeps_what_came_while_a_slow_target_is_asked(monkeypatch):
    done, most = [], scans.settings.DEVICES_FAN_OUT

    async def discover(target, options, *, engine):
        if target == "10.0.0.1":
            while len(done) < 100:
                await asyncio.sleep(0.01)
        return found(target)

    keep = scans._keep

    def keeping(scan, answered):
        keep(scan, answered)
        done.extend(row.target for row, _ in answered)

    monkeypatch.setattr(scans, "discover", discover)
    monkeypatch.setattr(scans, "_keep", keeping)
    scan = scans.start_scan(actor=None, targets=["10.0.0.1-120"], accept="review")

    scans.perform_scan(scan.pk)

    scan.refresh_from_db()
    assert (scan.status, done.index("10.0.0.1") >= 100 > most) == ("completed", True)
    assert scan.results.filter(state="done", is_online=True).count() == 120


@pytest.mark.django_db
def test_a_scan_cancelled_in_the_middle_keeps_what_came_and_resumes_with_the_rest(monkeypatch):
    async def discover(target, options, *, engine):
        if not is_stuck or target in {"10.0.0.1", "10.0.0.2"}:
            return found(target)
        return await asyncio.sleep(60)

    keep, is_stuck = scans._keep, True

    def keeping(scan, answered):
        keep(scan, answered)
        if is_stuck:
            scans.cancel_scan(scan.pk, actor=None)

    monkeypatch.setattr(scans, "discover", discover)
    monkeypatch.setattr(scans, "_keep", keeping)
    monkeypatch.setattr(window, "BATCH", 1)
    scan = scans.start_scan(actor=None, targets=["10.0.0.1-4"])

    scans.perform_scan(scan.pk)

    states = list(scan.results.order_by("position").values_list("state", flat=True))
    scan.refresh_from_db()
    assert (scan.status, states) == ("cancelled", ["done", *["cancelled"] * 3])
    assert [device.ip for device in Device.objects.all()] == ["10.0.0.1"]
    is_stuck = False
    scans.resume_scan(scan.pk, actor=None)
    scans.perform_scan(scan.pk)
    scan.refresh_from_db()
    assert (scan.status, Device.objects.count()) == ("completed", 4)


@pytest.mark.django_db
def test_a_scan_that_another_worker_took_over_is_left_to_it(monkeypatch):
    asked = []

    async def discover(target, options, *, engine):
        asked.append(target)
        return found(target)

    keep = scans._keep

    def keeping(scan, answered):
        keep(scan, answered)
        Scan.objects.filter(pk=scan.pk).update(started_at=scan.created_at)

    monkeypatch.setattr(scans, "discover", discover)
    monkeypatch.setattr(scans, "_keep", keeping)
    monkeypatch.setattr(window, "BATCH", 1)
    scan = scans.start_scan(actor=None, targets=["10.0.0.1-4"])

    scans.perform_scan(scan.pk)

    scan.refresh_from_db()
    assert (scan.status, scan.results.filter(state="done").count()) == ("running", 1)
