"""An nginx of our own."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers.process import (
    LOOPBACK,
    Process,
    find_program,
    is_listening,
    running,
    scratch_folder,
)

MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{sites}
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """Where the server answers."""

    port: int
    process: Process

    @property
    def url(self) -> str:
        """Base address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"


def nginx_program() -> str:
    """Return the path of nginx, or raise `MissingPeer`."""
    return find_program("nginx", "nginx-light", "/usr/sbin/nginx")


def write_config(folder: Path, sites: str) -> Path:
    """Write a whole configuration around `server` and `upstream` blocks; return its path."""
    user = "user root;" if folder.owner() == "root" else ""
    path = folder / "nginx.conf"
    path.write_text(MAIN.format(folder=folder, user=user, sites=sites))
    return path


def check_config(folder: Path, sites: str) -> subprocess.CompletedProcess[str]:
    """Let nginx read a configuration without serving it."""
    path = write_config(folder, sites)
    command = [nginx_program(), "-t", "-c", str(path), "-e", str(folder / "error.log")]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@contextlib.contextmanager
def running_nginx(sites: str, port: int) -> Iterator[Nginx]:
    """Serve the given blocks, which must listen on `port` of the loopback address."""
    with scratch_folder("nginx") as folder:
        path = write_config(folder, sites)
        command = [nginx_program(), "-c", str(path), "-e", str(folder / "error.log")]
        process = Process(command, folder / "log", cwd=folder)
        with running(process, lambda: is_listening(port)):
            yield Nginx(port, process)
