"""One upload in a process of its own: `p20_child.py WAY BYTES` prints seconds and memory growth."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator

import django

MIB = 1024 * 1024
WARM_UP = 12 * MIB


class Noise:
    """A file object that makes its bytes while it is read."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.block = random.Random(20).randbytes(MIB)  # noqa: S311  data, not secrets

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most one MiB at a time unless more is asked for."""
        wanted = self.left if size < 0 else min(size, self.left)
        self.left -= wanted
        whole, rest = divmod(wanted, MIB)
        return self.block * whole + self.block[:rest]


def chunks(size: int) -> Iterator[bytes]:
    """The same bytes as an upload comes in."""
    source = Noise(size)
    while chunk := source.read(64 * 1024):
        yield chunk


def ours(size: int) -> None:
    """The files kit."""
    from inventory_site.core.files import blobs

    stored = blobs.store(chunks(size), key="bench/ours", max_bytes=size)
    assert stored.size == size


def boto(size: int) -> None:
    """The limit: boto3's own upload, with its own settings."""
    _client().upload_fileobj(Noise(size), "inventory-docs", "bench/boto")


def memory(size: int) -> None:
    """The rival: read it all, then send it."""
    _client().put_object(Bucket="inventory-docs", Key="bench/memory", Body=Noise(size).read())


def _client() -> object:
    from django.core.files.storage import storages

    return storages["docs"].client


def status_kib(name: str) -> int:
    """A line of this process's status, in KiB."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    django.setup()
    way, size = {"ours": ours, "boto": boto, "memory": memory}[sys.argv[1]], int(sys.argv[2])
    way(WARM_UP)
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    before, began = status_kib("VmRSS"), time.perf_counter()
    way(size)
    took = time.perf_counter() - began
    growth = (status_kib("VmHWM") - before) / 1024
    os.write(1, json.dumps({"seconds": took, "growth_mib": growth}).encode())
