"""A PostgreSQL server of our own."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers.process import (
    LOOPBACK,
    Process,
    as_account,
    find_program,
    free_port,
    running,
    scratch_folder,
    unprivileged,
)

USER = "patchbay"
BINARIES = "/usr/lib/postgresql/*/bin"


@dataclass(frozen=True, slots=True)
class Postgres:
    """Where the server answers; `url` is a `DATABASE_URL`."""

    port: int
    bin_folder: Path
    process: Process

    @property
    def url(self) -> str:
        """Address of the database `patchbay`."""
        return self.url_of("patchbay")

    def url_of(self, database: str) -> str:
        """Address of a database on this server."""
        return f"postgres://{USER}:{USER}@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make an empty database and return its address."""
        target = ["-h", LOOPBACK, "-p", str(self.port), "-U", USER]
        subprocess.run([str(self.bin_folder / "createdb"), *target, name], check=True)
        return self.url_of(name)


def _initialise(bin_folder: Path, data: Path, account: str | None) -> None:
    command = [
        str(bin_folder / "initdb"),
        *(
            "-D",
            str(data),
            "-U",
            USER,
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ),
    ]
    done = subprocess.run(
        as_account(command, account), check=False, capture_output=True, text=True, cwd=data.parent
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


@contextlib.contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Run a fresh cluster; `durable` leaves fsync and synchronous commit on, for measurements."""
    postgres = find_program("postgres", "postgresql", f"{BINARIES}/postgres")
    bin_folder = Path(postgres).parent
    account = unprivileged("postgres")
    with scratch_folder("postgres", account) as folder:
        _initialise(bin_folder, folder / "data", account)
        port = free_port()
        options = {
            "listen_addresses": LOOPBACK,
            "port": port,
            "unix_socket_directories": folder,
            "max_connections": 200,
            "shared_buffers": "128MB",
        }
        if not durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        process = Process(
            [postgres, "-D", str(folder / "data"), *flags],
            Path(f"{folder}.log"),
            account=account,
            cwd=folder,
            stop_signal=signal.SIGINT,
        )
        probe = [str(bin_folder / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port)]
        try:
            with running(process, lambda: subprocess.run(probe, check=False).returncode == 0):
                server = Postgres(port, bin_folder, process)
                server.create_database("patchbay")
                yield server
        finally:
            process.log.unlink(missing_ok=True)
