"""The site itself as a process: granian over a database and a state folder of its own."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.peers.process import (
    LOOPBACK,
    PeerFailed,
    Process,
    free_port,
    running,
    scratch_folder,
)

ROOT = Path(__file__).resolve().parents[2]
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
ADMIN, PASSWORD = "admin", "a-long-test-password"


@dataclass(frozen=True, slots=True)
class Home:
    """A state folder with the environment that goes with it; commands run against it."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a process of this site; nothing else is inherited."""
        kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
        defaults = {
            "DJANGO_SETTINGS_MODULE": "inventory_site.settings.dev",
            "PATCHBAY_VAR": str(self.folder / "var"),
            "PYTHONPATH": str(ROOT),
            "THROTTLE_SCALE": "1000",
        }
        return {**kept, **defaults, **self.env}

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` here; unless `check` is off, a failure raises with what it printed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=ROOT,
            timeout=300,
        )
        if check and done.returncode:
            raise PeerFailed(
                f"manage.py {' '.join(arguments)}\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return done

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement finds in the site's database, read beside the site."""
        if url := self.env.get("DATABASE_URL"):
            with psycopg.connect(url.replace("postgres://", "postgresql://", 1)) as found:
                return found.execute(statement.encode()).fetchall()
        path = next((self.folder / "var").rglob("*.sqlite3"))
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(statement).fetchall()

    def process(self, command: list[str], log: str) -> Process:
        """A process in this environment, not started yet; its output goes to the file `log`."""
        return Process(command, self.folder / log, env=self.environment, cwd=ROOT, inherits=False)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the site answers."""

    url: str
    home: Home
    process: Process


@contextlib.contextmanager
def home(
    env: Mapping[str, str] | None = None, *, migrate: bool = True, like: Home | None = None
) -> Iterator[Home]:
    """A fresh state folder, migrated, with a super administrator (`ADMIN`, `PASSWORD`).

    On SQLite it begins as a copy of another home's state, or of one that this process migrated
    before, which saves the migrations. Without `migrate` the folder is empty.
    """
    with scratch_folder("site") as folder:
        place = Home(folder, dict(env or {}))
        if migrate and "DATABASE_URL" in place.env:
            _set_up(place)
        elif migrate:
            shutil.copytree((like or _first_home()).folder / "var", folder / "var")
        yield place


@functools.cache
def _first_home() -> Home:
    """The home that others begin as copies of; its folder goes with this process."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    place = Home(stack.enter_context(scratch_folder("site")))
    _set_up(place)
    return place


def _set_up(place: Home) -> None:
    place.manage("migrate", "--verbosity", "0")
    account = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD, "DJANGO_SUPERUSER_USERNAME": ADMIN}
    Home(place.folder, {**place.env, **account}).manage(
        "createsuperuser", "--noinput", "--email", "admin@example.net"
    )


def answers(url: str) -> bool:
    """Whether anything but a server error comes back."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status) < 500
    except urllib.error.HTTPError as err:
        return err.code < 500
    except OSError:
        return False


@contextlib.contextmanager
def running_site(place: Home, *, workers: int = 1, threads: int = 2) -> Iterator[Site]:
    """Serve a home with granian."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK),
        *("--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads)),
        "inventory_site.wsgi:application",
    ]
    url = f"http://{LOOPBACK}:{port}"
    with running(
        place.process(command, "web.log"), lambda: answers(f"{url}/health"), 60
    ) as process:
        yield Site(url, place, process)
