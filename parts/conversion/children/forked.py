"""A process that has loaded one module of ours and forks a limited child for each call.

`forked MODULE`, with one end of a socket pair as standard input. A call is a JSON object with the
open file to work on beside it; the answer says how the child ended. The module has `prepare()`,
which may start no thread, and `main(arguments)`. This process never looks at a file itself, so that
each child begins like a process of its own that has loaded the module. It ends with its caller, and
after a while without work.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from parts.conversion.runner import Limits, apply_limits, environment

IDLE_S = 120
MOST_BYTES = 8192
FIRST_FREE, MOST_HANDLES = 3, 64
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)

_libc = ctypes.CDLL(None)


def main(arguments: list[str]) -> int:
    """Load, then serve calls until there is nobody to serve."""
    module = importlib.import_module(arguments[0])
    module.prepare()
    channel = socket.socket(fileno=os.dup(0))
    while select.select([channel], [], [], IDLE_S)[0]:
        text, handles, _flags, _address = socket.recv_fds(channel, MOST_BYTES, 1)
        if not text:
            break
        call, source = json.loads(text), handles[0]
        pid = os.fork()
        if pid == 0:
            work(module, call, source)
        os.close(source)
        code, timed_out = waited(pid, call["limits"]["wall_s"], channel)
        channel.send(json.dumps({"code": code, "timed_out": timed_out}).encode())
    return 0


def work(module: ModuleType, call: dict[str, Any], source: int) -> NoReturn:
    """Be the child: take the file, the folder and the limits, then do the module's work."""
    code = 1
    try:
        own_group(0)
        _libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        os.dup2(source, 0)
        os.closerange(FIRST_FREE, MOST_HANDLES)
        os.chdir(call["folder"])
        os.environ.update(environment(Path(call["folder"])))
        apply_limits(Limits(**call["limits"]))
        code = module.main(call["arguments"])
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)
    finally:
        os._exit(code)


def waited(pid: int, wall_s: float, channel: socket.socket) -> tuple[int, bool]:
    """Wait for a child, end it and all it started at its time or when the caller is gone.

    Returns its exit code, below 0 for a signal, and whether it took too long.
    """
    own_group(pid)
    handle = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    poller.register(channel, select.POLLIN)
    timed_out = not poller.poll(wall_s * 1000)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # not reaped yet, so that the number is still its own
    os.close(handle)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), timed_out


def own_group(pid: int) -> None:
    """Make a process the leader of a group of its own; both sides say so, whoever comes first."""
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
