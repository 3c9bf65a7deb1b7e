"""A RabbitMQ broker of our own, with a port mapper of its own."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers.process import (
    LOOPBACK,
    Process,
    find_program,
    free_port,
    is_listening,
    running,
    scratch_folder,
    unprivileged,
)

PACKAGE = "rabbitmq-server"


@dataclass(frozen=True, slots=True)
class Rabbit:
    """Where the broker answers; `url` is a `CELERY_BROKER_URL`."""

    port: int
    process: Process

    @property
    def url(self) -> str:
        """Address for Celery."""
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}//"


def _environment(folder: Path, port: int, dist_port: int, mapper_port: int) -> dict[str, str]:
    config = folder / "rabbitmq"
    config.with_suffix(".conf").write_text(
        f"listeners.tcp.1 = {LOOPBACK}:{port}\n"
        "loopback_users.guest = true\n"
        "disk_free_limit.absolute = 50MB\n"
        "vm_memory_high_watermark.absolute = 512MB\n"
    )
    (folder / "enabled_plugins").write_text("[].\n")
    return {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "RABBITMQ_NODENAME": f"patchbay{port}@localhost",
        "RABBITMQ_DIST_PORT": str(dist_port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none "
            f"-setcookie {secrets.token_hex(16)}"
        ),
        "RABBITMQ_CONFIG_FILE": str(config.with_suffix(".conf")),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }


@contextlib.contextmanager
def running_rabbitmq() -> Iterator[Rabbit]:
    """Run an empty broker without management; gone with the fixture, its messages too."""
    script = find_program(
        "rabbitmq-server", "rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server"
    )
    mapper = find_program("epmd", "erlang-base", "/usr/lib/erlang/erts-*/bin/epmd")
    account = unprivileged("rabbitmq")
    with scratch_folder("rabbitmq", account) as folder:
        port, dist_port, mapper_port = free_port(), free_port(), free_port()
        env = _environment(folder, port, dist_port, mapper_port)
        log = Path(f"{folder}.log")
        names = Process([mapper, "-port", str(mapper_port)], log, account, env, folder)
        broker = Process([script], log, account, env, folder)
        try:
            with (
                running(names, lambda: is_listening(mapper_port)),
                running(broker, lambda: is_listening(port), timeout_s=90),
            ):
                yield Rabbit(port, broker)
        finally:
            log.unlink(missing_ok=True)
