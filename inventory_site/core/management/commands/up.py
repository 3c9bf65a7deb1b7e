"""Start a whole site with one command."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory_site.core import context, first_start
from inventory_site.core.supervisor import Plan
from inventory_site.settings import env

WORKER_PROCESSES = 2
SIMULATED_SSH_PORT = 1022
THREADS_FOR_SHORT_REQUESTS = 4  # besides one for each download under way
# Checks were done by then and would load every view; few malloc arenas suit few threads.
SMALL = {"CELERY_SKIP_CHECKS": "1", "MALLOC_ARENA_MAX": "2"}


class Command(BaseCommand):
    """Has the site prepared and becomes the supervisor of web, worker and beat meanwhile."""

    help = "Prepares and runs the site: web, worker and beat, until Ctrl-C or one of them ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.UP_HOST, help="Address to listen on.")
        parser.add_argument("--port", type=int, default=settings.UP_PORT, help="Port to listen on.")
        parser.add_argument("--no-demo", action="store_true", help="Leave demo data out.")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _require_free(host, port)
        with context.through("command"):
            preparing = first_start.prepare_beside(
                self.stdout.write, self.stderr.write, with_demo=not options["no_demo"]
            )
        plan = Plan(
            preparing=preparing,
            commands=_commands(host, port) | _demo_commands(options),
            optional=["devices"],
            host=host,
            port=port,
            ready_text=f"Patchbay is ready: {_address(host, port)}",
            environment=_environment(host),
        )
        self.stdout.flush()
        os.execve(  # noqa: S606  the supervisor takes this process's place
            sys.executable,
            [sys.executable, "-m", "inventory_site.core.supervisor", plan.dumps()],
            {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), **SMALL},
        )


def _commands(host: str, port: int) -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "inventory_site.celery"]
    return {
        "web": _web_command(host, port),
        "worker": [
            *celery,
            "worker",
            f"--concurrency={WORKER_PROCESSES}",
            "--without-gossip",
            "--without-mingle",
            "--loglevel=WARNING",
        ],
        "beat": [*celery, "beat", "--loglevel=WARNING", "--pidfile="],
    }


def _demo_commands(options: dict[str, Any]) -> dict[str, list[str]]:
    """Simulated devices beside the demo, where nobody answers for them yet."""
    if options["no_demo"] or not _is_free("127.0.10.1", SIMULATED_SSH_PORT):
        return {}
    manage = str(settings.BASE_DIR / "manage.py")
    return {"devices": [sys.executable, manage, "simulate_devices"]}


def _is_free(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return False
    return True


def _web_command(host: str, port: int) -> list[str]:
    """Granian; waitress where there is no granian for the platform."""
    if find_spec("granian") is not None:
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", host, "--port", str(port)),
            *("--workers", "1", "--blocking-threads", str(web_threads())),
            *("--no-access-log", "--log-level", "warning"),
            "inventory_site.wsgi:application",
        ]
    return [
        *(sys.executable, "-m", "waitress", f"--host={host}", f"--port={port}"),
        f"--threads={web_threads()}",
        "inventory_site.wsgi:application",
    ]


def _environment(host: str) -> dict[str, str]:
    """What the children get besides ours: open access on loopback unless chosen otherwise."""
    if _is_loopback(host) and not env.is_given("NETWORKROUTES_OPEN_ACCESS"):
        return {"NETWORKROUTES_OPEN_ACCESS": "full"}
    return {}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  what to click on
    return f"http://{f'[{shown}]' if ':' in shown and '[' not in shown else shown}:{port}"


def _require_free(host: str, port: int) -> None:
    """Raise before anything is started or changed when the port cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as err:
        reason = err.strerror or "the address is not known"
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {reason}. Choose another with PORT= or --port."
        ) from err


def web_threads() -> int:
    """Threads of the web process: slow readers may hold one each and still leave some."""
    return int(settings.STREAMS_PER_PROCESS) + THREADS_FOR_SHORT_REQUESTS
