"""A module for the forking process that says what its child sees, or does as it is told."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

ready: list[int] = []


def prepare() -> None:
    """Remember who loaded."""
    ready.append(os.getpid())


def main(arguments: list[str]) -> int:
    """Look around, sleep, or refuse."""
    if arguments[0] == "sleep":
        if os.fork() == 0:
            Path(arguments[1]).write_text(str(os.getpid()))
        time.sleep(60)
    if arguments[0] == "refuse":
        return 1
    seen = {
        "pid": os.getpid(),
        "loaded_by": ready[0],
        "group": os.getpgid(0),
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "input": sys.stdin.read(),
        "handles": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        "cpu": resource.getrlimit(resource.RLIMIT_CPU)[0],
        "output": resource.getrlimit(resource.RLIMIT_FSIZE)[0],
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
    }
    Path("seen.json").write_text(json.dumps(seen))
    return 0


if __name__ == "__main__":
    prepare()
    sys.exit(main(sys.argv[1:]))
