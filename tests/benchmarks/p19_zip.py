"""P19: a ZIP of many files, against one built in memory and a plain file of the same server."""

from __future__ import annotations

import random
import socket
import statistics
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.live.file_site import MIB, Memory, slow_readers
from tests.peers.site import Site, home, running_site

PART_BYTES = 8 * MIB
MEMORY_RIVAL_BYTES = 256 * MIB
SLOW_READERS = 64
SHORT_CALLS = 100
GOAL = (
    "memory grows < 16 MiB for 2 GiB; >= 0.5 of a plain file; first byte < 50 ms; exact length; "
    "short requests answered while 64 slow readers hold streams"
)


def run(size: int = 256 * MIB, rounds: int = 7) -> dict[str, Any]:
    """Measure ZIPs of `size` bytes in files of 8 MiB; speeds are interleaved, medians reported."""
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.p19_site",
        "STREAMS_PER_PROCESS": str(SLOW_READERS),
    }
    with home(env, migrate=False) as place:
        stored = _fill(place.folder / "var/media/docs", size)
        with running_site(place, threads=SLOW_READERS + 4) as site:
            speeds = _speeds(site, rounds)
            first_ms = statistics.median(_first_byte_ms(site) for _ in range(rounds))
            idle_ms, busy_ms = _short_ms(site)
        with running_site(place, threads=4) as site:
            grown = _growth(site, "/zip")
        _keep_below(place.folder / "var/media/docs/parts", MEMORY_RIVAL_BYTES)
        with running_site(place, threads=4) as site:
            rival_grown, rival_s = _growth(site, "/memory"), _seconds(site, "/memory")[1]
            ours_s = _seconds(site, "/zip")[1]
    result = {
        "name": "P19",
        "goal": GOAL,
        "size": stored,
        "rounds": rounds,
        "of_plain_file": speeds["of_plain_file"],
        "mib_per_s": speeds["mib_per_s"],
        "length_is_exact": speeds["length_is_exact"],
        "memory_growth_mib": round(grown, 1),
        "first_byte_ms": round(first_ms, 1),
        "short_ms_idle": idle_ms,
        "short_ms_with_slow_readers": busy_ms,
        "rival_memory_growth_mib": round(rival_grown, 1),
        "times_rival_speed": round(rival_s / ours_s, 1),
    }
    return {**result, "short": _short(result)}


def _short(result: dict[str, Any]) -> list[str]:
    """Say what is short; a short request counts as answered within a second."""
    busy = result["short_ms_with_slow_readers"]
    said = {
        "it runs at less than half of a plain file's speed.": result["of_plain_file"]["median"]
        < 0.5,
        "memory grows by 16 MiB or more.": result["memory_growth_mib"] >= 16,
        "the first byte takes 50 ms or more.": result["first_byte_ms"] >= 50,
        "an announced length was not exact.": not result["length_is_exact"],
        "the slow readers held fewer than 64 streams.": busy["streams_held"] < SLOW_READERS,
        "short requests wait for slow readers.": busy["p99"] >= 1000,
    }
    return [sentence for sentence, is_so in said.items() if is_so]


def _fill(folder: Path, size: int) -> int:
    """Store parts of noise that add up to `size`, and as many bytes as one file."""
    noise = random.Random(19).randbytes(PART_BYTES)  # noqa: S311  data, not secrets
    parts = folder / "parts"
    parts.mkdir(parents=True)
    count = max(1, size // PART_BYTES)
    (parts / "00000").write_bytes(noise)
    for number in range(1, count):
        (parts / f"{number:05}").hardlink_to(parts / "00000")
    with (folder / "whole").open("wb") as whole:
        for _ in range(count):
            whole.write(noise)
    return count * PART_BYTES


def _keep_below(folder: Path, most: int) -> None:
    for path in sorted(folder.iterdir())[most // PART_BYTES :]:
        path.unlink()


def _speeds(site: Site, rounds: int) -> dict[str, Any]:
    ours, plain = [], []
    for _ in range(rounds):
        announced, took, read = _timed(site, "/zip")
        ours.append(read / took)
        exact = announced == read
        announced, took, read = _timed(site, "/whole")
        plain.append(read / took)
        exact = exact and announced == read
    ratios = [a / b for a, b in zip(ours, plain, strict=True)]
    return {
        "of_plain_file": {
            "median": round(statistics.median(ratios), 2),
            "min": round(min(ratios), 2),
            "max": round(max(ratios), 2),
        },
        "mib_per_s": {
            "zip": round(statistics.median(ours) / MIB),
            "plain": round(statistics.median(plain) / MIB),
        },
        "length_is_exact": exact,
    }


def _timed(site: Site, path: str) -> tuple[int, float, int]:
    """Announced length, seconds and real length of an answer's body, read in large pieces."""
    parts = urlsplit(site.url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=300) as reader:
        began = time.perf_counter()
        reader.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += reader.recv(4096)
        lines, _, body = head.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in lines.split(b"\r\n")[1:])
        announced, read, buffer = int(fields[b"content-length"]), len(body), bytearray(MIB)
        while read < announced and (got := reader.recv_into(buffer)):
            read += got
        return announced, time.perf_counter() - began, read


def _seconds(site: Site, path: str) -> tuple[int, float]:
    announced, took, _ = _timed(site, path)
    return announced, took


def _growth(site: Site, path: str) -> float:
    """Growth of memory by one more answer, after the server has served something."""
    _timed(site, "/health")
    memory = Memory(site.process.pid)
    _timed(site, path)
    return memory.growth_mib()


def _first_byte_ms(site: Site) -> float:
    parts = urlsplit(site.url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=60) as reader:
        began = time.perf_counter()
        reader.sendall(f"GET /zip HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        reader.recv(1)
        return (time.perf_counter() - began) * 1000


def _short_ms(site: Site) -> tuple[dict[str, float], dict[str, float]]:
    """Short requests alone, and while slow readers hold every stream."""
    idle = _short_calls(site)
    with slow_readers(site, "/zip", SLOW_READERS) as heads:
        held = sum(b" 200 " in head for head in heads)
        busy = _short_calls(site)
    return idle, {**busy, "streams_held": held}


def _short_calls(site: Site) -> dict[str, float]:
    took = sorted(_timed(site, "/health")[1] * 1000 for _ in range(SHORT_CALLS))
    return {"median": round(statistics.median(took), 1), "p99": round(took[-2], 1)}
