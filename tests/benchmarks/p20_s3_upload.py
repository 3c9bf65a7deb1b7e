"""P20: an upload to S3, against boto3's own and against reading it into memory."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

from tests.live.file_site import MIB
from tests.peers.s3 import S3, running_s3
from tests.peers.site import ROOT, Home, home

GOAL = "memory grows < 32 MiB for 1 GiB; >= 0.7 of the speed of boto3's upload_fileobj"


def run(size: int = 128 * MIB, rounds: int = 7) -> dict[str, Any]:
    """Upload `size` bytes each way, interleaved; the S3 server keeps them in its own memory."""
    ratios, speeds, growths = [], [], []
    with running_s3() as s3, home(s3.env, migrate=False) as place:
        for _ in range(rounds):
            plain, kit = _upload(place, s3, "boto", size), _upload(place, s3, "ours", size)
            ratios.append(plain["seconds"] / kit["seconds"])
            speeds.append(size / MIB / kit["seconds"])
            growths.append((kit["growth_mib"], plain["growth_mib"]))
        rival = _upload(place, s3, "memory", size)
    ratio, growth = statistics.median(ratios), max(kit for kit, _ in growths)
    short = ["it runs at less than 0.7 of boto3's speed."] if ratio < 0.7 else []
    short += ["memory grows by 32 MiB or more."] if growth >= 32 else []
    return {
        "name": "P20",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "of_boto3": {
            "median": round(ratio, 2),
            "min": round(min(ratios), 2),
            "max": round(max(ratios), 2),
        },
        "mib_per_s": round(statistics.median(speeds)),
        "memory_growth_mib": round(growth, 1),
        "boto3_memory_growth_mib": round(max(plain for _, plain in growths), 1),
        "rival_memory_growth_mib": round(rival["growth_mib"], 1),
        "short": short,
    }


def _upload(place: Home, s3: S3, way: str, size: int) -> dict[str, float]:
    """One upload in a fresh process; the size that arrived is checked, then it is removed."""
    command = [sys.executable, "-m", "tests.benchmarks.p20_child", way, str(size)]
    done = subprocess.run(
        command, env=place.environment, cwd=ROOT, capture_output=True, check=True, timeout=1800
    )
    client, key = s3.client(), f"bench/{way}"
    assert client.head_object(Bucket="inventory-docs", Key=key)["ContentLength"] == size
    client.delete_object(Bucket="inventory-docs", Key=key)
    return dict(json.loads(done.stdout))
