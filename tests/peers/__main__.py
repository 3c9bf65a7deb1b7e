"""Run a command with peers beside it: `python -m tests.peers postgres rabbitmq -- COMMAND …`.

Peers are postgres, durable-postgres (with fsync, for measurements), rabbitmq, s3 and smtp; the
command finds them in `DATABASE_URL`, `CELERY_BROKER_URL`, `S3_…` and `EMAIL_URL`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

from tests.peers.postgres import running_postgres
from tests.peers.process import MissingPeer, as_account
from tests.peers.rabbitmq import running_rabbitmq
from tests.peers.s3 import running_s3
from tests.peers.smtp import running_smtp

MISSING = 69


def _start(name: str, stack: contextlib.ExitStack) -> dict[str, str]:
    if name in {"postgres", "durable-postgres"}:
        server = running_postgres(durable=name != "postgres")
        return {"DATABASE_URL": stack.enter_context(server).url}
    if name == "rabbitmq":
        return {"CELERY_BROKER_URL": stack.enter_context(running_rabbitmq()).url}
    if name == "s3":
        return stack.enter_context(running_s3()).env
    if name == "smtp":
        return {"EMAIL_URL": stack.enter_context(running_smtp()).url}
    raise SystemExit(f"no peer {name!r}; known: postgres, durable-postgres, rabbitmq, s3, smtp")


def main(arguments: list[str]) -> int:
    """Start the peers named before `--`, run what stands behind it, return its exit code."""
    if "--" not in arguments:
        raise SystemExit(__doc__)
    split = arguments.index("--")
    names, command = arguments[:split], arguments[split + 1 :]
    with contextlib.ExitStack() as stack:
        try:
            env = {key: value for name in names for key, value in _start(name, stack).items()}
        except MissingPeer as missing:
            sys.stderr.write(f"MISSING PEER: {missing}\n")
            return MISSING
        whole = {**os.environ, **env}
        return subprocess.run(as_account(command, None), check=False, env=whole).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
