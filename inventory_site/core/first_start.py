"""What a site needs before its first page: folders, tables, static files, an account."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import multiprocessing
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from inventory_site.core.errors import DomainError

USERNAME = "admin"
PASSWORD_FILE = "first-password.txt"  # noqa: S105  a file name
STAMP_FILE = ".collected"
LOCK_FILE = "preparing.lock"

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """The sign-in that a new site begins with."""

    username: str
    password: str = field(repr=False)


def prepare_beside(say: Say, complain: Say, *, with_demo: bool) -> int:
    """Prepare the site in a process of its own; return its number.

    Whoever calls `wait_until_prepared` meanwhile waits for its end. It exits with 1 and says why
    when something fails.
    """
    settings.PATCHBAY_VAR.mkdir(parents=True, exist_ok=True)
    with _lock_path().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the new process holds it on, until it ends
        process = multiprocessing.get_context("fork").Process(
            target=_prepare_or_exit, args=(say, complain, with_demo)
        )
        process.start()
    return process.pid or 0


def wait_until_prepared() -> None:
    """Wait while another process prepares this site; return at once where none does."""
    with contextlib.suppress(FileNotFoundError), _lock_path().open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


def _prepare_or_exit(say: Say, complain: Say, with_demo: bool) -> None:
    gc.freeze()  # what is loaded stays; migrations make a lot that the collector would look at
    gc.set_threshold(20_000, 20, 20)
    try:
        prepare(say, with_demo=with_demo)
    except (CommandError, DatabaseError) as err:
        complain(f"The site could not be prepared: {err}")
        raise SystemExit(1) from err


def prepare(say: Say, *, with_demo: bool) -> None:
    """Bring a site to where it can answer; each step does nothing when it was done.

    Static files are collected by a process of their own meanwhile. Raises `CommandError` when that
    fails.
    """
    beside = multiprocessing.get_context("fork").Process(target=collect_static)
    beside.start()  # before this process opens the database
    call_command("migrate", interactive=False, verbosity=0)
    call_command("sync_schedules", verbosity=0)
    if make_first_account():
        say(f"Account {USERNAME} made.")
    if with_demo:
        _load_demo(say)
    beside.join()
    if beside.exitcode:
        raise CommandError("The static files could not be collected; the reason stands above.")
    if account := first_account():
        say(f"User:     {account.username}\nPassword: {account.password}")


def _load_demo(say: Say) -> None:
    """Load what is missing of the demo; what people changed keeps no site from starting."""
    try:
        call_command("load_demo")
    except (DomainError, ValidationError) as err:
        say(f"Demo data is left as it is: {err}")


def make_first_account() -> bool:
    """Make the account `admin` on a site where nobody may do everything yet; return whether so.

    Its password is random and stands in a file that only this user may read, until it is changed.
    """
    users = get_user_model()._default_manager
    if any(user.is_superuser for user in users.order_by("pk").iterator()):
        return False
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        users.create_superuser(username=USERNAME, password=password)
        _write_private(password_file(), password + "\n")
    return True


def first_account() -> FirstAccount | None:
    """Return the first sign-in while it still opens the door; a stale file is removed."""
    path = password_file()
    try:
        password = path.read_text().strip()
    except FileNotFoundError:
        return None
    users: Any = get_user_model()._default_manager
    user = users.filter(username=USERNAME).first()
    if user is None or not user.check_password(password):
        path.unlink(missing_ok=True)
        return None
    return FirstAccount(USERNAME, password)


def _lock_path() -> Path:
    return Path(settings.PATCHBAY_VAR) / LOCK_FILE


def password_file() -> Path:
    """Where the first password stands."""
    return Path(settings.PATCHBAY_VAR) / PASSWORD_FILE


def collect_static() -> bool:
    """Copy static files to `STATIC_ROOT` when any of them changed; return whether they were."""
    root = Path(settings.STATIC_ROOT)
    stamp, digest = root / STAMP_FILE, _static_digest()
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    root.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
    return True


def _static_digest() -> str:
    """One digest of path, size and time of every source file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            stat = os.stat(storage.path(name))
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _write_private(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
