"""The long proof of conversions: 200 mutated STEP files and the bad samples on a running site."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from parts.services import fabrication_conversion as conversion
from tests.benchmarks.measure import family, resident_mib
from tests.clients.fabrication import KEY, SAMPLES
from tests.parts.test_fabrication_conversion import MUTATED, mutated
from tests.peers.site import Home, Site, home, running_site

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("conversions")]

GOOD = ("inch-block.step", "stepped-shaft.step", "l-bracket.stp")
BAD = ("bad-truncated.step", "bomb-sphere-1km.step")
REASONS = {conversion.REFUSED, conversion.TIMED_OUT, conversion.CRASHED}
WARM, WITHIN_S, MAX_GROWTH_MIB = 20, 5400, 20.0
FORM = "multipart/form-data; boundary=x"


def call(site: Site, rest: str, body: bytes | None = None, kind: str = "") -> tuple[int, bytes]:
    """Call the fabrication surface; returns status and body."""
    headers = {"X-API-Key": KEY, **({"Content-Type": kind} if kind else {})}
    request = urllib.request.Request(f"{site.url}/api/parts/{rest}", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as err:
        return err.code, err.read()


def upload(site: Site, content: bytes) -> int:
    """Submit a part with a file; returns its number."""
    status, body = call(site, "", b'{"name": "Odd"}', "application/json")
    assert status == 201, body
    number = int(json.loads(body)["id"])
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="odd.step"\r\n\r\n'
    status, body = call(site, f"{number}/upload", head + content + b"\r\n--x--\r\n", FORM)
    assert status == 201, body
    return number


def convert_all(place: Home) -> None:
    """Let a worker take every conversion that waits; it must end by itself."""
    command = [sys.executable, "manage.py", "drain_queue"]
    subprocess.run(
        command, env=place.environment, check=True, capture_output=True, timeout=WITHIN_S
    )


def looked_at(site: Site, number: int) -> tuple[int, str]:
    """Ask for a model; returns the status and why there is none."""
    status, body = call(site, f"{number}/model")
    said: dict[str, Any] = json.loads(body) if status != 200 else {}
    return status, str(said.get("details", ""))


def test_mutated_files_leave_the_server_as_it_was() -> None:
    chance = random.Random(2026)  # noqa: S311  data, not secrets
    good = [(SAMPLES / name).read_bytes() for name in GOOD]
    files = [mutated(good[number % len(good)], chance) for number in range(MUTATED)]
    bad = [(SAMPLES / name).read_bytes() for name in BAD]
    with (
        home({"FABRICATION_API_KEY": KEY, "FABRICATION_WAIT_S": "0"}) as place,
        running_site(place) as site,
    ):
        for _ in range(WARM):
            call(site, f"{upload(site, good[0])}/model")
        pids, before = family(site.process.pid), resident_mib(site.process.pid)
        numbers = [upload(site, content) for content in (*bad, *files)]
        convert_all(place)
        ended = [looked_at(site, number) for number in numbers]
        again = [looked_at(site, number) for number in numbers]
        after = resident_mib(site.process.pid)

        assert (family(site.process.pid), call(site, "stats")[0]) == (pids, 200)
    assert {status for status, _ in ended} <= {200, 422}
    assert {why for status, why in ended if status == 422} <= REASONS
    assert [status for status, _ in ended[: len(bad)]] == [422, 422]
    assert sum(status == 422 for status, _ in ended) > MUTATED / 20
    assert again == ended
    assert after - before < MAX_GROWTH_MIB, (before, after)
