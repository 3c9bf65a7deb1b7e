"""P21: STEP to GLB in a limited child, and what other requests feel while ten files convert.

The opponent is the plain call of the converter inside this process, as the replaced system made it:
it has no process to start and has loaded its kernel before, but one bad file ends it. A plain
process of its own is timed as well.
"""

from __future__ import annotations

import filecmp
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import cascadio

from parts.cad.step_writer import Prism, circle, step_text
from parts.services import fabrication_conversion as conversion
from tests.benchmarks.measure import Race, Ratio, interleaved
from tests.peers.site import Home, Site, home, running_site

GOAL = (
    "<= 1.25x of a plain call in the process, child included, same GLB; others go on being served"
)
MOST_TIMES = 1.25
HOLES, SMALL_HOLES, FILES, FILE_HOLES, ASKED = 30, 4, 10, 30, 60
KEY = "benchmark-key"
PLAIN = "import sys, cascadio; sys.exit(cascadio.step_to_glb(sys.argv[1], sys.argv[2], 0.1, 0.5))"


def run(size: int = HOLES, rounds: int = 7) -> dict[str, Any]:
    """Convert a plate with `size` holes, and a small one; then ask a site that converts ten."""
    with tempfile.TemporaryDirectory() as folder:
        large = _compared(Path(folder), size, rounds)
        small = _compared(Path(folder), SMALL_HOLES, rounds)
    idle, busy, others = _felt()
    short = [
        f"a conversion of {found['bytes']:,} bytes takes {median} times a call in a process that "
        "has the kernel loaded, "
        f"{found['times_of_a_plain_process']['median']} times a plain process."
        for found in (large, small)
        if (median := found["times_of_a_call_in_the_process"]["median"]) > MOST_TIMES
    ]
    return {
        "name": "P21",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "large_file": large,
        "small_file": small,
        "list_ms_idle": idle,
        "list_ms_while_ten_files_convert": busy,
        "latency_ratio": others.as_dict(),
        "short": short,
    }


def plate(holes: int) -> str:
    """A plate with holes in rows of ten, as STEP."""
    rows = -(-holes // 10)
    outline = [(0.0, 0.0), (110.0, 0.0), (110.0, 10.0 * rows + 10), (0.0, 10.0 * rows + 10)]
    places = [(10.0 + 10 * (n % 10), 10.0 + 10 * (n // 10)) for n in range(holes)]
    return step_text(Prism(outline, 5, [circle(x, y, 3, 32) for x, y in places]), "plate")


def _compared(folder: Path, holes: int, rounds: int) -> dict[str, Any]:
    source, plain = folder / f"{holes}.step", folder / "plain.glb"
    source.write_text(plate(holes))
    ours = folder / conversion.GLB

    def in_a_child() -> None:
        ours.unlink(missing_ok=True)
        made = conversion.step_to_glb(source, folder, lambda step: None)
        assert not made.error, made.error

    def in_a_process() -> None:
        command = [sys.executable, "-c", PLAIN, str(source), str(plain)]
        subprocess.run(command, check=True, capture_output=True)

    def in_this_process() -> None:
        assert cascadio.step_to_glb(str(source), str(plain), 0.1, 0.5) == 0

    called = interleaved(in_a_child, in_this_process, rounds)
    assert filecmp.cmp(ours, plain, shallow=False), "the models differ"
    started = interleaved(in_a_child, in_a_process, rounds)
    assert filecmp.cmp(ours, plain, shallow=False), "the models differ"
    return {
        "bytes": source.stat().st_size,
        "ours_ms": called.ours_ms,
        "call_in_the_process_ms": called.other_ms,
        "plain_process_ms": started.other_ms,
        "times_of_a_call_in_the_process": _slower(called).as_dict(),
        "times_of_a_plain_process": _slower(started).as_dict(),
    }


def _slower(race: Race) -> Ratio:
    """How often the other goes into ours, pair by pair."""
    return Ratio(tuple(a / b for a, b in zip(race.ours, race.other, strict=True)))


def _felt() -> tuple[float, float, Ratio]:
    """Medians of the list's time without conversions (before and after) and with them under way,
    and their ratios."""
    with (
        home({"FABRICATION_API_KEY": KEY, "FABRICATION_WAIT_S": "0"}) as place,
        running_site(place) as site,
    ):
        place.manage("load_demo", "parts")
        pages = [_asked(site) for _ in range(ASKED)]
        for number in range(FILES):
            _upload(site, number)
        worker = _worker(place)
        busy = []
        while worker.poll() is None:
            busy.append(_asked(site))
        assert _states(place) == {"done": FILES}
        pages += [_asked(site) for _ in range(ASKED)]
    before = statistics.median(pages)
    ratios = Ratio(tuple(took / before for took in busy))
    return round(before * 1000, 2), round(statistics.median(busy) * 1000, 2), ratios


def _asked(site: Site) -> float:
    began = time.perf_counter()
    _call(site, "").read()
    return time.perf_counter() - began


def _upload(site: Site, number: int) -> None:
    body = json.dumps({"name": f"Plate {number}"}).encode()
    part = json.loads(_call(site, "", body, "application/json").read())["id"]
    content = plate(FILE_HOLES + number).encode()
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="p.step"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )
    _call(site, f"{part}/upload", form, "multipart/form-data; boundary=x")


def _call(site: Site, rest: str, body: bytes | None = None, kind: str = "") -> Any:
    headers = {"X-API-Key": KEY, **({"Content-Type": kind} if kind else {})}
    request = urllib.request.Request(f"{site.url}/api/parts/{rest}", body, headers)
    return urllib.request.urlopen(request, timeout=60)


def _worker(place: Home) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "drain_queue"]
    return subprocess.Popen(
        command, env=place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _states(place: Home) -> dict[str, int]:
    ask = (
        "from collections import Counter; from parts.models import ConvertedModel; import json; "
        "print(json.dumps(Counter(ConvertedModel.objects.values_list('state', flat=True))))"
    )
    done: dict[str, int] = json.loads(place.manage("shell", "-c", ask).stdout.splitlines()[-1])
    return done
